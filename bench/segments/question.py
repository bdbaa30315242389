"""The same question as a condition of six nodes and as SQL by the hand of somebody who knows the tables.

Who ordered three times or more and spent something, but not for two months, bought of a category, lives in
one of two cities and looked at nothing for a month.
"""

from __future__ import annotations

from decimal import Decimal

from bench.segments.fill import NOW
from regulars.segments.types import AllOf, Bought, DaysAgo, Did, Has, Not, OneOf, Range, Where, Within

CONDITION = AllOf(
    (
        Bought(at_least=3, amount=Range(low=Decimal(1_000_000))),
        Has("commerce.last_order_at", DaysAgo(at_least=60)),
        Bought(where=(Where("category", OneOf(("Категория 7", "Категория 12"))),)),
        Has("customers.city", OneOf(("Москва", "Казань", "Уфа", "Пермь"))),
        Not(Did("product_viewed", within=Within(days=30))),
    )
)
BY_HAND = """
WITH back AS (
    SELECT order_id, sum(amount_minor) AS amount_minor FROM (
        SELECT order_id, amount_minor FROM commerce_orderreturn
        UNION ALL
        SELECT order_id, amount_minor FROM commerce_credit WHERE order_id IS NOT NULL
    ) AS given_back GROUP BY order_id
), orders AS MATERIALIZED (
    SELECT o.id, p.person_id, o.ordered_at, o.amount_minor - coalesce(back.amount_minor, 0) AS amount_minor
    FROM commerce_order AS o
    JOIN customers_profile AS p ON p.id = o.profile_id
    LEFT JOIN back ON back.order_id = o.id
    WHERE o.status <> 'cancelled' AND o.currency = 'RUB' AND o.ordered_at <= %(now)s
      AND o.amount_minor > coalesce(back.amount_minor, 0)
)
SELECT person.id
FROM customers_person AS person
JOIN customers_personattributes AS about ON about.person_id = person.id
JOIN (
    SELECT person_id, max(ordered_at) AS last_at FROM orders
    GROUP BY person_id HAVING count(*) >= 3 AND sum(amount_minor) >= 1000000
) AS ordered ON ordered.person_id = person.id
WHERE person.known
  AND replace(lower(about.city), 'ё', 'е') IN ('москва', 'казань', 'уфа', 'пермь')
  AND timezone(coalesce(nullif(about.timezone, ''), 'Europe/Moscow'), ordered.last_at)::date
      <= timezone(coalesce(nullif(about.timezone, ''), 'Europe/Moscow'), %(now)s)::date - 60
  AND EXISTS (
    SELECT FROM orders
    JOIN commerce_orderline AS line ON line.order_id = orders.id
    JOIN commerce_product AS product ON product.id = line.product_id
    WHERE orders.person_id = person.id
      AND replace(lower(product.category), 'ё', 'е') IN ('категория 7', 'категория 12')
  )
  AND NOT EXISTS (
    SELECT FROM events AS e JOIN customers_profile AS p ON p.id = e.profile_id
    WHERE p.person_id = person.id AND e.class = 'browsing' AND e.name = 'product_viewed'
      AND e.occurred_at > %(now)s - interval '30 days' AND e.occurred_at <= %(now)s
  )
"""
VALUES = {"now": NOW}
