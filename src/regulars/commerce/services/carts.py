"""What customers put into their carts and take out again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from regulars.commerce.rules.carts import cart_refused
from regulars.commerce.rules.states import quantity_text
from regulars.commerce.types import (
    CART_CLEARED,
    CART_VIEWED,
    CHECKOUT_STARTED,
    PRODUCT_ADDED,
    PRODUCT_REMOVED,
    CartChange,
    CartStep,
    ChangedCarts,
    RefusedCart,
)
from regulars.events import services as events
from regulars.events.types import EventType, NewEvent

CHANGES_MAX = 5_000
"""Most changes in one transaction: an open write holds the readers of the log back."""
ROWS_MAX = 500
"""Most rows kept of a cart; more are summed up, and what is told late of before that counts no more."""
KEPT = timedelta(days=395)
"""How long a cart is kept that nobody touches: 13 months, as browsing."""

_EVENTS: Mapping[CartStep, EventType] = {
    CartStep.VIEWED: CART_VIEWED,
    CartStep.ADDED: PRODUCT_ADDED,
    CartStep.REMOVED: PRODUCT_REMOVED,
    CartStep.CHECKOUT_STARTED: CHECKOUT_STARTED,
    CartStep.CLEARED: CART_CLEARED,
}
# In the order of their keys, so that of two batches one waits for the other and never each for the other.
_TOUCH = """
INSERT INTO commerce_cart AS c (profile_id, cart, currency, whole_at, changed_at, checkout_at)
SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[],
                     %s::timestamptz[]) AS t(profile_id, cart)
ORDER BY profile_id, cart
ON CONFLICT (profile_id, cart) DO UPDATE SET
    currency = CASE WHEN excluded.changed_at >= c.changed_at THEN excluded.currency ELSE c.currency END,
    whole_at = greatest(c.whole_at, excluded.whole_at),
    changed_at = greatest(c.changed_at, excluded.changed_at),
    checkout_at = greatest(c.checkout_at, excluded.checkout_at)
RETURNING id, profile_id, cart, whole_at
"""
_FORGET = """
DELETE FROM commerce_cartline AS l USING unnest(%s::bigint[], %s::timestamptz[]) AS t(cart_id, whole_at)
WHERE l.cart_id = t.cart_id AND l.at <= t.whole_at
"""
_ADD = """
INSERT INTO commerce_cartline (cart_id, product_id, at, quantity, price_minor)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::numeric[], %s::bigint[])
"""
_SUM_UP = """
WITH long AS (
    SELECT cart_id FROM commerce_cartline WHERE cart_id = ANY(%s) GROUP BY cart_id HAVING count(*) > %s
), gone AS (
    DELETE FROM commerce_cartline AS l USING long WHERE l.cart_id = long.cart_id RETURNING l.*
), whole AS (
    UPDATE commerce_cart AS c SET whole_at = c.changed_at FROM long WHERE c.id = long.cart_id
    RETURNING c.id, c.changed_at
)
INSERT INTO commerce_cartline (cart_id, product_id, at, quantity, price_minor)
SELECT g.cart_id, g.product_id, w.changed_at, sum(g.quantity),
       (array_agg(g.price_minor ORDER BY g.at DESC) FILTER (WHERE g.price_minor IS NOT NULL))[1]
