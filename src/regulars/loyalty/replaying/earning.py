"""What the year's orders earn, by the statement that earns every day.

`earned`: n, mechanic, share (minor units of points). A limit for a period is taken off the orders that came
last in it: in the statement it would have to be asked order by order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from regulars.analytics.services import Lake
from regulars.loyalty.compiling import DUCKDB, earning_statement
from regulars.loyalty.replaying.frame import Frame
from regulars.loyalty.rules.tiers import standing_of
from regulars.loyalty.types import MINOR, Programme
from regulars.loyalty.types.earning import Caps, Rule
from regulars.offers.types import OffAmount, OffPercent, Standing

_PERIODS = {
    "day": "day",
    "week": "date_trunc('week', day)",
    "month": "month",
    "year": "date_trunc('year', day)",
}
_PERCENTS = """
CREATE TABLE paid AS
SELECT * REPLACE (amount - off AS amount) FROM (
    SELECT l.*, amount * {percent} // 10000 AS off FROM lines AS l JOIN orders AS o USING (n))
"""
# A sum is spread over the lines as a till does (`kit.shares.spread`).
_SUMS = """
CREATE TABLE paid AS
WITH whole AS (
    SELECT l.*, o.tier, sum(l.amount) OVER (PARTITION BY n)::HUGEINT AS whole
    FROM lines AS l JOIN orders AS o USING (n)
), taken AS (SELECT *, least(whole, {sum}) AS taken FROM whole AS o),
shared AS (
    SELECT *, amount * taken // whole AS share,
           row_number() OVER (PARTITION BY n ORDER BY amount * taken % whole DESC, line) AS turn
    FROM taken
), shares AS (
    SELECT o.* EXCLUDE (whole, taken, share, turn), amount * {percent} // 10000 + share
           + (turn <= taken - sum(share) OVER (PARTITION BY n))::INTEGER AS off
    FROM shared AS o
)
SELECT * EXCLUDE (tier) REPLACE ((amount - off)::BIGINT AS amount) FROM shares
"""
_DISCOUNTS = """
CREATE TABLE discounts AS
SELECT n, o.tier, sum(p.off)::BIGINT AS off FROM paid AS p JOIN orders AS o USING (n)
GROUP BY ALL HAVING sum(p.off) > 0
"""
_NO_DISCOUNTS = "CREATE TABLE discounts (n BIGINT, tier VARCHAR, off BIGINT)"
_ORDERS = """
SELECT o.n, o.day, o.weekday, '{currency}' AS currency, {total} AS total, o.tier, o.branch, o.channel,
       {fits} AS fits, NULL::BIGINT AS room
FROM orders AS o {joins}
"""
_PAID = " LEFT JOIN (SELECT n, sum(amount)::BIGINT AS total FROM paid GROUP BY n) AS t USING (n)"
_FIT = "LEFT JOIN fits AS f{place} ON f{place}.person = o.person AND f{place}.part = 'rule:{key}'"
_LINES = "SELECT n, product, category, brand, pieces, amount FROM {lines}"
_EARNED = "CREATE OR REPLACE TABLE earned AS SELECT n, mechanic, share FROM ({statement}) WHERE share > 0"
# What an order may still earn in its period is what those before it have left.
_CAPPED = """
CREATE OR REPLACE TABLE earned AS
WITH totals AS (SELECT n, sum(share)::BIGINT AS whole FROM earned GROUP BY n),
limited AS (
    SELECT n, whole, greatest(0, least(whole, {most} - (sum(whole) OVER (
        PARTITION BY person, {period} ORDER BY n ROWS UNBOUNDED PRECEDING) - whole)))::BIGINT AS left_
    FROM totals JOIN orders USING (n)
), allowed AS (SELECT n, whole, left_ - left_ % {step} AS allowed FROM limited)
SELECT n, mechanic, (upto * allowed // whole - (upto - share) * allowed // whole)::BIGINT AS share
FROM (SELECT *, sum(share) OVER (PARTITION BY n ORDER BY mechanic ROWS UNBOUNDED PRECEDING) AS upto
      FROM earned)
JOIN allowed USING (n) WHERE allowed > 0
"""
_BEFORE_TIERS = """
CREATE TABLE earned_before_tiers AS
SELECT order_id, sum(share)::BIGINT AS points FROM earned JOIN orders USING (n) GROUP BY order_id
"""


def make_earned(lake: Lake, frame: Frame) -> None:
    """Make `earned` and `discounts` (n, tier, off) of orders that have their tiers."""
    lake.run(_DISCOUNTS if (discounted := _discounted(lake, frame.programme)) else _NO_DISCOUNTS)
    _earn(lake, frame, frame.programme, lines="paid" if discounted else "lines")
    caps = frame.programme.caps
    if caps.period_minor is not None:
        step = MINOR if frame.programme.whole_points else 1
        lake.run(_CAPPED.format(most=caps.period_minor, period=_PERIODS[caps.period], step=step))


def earn_before_tiers(lake: Lake, frame: Frame) -> None:
    """What orders earned as if there were no tiers, for tiers that points decide: `earned_before_tiers`."""
    plain = frame.programme.model_copy(update={"tiers": None, "caps": Caps()})
    lake.run("CREATE OR REPLACE TABLE orders AS SELECT *, '' AS tier FROM orders")
    _earn(lake, frame, plain, lines="lines")
    lake.run(_BEFORE_TIERS)
    lake.run("CREATE OR REPLACE TABLE orders AS SELECT * EXCLUDE (tier) FROM orders")


def _earn(lake: Lake, frame: Frame, programme: Programme, *, lines: str) -> None:
    fits, joins = _fits(programme.rules, frame)
    total = "o.total"
    if lines != "lines":
        total = "coalesce(t.total, 0)"
        joins += _PAID
    statement = earning_statement(
        programme,
        DUCKDB,
        orders=_ORDERS.format(currency=programme.currency, total=total, fits=fits, joins=joins),
        lines=_LINES.format(lines=lines),
    )
    lake.run(_EARNED.format(statement=statement.text), statement.values)


def _fits(rules: Sequence[Rule], frame: Frame) -> tuple[str, str]:
    """Bit i where the customer fits `who` of rule i, and what it is joined from (the table `fits`)."""
    asked = [place for place, rule in enumerate(rules) if rule.when.who is not None]
    bits = " | ".join(f"(CASE WHEN f{place}.person IS NULL THEN 0 ELSE {1 << place} END)" for place in asked)
    joins = " ".join(_FIT.format(place=place, key=rules[place].key) for place in asked)
    return bits or "0", joins


def _discounted(lake: Lake, programme: Programme) -> bool:
    """Make `paid`, the lines less the standing discount of each order's tier (`off`); False where no tier
    brings one."""
    percents, sums = {}, {}
    for tier in programme.tiers.levels if programme.tiers else ():
        match standing_of(tier):
            case Standing(takes=OffPercent(percent=percent)):
                percents[tier.key] = str(int(percent * 100))
            case Standing(takes=OffAmount(amount_minor=amount), total_from_minor=least):
                sums[tier.key] = f"CASE WHEN whole >= {least} THEN {amount} ELSE 0 END"
    if sums:
        lake.run(_SUMS.format(percent=_by_tier(percents), sum=_by_tier(sums)))
    elif percents:
        lake.run(_PERCENTS.format(percent=_by_tier(percents)))
    return bool(sums or percents)


def _by_tier(found: Mapping[str, str]) -> str:
    """What an order's tier brings; 0 where it brings nothing."""
    cases = " ".join(f"WHEN '{key}' THEN {value}" for key, value in found.items())
    return f"(CASE o.tier {cases} ELSE 0 END)" if cases else "0"
