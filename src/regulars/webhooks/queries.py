"""Reading endpoints and what was sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q

from regulars.webhooks.models import Delivery, Endpoint
from regulars.webhooks.types import COUNTED_MAX, DeliveryRow, EndpointRow, OffReason, State

PAGE_MAX = 200
DAY = timedelta(hours=24)

_ENDPOINTS = """
SELECT e.id, e.url, e.events::text, e.created_at, e.off_reason, e.off_at, e.failing_since, e.last_success_at,
       e.last_code, e.old_secret_until, waiting.count, dead.count, day.delivered, day.count
FROM webhooks_endpoint AS e
CROSS JOIN LATERAL (SELECT count(*) FROM (
    SELECT FROM webhooks_delivery WHERE endpoint_id = e.id AND state = 'waiting' LIMIT %(most)s
) AS w) AS waiting
CROSS JOIN LATERAL (SELECT count(*) FROM (
    SELECT FROM webhooks_delivery WHERE endpoint_id = e.id AND state = 'dead' LIMIT %(most)s
) AS d) AS dead
CROSS JOIN LATERAL (SELECT count(*), count(*) FILTER (WHERE state = 'delivered') AS delivered FROM (
    SELECT state FROM webhooks_delivery WHERE endpoint_id = e.id AND created_at > %(since)s
    ORDER BY created_at DESC, id DESC LIMIT %(most)s
) AS t) AS day
WHERE e.deleted_at IS NULL AND (%(id)s::bigint IS NULL OR e.id = %(id)s)
ORDER BY e.id
"""
_COLUMNS = (
    "id", "message_id", "name", "body", "state", "tries", "created_at", "last_tried_at", "next_try_at",
    "settled_at", "status", "code", "answer", "took_ms",
)  # fmt: skip


def endpoints(*, now: datetime) -> list[EndpointRow]:
    """All endpoints with their counts, the oldest first."""
    return _endpoints(None, now)


def endpoint(endpoint_id: int, *, now: datetime) -> EndpointRow | None:
    """One of them; None if there is no such."""
    return next(iter(_endpoints(endpoint_id, now)), None)


def deliveries(
    endpoint_id: int,
    *,
    state: State | None = None,
    before: tuple[datetime, int] | None = None,
    limit: int,
) -> list[DeliveryRow]:
    """What was put in line for an endpoint, the newest first, at most PAGE_MAX.

    `before` is the (created_at, id) of the last line of the page above.
    """
    rows = Delivery.objects.filter(endpoint_id=endpoint_id)
    if state is not None:
        rows = rows.filter(state=state.value)
    if before is not None:
        at, id_ = before
        rows = rows.filter(created_at__lte=at).exclude(created_at=at, id__gte=id_)
    found = rows.order_by("-created_at", "-id").values_list(*_COLUMNS)[: min(limit, PAGE_MAX)]
    return [_delivery(row) for row in found]


def all_deliveries(endpoint_id: int, *, state: State | None = None, limit: int) -> Iterator[DeliveryRow]:
    """The same for a file: the first `limit`, read a page at a time."""
    before = None
    while limit > 0 and (page := deliveries(endpoint_id, state=state, before=before, limit=limit)):
        yield from page
        limit -= len(page)
        before = (page[-1].created_at, page[-1].id)


def any_due(now: datetime) -> bool:
    """Whether something is to be sent by now."""
    on = Endpoint.objects.filter(off_reason="", deleted_at=None).values("id")
    due = Delivery.objects.filter(endpoint_id__in=on, state=State.WAITING.value, next_try_at__lte=now)
    return due.filter(Q(held_until=None) | Q(held_until__lte=now)).exists()


def _endpoints(endpoint_id: int | None, now: datetime) -> list[EndpointRow]:
    values = {"id": endpoint_id, "since": now - DAY, "most": COUNTED_MAX}
    with connection.cursor() as cursor:
        cursor.execute(_ENDPOINTS, values)
        return [_endpoint(row) for row in cursor.fetchall()]


def _endpoint(row: tuple[Any, ...]) -> EndpointRow:
    id_, url, events, created_at, off_reason, *rest = row
    off_at, failing_since, last_success_at, last_code, old_secret_until, waiting, dead, delivered, day = rest
    return EndpointRow(
        id=id_,
        url=url,
        events=frozenset(json.loads(events)),
        created_at=created_at,
        off_reason=OffReason(off_reason) if off_reason else None,
        off_at=off_at,
        failing_since=failing_since,
        last_success_at=last_success_at,
        last_code=last_code,
        old_secret_until=old_secret_until,
        waiting=waiting,
        dead=dead,
        day_delivered=delivered,
        day_all=day,
    )


def _delivery(row: tuple[Any, ...]) -> DeliveryRow:
    values = dict(zip(_COLUMNS, row, strict=True))
    return DeliveryRow(**values | {"state": State(values["state"])})