FROM gone AS g JOIN whole AS w ON w.id = g.cart_id
GROUP BY g.cart_id, g.product_id, w.changed_at HAVING sum(g.quantity) > 0
"""
_OLD = (
    "SELECT id FROM commerce_cart WHERE changed_at < %s ORDER BY changed_at LIMIT %s FOR UPDATE SKIP LOCKED"
)
_DROP = (
    "DELETE FROM commerce_cartline WHERE cart_id = ANY(%s)",
    "DELETE FROM commerce_cart WHERE id = ANY(%s)",
)


@dataclass
class _Cart:
    """What a batch tells of one cart."""

    currency: str
    changed_at: datetime
    whole: CartChange | None = None
    checkout_at: datetime | None = None
    moves: list[CartChange] = field(default_factory=list)


@transaction.atomic
def change_carts(*, changes: Sequence[CartChange], now: datetime) -> ChangedCarts:
    """Store what happened to carts, each occasion once, and record the event of it under that occasion.

    The end is the same in whatever order changes come: of tellings of all that is in a cart the newest
    holds, with what was added and removed after it. An occasion that is in the log already is passed over,
    so it must not have been claimed before. Records `product_added`, `product_removed`, `cart_viewed`,
    `checkout_started` and `cart_cleared`.

    Raises ValueError above CHANGES_MAX.
    """
    if len(changes) > CHANGES_MAX:
        raise ValueError(f"{len(changes)} changes of carts in one batch; the most is {CHANGES_MAX}")
    wanted: dict[tuple[str, str], CartChange] = {}
    refused: dict[tuple[str, str], RefusedCart] = {}
    for change in changes:
        if reason := cart_refused(change):
            refused[change.occasion] = reason
        else:
            wanted.setdefault(change.occasion, change)
    if not wanted:
        return ChangedCarts(frozenset(), refused)
    recorded = events.record([_event(change) for change in wanted.values()], now=now)
    taken = [wanted[occasion] for occasion in wanted if occasion in recorded.ids]
    _store(_gathered(taken))
    return ChangedCarts(frozenset(recorded.ids), refused)


@transaction.atomic
def drop_old_carts(*, now: datetime, limit: int) -> int:
    """Remove carts that nobody touched for 13 months; says how many. Without them browsing is as short."""
    with connection.cursor() as cursor:
        cursor.execute(_OLD, [now - KEPT, limit])
        ids = [id_ for (id_,) in cursor.fetchall()]
        for statement in _DROP if ids else ():
            cursor.execute(statement, [ids])
    return len(ids)


def _event(change: CartChange) -> NewEvent:
    return NewEvent(
        type=_EVENTS[change.what],
        source=change.source,
        key=change.key,
        occurred_at=change.at,
        profile_id=change.profile_id,
        properties={
            "cart": change.cart,
            "currency": change.currency,
            "products": [
                {
                    "product_id": line.product_id,
                    "quantity": quantity_text(line.quantity),
                    "price_minor": line.price_minor,
                }
                for line in change.lines
            ],
        },
    )


def _gathered(changes: Iterable[CartChange]) -> dict[tuple[int, str], _Cart]:
    carts: dict[tuple[int, str], _Cart] = {}
    for change in changes:
        key = (change.profile_id, change.cart)
        cart = carts.setdefault(key, _Cart(change.currency, change.at))
        if change.at >= cart.changed_at:
            cart.currency, cart.changed_at = change.currency, change.at
        if change.what is CartStep.CHECKOUT_STARTED:
            cart.checkout_at = max(change.at, cart.checkout_at or change.at)
        if change.what in (CartStep.ADDED, CartStep.REMOVED):
            cart.moves.append(change)
        elif (change.lines or change.what is CartStep.CLEARED) and (
            cart.whole is None or change.at >= cart.whole.at
        ):
            cart.whole = change
    return carts


def _store(carts: Mapping[tuple[int, str], _Cart]) -> None:
    if not carts:
        return
    heads = [
        (*key, cart.currency, cart.whole and cart.whole.at, cart.changed_at, cart.checkout_at)
        for key, cart in carts.items()
    ]
    with connection.cursor() as cursor:
        cursor.execute(_TOUCH, _columns(heads))
        stored = {(profile_id, name): (id_, at) for id_, profile_id, name, at in cursor.fetchall()}
        # Only where nothing newer was told before.
        whole = [
            (stored[key][0], cart.whole)
            for key, cart in carts.items()
            if cart.whole and cart.whole.at == stored[key][1]
        ]
        if whole:
            cursor.execute(_FORGET, _columns([(id_, change.at) for id_, change in whole]))
        rows = [row for id_, change in whole for row in _rows(id_, change)]
        for key, cart in carts.items():
            id_, whole_at = stored[key]
            for change in cart.moves:
                if whole_at is None or change.at > whole_at:
                    rows += _rows(id_, change)
        if rows:
            cursor.execute(_ADD, _columns(rows))
            cursor.execute(_SUM_UP, [sorted({row[0] for row in rows}), ROWS_MAX])


def _rows(cart_id: int, change: CartChange) -> list[tuple[Any, ...]]:
    sign = -1 if change.what is CartStep.REMOVED else 1
    return [
        (cart_id, line.product_id, change.at, sign * line.quantity, line.price_minor) for line in change.lines
    ]


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
