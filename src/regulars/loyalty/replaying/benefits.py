"""What benefits that would have been given (`given`) come to: the table `benefits`.

`benefits`: part, person, day, tier, points and cash (minor units). A coupon costs what it would have taken
off the next order that was really made and that it fits, while it lasted; several at once take it off one
order only.
"""

from __future__ import annotations

from typing import Any

from regulars.analytics.services import Lake
from regulars.loyalty.replaying.frame import Frame
from regulars.loyalty.replaying.goals import of_goods
from regulars.loyalty.types.benefits import Benefit, CouponGiven, GiftGiven, PointsGiven, TaskGiven

MAKE_BENEFITS = """
CREATE TABLE benefits (part VARCHAR, person BIGINT, day DATE, tier VARCHAR, points BIGINT, cash BIGINT)
"""
_FIXED = """
INSERT INTO benefits
SELECT part, person, day, tier, times * {points}, times * {cash} FROM given WHERE part = $part
"""
# The first order after the day on which it was given; one a coupon.
_COUPON = """
INSERT INTO benefits
WITH fitting AS (
    SELECT o.n, o.person, o.day, o.total, sum(l.amount)::BIGINT AS of_goods
    FROM orders AS o JOIN lines AS l ON l.n = o.n
    WHERE o.total >= $total_from AND {goods} GROUP BY ALL
), used AS (
    SELECT g.part, g.person, g.day, g.tier, f.n, {off} AS off
    FROM (SELECT * FROM given WHERE part = $part) AS g
    ASOF LEFT JOIN fitting AS f ON f.person = g.person AND f.day > g.day
    WHERE f.day IS NULL OR f.day <= g.day + $days::INTEGER
), once AS (SELECT *, row_number() OVER (PARTITION BY n ORDER BY day) AS turn FROM used WHERE n IS NOT NULL)
SELECT g.part, g.person, g.day, g.tier, 0, coalesce(o.off, 0)
FROM (SELECT * FROM given WHERE part = $part) AS g
LEFT JOIN once AS o ON o.person = g.person AND o.day = g.day AND o.turn = 1
"""


def make_benefits(lake: Lake, frame: Frame) -> None:
    """Make the table."""
    lake.run(MAKE_BENEFITS)
    programme = frame.programme
    for challenge in programme.challenges:
        _give(lake, f"challenge:{challenge.key}", challenge.benefit)
    for day in programme.personal_days:
        _give(lake, f"day:{day.key}", day.benefit)


def _give(lake: Lake, part: str, benefit: Benefit) -> None:
    if isinstance(benefit, CouponGiven):
        _coupon(lake, part, benefit)
        return
    points = benefit.points_minor if isinstance(benefit, PointsGiven) else 0
    cash = benefit.cost_minor if isinstance(benefit, GiftGiven | TaskGiven) else 0
    lake.run(_FIXED.format(points=points, cash=cash), {"part": part})


def _coupon(lake: Lake, part: str, coupon: CouponGiven) -> None:
    values: dict[str, Any] = {"part": part, "total_from": coupon.total_from_minor, "days": coupon.days}
    goods = of_goods(coupon.goods, values)
    if coupon.percent is not None:
        off = f"f.of_goods * {int(coupon.percent * 100)} // 10000"
    else:
        off = f"least(f.of_goods, {coupon.amount_minor or 0})"
    lake.run(_COUPON.format(goods=goods, off=off), values)
