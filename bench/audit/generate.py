"""A shop's orders as a Parquet file: the same bytes for the same sizes, with the skew real shops have."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

Ids = Literal["text", "integer"]

SEED = 20240229
FIRST_DAY = np.datetime64("2022-01-01T00:00:00", "s")
DAYS = 3 * 365
DAY = 86_400
CHANNELS = ["organic", "search_ads", "social", "email", "partners", "offline"]
CHANNEL_SHARES = [0.34, 0.24, 0.18, 0.12, 0.07, 0.05]
NO_CHANNEL = 0.02
ROWS_A_GROUP = 122_880


def orders_file(folder: Path, *, orders: int, customers: int, ids: Ids) -> Path:
    """The file of `orders` orders by `customers` customers, made where it is missing."""
    path = folder / f"orders-{orders}-{customers}-{ids}.parquet"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".unfinished")
        pq.write_table(_orders(orders, customers, ids), unfinished, row_group_size=ROWS_A_GROUP)
        unfinished.replace(path)
    return path


def _orders(orders: int, customers: int, ids: Ids) -> pa.Table:
    rng = np.random.default_rng(SEED)
    arrival = np.sort(rng.beta(1.2, 1.0, customers)) * (DAYS * DAY)
    stays = np.minimum(rng.exponential(420 * DAY, customers) + DAY, DAYS * DAY - arrival)
    rate = rng.gamma(0.7, 1.0, customers) * stays
    counts = 1 + rng.multinomial(orders - customers, rate / rate.sum())
    customer = np.repeat(np.arange(customers), counts)
    first = np.zeros(orders, dtype=bool)
    first[np.cumsum(counts) - counts] = True
    since = np.where(first, 0.0, rng.random(orders) * stays[customer])
    second = np.minimum(arrival[customer] + since, DAYS * DAY - 1).astype("int64")
    typical = rng.lognormal(0.0, 0.5, customers)
    amount = np.round(np.exp(rng.normal(3.6, 0.6, orders)) * typical[customer], 2) + 0.01
    channel = rng.choice(len(CHANNELS), size=orders, p=CHANNEL_SHARES).astype("int8")
    blank = rng.random(orders) < NO_CHANNEL
    by_time = np.argsort(second, kind="stable")
    names = rng.permutation(customers)[customer[by_time]]
    return pa.table(
        {
            "order_id": _ids("N", np.arange(1, orders + 1), ids),
            "customer_id": _ids("C", names + 1, ids),
            "ordered_at": pa.array(FIRST_DAY + second[by_time]).cast(pa.timestamp("us")),
            "amount": pa.array(np.round(amount[by_time], 2)).cast(pa.decimal128(12, 2)),
            "channel": pa.DictionaryArray.from_arrays(
                pa.array(channel[by_time], mask=blank[by_time]), CHANNELS
            ).cast(pa.string()),
        }
    )


def _ids(letter: str, numbers: np.ndarray, ids: Ids) -> pa.Array:
    if ids == "integer":
        return pa.array(numbers.astype("int64"))
    return pa.array(np.strings.add(letter, np.strings.zfill(numbers.astype("U8"), 8)).tolist(), pa.string())
