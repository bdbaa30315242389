"""The audit of real files against SQL over the same files, written apart from ours and the slow way.

The data lie beside the repository and are no part of it; without them these tests are skipped.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from regulars.analytics.compute.audit import AuditOptions, run_audit
from regulars.analytics.progress import Silent
from regulars.analytics.types import Audit, Headline

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
RETAIL = DATA / "online-retail-ii-2009-2010" / "online_retail_II_2009-2010.csv"
TICKETS = DATA / "yandex-afisha-ltv" / "orders_log_us.csv"
TICKET_COSTS = DATA / "yandex-afisha-ltv" / "costs_us.csv"

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not DATA.exists(), reason="the real data are not here")]

Oracle = duckdb.DuckDBPyConnection


def _audit(orders: Path, costs: Path | None = None) -> Audit:
    return run_audit(
        orders=[orders], costs=costs, options=AuditOptions(timezone="Europe/London"), progress=Silent()
    )


def _cents(value: Any) -> Decimal:
    return Decimal(value).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _one(con: Oracle, query: str, **values: Any) -> Any:
    row = con.execute(query, values).fetchall()[0]
    return row[0] if len(row) == 1 else row


def _check_headline(found: Headline, con: Oracle, *, as_of: date, first: date) -> None:
    """From the table o(order_id, customer, moment, amount) of orders that count, all before `as_of`."""
    con.execute("""
        CREATE OR REPLACE TEMP VIEW c AS
        SELECT customer, count(*) AS n, sum(amount) AS revenue,
               min(moment)::DATE AS first, max(moment)::DATE AS last
        FROM o GROUP BY customer;
        CREATE OR REPLACE TEMP VIEW g AS
        SELECT customer, day, day - lag(day) OVER (PARTITION BY customer ORDER BY day) AS gap,
               row_number() OVER (PARTITION BY customer ORDER BY day) AS visit
        FROM (SELECT DISTINCT customer, moment::DATE AS day FROM o)
    """)
    customers, orders, revenue = _one(con, "SELECT count(*), sum(n), sum(revenue) FROM c")
    assert (found.customers, found.orders, found.revenue) == (customers, orders, _cents(revenue))
    assert found.average_order_value == _cents(revenue / Decimal(orders))
    assert found.ltv_historical == _cents(revenue / customers)
    repeat, repeat_revenue = _one(con, "SELECT count(*), sum(revenue) FROM c WHERE n > 1")
    assert found.repeat_purchase_rate == repeat / customers
    assert found.one_time_customers == customers - repeat
    assert found.repeat_revenue_share == pytest.approx(float(repeat_revenue / revenue), rel=1e-12)
    regulars = _one(con, "SELECT count(*) FROM c WHERE n >= 4 OR (n >= 2 AND last - first >= 365)")
    assert found.regulars == regulars
    assert found.purchase_days == _one(con, "SELECT count(*) FROM g")
    assert found.median_days_between_orders == _one(con, "SELECT median(gap) FROM g")
    assert found.median_days_to_second_order == _one(con, "SELECT median(gap) FROM g WHERE visit = 2")
    w = found.retention_window_days
    if (as_of - first).days < 2 * w:
        assert found.retention_rate is None
    else:
        was, came = _one(
            con,
            """SELECT count(*), count(*) FILTER (customer IN (SELECT customer FROM o WHERE moment >= $middle))
            FROM (SELECT DISTINCT customer FROM o WHERE moment >= $begin AND moment < $middle)""",
            begin=as_of - timedelta(days=2 * w),
            middle=as_of - timedelta(days=w),
        )
        assert found.retention_rate == came / was
    recent, new = _one(
        con,
        "SELECT count(*), count(*) FILTER (first >= $middle) FROM c WHERE last >= $middle",
        middle=as_of - timedelta(days=w),
    )
    assert found.new_customer_rate == new / recent


def _check_groups(found: Audit, con: Oracle) -> None:
    n = found.customers
    scores = {"r": "last", "f": "n", "m": "revenue"}
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE s AS
        SELECT c.*, {
        ", ".join(
            f"least(5, 1 + 5 * (rank() OVER (ORDER BY {value}) - 1) // {n}) AS {name}"
            for name, value in scores.items()
        )
    } FROM c
    """)
    cells = con.execute(
        "SELECT r, f, count(*), sum(revenue) FROM s GROUP BY ALL ORDER BY r DESC, f DESC"
    ).fetchall()
    assert [(x.r, x.f, x.customers, x.revenue) for x in found.rfm_map] == [
        (*x[:3], _cents(x[3])) for x in cells
    ]
    pairs, q = _one(con, "SELECT count(gap), quantile_cont(gap, 0.9) FROM g")
    assert found.rhythm_days == (max(30.0, q) if pairs >= 50 else 90.0)
    con.execute(
        """CREATE OR REPLACE TEMP TABLE st AS
        SELECT s.*, CASE WHEN $as_of - last > 4 * $q THEN 'lost' WHEN $as_of - last > 2 * $q THEN 'lapsed'
            WHEN $as_of - last > $q THEN 'at_risk' WHEN away > 2 * $q THEN 'returned'
            WHEN n >= 4 OR (n >= 2 AND last - first >= 365) THEN 'regular'
            WHEN n >= 2 THEN 'active' ELSE 'new' END AS stage
        FROM s LEFT JOIN (
            SELECT customer, day - lag(day) OVER (PARTITION BY customer ORDER BY moment, order_id) AS away
            FROM (SELECT *, moment::DATE AS day FROM o)
            QUALIFY row_number() OVER (PARTITION BY customer ORDER BY moment DESC, order_id DESC) = 1
        ) USING (customer)""",
        {"as_of": found.as_of, "q": found.rhythm_days},
    )
    stages = dict(con.execute("SELECT stage, count(*) FROM st GROUP BY ALL").fetchall())
    assert {row.stage: row.customers for row in found.stages if row.customers} == stages
    count, revenue = _one(
        con,
        """SELECT count(*), coalesce(sum(revenue), 0) FROM st
        WHERE m = 5 AND n > 1 AND stage IN ('at_risk', 'lapsed')""",
    )
    assert (found.slipping.customers, found.slipping.revenue) == (count, _cents(revenue))


