"""Segments: who is in them, and in which somebody is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from django.http import HttpResponse
from ninja import Path
from pydantic import Field

from regulars.api.rest import cursors
from regulars.api.rest.call import Call, answer
from regulars.api.rest.customers import CustomerId, known
from regulars.api.rest.fields import Id, Line, Shown, Told, sample
from regulars.api.rest.pages import LIMIT, NEXT, After, Limit
from regulars.api.rest.problems import Code, Fault, Problem, missing
from regulars.api.rest.routes import Routes
from regulars.customers.queries.shop_ids import persons_of_shop_ids, shop_ids
from regulars.kit.errors import RegularsError
from regulars.segments import queries, services
from regulars.segments.errors import BadCondition, CountTooSlow
from regulars.segments.rules import parse
from regulars.segments.types import Condition, SegmentRow
from regulars.segments.wording import Speech, sentence, speech
from regulars.team.types import Scope

MEMBERS_MAX = 1_000
"""Customers put in or taken out by one call."""
PAGE, MEMBERS_PAGE = "segments", "members"

routes = Routes("Segments")
SegmentId = Annotated[
    int, Path(ge=1, le=2**63 - 1, description="The number of the segment, as it stands in its address.")
]
AnyCondition = Annotated[
    dict[str, Any],
    Field(
        description="A tree of nodes, as docs/segments.md has them.",
        examples=[{"node": "orders", "at_least": 3}],
    ),
]


class SegmentTold(Told):
    """A new segment."""

    model_config = sample(name="Three orders", condition={"node": "orders", "at_least": 3})

    name: Annotated[Line, Field(min_length=1, max_length=200)]
    note: Annotated[str, Field(max_length=2_000)] = ""
    condition: AnyCondition | None = None
    """Who is in it, at any moment. Left out: those you put in yourself."""


class ConditionTold(Told):
    """A condition to be tried."""

    model_config = sample(condition={"node": "orders", "at_least": 3})

    condition: AnyCondition


class Segment(Shown):
    """A segment as it stands."""

    id: int
    name: str
    note: str
    kind: Literal["live", "static", "frozen"]
    """`live`: by its condition, at any moment. `static`: by hand or from a file. `frozen`: by the condition
    as it was at a moment."""
    state: Literal["building", "ready", "failed", "archived"]
    """While it is `building`, its customers are being looked for and those of before stay."""
    sentence: str
    """The condition in words; empty where there is none."""
    condition: Any
    """The condition as it is kept; null for static ones."""
    members: int
    created_at: datetime
    true_at: datetime | None
    """As of when its customers were found or kept true, time alone considered."""


class Segments(Shown):
    """A page of segments, by name."""

    segments: list[Segment]
    next: Annotated[str | None, Field(description=NEXT)]


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


class Counted(Shown):
    """How many a condition finds now."""

    members: int
    everybody: int
    """All customers of the shop."""
    sentence: str
    """The condition in words."""


class MemberOf(Shown):
    """A segment that a customer is in."""

    id: int
    name: str
    kind: Literal["live", "static", "frozen"]
    since: datetime


class MembersOf(Shown):
    """All segments that a customer is in, the latest entered first."""

    segments: list[MemberOf]


@routes.read("/segments", Scope.CUSTOMERS_READ, Segments)
def list_segments(request: Call, limit: Limit = LIMIT, after: After = None) -> HttpResponse:
    """List segments.

    By name; without those that were put away.
    """
    rows = sorted(queries.segments(), key=lambda row: (row.name, row.id))
    if after is not None:
        name, id_ = cursors.unwrap(PAGE, after, str, int)
        rows = [row for row in rows if (row.name, row.id) > (name, id_)]
    page = rows[:limit]
    more = cursors.wrap(PAGE, [page[-1].name, page[-1].id]) if len(rows) > limit else None
    conditions = [parse(row.condition) for row in page if row.condition]
    by = speech(conditions)
    return answer(Segments(segments=[_shown(row, by) for row in page], next=more))


@routes.write("POST", "/segments", Scope.CUSTOMERS_WRITE, {201: Segment})
def make_segment(request: Call, body: SegmentTold) -> HttpResponse:
    """Make a segment.

    With a condition its customers are looked for right after the answer: it is `building` until they are
    found. Without one it is static: put customers in afterwards.
    """
    try:
        if body.condition is None:
            made = services.make_static(name=body.name, note=body.note, now=request.now).segment_id
        else:
            condition = _condition(body.condition)
            made = services.make_segment(name=body.name, condition=condition, note=body.note, now=request.now)
    except RegularsError as error:
        raise _problem(error) from error
    return answer(_one(made), 201)


@routes.read("/segments/count", Scope.CUSTOMERS_READ, Counted, method="POST")
def count_condition(request: Call, body: ConditionTold) -> HttpResponse:
    """Count whom a condition finds now.

    Changes nothing. What takes longer than some seconds is refused.
    """
    condition = _condition(body.condition)
    try:
        counted = queries.count(condition, now=request.now, examples=0)
    except RegularsError as error:
        raise _problem(error) from error
    return answer(Counted(members=counted.members, everybody=counted.everybody, sentence=sentence(condition)))


@routes.read("/segments/{int:segment_id}", Scope.CUSTOMERS_READ, Segment)
def get_segment(request: Call, segment_id: SegmentId) -> HttpResponse:
    """Get a segment."""
    return answer(_one(segment_id))


@routes.read("/segments/{int:segment_id}/members", Scope.CUSTOMERS_READ, Members)
def list_members(
    request: Call, segment_id: SegmentId, limit: Limit = LIMIT, after: After = None
) -> HttpResponse:
    """List the customers of a segment.

    Each person once, however many ids they have.
    """
    _known(segment_id)
    above = int(cursors.unwrap(MEMBERS_PAGE, after, int)[0]) if after is not None else 0
    rows = queries.members_page(segment_id, after=above, limit=limit + 1)
    page = rows[:limit]
    more = cursors.wrap(MEMBERS_PAGE, [page[-1].person_id]) if len(rows) > limit else None
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
        raise _problem(error) from error
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
        raise _problem(error) from error
    return answer(MembersChanged(changed=changed, unknown=unknown))


@routes.read("/customers/{path:customer_id}/segments", Scope.CUSTOMERS_READ, MembersOf)
def list_segments_of(request: Call, customer_id: CustomerId) -> HttpResponse:
    """List the segments that a customer is in."""
    found = queries.segments_of(known(customer_id).person_id)
    segments = [
        MemberOf(id=row.segment_id, name=row.name, kind=row.kind.value, since=row.since) for row in found
    ]
    return answer(MembersOf(segments=segments))


def _known(segment_id: int) -> SegmentRow:
    row = queries.segment(segment_id)
    if row is None:
        raise missing("There is no segment with this number.")
    return row


def _one(segment_id: int) -> Segment:
    row = _known(segment_id)
    return _shown(row, speech([parse(row.condition)] if row.condition else []))


def _shown(row: SegmentRow, by: Speech) -> Segment:
    return Segment(
        id=row.id,
        name=row.name,
        note=row.note,
        kind=row.kind.value,
        state=row.state.value,
        sentence=sentence(parse(row.condition), by=by) if row.condition else "",
        condition=msgspec.json.decode(row.condition) if row.condition else None,
        members=row.members,
        created_at=row.created_at,
        true_at=row.true_at,
    )


def _persons(segment_id: int, customers: Sequence[str]) -> tuple[list[int], list[str]]:
    """Who is meant, and the ids that nobody has."""
    _known(segment_id)
    found = persons_of_shop_ids(customers)
    return list(found.values()), [id_ for id_ in dict.fromkeys(customers) if id_ not in found]


def _condition(told: dict[str, Any]) -> Condition:
    try:
        return parse(told)
    except BadCondition as error:
        raise _problem(error) from error


def _problem(error: RegularsError) -> Problem:
    """What is wrong with a segment as an answer; at which node as a place in the condition."""
    if isinstance(error, BadCondition):
        faults = [
            Fault(
                ".".join(("condition", *(f"of.{place}" for place in wrong.path))), error.code, wrong.message
            )
            for wrong in error.wrongs
        ] or [Fault("condition", error.code, str(error))]
        return Problem(Code.INVALID, f"{faults[0].field}: {faults[0].detail}", faults=faults)
    if isinstance(error, CountTooSlow):
        return Problem(Code.UNAVAILABLE, str(error))
    return Problem(Code.REFUSED, str(error), faults=[Fault("", error.code, str(error))])
