"""The one place that locks orders and what names them: credits, cancellations, shipments.

Whoever writes them joins or holds their sources first. Many join one at a time, each locking the rows it
touches; who holds one is alone in it, and that is asked of what names an order that is not there. So of an
order and of what names it the later one always sees the earlier. Then come orders: new ones are inserted in
the order of their keys, stored ones locked in that of their ids; then credits and shipments alike. So nobody
waits in a circle.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from regulars.commerce.types import (
    NewCredit,
    Order,
    OrderLine,
    OrderReturn,
    OrderStatus,
    Reckoned,
    SourceKey,
    Told,
)

_LOCK_ORDERS = """
SELECT o.id, o.source, o.external_id, o.profile_id, o.ordered_at, o.status, o.cancelled_at, o.currency,
       o.channel, o.branch_id, o.revision, o.as_of, o.status_as_of, o.ordered_as_of, o.ordered_at_is_guess
FROM commerce_order AS o
JOIN unnest(%s::text[], %s::text[]) AS k(source, external_id) USING (source, external_id)
ORDER BY o.id
FOR NO KEY UPDATE OF o
"""
_LINES = """
SELECT order_id, product_id, trim_scale(quantity), amount_minor
FROM commerce_orderline WHERE order_id = ANY(%s) ORDER BY order_id, number
"""
_RETURNS = """
SELECT r.order_id, r.returned_at, trim_scale(r.quantity), r.amount_minor, l.number
FROM commerce_orderreturn AS r LEFT JOIN commerce_orderline AS l ON l.id = r.line_id
WHERE r.order_id = ANY(%s) ORDER BY r.order_id, r.number
"""
_KNOWN_CREDITS = """
SELECT c.source, c.external_id FROM unnest(%s::text[], %s::text[]) AS k(source, external_id)
JOIN commerce_credit AS c USING (source, external_id)
"""
_LOCK_CREDITS = """
SELECT c.id, c.revision, c.told, c.told_revision, c.backfill, c.order_id, o.profile_id, c.named_order_id,
       c.source, c.external_id, c.profile_id, c.credited_at, c.amount_minor, c.currency, c.order_external_id,
       c.product_id, trim_scale(c.quantity), c.channel, c.branch_id, c.reckoned