def _check_months(found: Audit, con: Oracle) -> None:
    cohorts: defaultdict[str, list[tuple[int, int, Decimal]]] = defaultdict(list)
    for month, age, active, revenue in con.execute("""
        SELECT strftime(first, '%Y-%m'), date_diff('month', first, moment::DATE),
               count(DISTINCT customer), sum(amount)
        FROM o JOIN c USING (customer) GROUP BY ALL ORDER BY 1, 2
    """).fetchall():
        cohorts[month].append((age, active, _cents(revenue)))
    assert {
        c.month: [(k, a, r) for k, (a, r) in enumerate(zip(c.active, c.revenue, strict=True)) if a]
        for c in found.cohorts
    } == cohorts
    months = con.execute("""
        SELECT strftime(moment, '%Y-%m'), count(*) FILTER (place = 1), count(*) FILTER (place > 1),
               sum(CASE WHEN place = 1 THEN amount ELSE 0 END),
               sum(CASE WHEN place > 1 THEN amount ELSE 0 END)
        FROM (SELECT *, row_number() OVER (PARTITION BY customer ORDER BY moment, order_id) AS place FROM o)
        GROUP BY ALL ORDER BY 1
    """).fetchall()
    assert [
        (m.month, m.new_orders, m.returning_orders, m.new_revenue, m.returning_revenue) for m in found.months
    ] == [(*m[:3], _cents(m[3]), _cents(m[4])) for m in months]


def _check_second_order(found: Audit, con: Oracle) -> None:
    for x in (1, 30, 60, 90, 180, 365):
        seen, came = _one(
            con,
            """SELECT count(*), count(*) FILTER (second <= $x)
            FROM c LEFT JOIN (SELECT customer, gap AS second FROM g WHERE visit = 2) USING (customer)
            WHERE first + $x < $as_of""",
            x=x,
            as_of=found.as_of,
        )
        assert found.second_order.curve[x].y == came / seen


