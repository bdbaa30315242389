"""The statements behind storing orders and taking them back: each for a whole batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from regulars.commerce.rules.checking import SoundOrder
from regulars.commerce.rules.states import cancelled_at
from regulars.commerce.types import Order, OrderStatus, SourceKey

# What is compared is made in the form that Python makes of an order (rules/checking.py, rules/states.py): so
# no line that stays as it is becomes an object here.
_READ = r"""
SELECT o.source, o.external_id, o.id,
       (o.profile_id, o.ordered_at, o.status, o.cancelled_at,
        o.amount_minor, o.currency, o.channel, o.branch_id)
       IS NOT DISTINCT FROM
       (k.profile_id, k.ordered_at, k.status, k.cancelled_at,
        k.amount_minor, k.currency, k.channel, k.branch_id),
       (SELECT string_agg(concat_ws(E'\t', coalesce(product_id::text, '\N'),
                                    trim_scale(quantity), amount_minor),
                          E'\n' ORDER BY number)
        FROM commerce_orderline WHERE order_id = o.id),
       (SELECT string_agg(concat_ws(E'\t', (extract(epoch FROM r.returned_at) * 1000000)::bigint,
                                    coalesce(trim_scale(r.quantity)::text, '\N'), r.amount_minor,
                                    coalesce(l.number::text, '\N')),
                          E'\n' ORDER BY r.number)
        FROM commerce_orderreturn AS r LEFT JOIN commerce_orderline AS l ON l.id = r.line_id
        WHERE r.order_id = o.id)
FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::timestamptz[], %s::text[], %s::timestamptz[],
            %s::bigint[], %s::text[], %s::text[], %s::bigint[])
     AS k(source, external_id, profile_id, ordered_at, status, cancelled_at, amount_minor,
          currency, channel, branch_id)
JOIN commerce_order AS o USING (source, external_id)
"""
_INSERT = """
INSERT INTO commerce_order (source, external_id, profile_id, ordered_at, status, cancelled_at, amount_minor,
                            currency, channel, branch_id, as_of, status_as_of, ordered_as_of,
                            ordered_at_is_guess, revision, updated_at)
SELECT t.*, 1, %s
FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::timestamptz[], %s::text[], %s::timestamptz[],
            %s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::timestamptz[], %s::timestamptz[],
            %s::timestamptz[], %s::boolean[])
    AS t(source, external_id)
ORDER BY source, external_id
ON CONFLICT (source, external_id) DO NOTHING
RETURNING id, source, external_id
"""
_COPY_LINES = "COPY commerce_orderline (order_id, number, product_id, quantity, amount_minor) FROM STDIN"
_UPDATE = """
UPDATE commerce_order AS o
SET profile_id = t.profile_id, ordered_at = t.ordered_at, status = t.status, cancelled_at = t.cancelled_at,
    amount_minor = t.amount_minor, currency = t.currency, channel = t.channel, branch_id = t.branch_id,
    as_of = t.as_of, status_as_of = t.status_as_of, ordered_as_of = t.ordered_as_of,
    ordered_at_is_guess = t.ordered_at_is_guess, revision = t.revision, updated_at = %s
FROM unnest(%s::bigint[], %s::integer[], %s::bigint[], %s::timestamptz[], %s::text[], %s::timestamptz[],
            %s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::timestamptz[], %s::timestamptz[],
            %s::timestamptz[], %s::boolean[])
    AS t(id, revision, profile_id, ordered_at, status, cancelled_at, amount_minor, currency, channel,
         branch_id, as_of, status_as_of, ordered_as_of, ordered_at_is_guess)
WHERE o.id = t.id
"""
_CONFIRM = """
UPDATE commerce_order AS o
SET revision = t.revision, as_of = t.as_of, status_as_of = t.status_as_of, ordered_as_of = t.ordered_as_of,
    ordered_at_is_guess = t.ordered_at_is_guess
