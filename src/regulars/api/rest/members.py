"""Who is in a segment, and in which segments somebody is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpResponse
from pydantic import Field

from regulars.api.rest import cursors
from regulars.api.rest.call import Call, answer
from regulars.api.rest.customers import CustomerId, known
from regulars.api.rest.fields import Id, Shown, Told, sample
from regulars.api.rest.pages import LIMIT, NEXT, After, Limit
from regulars.api.rest.routes import Routes
from regulars.api.rest.segments import SegmentId, known_segment, problem_of
from regulars.customers.queries.shop_ids import persons_of_shop_ids, shop_ids
from regulars.kit.errors import RegularsError
from regulars.segments import queries, services
from regulars.team.types import Scope

MEMBERS_MAX = 1_000
"""Customers put in or taken out by one call."""
PAGE = "members"

routes = Routes("Segments")


class Member(Shown):
    """A customer who is in a segment."""

    ids: list[str]
    """The shop's own ids of the customer, the one known longest first; none of who came from elsewhere."""
    since: datetime


class Members(Shown):
    """A page of the customers of a segment."""

    members: list[Member]
    next: Annotated[str | None, Field(description=NEXT)]


class MembersTold(Told):
    """Customers by the shop's own ids."""

    model_config = sample(customers=["C-1024", "C-1025"])

    customers: Annotated[list[Id], Field(min_length=1, max_length=MEMBERS_MAX)]


class MembersChanged(Shown):
    """What became of customers put in or taken out."""

    changed: int
    """How many it was news of: they were not in it, or they were."""
    unknown: list[str]
    """Ids that no customer has; nothing was done about these."""


class MemberOf(Shown):
    """A segment that a customer is in."""

    id: int
    name: str
    kind: Literal["live", "static", "frozen"]
    since: datetime


class MembersOf(Shown):
    """All segments that a customer is in, the latest entered first."""

    segments: list[MemberOf]


@routes.read("/segments/{int:segment_id}/members", Scope.CUSTOMERS_READ, Members)
def list_members(
    request: Call, segment_id: SegmentId, limit: Limit = LIMIT, after: After = None
) -> HttpResponse:
    """List the customers of a segment.

    Each person once, however many ids they have.
    """
    known_segment(segment_id)
    above = int(cursors.unwrap(PAGE, after, int)[0]) if after is not None else 0
    rows = queries.members_page(segment_id, after=above, limit=limit + 1)
    page = rows[:limit]
    more = cursors.wrap(PAGE, [page[-1].person_id]) if len(rows) > limit else None
    ids = shop_ids([row.person_id for row in page])
    members = [Member(ids=ids.get(row.person_id, []), since=row.since) for row in page]
    return answer(Members(members=members, next=more))


@routes.write("POST", "/segments/{int:segment_id}/members", Scope.CUSTOMERS_WRITE, MembersChanged)
def add_members(request: Call, segment_id: SegmentId, body: MembersTold) -> HttpResponse:
    """Put customers into a static segment.

    Those who are in it stay; nobody is in it twice.
    """
    persons, unknown = _persons(segment_id, body.customers)
    try:
        changed = services.add_members(segment_id=segment_id, person_ids=persons, now=request.now)
    except RegularsError as error:
        raise problem_of(error) from error
    return answer(MembersChanged(changed=changed, unknown=unknown))


@routes.write("POST", "/segments/{int:segment_id}/members/remove", Scope.CUSTOMERS_WRITE, MembersChanged)
def remove_members(request: Call, segment_id: SegmentId, body: MembersTold) -> HttpResponse:
    """Take customers out of a static segment.

    Those who are not in it are passed over.
    """
    persons, unknown = _persons(segment_id, body.customers)
    try:
        changed = services.remove_members(segment_id=segment_id, person_ids=persons, now=request.now)
    except RegularsError as error:
        raise problem_of(error) from error
    return answer(MembersChanged(changed=changed, unknown=unknown))


@routes.read("/customers/{path:customer_id}/segments", Scope.CUSTOMERS_READ, MembersOf)
def list_segments_of(request: Call, customer_id: CustomerId) -> HttpResponse:
    """List the segments that a customer is in."""
    found = queries.segments_of(known(customer_id).person_id)
    segments = [
        MemberOf(id=row.segment_id, name=row.name, kind=row.kind.value, since=row.since) for row in found
    ]
    return answer(MembersOf(segments=segments))


def _persons(segment_id: int, customers: Sequence[str]) -> tuple[list[int], list[str]]:
    """Who is meant, and the ids that nobody has."""
    known_segment(segment_id)
    found = persons_of_shop_ids(customers)
    return list(found.values()), [id_ for id_ in dict.fromkeys(customers) if id_ not in found]
