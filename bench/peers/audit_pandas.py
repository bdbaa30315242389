"""The figures of docs/metrics.md in pandas 3 with the Arrow back end.

Written the quick way for pandas: only the columns needed are read, ids become codes once, orders are sorted
once by customer and moment, and all that follows is vectorised over arrays of codes, days and amounts.
Growth points are not made.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bench.processes import measured

COLUMNS = ["order_id", "customer_id", "ordered_at", "amount", "channel"]
DAY = np.timedelta64(1, "D")
SEGMENTS = {
    5: ["new", "potential_loyalist", "potential_loyalist", "champions", "champions"],
    4: ["promising", "potential_loyalist", "potential_loyalist", "loyal", "loyal"],
    3: ["about_to_sleep", "needs_attention", "needs_attention", "loyal", "loyal"],
    2: ["lost", "hibernating", "at_risk", "at_risk", "cannot_lose"],
    1: ["lost", "hibernating", "at_risk", "at_risk", "cannot_lose"],
}
SEGMENT_ORDER = ["champions", "loyal", "potential_loyalist", "new", "promising", "needs_attention"]
SEGMENT_ORDER += ["about_to_sleep", "cannot_lose", "at_risk", "hibernating", "lost"]
STAGES = ["lost", "lapsed", "at_risk", "returned", "regular", "active", "new"]


def audit(path: Path) -> dict[str, Any]:
    orders, ids = _orders(path)
    first, last = (orders["day"].agg(edge).to_datetime64().astype("datetime64[D]") for edge in ("min", "max"))
    as_of = last + DAY
    span = int((as_of - first) / DAY)
    w = 365 if span >= 730 else 90
    customers = _customers(orders, as_of, w)
    gaps = _gaps(orders)
    rhythm = max(30.0, float(np.quantile(gaps, 0.9))) if len(gaps) >= 50 else 90.0
    earlier = as_of - w * DAY
    before = orders[orders["day"] < earlier]
    return {
        "from": str(first),
        "to": str(last),
        **_headline(customers, gaps, as_of, first, w),
        "previous": _headline(_customers(before, earlier, w), _gaps(before), earlier, first, w),
        "rhythm_days": rhythm,
        **_groups(customers, ids, gaps, orders, as_of, rhythm),
        **_cohorts(orders, customers, first, last),
        "second_order": _second_order(customers, as_of),
        "lorenz": _lorenz(customers["revenue"].to_numpy()),
    }


def _orders(path: Path) -> tuple[pd.DataFrame, np.ndarray]:
    """Valid orders by (customer, moment, order id); the ids of customers in code-point order."""
    read = pd.read_parquet(path, columns=COLUMNS, dtype_backend="pyarrow")
    read = read.dropna(subset=["order_id", "customer_id", "ordered_at", "amount"])
    if read["order_id"].duplicated().any():
        read = (
            read.sort_values("ordered_at", kind="stable")
            .groupby("order_id", sort=False)
            .agg({"customer_id": "first", "ordered_at": "first", "amount": "sum", "channel": "first"})
            .reset_index()
        )
    read = read[read["amount"] > 0]
    codes, found = pd.factorize(read["customer_id"])
    names = found.astype("string[pyarrow]").to_numpy(dtype=object)
    place = np.empty(len(names), dtype=np.int32)
    by_name = np.argsort(names)
    place[by_name] = np.arange(len(names), dtype=np.int32)
    moment = read["ordered_at"].to_numpy(dtype="datetime64[us]")
    orders = pd.DataFrame(
        {
            "customer": place[codes],
            "moment": moment,
            "day": moment.astype("datetime64[D]").astype("datetime64[s]"),
            "amount": read["amount"].to_numpy(dtype="float64"),
            "channel": read["channel"].astype("category").array,
        }
    )
    # The file is in the order of time, mostly: a stable sort by customer keeps it, then ties are looked at.
    if not (np.diff(moment) >= np.timedelta64(0, "us")).all():
        orders = orders.sort_values("moment", kind="stable")
    orders = orders.iloc[np.argsort(orders["customer"].to_numpy(), kind="stable")].reset_index(drop=True)
    return _first_by_id(orders, read, codes), names[by_name]


def _first_by_id(orders: pd.DataFrame, read: pd.DataFrame, codes: np.ndarray) -> pd.DataFrame:
    """Among orders of a customer at their first moment the one with the first id leads."""
    customer, moment = orders["customer"].to_numpy(), orders["moment"].to_numpy()
    same = (customer[1:] == customer[:-1]) & (moment[1:] == moment[:-1])
    is_first = np.r_[True, customer[1:] != customer[:-1]][:-1]
    if not (same & is_first).any():
        return orders
    order_id = read["order_id"].to_numpy(dtype=object)[np.argsort(codes, kind="stable")]
    keys = pd.DataFrame({"customer": customer, "moment": moment, "id": order_id})
    return orders.iloc[keys.sort_values(["customer", "moment", "id"]).index].reset_index(drop=True)


def _customers(orders: pd.DataFrame, as_of: np.datetime64, w: int) -> pd.DataFrame:
    """One row per customer: orders are sorted by them, so each is a slice."""
    customer = orders["customer"].to_numpy()
    day, amount = orders["day"].to_numpy().astype("datetime64[D]"), orders["amount"].to_numpy()
    starts = np.flatnonzero(np.r_[True, customer[1:] != customer[:-1]])
    ends = np.r_[starts[1:], len(customer)]
    new_day = np.r_[True, (customer[1:] != customer[:-1]) | (day[1:] != day[:-1])]
    second = _nth_day(customer, day, new_day, len(starts))
    last_visit = np.maximum.reduceat(np.where(new_day, np.arange(len(day)), 0), starts)
    earlier, recent = as_of - 2 * w * DAY, as_of - w * DAY
    in_window = ((day >= earlier) & (day < recent)).astype(np.int8)
    return pd.DataFrame(
        {
            "customer": customer[starts],
            "orders": ends - starts,
            "revenue": np.round(np.add.reduceat(amount, starts), 2),
            "first_day": day[starts].astype("datetime64[s]"),
            "last_day": day[ends - 1].astype("datetime64[s]"),
            "second_day": second.astype("datetime64[s]"),
            "last_gap": np.where(last_visit > starts, (day[last_visit] - day[last_visit - 1]) / DAY, np.nan),
            "before": np.maximum.reduceat(in_window, starts).astype(bool),
            "channel": orders["channel"].array[starts],
        }
    )


def _nth_day(customer: np.ndarray, day: np.ndarray, new_day: np.ndarray, customers: int) -> np.ndarray:
    """The second different day of each customer, or NaT."""
    visits = np.flatnonzero(new_day)
    of = customer[visits]
    first = np.r_[True, of[1:] != of[:-1]]
    second = np.r_[False, first[:-1]] & ~first
    found = np.full(customers, np.datetime64("NaT", "D"))
    found[np.cumsum(first)[second] - 1] = day[visits[second]]
    return found


def _gaps(orders: pd.DataFrame) -> np.ndarray:
    customer, day = orders["customer"].to_numpy(), orders["day"].to_numpy()
    gaps = (np.diff(day) / DAY)[customer[1:] == customer[:-1]]
    return gaps[gaps > 0]


def _headline(
    c: pd.DataFrame, gaps: np.ndarray, as_of: np.datetime64, first: np.datetime64, w: int
) -> dict[str, Any]:
    n, orders, revenue = len(c), int(c["orders"].sum()), c["revenue"].sum()
    repeat, regular = c["orders"] >= 2, _regular(c)
    recent = c["last_day"] >= as_of - w * DAY
    known = (as_of - first) / DAY >= 2 * w
    retention = float((c["before"] & recent).sum() / c["before"].sum()) if known else None
    waits = (c["second_day"] - c["first_day"]).dropna() / DAY
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
        "median_days_between_orders": float(np.median(gaps)),
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
    c: pd.DataFrame, ids: np.ndarray, gaps: np.ndarray, orders: pd.DataFrame, as_of: np.datetime64, q: float
) -> dict[str, Any]:
    recency, r = _scores(c["last_day"].to_numpy())
    frequency, f = _scores(c["orders"].to_numpy())
    monetary, m = _scores(c["revenue"].to_numpy())
    since = ((as_of - c["last_day"]) / DAY).to_numpy()
    stage = np.select(
        [since > 4 * q, since > 2 * q, since > q, c["last_gap"] > 2 * q, _regular(c), c["orders"] >= 2],
        range(6),
        6,
    )
    scored = pd.DataFrame({"r": r, "f": f, "stage": stage, "revenue": c["revenue"]})
    cells = scored.groupby(["r", "f"])["revenue"].agg(["size", "sum"]).sort_index(ascending=False)
    by_stage = scored.groupby("stage")["revenue"].agg(["size", "sum"]).reindex(range(7), fill_value=0)
    segments = cells.groupby([SEGMENTS[r][f - 1] for r, f in cells.index]).sum()
    slipping = c[(m == 5) & (c["orders"] >= 2) & np.isin(stage, [1, 2])]
    top = slipping.sort_values(["revenue", "customer"], ascending=[False, True]).head(50)
    return {
        "rfm_map": [
            {"r": int(r), "f": int(f), "customers": int(n), "revenue": _money(s)}
            for (r, f), n, s in cells.itertuples()
        ],
        "rfm": [{"segment": name, **_of(segments, name)} for name in SEGMENT_ORDER],
        "rfm_cuts": {
            "recency": [None if cut is None else str(cut)[:10] for cut in recency],
            "frequency": [None if cut is None else int(cut) for cut in frequency],
            "monetary": [None if cut is None else _money(cut) for cut in monetary],
        },
        "stages": [{"stage": name, **_of(by_stage, n)} for n, name in enumerate(STAGES)],
        "slipping": {
            "customers": len(slipping),
            "revenue": _money(slipping["revenue"].sum()),
            "top": [_slipping(row, ids, orders, as_of, q) for row in top.itertuples()],
        },
    }


def _of(table: pd.DataFrame, key: Any) -> dict[str, Any]:
    if key not in table.index:
        return {"customers": 0, "revenue": "0.00"}
    return {"customers": int(table.at[key, "size"]), "revenue": _money(table.at[key, "sum"])}


def _slipping(
    row: Any, ids: np.ndarray, orders: pd.DataFrame, as_of: np.datetime64, q: float
) -> dict[str, Any]:
    at = np.searchsorted(orders["customer"].to_numpy(), [row.customer, row.customer + 1])
    gaps = np.diff(orders["day"].to_numpy()[slice(*at)]) / DAY
    gaps = gaps[gaps > 0]
    since = int((as_of - np.datetime64(row.last_day)) / DAY)
    return {
        "customer_id": ids[row.customer],
        "last_order": str(row.last_day.date()),
        "days_since": since,
        "usual_gap_days": float(np.median(gaps)) if len(gaps) else None,
        "orders": int(row.orders),
        "revenue": _money(row.revenue),
        "stage": "lapsed" if since > 2 * q else "at_risk",
    }


def _scores(values: np.ndarray) -> tuple[list[Any], np.ndarray]:
    """Smallest value with score 2 to 5, and the score of each."""
    ordered = np.sort(values)
    n = len(values)
    cuts: list[Any] = []
    for s in range(2, 6):
        least = ordered[-(-(s - 1) * n // 5) - 1]  # so many are smaller than anything above this one
        above = np.searchsorted(ordered, least, side="right")
        cuts.append(ordered[above] if above < n else None)
    return cuts, 1 + sum((values >= cut).astype(np.int8) for cut in cuts if cut is not None)


def _cohorts(
    orders: pd.DataFrame, c: pd.DataFrame, first: np.datetime64, last: np.datetime64
) -> dict[str, Any]:
    start, end = first.astype("datetime64[M]").astype(int), last.astype("datetime64[M]").astype(int)
    n = end - start + 1
    names = [str(np.datetime64(int(start + k), "M")) for k in range(n)]
    partial = [False] * (n - 1) + [(last + DAY).astype("datetime64[M]").astype(int) == end]
    customer, amount = orders["customer"].to_numpy(), orders["amount"].to_numpy()
    month = orders["day"].to_numpy().astype("datetime64[M]").astype(int) - start
    born = c["first_day"].to_numpy().astype("datetime64[M]").astype(int) - start
    leads = np.r_[True, customer[1:] != customer[:-1]]
    opens = leads | np.r_[True, month[1:] != month[:-1]]
    cell = born[customer] * n + month
    revenue = np.bincount(cell, amount, n * n).reshape(n, n)
    active = np.bincount(cell[opens], minlength=n * n).reshape(n, n)
    new, new_revenue = np.bincount(month[leads], minlength=n), np.bincount(month[leads], amount[leads], n)
    all_orders, all_revenue = np.bincount(month, minlength=n), np.bincount(month, amount, n)
    by_channel = c.assign(channel=c["channel"].cat.add_categories("").fillna(""))
    channels = by_channel.groupby("channel", observed=True)["revenue"].agg(["size", "sum"])
    channels = channels.sort_values("sum", ascending=False)
    listed = [(None, len(c), c["revenue"].sum()), *channels.itertuples()]
    return {
        "months": [
            {
                "month": names[k],
                "new_orders": int(new[k]),
                "returning_orders": int(all_orders[k] - new[k]),
                "new_revenue": _money(new_revenue[k]),
                "returning_revenue": _money(all_revenue[k] - new_revenue[k]),
                "partial": bool(partial[k]),
            }
            for k in range(n)
        ],
        "cohorts": [
            {
                "month": names[k],
                "size": int(new[k]),
                "active": active[k, k:].tolist(),
                "revenue": [_money(value) for value in revenue[k, k:]],
                "retention": (active[k, k:] / new[k]).tolist(),
                "partial": [bool(value) for value in partial[k:]],
            }
            for k in range(n)
            if new[k]
        ],
        "channels": [
            {"channel": name, "customers": int(k), "revenue": _money(s), "ltv": _money(s / k)}
            for name, k, s in listed
        ],
    }


def _second_order(c: pd.DataFrame, as_of: np.datetime64) -> dict[str, Any]:
    watched = ((as_of - c["first_day"]) / DAY).to_numpy().astype(int) - 1
    waited = ((c["second_day"] - c["first_day"]) / DAY).to_numpy()
    again = ~np.isnan(waited)
    size = max(int(watched.max()), 365) + 2
    gone = np.bincount(watched, minlength=size).cumsum() - np.bincount(watched, minlength=size)
    came = np.bincount(waited[again].astype(int), minlength=size).cumsum()
    left = np.bincount(watched[again], minlength=size)
    done = came - (left.cumsum() - left)
    days = min(int(watched.max()), 365) + 1
    y = done[:days] / (len(c) - gone[:days])
    return {
        "curve": [{"x": float(x), "y": float(value)} for x, value in enumerate(y)],
        "within": {str(x): float(y[x]) for x in (30, 60, 90, 180, 365) if x < days},
    }


def _lorenz(revenue: np.ndarray) -> dict[str, Any]:
    best = np.r_[0.0, np.sort(revenue)[::-1].cumsum()]
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
