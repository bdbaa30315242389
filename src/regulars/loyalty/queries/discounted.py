"""Orders off which a tier's standing discount came: those of who had such a tier when they ordered.

A till tells of orders as they were paid, with the discount taken off, and not what it was. So what it took
off is reckoned, as if it had been taken off each of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from regulars.kit import sql
from regulars.loyalty.types import Programme

# An order by which somebody reaches a tier is not made with it. What is left of an order is reckoned only for
# who asks: of who bought it is asked far quicker without.
DISCOUNTED = """
SELECT o.customer_id AS person_id, h.tier, o.amount_minor FROM facts_orders AS o
JOIN (
    SELECT person_id, tier, coalesce(since, '-infinity') AS since, coalesce(ends_at, 'infinity') AS until
    FROM loyalty_tierstanding WHERE merged_into IS NULL AND tier = ANY(%(cards)s)
    UNION ALL
    SELECT person_id, tier, since, until FROM loyalty_tierheld WHERE tier = ANY(%(cards)s)
) AS h ON h.person_id = o.customer_id AND h.since < o.ordered_at AND o.ordered_at < h.until
WHERE o.ordered_at >= %(since)s AND o.ordered_at < %(until)s AND o.currency = %(money)s
  AND o.status <> 'cancelled'
"""
_BY_TIER = f"""
SELECT tier, count(DISTINCT person_id), count(*), sum(amount_minor)::bigint
FROM ({DISCOUNTED} OFFSET 0) AS t WHERE amount_minor > 0 GROUP BY tier
"""  # noqa: S608 (a statement of ours)
_WHOLE = 100


@dataclass(frozen=True, slots=True)
class Discounts:
    """The tiers of a programme that bring a standing discount, by key, and the money it is in."""

    percents: Mapping[str, Decimal]
    currency: str

    def values(self, since: datetime, until: datetime) -> dict[str, object]:
        """What DISCOUNTED asks for."""
        return {"cards": list(self.percents), "money": self.currency, "since": since, "until": until}


@dataclass(frozen=True, slots=True)
class Discounted:
    """What came of a tier's discount: `people` with `orders`, and about how much it took off."""

    tier: str
    people: int
    orders: int
    off_minor: int


NO_DISCOUNTS = Discounts({}, "")


def discounts_of(programme: Programme | None) -> Discounts:
    """The standing discounts of a programme."""
    levels = programme.tiers.levels if programme and programme.tiers else ()
    percents = {one.key: one.brings.discount_percent for one in levels if one.brings.discount_percent}
    return Discounts(percents, programme.currency) if programme and percents else NO_DISCOUNTS


def discounted(discounts: Discounts, *, since: datetime, until: datetime) -> list[Discounted]:
    """What the discounts took off in a span, tier by tier; those nobody used are not named."""
    if not discounts.percents:
        return []
    return [
        Discounted(tier, people, orders, _off_minor(paid, discounts.percents[tier]))
        for tier, people, orders, paid in sql.rows(_BY_TIER, discounts.values(since, until))
    ]


def _off_minor(paid_minor: int, percent: Decimal) -> int:
    """What was taken off, where so much was left to be paid."""
    return int(paid_minor * percent / (_WHOLE - percent)) if percent < _WHOLE else 0
