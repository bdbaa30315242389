"""Which credit reduces which order: the one of its source and currency that it names, once it is known."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from regulars.commerce.locks import hold_sources, join_sources
from regulars.commerce.services import telling
from regulars.commerce.services.marks import Marks
from regulars.commerce.services.telling import NamedOrder, Telling
from regulars.commerce.types import NewCredit, Reckoned, SourceKey, Told
from regulars.kit import sql

_NAMED = """
SELECT o.source, o.external_id, o.id, o.profile_id, o.amount_minor, o.currency, o.external_id
FROM unnest(%s::text[], %s::text[]) AS k(source, external_id)
JOIN commerce_order AS o USING (source, external_id)
"""
# In the order of their ids: those that credits name, those they are of so far, those a colleague named.
_HOLD_NAMED = """
SELECT o.id FROM commerce_order AS o
WHERE o.id IN (
    SELECT n.id FROM unnest(%s::text[], %s::text[]) AS k(source, external_id)
    JOIN commerce_order AS n USING (source, external_id)
    UNION ALL
    SELECT of.order_id FROM unnest(%s::text[], %s::text[]) AS k(source, external_id)
    JOIN commerce_credit AS c USING (source, external_id)
    CROSS JOIN LATERAL (VALUES (c.order_id), (c.named_order_id)) AS of(order_id)
)
ORDER BY o.id FOR NO KEY UPDATE
"""
_BY_ID = """
SELECT o.id, o.id, o.profile_id, o.amount_minor, o.currency, o.external_id
FROM commerce_order AS o WHERE o.id = ANY(%s)
"""
_KNOWN = """
SELECT source, external_id FROM unnest(%s::text[], %s::text[]) AS k(source, external_id)
JOIN commerce_order USING (source, external_id)
"""
_CANCELLATIONS = """
SELECT source, external_id, c.cancelled_at
FROM unnest(%s::text[], %s::text[]) AS k(source, external_id)
JOIN commerce_cancellation AS c USING (source, external_id)
"""
_LINK = """
WITH awaiting AS (
    SELECT c.id, c.told, o.id AS order_id, o.profile_id
    FROM commerce_order AS o
    JOIN commerce_credit AS c ON c.source = o.source AND c.order_external_id = o.external_id
        AND (c.currency = o.currency OR c.reckoned <> '')
        AND c.order_id IS NULL AND c.order_external_id <> ''
    WHERE o.id = ANY(%(orders)s)
    ORDER BY c.id FOR NO KEY UPDATE OF c
)
UPDATE commerce_credit AS c
SET order_id = a.order_id,
    told_revision = CASE WHEN c.told <> 'not_yet' OR c.amount_minor = 0 THEN c.told_revision
                         ELSE c.revision END,
    told = CASE WHEN c.told <> 'not_yet' OR c.amount_minor = 0 THEN c.told
                WHEN c.backfill OR %(backfill)s THEN 'backfill' ELSE 'live' END
FROM awaiting AS a WHERE c.id = a.id
RETURNING c.id, c.order_external_id, c.amount_minor, c.currency, c.credited_at, c.profile_id,
          a.order_id, a.profile_id, a.told = 'not_yet' AND c.amount_minor > 0, c.told
"""
_UNLINK = """
WITH held AS (
    SELECT c.id, c.told_revision, %(forget)s AND c.told = 'backfill' AS forgotten
    FROM commerce_credit AS c JOIN commerce_order AS o ON o.id = c.order_id
    WHERE o.id = ANY(%(orders)s) AND (%(all)s OR (o.currency <> c.currency AND c.reckoned = ''))
    ORDER BY c.id FOR NO KEY UPDATE OF c
)
UPDATE commerce_credit AS c
SET order_id = NULL,
    amount_minor = CASE WHEN c.reckoned = '' THEN c.amount_minor ELSE 0 END,
    told = CASE WHEN h.forgotten THEN 'not_yet' ELSE c.told END,
    told_revision = CASE WHEN h.forgotten THEN 0 ELSE c.told_revision END
