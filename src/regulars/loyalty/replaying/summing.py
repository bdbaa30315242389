"""The sums of a replay: by part of the programme, tier, month and person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from regulars.analytics.services import Lake
from regulars.loyalty.replaying.frame import Frame
from regulars.loyalty.types import MINOR
from regulars.loyalty.types.challenges import OfEvents
from regulars.loyalty.types.grants import Mechanic
from regulars.loyalty.types.year import (
    TOP,
    Brought,
    Note,
    OfMonth,
    OfPart,
    OfPerson,
    OfTier,
    YearResult,
)

# Of each order, what all its parts came to; what was given for no order in particular stands beside it.
_BROUGHT = """
CREATE TABLE brought AS
WITH by_order AS (
    SELECT n, sum(points)::BIGINT AS points, sum(cash)::BIGINT AS cash
    FROM (SELECT n, share AS points, 0 AS cash FROM earned
          UNION ALL SELECT n, 0, off FROM discounts) GROUP BY n
)
SELECT o.n, o.person, o.month, o.tier, b.points, b.cash FROM by_order AS b JOIN orders AS o USING (n)
UNION ALL
SELECT NULL, person, date_trunc('month', day)::DATE, tier, points, cash FROM benefits
"""
# Summed in two steps, as counting distinct persons of each part at once takes several times as long. An order
# stands once in a part of what was earned, and once in one of discounts.
_PARTS = """
WITH by_person AS (
    SELECT e.mechanic AS part, o.person, count(*) AS orders, sum(e.share)::BIGINT AS points, 0 AS cash
    FROM earned AS e JOIN orders AS o USING (n) GROUP BY e.mechanic, o.person
    UNION ALL
    SELECT 'tier:' || d.tier, o.person, count(*), 0, sum(d.off)::BIGINT
    FROM discounts AS d JOIN orders AS o USING (n) GROUP BY d.tier, o.person
    UNION ALL
    SELECT part, person, 0, sum(points)::BIGINT, sum(cash)::BIGINT FROM benefits GROUP BY part, person
), each_once AS (
    SELECT part, person, max(orders) AS orders, sum(points)::BIGINT AS points, sum(cash)::BIGINT AS cash
    FROM by_person GROUP BY part, person
)
SELECT part, count(*), sum(orders)::BIGINT, sum(points)::BIGINT, sum(cash)::BIGINT
FROM each_once GROUP BY part
"""
_SUMS = "count(DISTINCT person), count(DISTINCT n), sum(points)::BIGINT, sum(cash)::BIGINT"
_TOTAL = f"SELECT {_SUMS} FROM brought"  # noqa: S608
_BY_TIER = f"SELECT tier, {_SUMS} FROM brought GROUP BY tier"  # noqa: S608
_BY_MONTH = f"SELECT month, {_SUMS} FROM brought GROUP BY month"  # noqa: S608
_ORDERS = """
SELECT count(*), count(DISTINCT person), coalesce(sum(total), 0)::BIGINT, max(day) FROM orders
"""
_ORDERS_BY_TIER = "SELECT tier, sum(total)::BIGINT, count(DISTINCT person) FROM orders GROUP BY tier"
_ORDERS_BY_MONTH = "SELECT month, sum(total)::BIGINT FROM orders GROUP BY month"
_MOST = """
WITH them AS (
    SELECT person, sum(points)::BIGINT AS points, sum(cash)::BIGINT AS cash FROM brought GROUP BY person
    ORDER BY sum(points)::HUGEINT * $worth / $minor + sum(cash) DESC, person LIMIT $top
)
SELECT t.person, count(o.n), coalesce(sum(o.total), 0)::BIGINT, t.points, t.cash,
       coalesce(arg_max(o.tier, o.n), '')
