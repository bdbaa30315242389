"""Putting events in line for those endpoints that asked for them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from regulars.customers import queries as customers
from regulars.customers.types import ANONYMOUS
from regulars.events.types import LoggedEvent
from regulars.webhooks import rules
from regulars.webhooks.models import Delivery, Endpoint
from regulars.webhooks.services import jobs
from regulars.webhooks.types import OFFERED, OFFERED_NAMES, TEST, State

_OF_CUSTOMERS = frozenset(OFFERED["customers"])


def put_in_line(*, events: Sequence[LoggedEvent], now: datetime) -> int:
    """Write down what each endpoint is to be told, also for one that is off; gives how many messages.

    In the transaction of the caller. The same event again changes nothing. What an endpoint is told is
    made here and stays the same over all tries.
    """
    endpoints = list(Endpoint.objects.filter(deleted_at=None).values_list("id", "events"))
    asked_for = {name for _id, names in endpoints for name in names} & OFFERED_NAMES
    wanted = [event for event in events if event.name in asked_for]
    if not wanted:
        return 0
    told = _messages(wanted)
    rows = [
        _row(endpoint_id, event.id, event.name, told[event.id], now)
        for endpoint_id, names in endpoints
        for event in wanted
        if event.name in names and event.id in told
    ]
    made = Delivery.objects.bulk_create(rows, ignore_conflicts=True)
    jobs.wake()
    return len(made)


def line_up_test(*, endpoint_id: int, now: datetime) -> int:
    """Put an event in line that only says that this is a test; gives the delivery's number."""
    body = rules.message(name=TEST, occurred_at=now, event_id=None, customer=None, properties={})
    row = _row(endpoint_id, None, TEST, body, now)
    row.save(force_insert=True)
    jobs.wake()
    return row.pk


def _messages(events: Iterable[LoggedEvent]) -> dict[int, str]:
    """What is told of each event by its id; of a device that nobody knows there is no customer to tell of."""
    events = list(events)
    profiles = customers.profiles({event.profile_id for event in events if event.profile_id is not None})
    keys: Mapping[int, tuple[str, str]] = {
        id_: (found.source, found.external_id) for id_, found in profiles.items() if found.source != ANONYMOUS
    }
    told = {}
    for event in events:
        customer = keys.get(event.profile_id) if event.profile_id is not None else None
        if customer is None and event.name in _OF_CUSTOMERS:
            continue
        told[event.id] = rules.message(
            name=event.name,
            occurred_at=event.occurred_at,
            event_id=event.id,
            customer=customer,
            properties=event.properties,
        )
    return told


def _row(endpoint_id: int, event_id: int | None, name: str, body: str, now: datetime) -> Delivery:
    return Delivery(
        endpoint_id=endpoint_id,
        event_id=event_id,
        message_id=rules.MESSAGE_PREFIX + secrets.token_urlsafe(18),
        name=name,
        body=body,
        state=State.WAITING.value,
        created_at=now,
        next_try_at=now,
    )