def _check_lorenz(found: Audit, con: Oracle) -> None:
    shares = [Decimal(0)]
    for (revenue,) in con.execute("SELECT revenue FROM c ORDER BY revenue DESC").fetchall():
        shares.append(shares[-1] + revenue)
    n = len(shares) - 1
    for percent in (0, 1, 10, 20, 37, 100):
        whole, rest = divmod(percent * n, 100)
        part = (shares[whole + 1] - shares[whole]) * rest / 100 if rest else Decimal(0)
        assert found.lorenz.points[percent].y == pytest.approx(
            float((shares[whole] + part) / shares[-1]), rel=1e-12
        )


# --- Online Retail II: invoice lines, cancellations, lines without customer --------------------------------


@pytest.fixture(scope="module")
def retail() -> Audit:
    return _audit(RETAIL)


@pytest.fixture(scope="module")
def retail_lines(retail: Audit) -> Oracle:
    con = duckdb.connect()
    product = retail.mapping["product"]
    con.execute(
        f"""
        CREATE TABLE raw AS
        SELECT row_number() OVER () AS row, nullif(trim("Customer ID"), '') AS customer,
               "Invoice" AS order_id, "InvoiceDate"::TIMESTAMP AS moment,
               nullif(trim("{product}"), '') AS product, "Quantity"::INTEGER AS quantity,
               "Quantity"::DECIMAL(18, 6) * "Price"::DECIMAL(18, 6) AS amount
        FROM read_csv(?, all_varchar = true)
    """,
        [str(RETAIL)],
    )
    return con


def _retail_orders(con: Oracle, as_of: date) -> tuple[int, int, Decimal]:
    """Fills o; gives voided orders, and unmatched returns with their amount.

    A stack per customer and product, line by line in the order of time.
    """
    rows = con.execute(
        """
        WITH own AS (SELECT *, min(moment) OVER (PARTITION BY order_id) AS began FROM raw
                     WHERE customer IS NOT NULL AND moment < $as_of AND quantity >= 0 AND amount >= 0
                       AND order_id NOT LIKE 'C%'),
             back AS (SELECT *, moment AS began FROM raw
                      WHERE customer IS NOT NULL AND moment < $as_of
                        AND (quantity < 0 OR amount < 0 OR order_id LIKE 'C%'))
        SELECT row, order_id, customer, product, began, amount, false AS is_back FROM own
        UNION ALL SELECT row, order_id, customer, product, began, abs(amount), true FROM back
        ORDER BY began, is_back, row
    """,
        {"as_of": as_of},
    ).fetchall()
    stacks: defaultdict[tuple[str, str], list[list[Any]]] = defaultdict(list)
    orders: dict[str, list[Any]] = {}
    lines: list[list[Any]] = []
    unmatched = []
    for _row, order_id, customer, product, at, amount, is_back in rows:
        stack = stacks[customer, product]
        if not is_back:
            orders.setdefault(order_id, [order_id, customer, at])
            lines.append([order_id, amount])
            stack.append(lines[-1])
            continue
        rest = amount
        while rest and stack:
            taken = min(rest, stack[-1][1])
            stack[-1][1] -= taken
            rest -= taken
            if not stack[-1][1]:
                stack.pop()
        if rest:
            unmatched.append(rest)
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for order_id, amount in lines:
        sums[order_id] += amount
    kept = [[*order, sums[order[0]]] for order in orders.values() if sums[order[0]] > 0]
    con.execute(
        """CREATE OR REPLACE TABLE o
        (order_id VARCHAR, customer VARCHAR, moment TIMESTAMP, amount DECIMAL(18, 6))"""
    )
    con.executemany("INSERT INTO o VALUES (?, ?, ?, ?)", kept)
    return len(orders) - len(kept), len(unmatched), sum(unmatched, Decimal(0))