FROM held AS h WHERE c.id = h.id
RETURNING c.id, c.credited_at, c.profile_id, h.forgotten, h.told_revision, c.revision
"""
_OF_ORDERS = "SELECT DISTINCT credited_at FROM commerce_credit WHERE order_id = ANY(%s)"


def enter(sources: Collection[str], named: Collection[SourceKey]) -> None:
    """Join these sources to write what names these orders; alone, if one of them is not there.

    Whether they are there is only certain once the source is joined; a savepoint lets it go again.
    """
    wanted = set(named)
    if known_orders(wanted) == wanted:
        try:
            with transaction.atomic():
                join_sources(sources)
                if known_orders(wanted) != wanted:
                    raise _Gone
        except _Gone:
            pass
        else:
            return
    hold_sources(sources)


def known_orders(keys: Iterable[SourceKey]) -> set[SourceKey]:
    """Those orders of these that are stored."""
    return {(source, number) for source, number in _of_keys(_KNOWN, keys)}


def cancellations(keys: Iterable[SourceKey]) -> dict[SourceKey, datetime]:
    """When these orders were cancelled, as far as that was told of by itself."""
    return {(source, number): at for source, number, at in _of_keys(_CANCELLATIONS, keys)}


def _of_keys(statement: str, keys: Iterable[SourceKey]) -> list[tuple[Any, ...]]:
    wanted = list(keys)
    if not wanted:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement, _columns(wanted))
        return list(cursor.fetchall())


def _columns(keys: Sequence[SourceKey]) -> list[list[str]]:
    return [[source for source, _ in keys], [number for _, number in keys]]


class _Gone(Exception):
    """An order that was there is there no more."""


def hold_named(credits: Collection[NewCredit]) -> None:
    """Lock the orders of these credits, after their sources, before the credits themselves.

    What is reckoned of an order, and whether a credit is of its currency, holds as long as the order does.
    """
    named = [(c.source, c.order_external_id) for c in credits if c.order_external_id]
    keys = [c.key for c in credits]
    with connection.cursor() as cursor:
        cursor.execute(_HOLD_NAMED, [column for pairs in (named, keys) for column in _columns(pairs)])


def named_orders(credits: Iterable[NewCredit]) -> dict[SourceKey, NamedOrder]:
    """The orders these credits name, as far as they are known."""
    return orders_of_keys({(c.source, c.order_external_id) for c in credits if c.order_external_id})


def orders_of_keys(keys: Iterable[SourceKey]) -> dict[SourceKey, NamedOrder]:
    """Those orders of these that are stored, as far as one who names them must know them."""
    return {(source, number): NamedOrder(*row) for source, number, *row in _of_keys(_NAMED, sorted(keys))}


def order_of(credit: NewCredit, named: dict[SourceKey, NamedOrder]) -> NamedOrder | None:
    """The order a credit reduces. One in another currency cannot be reckoned against it."""
    order = named.get((credit.source, credit.order_external_id)) if credit.order_external_id else None
    if order is None or (credit.reckoned is Reckoned.TOLD and order.currency != credit.currency):
        return None
    return order


def orders_of_ids(ids: Iterable[int | None]) -> dict[int, NamedOrder]:
    """The same by their ids; nothing is asked where there is none."""
    wanted = sorted({id_ for id_ in ids if id_ is not None})
    return {id_: NamedOrder(*row) for id_, *row in sql.rows(_BY_ID, [wanted])} if wanted else {}


def by_hand(credit: NewCredit, order: NamedOrder | None) -> NamedOrder | None:
    """The order that a colleague named for a credit, if it can be of it: the source's own word goes first."""
    if order is None or credit.reckoned is not Reckoned.TOLD or order.currency != credit.currency:
        return None
    return order


@dataclass(frozen=True, slots=True)
class Linked:
    """What is to be told of credits that now reduce orders, and the ids of these."""

    tellings: list[Telling]
    order_ids: set[int]


def link(order_ids: Sequence[int], *, backfill: bool, marks: Marks) -> Linked:
    """Let credits that wait for these orders reduce them."""
    tellings = []
    linked = set()
    with connection.cursor() as cursor:
        cursor.execute(_LINK, {"orders": list(order_ids), "backfill": backfill})
        for id_, number, amount, currency, moment, own, order_id, customer, new, told in cursor.fetchall():
            marks.money_back(moment, own, customer)
            linked.add(order_id)
            if new:
                event = telling.of_refund(
                    credit_id=id_,
                    number=number,
                    amount_minor=amount,
                    currency=currency,
                    credited_at=moment,
                    order_id=order_id,
                    profile_id=customer,
                )
                tellings.append(Telling(event, told == Told.BACKFILL))
    return Linked(tellings, linked)


def unlink(order_ids: Sequence[int], *, all_: bool, forget: bool, marks: Marks) -> list[str]:
    """Take credits off these orders: all, or those of another currency.

    With `forget` the log is to be as if they had never been linked, as far as that set nothing off; gives
    the keys to retract.
    """
    with connection.cursor() as cursor:
        cursor.execute(_UNLINK, {"orders": list(order_ids), "all": all_, "forget": forget})
        rows = cursor.fetchall()
    keys = []
    for id_, moment, own, forgotten, told_revision, revision in rows:
        marks.money_back(moment, own)
        if forgotten:
            keys += telling.keys_of_credit(id_, told_revision, revision)
    return keys


def mark_credits_of(order_ids: Sequence[int], marks: Marks) -> None:
    """The credits of an order are kept in the lake with its customer and channel."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_ORDERS, [list(order_ids)])
        for (moment,) in cursor.fetchall():
            marks.money_back(moment)
