"""Orders off which a tier's standing discount came: those of who had such a tier when they ordered.

A till tells of orders as they were paid, with the discount taken off, and not what it was. So what it took
off is reckoned, as if it had been taken off each of them; a sum for carts from so much on, off each that
comes to as much with the sum added.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from regulars.kit import sql
from regulars.loyalty.rules.tiers import standing_of
from regulars.loyalty.types import Programme
from regulars.offers.types import OffAmount, Standing

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
JOIN unnest(%(cards)s::text[], %(least)s::bigint[]) AS c (tier, least) ON c.tier = h.tier
WHERE o.ordered_at >= %(since)s AND o.ordered_at < %(until)s AND o.currency = %(money)s
  AND o.status <> 'cancelled' AND (%(all)s OR c.least IS NULL OR o.amount_minor >= c.least)
"""
_BY_TIER = f"""
SELECT tier, count(DISTINCT person_id), count(*), sum(amount_minor)::bigint
FROM ({DISCOUNTED} OFFSET 0) AS t WHERE amount_minor > 0 GROUP BY tier
"""  # noqa: S608 (a statement of ours)
_WHOLE = 100


@dataclass(frozen=True, slots=True)
class Discounts:
    """The tiers of a programme that bring a standing discount, by key, and the money it is in."""

    cards: Mapping[str, Standing]
    currency: str

    def values(self, since: datetime, until: datetime) -> dict[str, object]:
        """What DISCOUNTED asks for."""
        least = [_least_minor(card) for card in self.cards.values()]
        return {
            "cards": list(self.cards),
            "least": least,
            "all": not any(least),
            "money": self.currency,
            "since": since,
            "until": until,
        }


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
    cards = {one.key: card for one in levels if (card := standing_of(one))}
    return Discounts(cards, programme.currency) if programme and cards else NO_DISCOUNTS


def discounted(discounts: Discounts, *, since: datetime, until: datetime) -> list[Discounted]:
    """What the discounts took off in a span, tier by tier; those nobody used are not named."""
    if not discounts.cards:
        return []
    return [
        Discounted(tier, people, orders, _off_minor(discounts.cards[tier], orders, paid))
        for tier, people, orders, paid in sql.rows(_BY_TIER, discounts.values(since, until))
    ]


def _least_minor(card: Standing) -> int | None:
    """What is paid at least where a sum is taken off; None: anything, also for a percentage."""
    if not isinstance(card.takes, OffAmount) or card.total_from_minor <= card.takes.amount_minor:
        return None
    return card.total_from_minor - card.takes.amount_minor


def _off_minor(card: Standing, orders: int, paid_minor: int) -> int:
    """What was taken off so many orders, where so much was left to be paid."""
    if isinstance(card.takes, OffAmount):
        return orders * card.takes.amount_minor
    percent = card.takes.percent
    return int(paid_minor * percent / (_WHOLE - percent)) if percent < _WHOLE else 0
