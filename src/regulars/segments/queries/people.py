"""Who is in a segment, and in which segments somebody is."""

from __future__ import annotations

from regulars.segments.models import Member
from regulars.segments.types import Kind, MemberRow, Membership, State

MEMBERS_PAGE_MAX = 5_000
"""Most people read at once."""


def members_page(segment_id: int, *, after: int = 0, limit: int) -> list[MemberRow]:
    """People of a segment in the order of their ids, from behind the person `after`."""
    rows = Member.objects.filter(segment_id=segment_id, person_id__gt=after).order_by("person_id")
    return [MemberRow(*row) for row in rows.values_list("person_id", "since")[: min(limit, MEMBERS_PAGE_MAX)]]


def member_ids(segment_id: int, *, after: int = 0, limit: int | None = None) -> list[int]:
    """Ids of the people of a segment, in order, from behind the person `after`; `limit` None: all."""
    rows = Member.objects.filter(segment_id=segment_id, person_id__gt=after).order_by("person_id")
    return list(rows.values_list("person_id", flat=True)[:limit])


def is_member(segment_id: int, person_id: int) -> bool:
    """Whether somebody is in a segment."""
    return Member.objects.filter(segment_id=segment_id, person_id=person_id).exists()


def segments_of(person_id: int) -> list[Membership]:
    """The segments somebody is in and since when, the latest first."""
    rows = Member.objects.filter(person_id=person_id).exclude(segment__state=State.ARCHIVED.value)
    found = rows.order_by("-since", "segment_id").values_list(
        "segment_id", "segment__name", "segment__kind", "since"
    )
    return [Membership(id_, name, Kind(kind), since) for id_, name, kind, since in found]
