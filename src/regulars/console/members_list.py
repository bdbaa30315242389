"""The people of a segment in the order of their figures; those without figures come last, not left out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from django.db import connection

from regulars.analytics.models import NO_DAY, CustomerFigures
from regulars.analytics.types import CustomerRow, Sort
from regulars.segments.models import Member

# As in the indexes of the figures, so that of a large segment no more is read than is shown.
_KEYS: Final[dict[Sort, str]] = {
    "last_day": f"coalesce(f.last_day, '{NO_DAY}'::date)",
    "first_day": f"coalesce(f.first_day, '{NO_DAY}'::date)",
    "revenue": "f.revenue_minor",
    "orders": "f.orders",
}
_DAYS: Final[frozenset[Sort]] = frozenset({"last_day", "first_day"})
_UNSEEN: Final = "unseen"
"""Stands in a position for those without figures."""
_POSITION = re.compile(rf"({_UNSEEN}|\d{{4}}-\d{{2}}-\d{{2}}|-?\d{{1,18}})_(\d{{1,18}})", re.ASCII)
_SEEN_PEOPLE = """
SELECT f.person_id, {key}::text FROM analytics_customerfigures AS f
JOIN segments_member AS m ON m.segment_id = %s AND m.person_id = f.person_id
WHERE {where}
ORDER BY {key} {way}, f.person_id {way}
LIMIT %s
"""
_UNSEEN_PEOPLE = """
SELECT m.person_id, '{unseen}' FROM segments_member AS m
WHERE m.segment_id = %s AND {where}
    AND NOT EXISTS (SELECT 1 FROM analytics_customerfigures AS f WHERE f.person_id = m.person_id)
ORDER BY m.person_id {way}
LIMIT %s
"""
_Place = tuple[date | int | None, int]
"""Where a row stands: its key, None of those without figures, and the person."""


def people(
    segment_id: int,
    *,
    sort: Sort,
    figures: Mapping[str, Any],
    after: str = "",
    before: str = "",
    limit: int,
) -> list[tuple[str, int]]:
    """(position, person) of a page, the latest or most first. `figures`: columns and what they must be."""
    upwards = bool(before)
    at = _position(before or after, sort)
    first = not upwards  # downwards those with figures come first
    begins = first if at is None else at[0] is not None
    found: list[tuple[int, str]] = []
    for seen in [first, not first] if begins == first else [begins]:
        left = limit - len(found)
        here = at if seen == begins else None
        if left > 0 and seen:
            found += _seen(segment_id, sort, figures, here, upwards, left)
        elif left > 0 and not figures:
            found += _unseen(segment_id, here, upwards, left)
    rows = [(f"{key}_{person}", person) for person, key in found]
    return rows[::-1] if upwards else rows


def _seen(
    segment_id: int, sort: Sort, figures: Mapping[str, Any], at: _Place | None, upwards: bool, limit: int
) -> list[tuple[int, str]]:
    key = _KEYS[sort]
    conditions, values = ["true"], [segment_id, *figures.values()]
    conditions += [f"f.{column} = %s" for column in figures]
    if at is not None:
        kind = "date" if sort in _DAYS else "bigint"
        conditions.append(f"({key}, f.person_id) {'>' if upwards else '<'} (%s::{kind}, %s)")
        values += at
    statement = _SEEN_PEOPLE.format(key=key, where=" AND ".join(conditions), way="ASC" if upwards else "DESC")
    return _rows(statement, [*values, limit])


def _unseen(segment_id: int, at: _Place | None, upwards: bool, limit: int) -> list[tuple[int, str]]:
    where = "true" if at is None else f"m.person_id {'>' if upwards else '<'} %s"
    values = [segment_id, limit] if at is None else [segment_id, at[1], limit]
    way = "ASC" if upwards else "DESC"
    return _rows(_UNSEEN_PEOPLE.format(unseen=_UNSEEN, where=where, way=way), values)


def _rows(statement: str, values: list[Any]) -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[int, str]] = cursor.fetchall()
        return rows


def figures_of(person_ids: Sequence[int]) -> dict[int, CustomerRow]:
    """What is known of these; who has no figures is not in it."""
    if not person_ids:
        return {}
    rows = CustomerFigures.objects.filter(person_id__in=person_ids).values(*CustomerRow.__struct_fields__)
    return {row["person_id"]: CustomerRow(**row) for row in rows}


def members_among(segment_id: int, person_ids: Sequence[int]) -> dict[int, datetime]:
    """Those of these persons who are in the segment, and since when."""
    rows = Member.objects.filter(segment_id=segment_id, person_id__in=person_ids)
    return dict(rows.values_list("person_id", "since"))


def _position(text: str, sort: Sort) -> _Place | None:
    """What stands in an address; None for what is no position of this order."""
    match = _POSITION.fullmatch(text)
    if match is None:
        return None
    if match[1] == _UNSEEN:
        return None, int(match[2])
    try:
        return (date.fromisoformat(match[1]) if sort in _DAYS else int(match[1])), int(match[2])
    except ValueError:
        return None
