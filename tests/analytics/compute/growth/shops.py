"""Shops for the tests of growth points: made by hand, made up, or real ones from outside the repository."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from regulars.analytics.compute.growth.forecast import Found, NotFound, Shop
from regulars.analytics.compute.growth.goods import Goods
from regulars.analytics.compute.growth.history import History, load
from regulars.analytics.compute.growth.plan import plan
from regulars.analytics.types import GrowthKey

FIRST_DAY = date(2021, 3, 1)
REAL = Path(__file__).resolve().parents[5] / "shared" / "data"


def day(number: int) -> date:
    """The calendar day of a day of the shop's history."""
    return FIRST_DAY + timedelta(days=number)


def fill(
    con: duckdb.DuckDBPyConnection,
    orders: Sequence[tuple[int, int, float]],
    lines: Sequence[tuple[int, int, str | None, str | None, float]] | None = None,
) -> None:
    """The tables from orders (customer, day, amount) and lines (customer, day, product, category, amount)."""
    customer, days, amount = zip(*orders, strict=True) if orders else ((), (), ())
    fill_orders(con, np.array(customer, int), np.array(days, int), np.array(amount, float))
    if lines is not None:
        columns = list(zip(*lines, strict=True)) if lines else [()] * 5
        names = ("customer", "d", "product", "category", "amount")
        types = (pa.int32(), pa.int32(), pa.string(), pa.string(), pa.float64())
        fill_lines(
            con,
            pa.table({n: pa.array(c, t) for n, c, t in zip(names, columns, types, strict=True)}),
        )


def fill_orders(
    con: duckdb.DuckDBPyConnection, customer: np.ndarray, days: np.ndarray, amount: np.ndarray
) -> None:
    con.register("made", pa.table({"customer": customer, "d": days, "amount": amount}))
    _orders_from(con, "select * from made")
    con.unregister("made")


def fill_lines(con: duckdb.DuckDBPyConnection, made: pa.Table) -> None:
    con.register("made", made)
    _lines_from(con, "select * from made")
    con.unregister("made")


def _orders_from(con: duckdb.DuckDBPyConnection, query: str) -> None:
    con.execute(
        f"""create or replace table orders as
        select row_number() over () as order_no, customer::integer as customer,
            ($first + d::integer)::timestamp as ordered_at, $first + d::integer as day,
            amount::decimal(18, 6) as amount, null::varchar as channel
        from ({query}) as made(customer, d, amount)""",
        {"first": FIRST_DAY},
    )
    con.execute(
        """create or replace table customers as
        select distinct customer, format('c{:06d}', customer) as customer_id from orders"""
    )


def _lines_from(con: duckdb.DuckDBPyConnection, query: str) -> None:
    con.execute(
        f"""create or replace table order_lines as
        select row_number() over () as order_no, customer::integer as customer,
            $first + d::integer as day, product::varchar as product, category::varchar as category,
            amount::decimal(18, 6) as amount
        from ({query}) as made(customer, d, product, category, amount)""",
        {"first": FIRST_DAY},
    )


@dataclass(frozen=True)
class Kind:
    """A made-up shop whose ways never change.

    Customers come evenly, buy at their own rates (gamma) with amounts about their own level (lognormal),
    leave for good after a while, and some sleep for long and wake again. `opened`: nobody came before the
    first day; else the shop is older than its data.
    """

    days: int
    customers: int = 1200
    opened: bool = False
    gap: float = 60.0
    evenness: float = 0.7
    stay: float = 400.0
    sleepers: float = 0.3
    sleep: float = 250.0


@dataclass(frozen=True)
class Made:
    """`d` are days; `customer` counts from 1 and leaves no number out."""

    customer: np.ndarray
    d: np.ndarray
    amount: np.ndarray

    def fill(self, con: duckdb.DuckDBPyConnection, products: int = 0, seed: int = 0) -> None:
        """`products`: so many are bought by each customer's own taste, one to three an order."""
        fill_orders(con, self.customer, self.d, self.amount)
        if products:
            rng = np.random.default_rng([seed, 1])
            many = rng.integers(1, 4, len(self.d))
            of = np.repeat(np.arange(len(self.d)), many)
            taste = rng.dirichlet(np.full(products, 0.5), int(self.customer.max()) + 1).cumsum(axis=1)
            chosen = (rng.uniform(size=len(of))[:, None] > taste[self.customer[of]]).sum(axis=1)
            names = np.array([f"product {n}" for n in range(products + 1)])[chosen]
            fill_lines(
                con,
                pa.table(
                    {
                        "customer": self.customer[of],
                        "d": self.d[of],
                        "product": names,
                        "category": pa.nulls(len(of), pa.string()),
                        "amount": np.round(self.amount[of] / many[of], 2),
                    }
                ),
            )