def test_retail(retail: Audit, retail_lines: Oracle) -> None:
    con = retail_lines
    blank, revenue = _one(con, "SELECT count(*), sum(amount) FROM raw WHERE customer IS NULL")
    assert retail.rejected == {"no_customer": blank}
    assert retail.revenue_without_customer == _cents(revenue)
    first, last = _one(
        con, "SELECT min(moment)::DATE, max(moment)::DATE FROM raw WHERE customer IS NOT NULL AND amount > 0"
    )
    assert (retail.from_, retail.as_of) == (first, last + timedelta(days=1))
    void, count, amount = _retail_orders(con, retail.as_of)
    assert (retail.voided_orders, retail.unmatched_returns.count) == (void, count)
    assert retail.unmatched_returns.amount == _cents(amount)
    _check_headline(retail, con, as_of=retail.as_of, first=first)
    _check_groups(retail, con)
    _check_months(retail, con)
    _check_second_order(retail, con)
    _check_lorenz(retail, con)


def test_retail_one_window_earlier(retail: Audit, retail_lines: Oracle) -> None:
    earlier = retail.as_of - timedelta(days=retail.retention_window_days)
    _retail_orders(retail_lines, earlier)
    assert retail.previous is not None
    _check_headline(retail.previous, retail_lines, as_of=earlier, first=retail.from_)


# --- Yandex Afisha: orders without ids, 20-digit customers, costs -------------------------------------------


@pytest.fixture(scope="module")
def tickets() -> Audit:
    return _audit(TICKETS, TICKET_COSTS)


def test_tickets(tickets: Audit) -> None:
    con = duckdb.connect()
    con.execute(
        """
        CREATE TABLE raw AS
        SELECT row_number() OVER () AS order_id, "Uid" AS customer, "Buy Ts"::TIMESTAMP AS moment,
               "Revenue"::DECIMAL(18, 6) AS amount
        FROM read_csv($path, all_varchar = true)
    """,
        {"path": str(TICKETS)},
    )
    con.execute("CREATE TABLE o AS SELECT * FROM raw WHERE amount > 0")
    first, last = _one(con, "SELECT min(moment)::DATE, max(moment)::DATE FROM o")
    assert (tickets.from_, tickets.as_of) == (first, last + timedelta(days=1))
    assert tickets.voided_orders == _one(con, "SELECT count(*) FROM raw WHERE amount = 0")
    assert tickets.rejected == {}
    _check_headline(tickets, con, as_of=tickets.as_of, first=first)
    _check_groups(tickets, con)
    _check_months(tickets, con)
    _check_second_order(tickets, con)
    _check_lorenz(tickets, con)
    earlier = tickets.as_of - timedelta(days=tickets.retention_window_days)
    con.execute("DELETE FROM o WHERE moment >= ?", [earlier])
    assert tickets.previous is not None
    _check_headline(tickets.previous, con, as_of=earlier, first=first)


def test_ticket_costs(tickets: Audit) -> None:
    con = duckdb.connect()
    con.execute(
        "CREATE TABLE costs AS SELECT dt::DATE AS day, costs::DECIMAL(18, 6) AS cost FROM read_csv($path)",
        {"path": str(TICKET_COSTS)},
    )
    con.execute(
        """
        CREATE TABLE o AS SELECT "Uid" AS customer, "Revenue"::DECIMAL(18, 6) AS amount
        FROM read_csv($path, all_varchar = true) WHERE "Revenue"::DECIMAL(18, 6) > 0
    """,
        {"path": str(TICKETS)},
    )
    cost = _one(con, "SELECT sum(cost) FROM costs")
    customers, revenue = _one(con, "SELECT count(DISTINCT customer), sum(amount) FROM o")
    (total,) = tickets.channels
    assert (total.channel, total.customers, total.cost) == (None, customers, _cents(cost))
    assert total.cac == _cents(cost / customers)
    assert total.ltv_to_cac == pytest.approx(float((revenue / customers) / (cost / customers)), rel=1e-12)
    assert (total.payback_months is None) == (total.ltv_to_cac < 1)
