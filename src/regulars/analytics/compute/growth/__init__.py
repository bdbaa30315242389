"""The three things worth doing first, with what each should bring, from the shop's own history.

docs/growth-points.md tells the method. The sentences about a point are made from its `facts`:

| key | who they are |
|---|---|
| `second_order` | one order, at most `longest_absence_days` ago |
| `win_back` | top fifth by revenue, 2 or more orders, away `lapsed_after_days` to `longest_absence_days` |
| `overdue` | 3 or more purchase days, away for more than `late_factor` own median gaps, not yet lapsed |
| `almost_regulars` | 2 or 3 orders, last seen within `rhythm_days`, not regulars, not overdue |
| `keep_best` | champions and loyal by RFM, not lapsed and in none of the groups above |
| `cross_sell` | bought `a` and never `b`, last seen at most `longest_absence_days` ago |

A customer is in one of the first five at most, in this order; cross-selling may name them once more.

Facts of every key:

- `share_percent`: of the members, those who within 12 months will come back, become regulars, buy `b` or,
  for `keep_best`, not order again; `money_each`: of each of those in 12 months, for `keep_best` lost
- `revenue_so_far`: of the group; `median_absence_days`: since the members' last orders
- `rhythm_days`: q of METRICS
- `moments`: how many past moments were looked at; `horizon_days`: for how long they were followed at most;
  `precedents`: different customers who were in such a group then
- `sampled_customers`: so many, chosen at random, were learnt from; 0 where it was all of them
- `tide_percent`: how far the past moments differ from one another beyond chance

| key | facts besides |
|---|---|
| `second_order` | `longest_absence_days` |
| `win_back` | `longest_absence_days`, `lapsed_after_days` |
| `overdue` | `lapsed_after_days`, `late_factor`, `usual_gap_days` (median of the members' own medians) |
| `almost_regulars` | `regular_orders` |
| `keep_best` | `lapsed_after_days`, `recent_revenue` of the last `recent_days` (365 or the span) |
| `cross_sell` | `longest_absence_days`, `a`, `b`, `by` ("category" or "product"), `also_in_others` |

`also_in_others` counts members who are in another group too. Where there is a back-test, `backtest_a` and
`backtest_b` are the pair that was chosen then.

Reasons of `LeftOut` and their facts: `weaker` (`customers`, `value`, `low`, `high`), `history_too_short`
(`days`, `needed_days`, `months`, `needed_months`), `no_products`, `no_pair`, `nobody_in_group`,
`too_few_customers` (`customers`, `needed`), `too_few_precedents` (`precedents`, `needed`),
`too_few_responders` (`responders`, `needed`), `nothing_expected` (`customers`).
"""

from __future__ import annotations

from datetime import date

import duckdb
from django.utils.translation import gettext as _

from regulars.analytics.compute.growth.forecast import KEYS, Shop
from regulars.analytics.compute.growth.goods import Goods
from regulars.analytics.compute.growth.history import load
from regulars.analytics.compute.growth.plan import SHORTEST_HISTORY, plan
from regulars.analytics.compute.growth.points import Writer
from regulars.analytics.progress import Progress
from regulars.analytics.rules.retention import retention_window_days
from regulars.analytics.types import GrowthPoint, LeftOut

YEAR = 365
SAMPLE = 40_000  # customers: enough for a group of 1% to have hundreds of precedents


def growth_points(
    con: duckdb.DuckDBPyConnection, *, as_of: date, first_day: date, has_products: bool, progress: Progress
) -> tuple[list[GrowthPoint], list[LeftOut]]:
    """The three best growth points, ranked by the lower end, and the others with the reason.

    Reads the tables `orders` and `customers`, and `order_lines` where `has_products`.
    """
    days = (as_of - first_day).days
    now = plan(days, YEAR)
    if now is None:
        return [], _too_short(days, has_products)
    window = retention_window_days(days)
    back = plan(days - window, window)
    history = load(con, as_of=as_of, first_day=first_day)
    if not len(history.day):
        return [], [LeftOut(key, "nobody_in_group") for key in KEYS]
    sample = history.sample(SAMPLE)
    goods = Goods(con, first_day=first_day, sample=sample.numbers) if has_products else None
    shop = Shop(history, sample, goods, [now, back] if back is not None else [now])
    progress.step(_("Looking for growth points"), 0.4)
    forecast = shop.forecast(now)
    progress.step(_("Looking for growth points"), 0.7)
    before = shop.forecast(back) if back is not None else None
    return Writer(con, shop, forecast, before, first_day=first_day).points()


def _too_short(days: int, has_products: bool) -> list[LeftOut]:
    facts: dict[str, str | int | float] = {
        "days": days,
        "needed_days": SHORTEST_HISTORY,
        "months": days // 30,
        "needed_months": -(-SHORTEST_HISTORY // 30),
    }
    return [
        LeftOut(key, "no_products")
        if key == "cross_sell" and not has_products
        else LeftOut(key, "history_too_short", dict(facts))
        for key in KEYS
    ]
