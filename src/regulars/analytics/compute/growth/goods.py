"""What was bought, by category where the shop has them, else by product."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import duckdb
import numpy as np
import pyarrow as pa

from regulars.analytics.compute.growth.calendar import Floats, Ints
from regulars.analytics.compute.growth.history import MILLION

Label = Literal["category", "product"]
FEWEST_CATEGORIES = 3
FEWEST_BUYERS = 30  # in the sample, for a category to count


@dataclass(frozen=True)
class Lines:
    """Order lines of the sample that have a name, newest first; `name` indexes `names`."""

    names: list[str]
    customer: Ints
    name: Ints
    day: Ints
    amount: Floats

    def most_bought(self, before: int, at_most: int) -> Ints:
        """The names bought by most customers before the day, most first."""
        known = self.day < before
        pairs = np.unique(self.customer[known].astype(np.int64) * len(self.names) + self.name[known])
        buyers = np.bincount(pairs % max(1, len(self.names)), minlength=len(self.names))
        order = np.argsort(-buyers, kind="stable")
        return np.asarray(order[buyers[order] > 0][:at_most])


class Goods:
    """Reads the table `order_lines`; days count from `first_day`, customers from 0."""

    def __init__(self, con: duckdb.DuckDBPyConnection, *, first_day: date, sample: Ints) -> None:
        """`sample`: the numbers of the customers that `lines` is about; index 0 is the first of them."""
        self._con = con
        self._first_day = first_day
        con.register(
            "growth_sample",
            pa.table(
                {"customer": pa.array(sample), "place": pa.array(np.arange(len(sample), dtype=np.int32))}
            ),
        )
        try:
            self.label: Label = "category" if self._has_categories() else "product"
            self.lines = self._read()
        finally:
            con.unregister("growth_sample")

    def _has_categories(self) -> bool:
        ((count,),) = self._con.execute(
            """select count(*) from (
                select category from order_lines semi join growth_sample using (customer)
                where category is not null
                group by category having count(distinct customer) >= $fewest
            )""",
            {"fewest": FEWEST_BUYERS},
        ).fetchall()
        return bool(count >= FEWEST_CATEGORIES)

    def _read(self) -> Lines:
        by = {"by_category": self.label == "category"}
        names = self._con.execute(
            """select distinct case when $by_category then category else product end as name
            from order_lines semi join growth_sample using (customer)
            where name is not null order by name""",
            by,
        ).fetchnumpy()["name"]
        codes = pa.table({"name": pa.array(names, pa.string()), "code": pa.array(np.arange(len(names)))})
        self._con.register("growth_names", codes)
        try:
            rows = self._con.execute(
                """select place, code::integer as code, (day - $first)::integer as day,
                    amount::double as amount
                from order_lines join growth_sample using (customer)
                join growth_names on name = case when $by_category then category else product end
                order by day desc, place, code""",
                by | {"first": self._first_day},
            ).fetchnumpy()
        finally:
            self._con.unregister("growth_names")
        return Lines(
            names=[str(name) for name in names],
            customer=np.asarray(rows["place"], dtype=np.int32),
            name=np.asarray(rows["code"], dtype=np.int32),
            day=np.asarray(rows["day"], dtype=np.int32),
            amount=np.rint(np.asarray(rows["amount"], dtype=np.float64) * MILLION),
        )

    def bought_only(self, a: str, b: str, before: int) -> Ints:
        """The customers who had bought `a` and never `b` when the day began, ascending."""
        rows = self._con.execute(
            """select customer from (
                select customer, case when $by_category then category else product end as name
                from order_lines where day < $before and name in ($a, $b)
            )
            group by customer having not bool_or(name = $b) order by customer""",
            {"by_category": self.label == "category", "a": a, "b": b, "before": self._date(before)},
        ).fetchnumpy()
        return np.asarray(rows["customer"], dtype=np.int64) - 1

    def spent_on(self, b: str, customers: Ints, since: int, until: int) -> float:
        """What `customers` spent on `b` from one day until before another, in millionths."""
        rows = self._con.execute(
            """select customer, sum(amount)::double as amount from order_lines
            where case when $by_category then category else product end = $b
                and day >= $since and day < $until
            group by customer order by customer""",
            {
                "by_category": self.label == "category",
                "b": b,
                "since": self._date(since),
                "until": self._date(until),
            },
        ).fetchnumpy()
        theirs = np.isin(np.asarray(rows["customer"], dtype=np.int64) - 1, customers)
        return float(np.rint(np.asarray(rows["amount"], dtype=np.float64)[theirs] * MILLION).sum())

    def _date(self, day: int) -> date:
        return self._first_day + timedelta(days=day)