def made_up(seed: int, kind: Kind) -> Made:
    rng = np.random.default_rng(seed)
    begin = 0.0 if kind.opened else -3 * kind.stay
    count = int(kind.customers * (kind.days - begin) / 730)
    born = rng.uniform(begin, kind.days, count)
    stayed = np.minimum(born + rng.exponential(kind.stay, count), kind.days) - born
    rate = rng.gamma(kind.evenness, 1 / kind.evenness, count) / kind.gap
    many = rng.poisson(rate * stayed)
    who = np.concatenate([np.arange(count), np.repeat(np.arange(count), many)])
    when = np.concatenate([born, born.repeat(many) + rng.uniform(0, 1, many.sum()) * stayed.repeat(many)])
    begun_to_sleep = born + rng.exponential(kind.stay / 3, count)
    begun_to_sleep[rng.uniform(size=count) > kind.sleepers] = np.inf
    awake = (when < begun_to_sleep[who]) | (when > begun_to_sleep[who] + kind.sleep)
    seen = (when >= 0) & (when < kind.days) & awake
    who, when = who[seen], when[seen]
    level = 30 * np.exp(rng.normal(0, 0.5, count))
    amount = np.round(level[who] * np.exp(rng.normal(0, 0.6, len(who))), 2) + 0.01
    _, customer = np.unique(who, return_inverse=True)
    return Made(customer + 1, np.floor(when).astype(int), amount)


@dataclass(frozen=True)
class Then:
    """A forecast made `target` days before the end, and what came of it, in major units."""

    found: Found
    actual: float

    @property
    def low(self) -> float:
        return self.found.expected.low / 1e6

    @property
    def high(self) -> float:
        return self.found.expected.high / 1e6

    @property
    def value(self) -> float:
        return self.found.expected.value / 1e6

    @property
    def inside(self) -> bool:
        return self.low <= self.actual <= self.high


def history_of(con: duckdb.DuckDBPyConnection, days: int) -> History:
    return load(con, as_of=day(days), first_day=FIRST_DAY)


def then_and_after(
    con: duckdb.DuckDBPyConnection, days: int, target: int, products: bool
) -> dict[GrowthKey, Then | NotFound]:
    """Every group as it was foretold `target` days before the end of `days`, with what followed."""
    now, back = plan(days, 365), plan(days - target, target)
    assert now is not None
    assert back is not None
    history = history_of(con, days)
    goods = Goods(con, first_day=FIRST_DAY, sample=history.numbers) if products else None
    shop = Shop(history, history, goods, [now, back])
    forecast = shop.forecast(back)
    return {
        key: Then(found, shop.outcome(forecast, key, found) / 1e6) if isinstance(found, Found) else found
        for key, found in forecast.groups.items()
    }


def load_online_retail(con: duckdb.DuckDBPyConnection) -> int:
    """Its invoices, without taking off what was cancelled later; returns the days of history."""
    path = REAL / "online-retail-ii-2009-2010" / "online_retail_II_2009-2010.csv"
    con.execute(
        """create temp table raw as
        select "Customer ID"::bigint as id, Invoice as invoice, Description as product,
            InvoiceDate::date as day, Quantity * Price as amount
        from read_csv($path) where id is not null and Quantity > 0 and Price > 0""",
        {"path": str(path)},
    )
    return _as_contract(con)


def load_afisha(con: duckdb.DuckDBPyConnection) -> int:
    path = REAL / "yandex-afisha-ltv" / "orders_log_us.csv"
    con.execute(
        """create temp table raw as
        select Uid as id, row_number() over () as invoice, null as product,
            "Buy Ts"::date as day, Revenue::double as amount
        from read_csv($path, all_varchar = true) where Revenue::double > 0""",
        {"path": str(path)},
    )
    return _as_contract(con)


def _as_contract(con: duckdb.DuckDBPyConnection) -> int:
    con.execute(
        """create temp table numbered as
        select dense_rank() over (order by id::varchar) as customer, invoice, product,
            (day - (select min(day) from raw))::integer as d, amount
        from raw"""
    )
    days = con.execute("select max(d) + 1 from numbered").fetchall()[0][0]
    _orders_from(con, "select customer, min(d), sum(amount) from numbered group by customer, invoice")
    _lines_from(con, "select customer, d, product, null, amount from numbered")
    return int(days)
