"""Who takes part in the programme: in each of its parts and tiers, over a span; and what that cost.

A person earns in a span who got points or a stamp then, and redeems who spent points, bought with a tier's
standing discount, used a coupon of the programme or was handed something: what is given without anybody doing
anything, such as a birthday coupon, makes nobody active. So whoever holds a stamp card or a discount card
takes part, as whoever has points. Spans of points are by the moment of the books, as in `overview`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from regulars.kit import sql
from regulars.loyalty.queries.discounted import (
    DISCOUNTED,
    NO_DISCOUNTS,
    Discounted,
    Discounts,
    discounted,
)
from regulars.loyalty.types import POINTS, Cause
from regulars.loyalty.types.earned import of_tier
from regulars.loyalty.types.grants import GrantState, Mechanic
from regulars.offers import queries as offers

# Each wallet once for each thing that was done: far fewer rows than postings before persons are counted.
_DOING = f"""
WITH done AS (
    SELECT DISTINCT w.profile_id, t.did FROM (
        SELECT DISTINCT wallet_id, CASE cause WHEN %(spent)s THEN 'redeemed' ELSE 'earned' END AS did
        FROM loyalty_posting
        WHERE recorded_at >= %(since)s AND recorded_at < %(until)s AND currency = %(currency)s
          AND cause = ANY(%(causes)s)
    ) AS t JOIN loyalty_wallet AS w ON w.id = t.wallet_id
    UNION
    SELECT profile_id, 'redeemed' FROM loyalty_grant
    WHERE used_at >= %(since)s AND used_at < %(until)s AND kind <> 'points'
    UNION
    SELECT profile_id, 'earned' FROM loyalty_stamp
    WHERE at >= %(since)s AND at < %(until)s AND challenge <> '' AND amount > 0
), them AS (
    SELECT p.person_id, d.did FROM done AS d JOIN customers_profile AS p ON p.id = d.profile_id
    UNION
    SELECT person_id, 'redeemed' FROM ({DISCOUNTED}) AS t
)
SELECT coalesce(s.tier, ''), count(DISTINCT t.person_id), count(*) FILTER (WHERE t.did = 'earned'),
       count(*) FILTER (WHERE t.did = 'redeemed')
FROM them AS t LEFT JOIN loyalty_tierstanding AS s ON s.person_id = t.person_id AND s.merged_into IS NULL
GROUP BY 1
"""  # noqa: S608 (a statement of ours)
_ENROLLED = """
SELECT coalesce(s.tier, ''), count(*)
FROM (SELECT p.person_id FROM loyalty_wallet AS w
      JOIN customers_profile AS p ON p.id = w.profile_id WHERE w.currency = %s
      UNION
      SELECT p.person_id FROM loyalty_grant AS g
      JOIN customers_profile AS p ON p.id = g.profile_id WHERE g.used_at IS NOT NULL
      UNION
      SELECT person_id FROM loyalty_challengeprogress WHERE done > 0 OR reached > 0
      UNION
      SELECT person_id FROM loyalty_tierstanding WHERE merged_into IS NULL AND tier = ANY(%s)) AS m
LEFT JOIN loyalty_tierstanding AS s ON s.person_id = m.person_id AND s.merged_into IS NULL
GROUP BY 1
"""
_EARNED = """
SELECT s.key, count(DISTINCT p.person_id), count(*), sum(s.value::bigint)::bigint
FROM loyalty_earnedorder AS e
JOIN customers_profile AS p ON p.id = e.profile_id
CROSS JOIN LATERAL jsonb_each_text(e.shares) AS s (key, value)
WHERE e.day >= %(first)s AND e.points_minor > 0 GROUP BY s.key
"""
_EARNED_BY_TIER = """
SELECT tier, count(*), sum(points_minor)::bigint FROM loyalty_earnedorder
WHERE day >= %(first)s AND points_minor > 0 GROUP BY tier
"""
# What a gift or a task costs, it costs once it is handed out or done.
_GRANTED = """
SELECT g.mechanic, g.part, max(g.name), count(DISTINCT p.person_id), count(*),
       CASE WHEN bool_and(g.kind IN ('points', 'badge')) THEN NULL
            ELSE count(*) FILTER (WHERE g.state = %(used)s) END,
       sum(g.points_minor)::bigint,
       coalesce(sum(g.cost_minor) FILTER (WHERE g.state = %(used)s), 0)::bigint
FROM loyalty_grant AS g JOIN customers_profile AS p ON p.id = g.profile_id
WHERE g.given_at >= %(since)s AND g.given_at < %(until)s AND g.state <> %(withdrawn)s
  AND g.mechanic <> %(reward)s
GROUP BY g.mechanic, g.part
"""
# Of what is given to a cause there is nothing to be handed out; so rewards are counted by who took them.
_REWARDS = """
SELECT r.id, r.name, count(DISTINCT p.person_id), sum(o.pieces)::bigint,
       CASE WHEN count(g.id) = 0 THEN NULL
            ELSE coalesce(sum(o.pieces) FILTER (WHERE g.state = %(used)s), 0)::bigint END,
       coalesce(sum(g.cost_minor) FILTER (WHERE g.state = %(used)s), 0)::bigint
