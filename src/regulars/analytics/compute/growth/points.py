"""The audit's growth points from the forecasts of now and of one period before."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import duckdb
import numpy as np

from regulars.analytics.compute.growth.calendar import Ints
from regulars.analytics.compute.growth.forecast import KEYS, Forecast, Found, Shop
from regulars.analytics.compute.growth.groups import LATE
from regulars.analytics.rules.retention import REGULAR_ORDERS
from regulars.analytics.types import Backtest, GrowthKey, GrowthPoint, Interval, LeftOut

SHOWN = 3
MOST_IDS = 10
ENOUGH_FOR_MEDIAN = 10_000

Facts = dict[str, str | int | float]


def money(millionths: float) -> Decimal:
    """Major units with 2 decimals."""
    return Decimal(round(millionths / 10_000)).scaleb(-2)


class Writer:
    """Turns forecasts into growth points."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        shop: Shop,
        now: Forecast,
        back: Forecast | None,
        *,
        first_day: date,
    ) -> None:
        self._con, self._shop, self._now, self._back, self._first_day = con, shop, now, back, first_day

    def points(self) -> tuple[list[GrowthPoint], list[LeftOut]]:
        """The best by the lower end of what they bring, and why the others are not among them."""
        ranked: list[tuple[GrowthKey, Found, Interval]] = []
        without: list[LeftOut] = []
        for key in KEYS:
            found = self._now.groups[key]
            if not isinstance(found, Found):
                without.append(LeftOut(key, found.reason, dict(found.facts)))
                continue
            interval = _interval(found)
            if interval.value > 0:
                ranked.append((key, found, interval))
            else:
                without.append(LeftOut(key, "nothing_expected", {"customers": len(found.members)}))
        ranked.sort(key=lambda entry: (-entry[2].low, -entry[2].value))
        weaker = [_weaker(*entry) for entry in ranked[SHOWN:]]
        return [self._point(*entry) for entry in ranked[:SHOWN]], weaker + without

    def _point(self, key: GrowthKey, found: Found, interval: Interval) -> GrowthPoint:
        return GrowthPoint(
            key=key,
            customers=len(found.members),
            expected_revenue=interval,
            extra_percent=money(found.expected.money_each * len(found.members) / 100),
            backtest=self._backtest(key),
            facts=self._facts(key, found),
            top=self._top(found.members),
        )

    def _backtest(self, key: GrowthKey) -> Backtest | None:
        if self._back is None:
            return None
        found = self._back.groups[key]
        if not isinstance(found, Found):
            return None
        expected, actual = _interval(found), money(self._shop.outcome(self._back, key, found))
        return Backtest(
            as_of=self._first_day + timedelta(days=self._back.plan.as_of),
            days=self._back.plan.target,
            customers=len(found.members),
            expected=expected,
            actual=actual,
            inside=expected.low <= actual <= expected.high,
        )

    def _facts(self, key: GrowthKey, found: Found) -> Facts:
        plan, state, members = self._now.plan, self._now.state, found.members
        rhythm = self._now.bounds.rhythm
        sample = self._shop.sample
        facts: Facts = {
            "share_percent": round(100 * found.expected.share, 1),
            "money_each": float(money(found.expected.money_each)),
            "revenue_so_far": float(money(float(state.revenue[members].sum()))),
            "median_absence_days": float(np.median(state.absence[members])),
            "rhythm_days": round(rhythm, 1),
            "horizon_days": plan.horizon,
            "moments": len(plan.moments),
            "precedents": found.precedents,
            "sampled_customers": sample.size if sample.size < self._shop.history.size else 0,
            "tide_percent": round(100 * found.expected.tide),
        }
        if key in ("second_order", "win_back", "cross_sell"):
            bounds = self._now.bounds
            facts["longest_absence_days"] = (
                bounds.longest_absence if key == "win_back" else bounds.within_reach
            )
        if key in ("win_back", "overdue", "keep_best"):
            facts["lapsed_after_days"] = round(self._now.bounds.lapsed_after)
        if key == "overdue":
            some = members[:: -(-len(members) // ENOUGH_FOR_MEDIAN)]
            gap = float(np.median(self._shop.history.calendar.usual_gaps(some, state.at)))
            facts |= {"late_factor": LATE, "usual_gap_days": gap}
        if key == "almost_regulars":
            facts["regular_orders"] = REGULAR_ORDERS
        if key == "keep_best":
            facts["recent_revenue"] = float(money(float(state.recent[members].sum())))
            facts["recent_days"] = state.recent_days
        return facts | self._pair_facts(found)

    def _pair_facts(self, found: Found) -> Facts:
        if found.pair is None or self._shop.goods is None:
            return {}
        facts: Facts = {"a": found.pair.a, "b": found.pair.b, "by": self._shop.goods.label}
        before = self._back.groups["cross_sell"] if self._back is not None else None
        if isinstance(before, Found) and before.pair is not None:
            facts |= {"backtest_a": before.pair.a, "backtest_b": before.pair.b}
        others = [
            g.members for k, g in self._now.groups.items() if k != "cross_sell" and isinstance(g, Found)
        ]
        also = np.isin(found.members, np.concatenate(others)).sum() if others else 0
        return facts | {"also_in_others": int(also)}

    def _top(self, members: Ints) -> list[str]:
        revenue = self._now.state.revenue[members]
        best = members[np.lexsort((members, -revenue))][:MOST_IDS]
        numbers = [int(number) for number in self._shop.history.numbers[best]]
        rows = self._con.execute(
            "select customer, customer_id from customers where customer in (select unnest($numbers))",
            {"numbers": numbers},
        ).fetchall()
        ids = dict(rows)
        return [str(ids[number]) for number in numbers]


def _interval(found: Found) -> Interval:
    expected = found.expected
    return Interval(value=money(expected.value), low=money(expected.low), high=money(expected.high))


def _weaker(key: GrowthKey, found: Found, interval: Interval) -> LeftOut:
    return LeftOut(
        key,
        "weaker",
        {
            "customers": len(found.members),
            "value": float(interval.value),
            "low": float(interval.low),
            "high": float(interval.high),
        },
    )
