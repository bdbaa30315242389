"""Having orders earn in rounds: of orders of one person the next is asked about when the last one counts."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from regulars.commerce.types import OrderStanding
from regulars.customers import queries as customers
from regulars.kit import sql
from regulars.loyalty.queries.circumstances import Kept
from regulars.loyalty.rules.earning import goes_by_customers
from regulars.loyalty.types import Version

# Shares are compared as text: what is written is what was read, key by key.
_KEEP = """
INSERT INTO loyalty_earnedorder AS e
    (order_id, profile_id, version_id, day, tier, fits, goods, branch, channel, room_minor,
     points_minor, shares)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::date[], %s::text[], %s::jsonb[],
                     %s::jsonb[], %s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::jsonb[])
    AS t (order_id)
ORDER BY order_id
ON CONFLICT (order_id) DO UPDATE SET
    profile_id = excluded.profile_id, day = excluded.day, tier = excluded.tier, fits = excluded.fits,
    goods = excluded.goods, branch = excluded.branch, channel = excluded.channel,
    room_minor = excluded.room_minor, points_minor = excluded.points_minor, shares = excluded.shares
"""


def rounds(
    orders: Sequence[OrderStanding], version_of: Mapping[int, Version]
) -> Iterator[list[OrderStanding]]:
    """The orders in rounds, each with one order a person at most, by when they were ordered.

    All at once where no programme asks what customers did before.
    """
    if not any(goes_by_customers(version.programme) for version in version_of.values()):
        yield list(orders)
        return
    persons = customers.persons_of({order.profile_id for order in orders if order.profile_id is not None})
    nth: defaultdict[int, int] = defaultdict(int)
    found: defaultdict[int, list[OrderStanding]] = defaultdict(list)
    for order in sorted(orders, key=lambda one: (one.ordered_at, one.id)):
        person = persons.get(order.profile_id or 0, 0)
        found[nth[person] if person else 0].append(order)
        nth[person] += 1
    yield from found.values()


def keep(found: Mapping[int, Kept], before: Mapping[int, Kept]) -> None:
    """Store by what orders earn and what they come to, where that is not stored already."""
    rows = [
        (
            one.order_id,
            one.profile_id,
            one.version_id,
            one.day,
            one.tier,
            json.dumps(list(one.fits)),
            json.dumps(one.goods),
            one.branch,
            one.channel,
            one.room_minor,
            one.points_minor,
            json.dumps(one.shares),
        )
        for one in found.values()
        if one != before.get(one.order_id)
    ]
    if rows:
        sql.run(_KEEP, sql.columns(rows))