FROM loyalty_rewardorder AS o
JOIN loyalty_reward AS r ON r.id = o.reward_id
JOIN customers_profile AS p ON p.id = o.profile_id
LEFT JOIN loyalty_grant AS g ON g.id = o.grant_id
WHERE o.at >= %(since)s AND o.at < %(until)s AND o.cancelled_at IS NULL
GROUP BY r.id
"""


@dataclass(frozen=True, slots=True)
class Doing:
    """How many persons did anything, earned, and redeemed in a span."""

    active: int = 0
    earning: int = 0
    redeeming: int = 0


@dataclass(frozen=True, slots=True)
class PartDoing:
    """What a part of the programme did in a span.

    `key`: as `types.earned` names parts, also `challenge:<key>`, `day:<key>`, `referral:<role>`,
    `reward:<number>`, `offer:<number>`. `times`: orders, benefits, pieces or uses; `used`: of benefits and
    rewards, those that were used or handed out; None where there is nothing to use. `cash_minor`: discounts
    and gifts, in minor units of money.
    """

    key: str
    name: str
    people: int
    times: int
    points_minor: int = 0
    cash_minor: int = 0
    used: int | None = None
    nameless: int = 0
    """Uses by customers nobody knows."""


def doing_by_tier(
    *, since: datetime, until: datetime, discounts: Discounts = NO_DISCOUNTS
) -> dict[str, Doing]:
    """Who did something in a span, by the tier they have now (empty: none); each person has one."""
    values = {
        **discounts.values(since, until),
        "currency": POINTS,
        "spent": Cause.SPENT.value,
        "causes": [Cause.EARNED.value, Cause.SPENT.value],
    }
    return {tier: Doing(*sums) for tier, *sums in sql.rows(_DOING, values)}


def enrolled_by_tier(discounts: Discounts = NO_DISCOUNTS) -> dict[str, int]:
    """How many persons have an account of points, stamps, or a tier with a standing discount, or used what
    they were given; by the tier they have now (empty: none)."""
    return dict(sql.rows(_ENROLLED, [POINTS, list(discounts.cards)]))


def earned_by_tier(*, first: date) -> dict[str, tuple[int, int]]:
    """Orders from a day on and what they earned, by the tier of their customer then."""
    return {tier: (orders, points) for tier, orders, points in sql.rows(_EARNED_BY_TIER, {"first": first})}


def parts_doing(
    *, first: date, since: datetime, until: datetime, discounts: Discounts = NO_DISCOUNTS
) -> list[PartDoing]:
    """What each part of the programme, of this version or another, and each offer did in a span.

    `first`: its first day, for what is kept by days.
    """
    found = _earned(first, discounted(discounts, since=since, until=until))
    coupons, uses = _offers(since)
    values = {
        "since": since,
        "until": until,
        "used": GrantState.USED.value,
        "withdrawn": GrantState.WITHDRAWN.value,
        "reward": Mechanic.REWARD.value,
    }
    for mechanic, part, name, people, times, used, points, cost in sql.rows(_GRANTED, values):
        key = f"{mechanic}:{part}"
        cash = cost + coupons.get(key, 0)
        found.append(PartDoing(key, name, people, times, points, cash, used))
    for number, name, people, pieces, used, cost in sql.rows(_REWARDS, values):
        key = f"{Mechanic.REWARD.value}:{number}"
        cash = cost + coupons.get(key, 0)
        found.append(PartDoing(key, name, people, pieces, cash_minor=cash, used=used))
    return found + uses


def _earned(first: date, cards: Sequence[Discounted]) -> list[PartDoing]:
    """What earned points, and tiers by which less was paid; one that does both is one part."""
    found = {key: PartDoing(key, "", *sums) for key, *sums in sql.rows(_EARNED, {"first": first})}
    for card in cards:
        key = of_tier(card.tier)
        one = found.get(key, PartDoing(key, "", 0, 0))
        found[key] = replace(
            one,
            people=max(one.people, card.people),
            times=max(one.times, card.orders),
            cash_minor=card.off_minor,
        )
    return list(found.values())


def _offers(since: datetime) -> tuple[Mapping[str, int], list[PartDoing]]:
    """What coupons of each part took off since then, and what offers made by hand did."""
    everything = offers.offers(by_hand=False)
    figures = offers.figures_of([offer.id for offer in everything], since=since)
    coupons: dict[str, int] = {}
    uses = []
    for offer in everything:
        one = figures[offer.id]
        if offer.key:
            # As `services.giving` names them: loyalty:<mechanic>:<part>:<what exactly>.
            part = offer.key.removeprefix("loyalty:").rpartition(":")[0]
            coupons[part] = coupons.get(part, 0) + one.lately_minor
            continue
        uses.append(
            PartDoing(
                key=f"{Mechanic.OFFER.value}:{offer.id}",
                name=offer.terms.name,
                people=one.people,
                times=one.lately,
                cash_minor=one.lately_minor,
                nameless=one.nameless,
            )
        )
    return coupons, uses
