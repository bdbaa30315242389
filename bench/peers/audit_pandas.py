"""The figures of docs/metrics.md in pandas 3 with the Arrow back end.

Written the quick way for pandas: only the columns needed are read, customers become codes once, orders are
sorted once, grouping goes by codes without sorting again, and nothing loops over rows. Growth points are
not made.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bench.processes import measured

COLUMNS = ["order_id", "customer_id", "ordered_at", "amount", "channel"]
DAY = pd.Timedelta(days=1)
SEGMENTS = {
    5: ["new", "potential_loyalist", "potential_loyalist", "champions", "champions"],
    4: ["promising", "potential_loyalist", "potential_loyalist", "loyal", "loyal"],
    3: ["about_to_sleep", "needs_attention", "needs_attention", "loyal", "loyal"],
    2: ["lost", "hibernating", "at_risk", "at_risk", "cannot_lose"],
    1: ["lost", "hibernating", "at_risk", "at_risk", "cannot_lose"],
}
SEGMENT_ORDER = ["champions", "loyal", "potential_loyalist", "new", "promising", "needs_attention"]
SEGMENT_ORDER += ["about_to_sleep", "cannot_lose", "at_risk", "hibernating", "lost"]
VALUES = {"r": "last_day", "f": "orders", "m": "revenue"}
STAGES = ["lost", "lapsed", "at_risk", "returned", "regular", "active", "new"]


def audit(path: Path) -> dict[str, Any]:
    orders, ids = _orders(path)
    first, last = orders["day"].min(), orders["day"].max()
    as_of = last + DAY
    w = 365 if (as_of - first).days >= 730 else 90
    customers = _customers(orders, as_of, w)
    gaps = orders["gap"][orders["gap"] > 0]
    rhythm = max(30.0, float(gaps.quantile(0.9))) if len(gaps) >= 50 else 90.0
    earlier = as_of - w * DAY
    before = orders[orders["day"] < earlier]
    gaps_before = before["gap"][before["gap"] > 0]
    return {
        "from": str(first.date()),
        "to": str(last.date()),
        **_headline(customers, gaps, as_of, first, w),
        "previous": _headline(_customers(before, earlier, w), gaps_before, earlier, first, w),
        "rhythm_days": rhythm,
        **_groups(customers, ids, orders, as_of, rhythm),
        **_cohorts(orders, customers, as_of),
        "second_order": _second_order(customers, as_of),
        "lorenz": _lorenz(customers["revenue"]),
    }


def _orders(path: Path) -> tuple[pd.DataFrame, pd.Index]:
    """Valid orders by (customer, moment, order id) with the days since the one before; ids of customers."""
    read = pd.read_parquet(path, columns=COLUMNS, dtype_backend="pyarrow")
    read = read.dropna(subset=["order_id", "customer_id", "ordered_at", "amount"])
    if not read["ordered_at"].is_monotonic_increasing:
        read = read.sort_values("ordered_at", kind="stable")
    if read["order_id"].duplicated().any():
        lines = read.groupby("order_id", sort=False, as_index=False)
        read = lines.agg({"customer_id": "first", "ordered_at": "first", "amount": "sum", "channel": "first"})
    read = read[read["amount"] > 0]
    codes, ids = pd.factorize(read["customer_id"])
    by_name = ids.astype(str).argsort()
    moment = read["ordered_at"].astype("datetime64[us]")
    orders = pd.DataFrame(
        {
            "customer": by_name.argsort()[codes].astype("int32"),
            "moment": moment,
            "day": moment.dt.normalize(),
            "amount": read["amount"].astype("float64"),
            "channel": read["channel"].astype("category"),
            "order_id": read["order_id"],
        }
    )
    # They are in the order of time already, and a stable sort keeps that.
    orders = orders.sort_values("customer", kind="stable", ignore_index=True)
    tied = orders.duplicated(["customer", "moment"], keep=False)
    if tied.any():
        ranked = orders[tied].sort_values(["customer", "moment", "order_id"])
        orders.loc[tied] = ranked.set_axis(orders.index[tied])
    orders["gap"] = (orders["day"] - orders.groupby("customer", sort=False)["day"].shift()).dt.days
    return orders.drop(columns="order_id"), ids[by_name]


def _customers(orders: pd.DataFrame, as_of: pd.Timestamp, w: int) -> pd.DataFrame:
    """One row per customer."""
    customers = orders.groupby("customer", sort=False).agg(
        orders=("amount", "size"),
        revenue=("amount", "sum"),
        first_day=("day", "first"),
        last_day=("day", "last"),
        last_gap=("gap", "last"),
    )
    customers["revenue"] = customers["revenue"].round(2)
    first = orders.drop_duplicates("customer").set_index("customer")
    customers["channel"] = first["channel"]
    customers["second_day"] = (
        orders[orders["gap"] > 0].drop_duplicates("customer").set_index("customer")["day"]
    )
    in_window = orders["customer"][
        orders["day"].between(as_of - 2 * w * DAY, as_of - w * DAY, inclusive="left")
    ]
    customers["before"] = customers.index.isin(in_window.unique())
    return customers


def _headline(
    c: pd.DataFrame, gaps: pd.Series, as_of: pd.Timestamp, first: pd.Timestamp, w: int
) -> dict[str, Any]:
    n, orders, revenue = len(c), int(c["orders"].sum()), c["revenue"].sum()
    repeat, regular = c["orders"] >= 2, _regular(c)
    recent = c["last_day"] >= as_of - w * DAY
    known = (as_of - first).days >= 2 * w
    retention = float((c["before"] & recent).sum() / c["before"].sum()) if known else None
    waits = (c["second_day"] - c["first_day"]).dt.days
    return {
        "customers": n,
        "orders": orders,
        "revenue": _money(revenue),
        "average_order_value": _money(revenue / orders),
        "purchase_frequency": orders / n,
        "repeat_purchase_rate": float(repeat.sum() / n),
        "one_time_customers": int(n - repeat.sum()),
        "repeat_revenue_share": float(c["revenue"][repeat].sum() / revenue),
        "regulars": int(regular.sum()),
        "regulars_share": float(regular.sum() / n),
        "regulars_revenue_share": float(c["revenue"][regular].sum() / revenue),
        "median_days_between_orders": float(gaps.median()),
        "median_days_to_second_order": float(waits.median()),
        "retention_window_days": w,
        "retention_rate": retention,
        "churn_rate": None if retention is None else 1 - retention,
        "new_customer_rate": float((c["first_day"] >= as_of - w * DAY).sum() / recent.sum()),
        "ltv_historical": _money(revenue / n),
        "purchase_days": n + len(gaps),
    }


def _regular(c: pd.DataFrame) -> pd.Series:
    return (c["orders"] >= 4) | ((c["orders"] >= 2) & (c["last_day"] - c["first_day"] >= 365 * DAY))


def _groups(
    c: pd.DataFrame, ids: pd.Index, orders: pd.DataFrame, as_of: pd.Timestamp, q: float
) -> dict[str, Any]:
    since = (as_of - c["last_day"]).dt.days
    stage = np.select(
        [since > 4 * q, since > 2 * q, since > q, c["last_gap"] > 2 * q, _regular(c), c["orders"] >= 2],
        STAGES[:6],
        STAGES[6],
    )
    cuts = {name: _cuts(c[column]) for name, column in VALUES.items()}
    scored = c.assign(
        stage=stage, since=since, **{name: _score(c[VALUES[name]], cuts[name]) for name in cuts}
    )
    cells = scored.groupby(["r", "f"])["revenue"].agg(["size", "sum"]).sort_index(ascending=False)
    by_stage = scored.groupby("stage")["revenue"].agg(["size", "sum"])
    segments = cells.groupby([SEGMENTS[r][f - 1] for r, f in cells.index]).sum()
    slipping = scored[(scored["m"] == 5) & (c["orders"] >= 2) & scored["stage"].isin(["at_risk", "lapsed"])]
    top = slipping.reset_index().sort_values(["revenue", "customer"], ascending=[False, True]).head(50)
    gaps = orders[orders["customer"].isin(top["customer"]) & (orders["gap"] > 0)]
    usual = gaps.groupby("customer")["gap"].median()
    return {
        "rfm_map": [
            {"r": int(r), "f": int(f), "customers": int(n), "revenue": _money(s)}
            for (r, f), n, s in cells.itertuples()
        ],
        "rfm": [{"segment": name, **_of(segments, name)} for name in SEGMENT_ORDER],
        "rfm_cuts": {
            "recency": [None if cut is None else str(cut)[:10] for cut in cuts["r"]],
            "frequency": [None if cut is None else int(cut) for cut in cuts["f"]],
            "monetary": [None if cut is None else _money(cut) for cut in cuts["m"]],
        },
        "stages": [{"stage": name, **_of(by_stage, name)} for name in STAGES],
        "slipping": {
            "customers": len(slipping),
            "revenue": _money(slipping["revenue"].sum()),
            "top": [
                {
                    "customer_id": str(ids[row.customer]),
                    "last_order": str(row.last_day.date()),
                    "days_since": row.since,
                    "usual_gap_days": usual.get(row.customer),
                    "orders": row.orders,
                    "revenue": _money(row.revenue),
                    "stage": row.stage,
                }
                for row in top.itertuples()
            ],
        },
    }


def _of(table: pd.DataFrame, key: Any) -> dict[str, Any]:
    if key not in table.index:
        return {"customers": 0, "revenue": "0.00"}
    return {"customers": int(table.at[key, "size"]), "revenue": _money(table.at[key, "sum"])}


def _cuts(values: pd.Series) -> list[Any]:
    """The smallest value with score 2, 3, 4 and 5: so many customers have a smaller one."""
    counts = values.value_counts().sort_index()
    smaller = counts.cumsum() - counts
    reached = (counts.index[smaller * 5 >= (s - 1) * len(values)] for s in range(2, 6))
    return [found[0] if len(found) else None for found in reached]


def _score(values: pd.Series, cuts: list[Any]) -> pd.Series:
    return 1 + sum((values >= cut).astype("int8") for cut in cuts if cut is not None)


def _cohorts(orders: pd.DataFrame, c: pd.DataFrame, as_of: pd.Timestamp) -> dict[str, Any]:
    day = orders["day"]
    month = day.dt.year * 12 + day.dt.month - 1
    is_first = orders["gap"].isna()
    born = month[is_first].set_axis(orders["customer"][is_first]).reindex(orders["customer"]).to_numpy()
    table = pd.DataFrame(
        {
            "born": born,
            "month": month,
            "amount": orders["amount"],
            # The first order of its month: the one before lies further back than the month's first day.
            "active": is_first | (orders["gap"] >= day.dt.day),
            "new": is_first,
            "new_amount": orders["amount"].where(is_first, 0),
        }
    )
    sums = table.groupby(["born", "month"]).agg("sum")
    sums["orders"] = table.groupby(["born", "month"]).size()
    months = range(month.min(), month.max() + 1)
    partial = as_of.year * 12 + as_of.month - 1
    by_month = sums.groupby("month").sum().reindex(months, fill_value=0)
    by_channel = c.assign(channel=c["channel"].cat.add_categories("").fillna(""))
    won = by_channel.groupby("channel", observed=True)["revenue"].agg(["size", "sum"])
    won = won.sort_values("sum", ascending=False)
    return {
        "months": [
            {
                "month": _month(k),
                "new_orders": int(row.new),
                "returning_orders": int(row.orders - row.new),
                "new_revenue": _money(row.new_amount),
                "returning_revenue": _money(row.amount - row.new_amount),
                "partial": k >= partial,
            }
            for k, row in zip(months, by_month.itertuples(), strict=True)
        ],
        "cohorts": [
            _cohort(k, group.droplevel("born").reindex(range(k, months.stop), fill_value=0), partial)
            for k, group in sums.groupby("born")
        ],
        "channels": [
            {"channel": name, "customers": int(n), "revenue": _money(s), "ltv": _money(s / n)}
            for name, n, s in [(None, len(c), c["revenue"].sum()), *won.itertuples()]
        ],
    }


def _cohort(born: int, months: pd.DataFrame, partial: int) -> dict[str, Any]:
    size = int(months["new"].sum())
    return {
        "month": _month(born),
        "size": size,
        "active": [int(n) for n in months["active"]],
        "revenue": [_money(value) for value in months["amount"]],
        "retention": [int(n) / size for n in months["active"]],
        "partial": [k >= partial for k in months.index],
    }


def _month(number: int) -> str:
    return f"{number // 12}-{number % 12 + 1:02d}"


def _second_order(c: pd.DataFrame, as_of: pd.Timestamp) -> dict[str, Any]:
    watched = (as_of - c["first_day"]).dt.days - 1
    waited = (c["second_day"] - c["first_day"]).dt.days
    days = range(min(int(watched.max()), 365) + 1)
    counts = (
        pd.DataFrame(
            {
                "watched": watched.value_counts(),
                "again": watched[waited.notna()].value_counts(),
                "came": waited.value_counts(),
            }
        )
        .reindex(days, fill_value=0)
        .fillna(0)
    )
    before = counts.cumsum() - counts
    y = (counts["came"].cumsum() - before["again"]) / (len(c) - before["watched"])
    return {
        "curve": [{"x": float(x), "y": value} for x, value in y.items()],
        "within": {str(x): y[x] for x in (30, 60, 90, 180, 365) if x in y.index},
    }


def _lorenz(revenue: pd.Series) -> dict[str, Any]:
    best = np.r_[0.0, revenue.sort_values(ascending=False).cumsum()]
    x = np.arange(101) / 100
    y = np.interp(x * len(revenue), np.arange(len(best)), best) / best[-1]
    return {
        "points": [{"x": float(a), "y": float(b)} for a, b in zip(x, y, strict=True)],
        "top_10_share": float(y[10]),
        "top_20_share": float(y[20]),
    }


def _money(value: float) -> str:
    return f"{value:.2f}"


if __name__ == "__main__":
    measured(lambda: audit(Path(sys.argv[1])))
