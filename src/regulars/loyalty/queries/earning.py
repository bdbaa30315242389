"""What orders earn by the rules of a programme: asked of the database, all at once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache

from django.db import connection

from regulars.kit.folding import fold
from regulars.loyalty.compiling import POSTGRES, Statement, earning_statement
from regulars.loyalty.types import Programme
from regulars.loyalty.types.earned import NOTHING, Earned, EarningOrder

_ORDERS = """
SELECT * FROM unnest(
    %(o_n)s::int[], %(o_day)s::date[], %(o_weekday)s::int[], %(o_currency)s::text[], %(o_total)s::bigint[],
    %(o_tier)s::text[], %(o_branch)s::text[], %(o_channel)s::text[], %(o_fits)s::bigint[],
    %(o_room)s::bigint[]
) AS orders (n, day, weekday, currency, total, tier, branch, channel, fits, room)
"""
_LINES = """
SELECT * FROM unnest(
    %(l_n)s::int[], %(l_product)s::text[], %(l_category)s::text[], %(l_brand)s::text[],
    %(l_pieces)s::bigint[], %(l_amount)s::bigint[]
) AS lines (n, product, category, brand, pieces, amount)
"""


def earned(programme: Programme, orders: Sequence[EarningOrder]) -> list[Earned]:
    """What each of these orders earns, in their order; one statement for all.

    Nothing is earned in other money than the programme's, and while it does not run.
    """
    if not orders:
        return []
    statement = _statement(json.dumps(programme.model_dump(mode="json"), sort_keys=True))
    found: list[tuple[int, dict[str, int]]] = [(0, {}) for _ in orders]
    with connection.cursor() as cursor:
        cursor.execute(statement.text, {**statement.values, **_relations(programme, orders)})
        for n, total, mechanic, share in cursor.fetchall():
            shares = found[n][1]
            if share:
                shares[mechanic] = share
            found[n] = (total, shares)
    return [Earned(total, shares) if total else NOTHING for total, shares in found]


@lru_cache(maxsize=64)
def _statement(document: str) -> Statement:
    programme = Programme.model_validate_json(document)
    return earning_statement(programme, POSTGRES, orders=_ORDERS, lines=_LINES)


def _relations(programme: Programme, orders: Sequence[EarningOrder]) -> dict[str, list[object]]:
    bits = [(rule.key, 1 << place) for place, rule in enumerate(programme.rules) if rule.when.who is not None]
    of_orders = [
        (
            n,
            order.day,
            order.day.isoweekday(),
            order.currency,
            order.total_minor,
            order.tier,
            fold(order.branch),
            fold(order.channel),
            sum(bit for key, bit in bits if key in order.fits),
            order.room_minor,
        )
        for n, order in enumerate(orders)
    ]
    of_lines = [
        (n, fold(line.product), fold(line.category), fold(line.brand), line.pieces, line.amount_minor)
        for n, order in enumerate(orders)
        for line in order.lines
    ]
    return _named("o", _OF_ORDERS, of_orders) | _named("l", _OF_LINES, of_lines)


_OF_ORDERS = ("n", "day", "weekday", "currency", "total", "tier", "branch", "channel", "fits", "room")
_OF_LINES = ("n", "product", "category", "brand", "pieces", "amount")


def _named(prefix: str, names: Sequence[str], rows: Sequence[tuple[object, ...]]) -> dict[str, list[object]]:
    columns = map(list, zip(*rows, strict=True)) if rows else ([] for _ in names)
    return {f"{prefix}_{name}": column for name, column in zip(names, columns, strict=True)}