FROM them AS t LEFT JOIN orders AS o USING (person) GROUP BY ALL
"""


def sum_up(lake: Lake, frame: Frame) -> YearResult:
    """The result, from `orders`, `earned`, `discounts` and `benefits`."""
    lake.run(_BROUGHT)
    ((orders, people, revenue, last_order),) = lake.rows(_ORDERS)
    ((*total,),) = lake.rows(_TOTAL)
    programme = frame.programme
    return YearResult(
        first=frame.first,
        last=frame.last,
        currency=programme.currency,
        orders=orders,
        people=people,
        revenue_minor=revenue,
        spent_share=frame.spent_share,
        total=_brought(total, frame),
        parts=_parts({part: row for part, *row in lake.rows(_PARTS)}, frame),
        tiers=_tiers(lake, frame),
        months=_months(lake, frame),
        most=_most(lake, frame),
        notes=notes(frame),
        last_order=last_order,
    )


def notes(frame: Frame) -> list[Note]:
    """What of the whole is not exact."""
    programme, found = frame.programme, []
    if frame.fits:
        found.append(Note.PEOPLE_TODAY)
    if programme.caps.period_minor is not None:
        found.append(Note.PERIOD_CAP)
    if programme.tiers and programme.tiers.measure == "points":
        found.append(Note.TIER_BY_POINTS)
    return found


def _brought(row: list[Any], frame: Frame) -> Brought:
    people, orders, points, cash = row
    worth = (points or 0) * frame.programme.worth_minor // MINOR
    share = 1.0 if frame.spent_share is None else frame.spent_share
    return Brought(
        people=people,
        orders=orders,
        points_minor=points or 0,
        money_minor=worth + (cash or 0),
        expected_minor=round(worth * share) + (cash or 0),
    )


def _parts(found: Mapping[str, list[Any]], frame: Frame) -> list[OfPart]:
    """All parts of the programme in their order, also those that brought nothing."""
    programme = frame.programme
    nothing = [0, 0, 0, 0]
    parts = []

    def add(mechanic: Mechanic, key: str, name: str, *said: Note) -> None:
        part = f"{mechanic.value}:{key}" if key else mechanic.value
        brought = _brought(found.get(part, nothing), frame)
        parts.append(OfPart(mechanic=mechanic.value, part=key, name=name, brought=brought, notes=list(said)))

    add(Mechanic.CASHBACK, "", "")
    for rule in programme.rules:
        add(Mechanic.RULE, rule.key, rule.name)
    for tier in programme.tiers.levels if programme.tiers else ():
        if tier.brings.factor or tier.brings.has_discount:
            add(Mechanic.TIER, tier.key, tier.name)
    for challenge in programme.challenges:
        said = [Note.NOT_EVENTS] if isinstance(challenge.counted, OfEvents) else []
        said += [Note.ROLLING_DAYS] if challenge.window == "days" and not said else []
        said += [Note.COUPONS] if challenge.benefit.kind == "coupon" and Note.NOT_EVENTS not in said else []
        add(Mechanic.CHALLENGE, challenge.key, challenge.name, *said)
    for day in programme.personal_days:
        add(Mechanic.DAY, day.key, day.name, *[Note.COUPONS] if day.benefit.kind == "coupon" else [])
    if programme.referral:
        add(Mechanic.REFERRAL, "referrer", "", Note.NOT_REFERRALS)
    return parts


def _tiers(lake: Lake, frame: Frame) -> list[OfTier]:
    tiers = frame.programme.tiers
    if tiers is None:
        return []
    brought = {tier: row for tier, *row in lake.rows(_BY_TIER)}
    ordered = {tier: row for tier, *row in lake.rows(_ORDERS_BY_TIER)}
    return [
        OfTier(
            key=key,
            name=name,
            revenue_minor=ordered.get(key, [0, 0])[0],
            ordered=ordered.get(key, [0, 0])[1],
            brought=_brought(brought.get(key, [0, 0, 0, 0]), frame),
        )
        for key, name in [("", ""), *((tier.key, tier.name) for tier in tiers.levels)]
    ]


def _months(lake: Lake, frame: Frame) -> list[OfMonth]:
    brought = {month: row for month, *row in lake.rows(_BY_MONTH)}
    revenue: dict[Any, int] = dict(lake.rows(_ORDERS_BY_MONTH))
    found, month = [], frame.first.replace(day=1)
    while month <= frame.last:
        sums = _brought(brought.get(month, [0, 0, 0, 0]), frame)
        found.append(OfMonth(month=month, revenue_minor=revenue.get(month, 0), brought=sums))
        month = month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
    return found


def _most(lake: Lake, frame: Frame) -> list[OfPerson]:
    worth = frame.programme.worth_minor
    rows = lake.rows(_MOST, {"worth": worth, "minor": MINOR, "top": TOP})
    found = [
        OfPerson(
            person_id=person,
            orders=orders,
            revenue_minor=revenue,
            points_minor=points,
            money_minor=points * worth // MINOR + cash,
            tier=tier,
        )
        for person, orders, revenue, points, cash, tier in rows
    ]
    return sorted(
        (one for one in found if one.money_minor), key=lambda one: (-one.money_minor, one.person_id)
    )