FROM unnest(%s::bigint[], %s::integer[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[],
            %s::boolean[]) AS t(id, revision, as_of, status_as_of, ordered_as_of, ordered_at_is_guess)
WHERE o.id = t.id
"""
_UPSERT_LINES = """
INSERT INTO commerce_orderline (order_id, number, product_id, quantity, amount_minor)
SELECT * FROM unnest(%s::bigint[], %s::integer[], %s::bigint[], %s::numeric[], %s::bigint[])
ON CONFLICT (order_id, number) DO UPDATE SET
    product_id = excluded.product_id, quantity = excluded.quantity, amount_minor = excluded.amount_minor
"""
_DROP_LINES = """
DELETE FROM commerce_orderline AS l
USING unnest(%s::bigint[], %s::integer[]) AS t(order_id, kept)
WHERE l.order_id = t.order_id AND l.number > t.kept
"""
_UPSERT_RETURNS = """
INSERT INTO commerce_orderreturn (order_id, number, line_id, returned_at, quantity, amount_minor)
SELECT t.order_id, t.number, l.id, t.returned_at, t.quantity, t.amount_minor
FROM unnest(%s::bigint[], %s::integer[], %s::integer[], %s::timestamptz[], %s::numeric[], %s::bigint[])
    AS t(order_id, number, line, returned_at, quantity, amount_minor)
LEFT JOIN commerce_orderline AS l ON l.order_id = t.order_id AND l.number = t.line
ON CONFLICT (order_id, number) DO UPDATE SET
    line_id = excluded.line_id, returned_at = excluded.returned_at, quantity = excluded.quantity,
    amount_minor = excluded.amount_minor
"""
_DROP_RETURNS = """
DELETE FROM commerce_orderreturn AS r
USING unnest(%s::bigint[], %s::integer[]) AS t(order_id, kept)
WHERE r.order_id = t.order_id AND r.number > t.kept
"""
_REMOVE = (
    "DELETE FROM commerce_orderreturn WHERE order_id = ANY(%s)",
    "DELETE FROM commerce_orderline WHERE order_id = ANY(%s)",
    "DELETE FROM commerce_order WHERE id = ANY(%s)",
)


@dataclass(frozen=True, slots=True)
class StoredOrder:
    """A stored order as far as one must know it to see whether it differs from what is told."""

    id: int
    same_head: bool
    lines: str
    returns: str


@dataclass(frozen=True, slots=True)
class NewState:
    """What a locked order becomes."""

    id: int
    revision: int
    order: Order


def read_orders(orders: Iterable[SoundOrder]) -> dict[SourceKey, StoredOrder]:
    """The stored ones among these, compared with what is told."""
    with connection.cursor() as cursor:
        cursor.execute(_READ, _columns([(*sound.order.key, *_head(sound)) for sound in orders]))
        return {
            (source, external_id): StoredOrder(id_, same_head, lines or "", returns or "")
            for source, external_id, id_, same_head, lines, returns in cursor.fetchall()
        }


def insert_orders(orders: Mapping[SourceKey, SoundOrder], now: datetime) -> dict[SourceKey, int]:
    """Insert orders with lines and returns, and give their ids; those somebody else just stored are left out.

    In the order of their keys, so that of two batches that overlap one waits for the other and never each
    for the other.
    """
    if not orders:
        return {}
    heads = [(*key, *_head(sound), *_moments(sound.order, now)) for key, sound in orders.items()]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [now, *_columns(heads)])
        ids = {(source, external_id): id_ for id_, source, external_id in cursor.fetchall()}
        rows = [
            f"{id_}\t{number}\t{line}\n"
            for key, id_ in ids.items()
            for number, line in enumerate(orders[key].lines, start=1)
        ]
        with connection.wrap_database_errors, cursor.copy(_COPY_LINES) as copy:
            copy.write("".join(rows))
    _write_returns([(id_, orders[key].order) for key, id_ in ids.items() if orders[key].order.returns])
    return ids


def change_orders(states: Sequence[NewState], now: datetime) -> None:
    """Make locked orders what is given: a line keeps its id by its number. Returns are not None."""
    if not states:
        return
    orders = [(state.id, state.order) for state in states]
    heads = [
        (
            state.id,
            state.revision,
            *_head(SoundOrder(state.order, state.order.amount_minor, [])),
            *_moments(state.order),
        )
        for state in states
    ]
    lines = [
        (id_, number, line.product_id, line.quantity, line.amount_minor)
        for id_, order in orders
        for number, line in enumerate(order.lines, start=1)
    ]
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE, [now, *_columns(heads)])
        cursor.execute(_UPSERT_LINES, _columns(lines))
        cursor.execute(_DROP_LINES, _columns([(id_, len(order.lines)) for id_, order in orders]))
    _write_returns(orders)
    with connection.cursor() as cursor:
        cursor.execute(_DROP_RETURNS, _columns([(id_, len(order.returns or ())) for id_, order in orders]))


def confirm_orders(states: Sequence[NewState]) -> None:
    """Note of locked orders only as of when they are told of: nothing else of them is different."""
    if not states:
        return
    rows = [(state.id, state.revision, *_moments(state.order)) for state in states]
    with connection.cursor() as cursor:
        cursor.execute(_CONFIRM, _columns(rows))


def remove_orders(ids: Sequence[int]) -> None:
    """Remove locked orders with their lines and returns; credits must have been taken from them before."""
    with connection.cursor() as cursor:
        for statement in _REMOVE:
            cursor.execute(statement, [list(ids)])


def _write_returns(orders: Sequence[tuple[int, Order]]) -> None:
    returns = [
        (id_, number, back.line, back.returned_at, back.quantity, back.amount_minor)
        for id_, order in orders
        for number, back in enumerate(order.returns or (), start=1)
    ]
    if returns:
        with connection.cursor() as cursor:
            cursor.execute(_UPSERT_RETURNS, _columns(returns))


def _head(
    sound: SoundOrder,
) -> tuple[int | None, datetime, str, datetime | None, int, str, str, int | None]:
    order = sound.order
    return (
        order.profile_id,
        order.ordered_at,
        (order.status or OrderStatus.COMPLETED).value,
        cancelled_at(order),
        sound.amount_minor,
        order.currency,
        order.channel,
        order.branch_id,
    )


def _moments(
    order: Order, now: datetime | None = None
) -> tuple[datetime | None, datetime | None, datetime | None, bool]:
    """`now`: as of when an order is told of that says no moment."""
    return order.as_of or now, order.status_as_of, order.ordered_as_of, order.ordered_at_is_guess


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
