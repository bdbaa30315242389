"""Events of a customer: reading what happened, and telling of what only the shop knows."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpResponse
from pydantic import BeforeValidator, Field, WithJsonSchema

from regulars.api.ingest import allowed
from regulars.api.rest import cursors
from regulars.api.rest.call import Call, answer
from regulars.api.rest.customers import CustomerId, known
from regulars.api.rest.fields import Id, Moment, Shown, Told, plain, sample
from regulars.api.rest.pages import LIMIT, NEXT, After, Limit
from regulars.api.rest.problems import Code, Fault, Problem
from regulars.api.rest.routes import Routes
from regulars.customers import queries as customers
from regulars.customers import services as profiles
from regulars.customers.types import SHOP
from regulars.events import queries, registry, services
from regulars.events.errors import BadName, ReservedName, TooManyNames
from regulars.events.types import EventClass, NewEvent
from regulars.team.types import Scope

SOURCE = "api"
"""The source of occasions that come this way."""
PAGE = "events"
PROPERTIES_MAX = 100

routes = Routes("Events")


def _properties(told: Any) -> Any:
    if not isinstance(told, dict):
        raise ValueError('Give an object such as {"table": 4}')
    if len(told) > PROPERTIES_MAX:
        raise ValueError(f"Give at most {PROPERTIES_MAX} properties")
    return plain(told)


class EventTold(Told):
    """Something that happened to a customer."""

    model_config = sample(customer_id="C-1024", name="table_booked", id="booking-77", properties={"table": 4})

    customer_id: Id
    """The shop's own id; a customer who is not known yet is created."""
    name: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9]*([_ -][A-Za-z0-9]+)*$", max_length=100)]
    """Such as `table_booked`. Names that Regulars records itself (orders, consents, …) are refused."""
    id: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[!-~]+$")] | None = None
    """Your own id of the occasion: the same again is not recorded twice, ever."""
    occurred_at: Moment | None = None
    """Left out: now."""
    properties: Annotated[
        dict[str, Any],
        BeforeValidator(_properties),
        WithJsonSchema({"type": "object", "maxProperties": PROPERTIES_MAX, "examples": [{"table": 4}]}),
    ] = Field(default_factory=dict)
    """JSON without personal data: whatever looks like an address, a phone or a password is left out."""


class EventTaken(Shown):
    """What became of an event."""

    id: str
    name: str
    """As it is stored: in snake case."""
    repeated: bool
    """It was recorded before, and nothing was done."""
    left_out: list[str]
    """Properties that were not stored, since they look like personal data or are too long."""


class Event(Shown):
    """Something that happened to a customer."""

    id: int
    name: str
    occurred_at: datetime
    properties: dict[str, Any]


class Events(Shown):
    """A page of what happened, the newest first."""

    events: list[Event]
    next: Annotated[str | None, Field(description=NEXT)]


@routes.read("/customers/{path:customer_id}/events", Scope.EVENTS_READ, Events)
def list_events(
    request: Call, customer_id: CustomerId, limit: Limit = LIMIT, after: After = None
) -> HttpResponse:
    """List what happened to a customer, the newest first.

    Of the whole person: what is known of them under other ids and devices belongs to it.
    """
    person = customers.person(known(customer_id).person_id)
    ids = person.profile_ids if person else []
    above = None
    if after is not None:
        moment, event_id = cursors.unwrap(PAGE, after, str, int)
        above = cursors.moment(str(moment)), int(event_id)
    rows = queries.timeline(ids, limit=min(limit + 1, queries.TIMELINE_MAX), before=above)
    full = len(rows) > limit or len(rows) == queries.TIMELINE_MAX
    last = rows[:limit][-1] if full else None
    more = cursors.wrap(PAGE, [last.occurred_at.isoformat(), last.id]) if last else None
    events = [
        Event(id=row.id, name=row.name, occurred_at=row.occurred_at, properties=dict(row.properties))
        for row in rows[:limit]
    ]
    return answer(Events(events=events, next=more))


@routes.write("POST", "/events", Scope.EVENTS_WRITE, {200: EventTaken, 201: EventTaken})
def record_event(request: Call, body: EventTold) -> HttpResponse:
    """Record something that happened to a customer.

    Give it an `id`, or send an `Idempotency-Key`: without either, a repeated call is another event. Many
    at once go to `POST /v1/batch`. 200: it was recorded before.
    """
    key = (SHOP, body.customer_id)
    profile_id = profiles.find_or_create_profiles(keys=[key], now=request.now)[key]
    occasion = body.id or uuid.uuid4().hex
    kept, left_out = allowed.stored(body.properties)
    try:
        type_ = registry.outside(body.name, EventClass.FACT)
        event = NewEvent(
            type=type_,
            source=SOURCE,
            key=occasion,
            occurred_at=min(body.occurred_at or request.now, request.now),
            profile_id=profile_id,
            properties=kept,
        )
        recorded = services.record([event], now=request.now)
    except (BadName, ReservedName, TooManyNames) as error:
        raise Problem(Code.REFUSED, str(error), faults=[Fault("name", error.code, str(error))]) from error
    taken = EventTaken(id=occasion, name=type_.name, repeated=not recorded, left_out=left_out)
    return answer(taken, 201 if recorded else 200)