FROM commerce_credit AS c
JOIN unnest(%s::text[], %s::text[]) AS k(source, external_id) USING (source, external_id)
LEFT JOIN commerce_order AS o ON o.id = c.order_id
ORDER BY c.id
FOR NO KEY UPDATE OF c
"""


@dataclass(frozen=True, slots=True)
class LockedOrder:
    """An order as it stands, held until the end of the transaction."""

    id: int
    revision: int
    order: Order


@dataclass(frozen=True, slots=True)
class LockedCredit:
    """A credit as it stands, held until the end of the transaction."""

    id: int
    revision: int
    told: Told
    told_revision: int
    backfill: bool
    order_id: int | None
    order_profile_id: int | None
    named_order_id: int | None
    credit: NewCredit


def join_sources(sources: Iterable[str]) -> None:
    """Keep those out who hold one of these sources until the end of the transaction, and nobody else."""
    _lock_sources("SELECT pg_advisory_xact_lock_shared(%s)", sources)


def hold_sources(sources: Iterable[str]) -> None:
    """Let nobody else write orders, or what names them, of these sources until the end of the transaction.

    An order and a credit that names it may be told of at the same moment, each where the other cannot see
    it yet; no lock on a row could keep them apart, because neither row is there.

    A transaction that writes both of a source holds it first of all, though after what they point to:
    profiles, products, branches. Who has joined a source and then wants to hold it may wait in a circle with
    another who does the same.
    """
    _lock_sources("SELECT pg_advisory_xact_lock(%s)", sources)


def _lock_sources(statement: str, sources: Iterable[str]) -> None:
    numbers = sorted({_number(source) for source in sources})
    with connection.cursor() as cursor:
        for number in numbers:
            cursor.execute(statement, [number])


def _number(source: str) -> int:
    digest = hashlib.sha256(f"commerce:{source}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def lock_orders(keys: Iterable[SourceKey]) -> dict[SourceKey, LockedOrder]:
    """Lock the stored orders among these and read them whole."""
    heads = _fetch(_LOCK_ORDERS, *_columns(keys))
    ids = [head[0] for head in heads]
    lines, returns = _lines(ids), _returns(ids)
    locked: dict[SourceKey, LockedOrder] = {}
    for id_, source, external_id, profile_id, ordered_at, status, cancelled_at, *rest in heads:
        currency, channel, branch_id, revision, as_of, status_as_of, ordered_as_of, is_guess = rest
        order = Order(
            source=source,
            external_id=external_id,
            profile_id=profile_id,
            ordered_at=ordered_at,
            status=OrderStatus(status),
            cancelled_at=cancelled_at,
            currency=currency,
            channel=channel,
            branch_id=branch_id,
            lines=tuple(lines[id_]),
            returns=tuple(returns[id_]),
            as_of=as_of,
            status_as_of=status_as_of,
            ordered_as_of=ordered_as_of,
            ordered_at_is_guess=is_guess,
        )
        locked[order.key] = LockedOrder(id_, revision, order)
    return locked


def known_credits(keys: Iterable[SourceKey]) -> set[SourceKey]:
    """Those of these that are stored; not locked."""
    return {(source, external_id) for source, external_id in _fetch(_KNOWN_CREDITS, *_columns(keys))}


def lock_credits(keys: Iterable[SourceKey]) -> dict[SourceKey, LockedCredit]:
    """Lock the stored credits among these."""
    locked: dict[SourceKey, LockedCredit] = {}
    for id_, revision, told, told_revision, backfill, order_id, customer, named, *values in _fetch(
        _LOCK_CREDITS, *_columns(keys)
    ):
        credit = _credit(*values)
        locked[credit.key] = LockedCredit(
            id_, revision, Told(told), told_revision, backfill, order_id, customer, named, credit
        )
    return locked


def _credit(
    source: str,
    external_id: str,
    profile_id: int | None,
    credited_at: datetime,
    amount_minor: int,
    currency: str,
    order_external_id: str,
    *rest: Any,
) -> NewCredit:
    product_id, quantity, channel, branch_id, reckoned = rest
    return NewCredit(
        source=source,
        external_id=external_id,
        profile_id=profile_id,
        credited_at=credited_at,
        amount_minor=amount_minor,
        currency=currency,
        order_external_id=order_external_id,
        product_id=product_id,
        quantity=quantity,
        channel=channel,
        branch_id=branch_id,
        reckoned=Reckoned(reckoned),
    )


def _columns(keys: Iterable[SourceKey]) -> tuple[list[str], list[str]]:
    wanted = sorted(set(keys))
    return [source for source, _ in wanted], [external_id for _, external_id in wanted]


def _fetch(statement: str, *arrays: Any) -> list[tuple[Any, ...]]:
    if not arrays[0]:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement, arrays)
        return list(cursor.fetchall())


def _lines(ids: Sequence[int]) -> defaultdict[int, list[OrderLine]]:
    found: defaultdict[int, list[OrderLine]] = defaultdict(list)
    for order_id, product_id, quantity, amount_minor in _fetch(_LINES, ids):
        line = OrderLine(product_id=product_id, quantity=quantity, amount_minor=amount_minor)
        found[order_id].append(line)
    return found


def _returns(ids: Sequence[int]) -> defaultdict[int, list[OrderReturn]]:
    found: defaultdict[int, list[OrderReturn]] = defaultdict(list)
    for order_id, returned_at, quantity, amount_minor, line in _fetch(_RETURNS, ids):
        found[order_id].append(
            OrderReturn(returned_at=returned_at, quantity=quantity, amount_minor=amount_minor, line=line)
        )
    return found
