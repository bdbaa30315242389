"""Segments: which there are, what they ask, and what can be asked."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from django.http import HttpResponse
from ninja import Path
from pydantic import Field

from regulars.api.rest import cursors
from regulars.api.rest.call import Call, answer
from regulars.api.rest.fields import Line, Shown, Told, sample
from regulars.api.rest.pages import LIMIT, NEXT, After, Limit
from regulars.api.rest.problems import Code, Fault, Problem, missing
from regulars.api.rest.routes import Routes
from regulars.kit import attributes as registry
from regulars.kit.attributes import Attribute, Kind
from regulars.kit.errors import RegularsError
from regulars.segments import queries, services
from regulars.segments.errors import BadCondition
from regulars.segments.rules import parse
from regulars.segments.types import Condition, SegmentRow
from regulars.segments.wording import Speech, sentence, speech
from regulars.team.types import Scope

PAGE = "segments"

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


class Counted(Shown):
    """How many a condition finds now."""

    members: int
    everybody: int
    """All customers of the shop."""
    sentence: str
    """The condition in words."""


class Askable(Shown):
    """Something that a condition can ask about a customer, or of an order."""

    key: str
    label: str
    kind: str
    """`text`, `choice`, `number`, `money` (whole minor units), `yes_no`, `day` or `moment`."""
    choices: list[str] | None = None
    """What there is to choose from; null: anything."""


class Askables(Shown):
    """All that conditions can ask about in this installation."""

    attributes: list[Askable]
    """For nodes `attribute`."""
    fields: list[Askable]
    """For `where` in nodes `orders`."""


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
        raise problem_of(error) from error
    return answer(_one(made), 201)


@routes.read("/segments/count", Scope.CUSTOMERS_READ, Counted, method="POST", refuses=True)
def count_condition(request: Call, body: ConditionTold) -> HttpResponse:
    """Count whom a condition finds now.

    Changes nothing. What takes longer than some seconds is refused.
    """
    condition = _condition(body.condition)
    try:
        queries.check_condition(body.condition)
        counted = queries.count(condition, now=request.now, examples=0)
    except RegularsError as error:
        raise problem_of(error) from error
    return answer(Counted(members=counted.members, everybody=counted.everybody, sentence=sentence(condition)))


@routes.read("/segments/attributes", Scope.CUSTOMERS_READ, Askables)
def list_askable(request: Call) -> HttpResponse:
    """List what conditions can ask about.

    Also what this shop made up itself.
    """
    attributes = [_askable(key, one) for key, one in registry.registered().items()]
    lines = registry.relations().get("order_lines")
    fields = [
        Askable(key=name, label=str(field.label), kind=field.kind.value)
        for name, field in (lines.fields.items() if lines else ())
    ]
    return answer(Askables(attributes=attributes, fields=fields))


@routes.read("/segments/{int:segment_id}", Scope.CUSTOMERS_READ, Segment)
def get_segment(request: Call, segment_id: SegmentId) -> HttpResponse:
    """Get a segment."""
    return answer(_one(segment_id))


def _askable(key: str, attribute: Attribute) -> Askable:
    choices = None
    if attribute.kind is Kind.CHOICE and attribute.choices is not None:
        choices = [value for value, _words in attribute.choices()]
    return Askable(key=key, label=str(attribute.label), kind=attribute.kind.value, choices=choices)


def known_segment(segment_id: int) -> SegmentRow:
    """The segment of that number. Raises Problem (`not_found`)."""
    row = queries.segment(segment_id)
    if row is None:
        raise missing("There is no segment with this number.")
    return row


def _one(segment_id: int) -> Segment:
    row = known_segment(segment_id)
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


def _condition(told: dict[str, Any]) -> Condition:
    try:
        return parse(told)
    except BadCondition as error:
        raise problem_of(error) from error


def problem_of(error: RegularsError) -> Problem:
    """What is wrong with a segment as an answer; at which node as a place in the condition."""
    faults = [Fault("", error.code, str(error))]
    if isinstance(error, BadCondition):
        faults = [
            Fault(
                ".".join(("condition", *(f"of.{place}" for place in wrong.path))), error.code, wrong.message
            )
            for wrong in error.wrongs
        ] or [Fault("condition", error.code, str(error))]
    return Problem(Code.REFUSED, f"{faults[0].detail.rstrip('.')}. Nothing was stored.", faults=faults)
