"""What credits come to whose amount is reckoned from their order.

It follows from the order and from all that was given back of it as it stands, so it is the same whichever was
told of first.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from regulars.commerce.services import telling
from regulars.commerce.services.marks import Marks
from regulars.commerce.services.telling import NamedOrder, Telling
from regulars.commerce.types import Told

# Of one product so many pieces come to what was paid for a piece of it, and never to more than was paid for
# all. What is left of an order goes to the earliest that asks for the rest; later ones find nothing.
_SETTLE = """
WITH held AS (
    SELECT c.id, c.order_id, c.product_id, c.quantity, c.reckoned, c.told, c.amount_minor AS had,
           row_number() OVER (PARTITION BY c.order_id, c.reckoned
                              ORDER BY c.credited_at, c.external_id) AS place
    FROM commerce_credit AS c
    WHERE c.order_id = ANY(%(orders)s) AND c.order_id IS NOT NULL AND c.reckoned <> ''
), priced AS (
    SELECT h.*, (
        SELECT least(sum(l.amount_minor), round(sum(l.amount_minor) * h.quantity / sum(l.quantity)))
        FROM commerce_orderline AS l
        WHERE h.reckoned = 'line' AND l.order_id = h.order_id AND l.product_id = h.product_id
    ) AS by_line
    FROM held AS h
), due AS (
    SELECT p.*, CASE WHEN p.reckoned = 'line' THEN coalesce(p.by_line, 0)::bigint
                     WHEN p.place > 1 THEN 0
                     ELSE greatest(0, o.amount_minor
                         - coalesce((SELECT sum(r.amount_minor) FROM commerce_orderreturn AS r
                                     WHERE r.order_id = p.order_id), 0)
                         - coalesce((SELECT sum(c.amount_minor) FROM commerce_credit AS c
                                     WHERE c.order_id = p.order_id AND c.reckoned = ''), 0)
                         - coalesce((SELECT sum(q.by_line) FROM priced AS q
                                     WHERE q.order_id = p.order_id), 0))::bigint END AS has,
           o.currency, o.profile_id, o.amount_minor AS order_amount
    FROM priced AS p JOIN commerce_order AS o ON o.id = p.order_id
)
UPDATE commerce_credit AS c
SET amount_minor = d.has, currency = d.currency, revision = c.revision + 1,
    told = CASE WHEN c.told <> 'not_yet' THEN c.told
                WHEN c.backfill OR %(backfill)s THEN 'backfill' ELSE 'live' END,
    told_revision = CASE WHEN c.told <> 'not_yet' THEN c.told_revision ELSE c.revision + 1 END
FROM due AS d
WHERE c.id = d.id AND (d.has <> d.had OR (d.has > 0 AND c.currency <> d.currency))
RETURNING c.id, c.revision, c.order_external_id, c.credited_at, c.profile_id, c.amount_minor, c.currency,
          c.told, d.told = 'not_yet', d.order_id, d.profile_id, d.order_amount
"""


def settle(order_ids: Sequence[int], *, now: datetime, backfill: bool, marks: Marks) -> list[Telling]:
    """Reckon the credits of these locked orders anew; gives what is to be told of it."""
    if not order_ids:
        return []
    tellings = []
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, {"orders": list(order_ids), "backfill": backfill})
        for id_, revision, number, moment, own, amount, currency, told, new, *order in cursor.fetchall():
            order_id, customer, order_amount = order
            marks.money_back(moment, own, customer)
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
            else:
                named = NamedOrder(order_id, customer, order_amount, currency)
                key = telling.correction_key(id_, revision)
                event = telling.of_correction(id_, key, number, named, now)
                tellings.append(Telling(event, backfill))
    return tellings
