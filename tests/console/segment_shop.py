"""Segments made by hand for the tests of their pages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import msgspec
from tests.console import shops

from regulars.segments.models import Member, Segment, SegmentDay
from regulars.segments.types import Bought, Condition, Kind, State


def segment(
    name: str = "Любимые",
    people: Iterable[int] = (),
    *,
    condition: Condition | None = None,
    kind: Kind = Kind.LIVE,
    since: datetime = shops.NOW,
    days: Iterable[tuple[date, int, int, int]] = (),
    **values: Any,
) -> int:
    """One with these people; `days`: (day, members, entered, left). By default live: 3 orders or more."""
    persons = list(people)
    asked = None
    if kind is not Kind.STATIC:
        asked = msgspec.to_builtins(condition or Bought(at_least=3))
    row = Segment.objects.create(
        **{
            "name": name,
            "kind": kind.value,
            "state": State.READY.value,
            "condition": asked,
            "created_at": shops.NOW,
            "members": len(persons),
            "ticked_at": shops.NOW,
            "true_at": shops.NOW,
        }
        | values
    )
    Member.objects.bulk_create(Member(segment=row, person_id=person, since=since) for person in persons)
    SegmentDay.objects.bulk_create(
        SegmentDay(segment=row, day=day, members=members, entered=entered, left=left)
        for day, members, entered, left in days
    )
    return row.pk
