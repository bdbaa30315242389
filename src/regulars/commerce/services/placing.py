"""Credits for which a colleague named an order, when an order comes or goes that has to do with them.

A credit is of the order that its source names, as soon as that is known in its currency; else of the one that
a colleague named; else it stands by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from regulars.commerce.services import links, reckoning, telling
from regulars.commerce.services.marks import Marks
from regulars.commerce.services.telling import Telling
from regulars.commerce.types import SourceKey, Told
from regulars.kit import sql

# Those whose source names one of these orders, and those for which a colleague did.
_BESIDE = """
SELECT c.id, c.named_order_id
FROM unnest(%(sources)s::text[], %(numbers)s::text[]) AS k(source, order_external_id)
JOIN commerce_credit AS c USING (source, order_external_id)
WHERE c.named_order_id IS NOT NULL
UNION
SELECT c.id, c.named_order_id FROM commerce_credit AS c WHERE c.named_order_id = ANY(%(orders)s)
"""
_HOLD = """
SELECT o.id FROM commerce_order AS o
WHERE o.id = ANY(%(ids)s)
   OR (o.source, o.external_id) IN (SELECT * FROM unnest(%(sources)s::text[], %(numbers)s::text[]))
ORDER BY o.id FOR NO KEY UPDATE
"""
_PLACE = """
WITH held AS (
    SELECT c.id, c.told, c.order_id AS left_id, coalesce(own.id, given.id) AS order_id
    FROM commerce_credit AS c
    LEFT JOIN commerce_order AS own ON own.source = c.source AND own.external_id = c.order_external_id
        AND own.currency = c.currency
    LEFT JOIN commerce_order AS given ON given.id = c.named_order_id AND given.currency = c.currency
    WHERE c.id = ANY(%(credits)s) AND c.named_order_id IS NOT NULL AND c.reckoned = ''
    ORDER BY c.id FOR NO KEY UPDATE OF c
)
UPDATE commerce_credit AS c
SET order_id = h.order_id, revision = c.revision + 1,
    told_revision = CASE WHEN c.told <> 'not_yet' OR h.order_id IS NULL THEN c.told_revision
                         ELSE c.revision + 1 END,
    told = CASE WHEN c.told = 'not_yet' AND h.order_id IS NULL THEN c.told
                WHEN %(backfill)s OR (c.told = 'not_yet' AND c.backfill) THEN
                    CASE WHEN c.told = 'not_yet' THEN 'backfill' ELSE c.told END
                ELSE 'live' END
FROM held AS h
WHERE c.id = h.id AND c.order_id IS DISTINCT FROM h.order_id
RETURNING c.id, c.revision, c.amount_minor, c.currency, c.credited_at, c.profile_id, c.told,
          h.told = 'not_yet', h.left_id, h.order_id
"""
_FORGET = "UPDATE commerce_credit SET named_order_id = NULL WHERE named_order_id = ANY(%s)"


def hold_beside(keys: Iterable[SourceKey], order_ids: Collection[int]) -> set[int]:
    """The credits named by hand that these orders may be of, or may leave; all their orders are locked.

    In the order of their ids and before any of these is locked by itself, so that nobody waits in a circle.
    `order_ids`: of those that were there before; nobody can have named the others.
    """
    wanted = sorted(set(keys))
    if not wanted:
        return set()
    columns = {"sources": [source for source, _ in wanted], "numbers": [number for _, number in wanted]}
    found = sql.rows(_BESIDE, columns | {"orders": list(order_ids)})
    if found:
        sql.run(_HOLD, columns | {"ids": [order_id for _, order_id in found]})
    return {id_ for id_, _ in found}


def place(credit_ids: Collection[int], *, now: datetime, backfill: bool, marks: Marks) -> list[Telling]:
    """Let these credits be of the orders they belong to by now; gives what is to be told of it."""
    if not credit_ids:
        return []
    rows = sql.rows(_PLACE, {"credits": sorted(credit_ids), "backfill": backfill})
    orders = links.orders_of_ids(id_ for row in rows for id_ in row[-2:])
    tellings = []
    for id_, revision, amount, currency, moment, own, told, new, left_id, order_id in rows:
        left, order = orders.get(left_id), orders.get(order_id)
        marks.money_back(moment, own, *(one.profile_id for one in (left, order) if one))
        if order and new:
            event = telling.of_refund(
                credit_id=id_,
                number=order.number,
                amount_minor=amount,
                currency=currency,
                credited_at=moment,
                order_id=order.id,
                profile_id=order.profile_id,
            )
            tellings.append(Telling(event, told == Told.BACKFILL))
        for one, key in ((left, telling.left_key), (None if new else order, telling.correction_key)):
            if one:
                event = telling.of_correction(id_, key(id_, revision), one.number, one, now)
                tellings.append(Telling(event, backfill))
    return tellings + reckoning.settle(sorted(orders), now=now, backfill=backfill, marks=marks)


def forget(order_ids: Sequence[int]) -> None:
    """Of orders that go, nobody has named any: what a colleague said of them is on the list again."""
    sql.run(_FORGET, [list(order_ids)])
