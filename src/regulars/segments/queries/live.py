"""The segments that are kept true, compiled, those that others name before these."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from graphlib import TopologicalSorter
from typing import Any

import msgspec

from regulars.kit import attributes as registry
from regulars.kit.attributes import Attribute, Relation
from regulars.segments.compiling import Compiled, Surroundings, compile_condition
from regulars.segments.errors import SegmentProblem
from regulars.segments.models import Segment
from regulars.segments.rules import parse
from regulars.segments.types import Kind, State
from regulars.team import queries as team

KEPT = (State.READY.value, State.BUILDING.value)
"""Others have nobody who is kept true, or are as they were."""
_COMPILED_MAX = 1_000
_ANY_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Live:
    """A live segment that is kept true, or is being built meanwhile."""

    id: int
    is_ready: bool
    revision: int
    ticked_at: datetime | None
    at: datetime | None
    """As of when people have been looked at; nobody is looked at as of an earlier moment."""
    meaning: str
    compiled: Compiled


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What conditions are compiled with."""

    surroundings: Surroundings
    attributes: Mapping[str, Attribute]
    relations: Mapping[str, Relation]
    print: int
    """Differs where attributes or relations do."""

    def compiled(self, condition: Any) -> Compiled:
        """A stored condition; raises BadCondition where it names what is no longer there."""
        text = msgspec.json.encode(condition)
        key = text, self.surroundings, self.print
        if (found := _compiled.get(key)) is None:
            if len(_compiled) >= _COMPILED_MAX:
                _compiled.clear()
            found = _compiled[key] = compile_condition(
                parse(text),
                surroundings=self.surroundings,
                attributes=self.attributes,
                relations=self.relations,
            )
        return found


_compiled: dict[tuple[bytes, Surroundings, int], Compiled] = {}
"""Of this process: putting a condition together takes longer than asking about a few people."""


def surroundings() -> Surroundings:
    """The shop's own zone and currency."""
    shop = team.shop()
    return Surroundings(zone=shop.timezone, currency=shop.currency)


def knowledge() -> Knowledge:
    """What is known right now of what conditions may ask."""
    attributes, relations = registry.registered(), registry.relations()
    told = (
        tuple((key, a.kind, a.relation, a.expression) for key, a in attributes.items()),
        tuple((name, r.query, r.one_each, r.changed_by, r.by_figures) for name, r in relations.items()),
    )
    return Knowledge(surroundings(), attributes, relations, hash(told))


def meaning_of(compiled: Compiled) -> str:
    """A digest of the SQL that finds everybody: other where the shop's zone or an attribute is."""
    statement = compiled.everybody(_ANY_MOMENT)
    told = compiled.known.surroundings, statement.query, sorted(statement.params.items())
    return hashlib.sha256(repr(told).encode()).hexdigest()[:32]


def any_live() -> bool:
    """Whether there is anything to keep true."""
    return Segment.objects.filter(kind=Kind.LIVE.value, state__in=KEPT).exists()


def live(known: Knowledge) -> list[Live]:
    """All live segments that are ready or being built; each after those that it names.

    One whose condition names what is no longer there is passed over.
    """
    rows = Segment.objects.filter(kind=Kind.LIVE.value, state__in=KEPT)
    return _in_order(_as_live(rows, known))


def _as_live(rows: Iterable[Segment], known: Knowledge) -> Iterator[Live]:
    for row in rows:
        try:
            compiled = known.compiled(row.condition)
        except SegmentProblem:
            continue
        moments = [moment for moment in (row.ticked_at, row.ticking_to) if moment]
        yield Live(
            id=row.pk,
            is_ready=row.state == State.READY.value,
            revision=row.revision,
            ticked_at=row.ticked_at,
            at=max(moments, default=None),
            meaning=row.meaning,
            compiled=compiled,
        )


def _in_order(found: Iterable[Live]) -> list[Live]:
    by_id = {one.id: one for one in sorted(found, key=lambda one: one.id)}
    names = {
        id_: [other for other in sorted(one.compiled.by_segments) if other in by_id]
        for id_, one in by_id.items()
    }
    return [by_id[id_] for id_ in TopologicalSorter(names).static_order()]
