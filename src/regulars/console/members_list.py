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

NEVER: Final = -(10**17)
"""Stands for the number of those without figures."""
_KEYS: Final[dict[Sort, str]] = {
    "last_day": f"coalesce(f.last_day, '{NO_DAY}'::date)",
    "first_day": f"coalesce(f.first_day, '{NO_DAY}'::date)",
    "revenue": f"coalesce(f.revenue_minor, {NEVER})",
    "orders": f"coalesce(f.orders, {NEVER})",
}
_TYPES: Final[dict[Sort, str]] = {
    "last_day": "date",
    "first_day": "date",
    "revenue": "bigint",
    "orders": "bigint",
}
_POSITION = re.compile(r"(\d{4}-\d{2}-\d{2}|-?\d{1,18})_(\d{1,18})", re.ASCII)
_PEOPLE = """
SELECT m.person_id, {key}::text FROM segments_member AS m
LEFT JOIN analytics_customerfigures AS f ON f.person_id = m.person_id
WHERE m.segment_id = %s AND {where}
ORDER BY {key} {way}, m.person_id {way}
LIMIT %s
"""


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
    key = _KEYS[sort]
    conditions, values = ["true"], [segment_id, *figures.values()]
    conditions += [f"f.{column} = %s" for column in figures]
    at = _position(before or after, sort)
    if at is not None:
        conditions.append(f"({key}, m.person_id) {'>' if upwards else '<'} (%s::{_TYPES[sort]}, %s)")
        values += at
    statement = _PEOPLE.format(key=key, where=" AND ".join(conditions), way="ASC" if upwards else "DESC")
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, limit])
        found = [(f"{value}_{person}", person) for person, value in cursor.fetchall()]
    return found[::-1] if upwards else found


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


def _position(text: str, sort: Sort) -> tuple[date | int, int] | None:
    """What stands in an address; None for what is no position of this order."""
    match = _POSITION.fullmatch(text)
    if match is None:
        return None
    try:
        if _TYPES[sort] == "date":
            return date.fromisoformat(match[1]), int(match[2])
        return int(match[1]), int(match[2])
    except ValueError:
        return None
