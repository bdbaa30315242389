"""What the log is told of uses."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from regulars.events import services as events
from regulars.events.types import EventType, NewEvent
from regulars.offers.types import COUPON_RETURNED, COUPON_USED, SOURCE

# `returned`: what was let go, of uses that were given back; otherwise what counts.
_TAKEN = """
SELECT u.id, u.returns, u.order_source, u.order_id, u.branch_id, t.id, t.offer_id, t.code_id, t.profile_id,
       t.amount_minor, t.currency, coalesce(c.key, ''),
       t.terms ->> 'name'
FROM offers_use AS u JOIN offers_taken AS t ON t.use_id = u.id LEFT JOIN offers_code AS c ON c.id = t.code_id
WHERE u.id = ANY(%(uses)s) AND t.counts = %(counts)s AND t.profile_id IS NOT NULL ORDER BY t.id
"""
Causes = Mapping[int, tuple[int, int]]
"""By use the event that led to it, as (id, depth)."""


def tell_used(
    use_ids: Collection[int],
    *,
    at: Mapping[int, datetime],
    now: datetime,
    caused: Causes | None = None,
    backfill: bool = False,
) -> None:
    """Record that the offers of these uses were used, each for a customer who is known; last of all."""
    _tell(COUPON_USED, use_ids, at, now, caused or {}, backfill)


def tell_returned(
    use_ids: Collection[int],
    *,
    at: Mapping[int, datetime],
    now: datetime,
    caused: Causes | None = None,
    backfill: bool = False,
) -> None:
    """Record that offers can be used again; last of all."""
    _tell(COUPON_RETURNED, use_ids, at, now, caused or {}, backfill)


def _tell(
    type_: EventType,
    use_ids: Collection[int],
    at: Mapping[int, datetime],
    now: datetime,
    caused: Causes,
    backfill: bool,
) -> None:
    if not use_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN, {"uses": sorted(use_ids), "counts": type_ is COUPON_USED})
        rows = cursor.fetchall()
    new = [_event(type_, row, at[row[0]], caused.get(row[0])) for row in rows]
    if new:
        events.record(new, now=now, backfill=backfill)


def _event(type_: EventType, row: tuple[Any, ...], at: datetime, caused: tuple[int, int] | None) -> NewEvent:
    (
        use_id,
        returns,
        source,
        order,
        branch,
        taken_id,
        offer_id,
        code_id,
        profile_id,
        amount,
        money,
        key,
        name,
    ) = row
    return NewEvent(
        type=type_,
        source=SOURCE,
        key=f"{type_.name}:{taken_id}:{returns}",
        occurred_at=at,
        profile_id=profile_id,
        properties={
            "offer_id": offer_id,
            "name": name,
            "code_id": code_id,
            "key": key,
            "use_id": use_id,
            "discount_minor": amount,
            "currency": money,
            "order": order,
            "order_source": source,
            "branch_id": branch,
        },
        caused=caused,
    )
