"""Which tier somebody had when they ordered: the column `tier` of `orders`.

What counts is the measure over its span, at each moment up to the order. It grows with orders and falls as
days pass, so the most there was within the days of grace was there at their first day or right after an
order in them; the tier is the highest that this reaches. A programme is replayed as if it had always been.
"""

from __future__ import annotations

from regulars.analytics.services import Lake
from regulars.loyalty.replaying.frame import Frame
from regulars.loyalty.types.tiers import Tiers

_BEGINS = {
    "rolling_year": "({day} - INTERVAL 364 DAY)",
    "calendar_year": "make_date(year({day}) - 1, 1, 1)",
    "ever": "DATE '0001-01-01'",
}
"""From which day on the measure of a day counts."""
_MEASURES = {"spend": "h.total", "orders": "1", "points": "coalesce(e.points, 0)"}
_EARNED = "LEFT JOIN earned_before_tiers AS e ON e.order_id = h.order_id"
# Seconds of the customer's calendar: days of a span begin at a whole one.
_STANDING = """
CREATE TABLE standing AS
WITH counted AS (
    SELECT h.order_id, h.person, h.day, {measure} AS m,
           epoch(h.local)::BIGINT AS t
    FROM history AS h {earned}
), bounded AS (
    SELECT *, {begins} AS lower, {begins_before} AS lower_before,
           epoch(h.day - {grace})::BIGINT AS grace_begins
    FROM counted AS h
), measured AS (
    SELECT *,
        sum(m) OVER (PARTITION BY person ORDER BY t
                     RANGE BETWEEN (t - lower) PRECEDING AND CURRENT ROW) AS after_it,
        coalesce(sum(m) OVER (
            PARTITION BY person ORDER BY t
            RANGE BETWEEN (t - lower_before) PRECEDING AND (t - grace_begins + 1 - 86400) PRECEDING
        ), 0) AS at_first
    FROM bounded
)
SELECT order_id, greatest(at_first, after_it - m, coalesce(max(after_it) OVER (
    PARTITION BY person ORDER BY t RANGE BETWEEN (t - grace_begins) PRECEDING AND 1 PRECEDING
), 0)) AS most
FROM measured
"""
_TIERED = """
CREATE OR REPLACE TABLE orders AS
SELECT o.*, {tier} AS tier FROM orders AS o JOIN standing AS s USING (order_id)
"""
_UNTIERED = "CREATE OR REPLACE TABLE orders AS SELECT *, '' AS tier FROM orders"


def make_tiers(lake: Lake, frame: Frame) -> None:
    """Give `orders` their tiers. Where points decide, `earned_before_tiers` says what orders earned."""
    tiers = frame.programme.tiers
    if tiers is None:
        lake.run(_UNTIERED)
        return
    grace = tiers.grace_days + 1  # whole days after that on which it fell short
    lake.run(
        _STANDING.format(
            measure=_MEASURES[tiers.measure],
            earned=_EARNED if tiers.measure == "points" else "",
            begins=_seconds(tiers, "h.day"),
            begins_before=_seconds(tiers, f"(h.day - {grace})"),
            grace=grace,
        )
    )
    steps = " ".join(f"WHEN s.most >= {tier.from_minor} THEN '{tier.key}'" for tier in reversed(tiers.levels))
    lake.run(_TIERED.format(tier=f"CASE {steps} ELSE '' END"))


def _seconds(tiers: Tiers, day: str) -> str:
    begins = _BEGINS[tiers.span].format(day=day)
    return f"epoch({begins}::DATE)::BIGINT"
