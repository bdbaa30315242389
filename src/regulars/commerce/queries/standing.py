"""How orders stand: what was paid, what was given back, whether they arrived. Many at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import connection

from regulars.commerce.rules.lines_left import GivenBack, Left, take_off
from regulars.commerce.types import LineStanding, OrderStanding, OrderStatus, SourceKey

# `at` NULL: as far as is known, also what is dated later.
# What was not for money (paid with something else wholly) is given back by pieces.
# A delivery: all that was sent and is neither lost nor on its way back has arrived.
_STANDING = """
SELECT o.id, o.source, o.external_id, o.profile_id, o.ordered_at,
       CASE WHEN o.cancelled_at > %(at)s THEN 'completed' ELSE o.status END, o.currency, o.amount_minor,
       (coalesce((SELECT sum(r.amount_minor) FROM commerce_orderreturn AS r
                  WHERE r.order_id = o.id AND (%(at)s::timestamptz IS NULL OR r.returned_at <= %(at)s)), 0)
        + coalesce((SELECT sum(c.amount_minor) FROM commerce_credit AS c
                    WHERE c.order_id = o.id AND (%(at)s::timestamptz IS NULL OR c.credited_at <= %(at)s)), 0)
       )::bigint,
       CASE WHEN o.amount_minor > 0 THEN NULL ELSE (
           SELECT CASE WHEN bool_or(c.reckoned = 'rest') THEN 1
                       ELSE least(1, coalesce(sum(c.quantity), 0) / nullif(
                           (SELECT sum(l.quantity) FROM commerce_orderline AS l WHERE l.order_id = o.id), 0))
                  END
           FROM commerce_credit AS c WHERE c.order_id = o.id
       ) END,
       (SELECT CASE WHEN bool_and(s.status = 'delivered') THEN max(coalesce(s.delivered_at, s.as_of)) END
        FROM commerce_shipment AS s
        WHERE s.order_id = o.id AND s.status NOT IN ('returned', 'lost', 'cancelled')),
       EXISTS (SELECT FROM commerce_shipment AS s WHERE s.order_id = o.id),
       o.branch_id, coalesce(b.name, ''), o.channel
FROM commerce_order AS o LEFT JOIN commerce_branch AS b ON b.id = o.branch_id WHERE
"""
_BY_ID = _STANDING + "o.id = ANY(%(orders)s)"
_LINES = """
SELECT l.order_id, l.number, l.product_id, coalesce(p.name, ''), coalesce(p.category, ''),
       coalesce(p.brand, ''), l.quantity, l.amount_minor
FROM commerce_orderline AS l
JOIN commerce_order AS o ON o.id = l.order_id
LEFT JOIN commerce_product AS p ON p.id = l.product_id
WHERE l.order_id = ANY(%(orders)s)
  AND (o.status <> 'cancelled' OR o.cancelled_at > %(at)s::timestamptz)
ORDER BY l.order_id, l.number
"""
_GIVEN_BACK = """
SELECT r.order_id, l.number, NULL::bigint, r.quantity, r.amount_minor, FALSE, r.returned_at AS at
FROM commerce_orderreturn AS r LEFT JOIN commerce_orderline AS l ON l.id = r.line_id
WHERE r.order_id = ANY(%(orders)s) AND (%(at)s::timestamptz IS NULL OR r.returned_at <= %(at)s)
UNION ALL
SELECT c.order_id, NULL, c.product_id, c.quantity, c.amount_minor, c.reckoned = 'rest', c.credited_at
FROM commerce_credit AS c
WHERE c.order_id = ANY(%(orders)s) AND (%(at)s::timestamptz IS NULL OR c.credited_at <= %(at)s)
ORDER BY at, 5, 4
"""
_BUYERS = "SELECT DISTINCT profile_id FROM commerce_order WHERE profile_id = ANY(%s)"
_IDS = """
SELECT o.source, o.external_id, o.id
FROM unnest(%s::text[], %s::text[]) AS t (source, external_id)
JOIN commerce_order AS o USING (source, external_id)
"""


def order_standings(order_ids: Collection[int], *, at: datetime | None = None) -> dict[int, OrderStanding]:
    """How these orders stand, as far as they are there; with `at`, before what was given back after that."""
    rows = _rows(_BY_ID, {"orders": list(order_ids), "at": at})
    return {row[0]: _to_standing(row) for row in rows}


def order_lines_standing(
    order_ids: Collection[int], *, at: datetime | None = None
) -> dict[int, list[LineStanding]]:
    """What is left of the lines of these orders; with `at`, before what was given back after that.

    The lines of an order come to its `net_minor`. A line of which nothing is left is there with nothing;
    orders that are cancelled are missing.
    """
    values = {"orders": list(order_ids), "at": at}
    lines: defaultdict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for order_id, *line in _rows(_LINES, values):
        lines[order_id].append(tuple(line))
    backs: defaultdict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for order_id, *back in _rows(_GIVEN_BACK, values) if lines else ():
        backs[order_id].append(tuple(back))
    return {id_: _left(of_order, backs.get(id_, [])) for id_, of_order in lines.items()}


def _left(lines: list[tuple[Any, ...]], backs: list[tuple[Any, ...]]) -> list[LineStanding]:
    left = [Left(line[1], line[5], line[6]) for line in lines]
    if backs:
        places = {line[0]: place for place, line in enumerate(lines)}
        take_off(
            left,
            [
                GivenBack(amount, pieces, None if number is None else places[number], product_id, whole)
                for number, product_id, pieces, amount, whole, _at in backs
            ],
        )
    return [
        LineStanding(number, product_id, name, category, brand, one.pieces, one.amount_minor)
        for (number, product_id, name, category, brand, *_), one in zip(lines, left, strict=True)
    ]


def order_ids(keys: Collection[SourceKey]) -> dict[SourceKey, int]:
    """The ids of these orders, as far as they are there."""
    if not keys:
        return {}
    sources, numbers = [key[0] for key in keys], [key[1] for key in keys]
    return {(source, number): id_ for source, number, id_ in _rows(_IDS, [sources, numbers])}


def buyers(profile_ids: Collection[int]) -> set[int]:
    """Which of these profiles have ordered anything."""
    return {profile_id for (profile_id,) in _rows(_BUYERS, [list(profile_ids)])}


def _to_standing(row: tuple[Any, ...]) -> OrderStanding:
    id_, source, number, profile_id, ordered_at, status, *rest = row
    return OrderStanding(id_, source, number, profile_id, ordered_at, OrderStatus(status), *rest)


def _rows(statement: str, values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
