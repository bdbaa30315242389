"""Which segments name which."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from regulars.segments.models import Segment
from regulars.segments.queries.segments import as_row
from regulars.segments.registry import conditions_kept
from regulars.segments.types import SegmentRow, State


def used_by(segment_id: int) -> list[SegmentRow]:
    """Segments whose condition names this one, by name; those that were put away are not counted."""
    rows = Segment.objects.exclude(state=State.ARCHIVED.value).filter(condition__isnull=False)
    return [as_row(row) for row in rows.order_by("name", "id") if segment_id in named(row.condition)]


def used_elsewhere(segment_id: int) -> list[str]:
    """What else asks for the people of a segment, in words, each once."""
    return sorted({words for words, condition in conditions_kept() if segment_id in named(condition)})


def named(condition: Any) -> frozenset[int]:
    """The segments that a stored condition names."""
    return frozenset(int(node["segment"]) for node in nodes(condition) if node.get("node") == "segment")


def closes_a_circle(segment_id: int, condition: Any, others: Mapping[int, Any]) -> bool:
    """Whether a segment with this condition would come to name itself; `others`: the conditions of all."""
    seen: set[int] = set()
    waiting = list(named(condition))
    while waiting:
        if (one := waiting.pop()) == segment_id:
            return True
        if one not in seen:
            seen.add(one)
            waiting += named(others.get(one))
    return False


def nodes(condition: Any) -> Iterator[Mapping[str, Any]]:
    """All nodes of a stored condition; none of None, which static segments have."""
    if isinstance(condition, list):
        for part in condition:
            yield from nodes(part)
    elif isinstance(condition, dict):
        yield condition
        yield from nodes(condition.get("of"))
