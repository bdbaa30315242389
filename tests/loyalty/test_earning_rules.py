"""The statement of the rules earns what the document says, on PostgreSQL and on DuckDB."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.loyalty import programmes_at_random as at_random
from tests.loyalty.earning_oracle import Asked, earns

from regulars.kit.folding import fold
from regulars.loyalty.compiling import DUCKDB, earning_statement
from regulars.loyalty.queries.earning import earned
from regulars.loyalty.types import Programme
from regulars.loyalty.types.earned import Earned, EarningLine, EarningOrder

pytestmark = pytest.mark.django_db
IN_A_TRANSACTION = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
RANDOM = given(at_random.programmes(), st.lists(at_random.orders, min_size=1, max_size=12))


def asked(order: Asked) -> EarningOrder:
    return EarningOrder(
        lines=tuple(
            EarningLine(
                amount_minor=line.amount,
                pieces=line.pieces,
                product=line.product,
                category=line.category,
                brand=line.brand,
            )
            for line in order.lines
        ),
        currency=order.currency,
        day=order.day,
        tier=order.tier,
        fits=frozenset(order.fits),
        branch=order.branch,
        channel=order.channel,
        room_minor=order.room,
    )


def earn_as_said(programme: Programme, orders: list[Asked]) -> None:
    expected = [Earned(*earns(programme, order)) for order in orders]
    assert earned(programme, [asked(order) for order in orders]) == expected
    for order, one in zip(orders, expected, strict=True):
        assert earned(programme, [asked(order)]) == [one], "one by one as in a batch"
        assert sum(one.shares.values()) == one.total_minor


@settings(max_examples=8, deadline=None, suppress_health_check=IN_A_TRANSACTION)
@RANDOM
def test_orders_earn_what_the_document_says(db: None, programme: Programme, orders: list[Asked]) -> None:
    earn_as_said(programme, orders)


@pytest.mark.slow
@settings(max_examples=120, deadline=None, suppress_health_check=IN_A_TRANSACTION)
@RANDOM
def test_many_orders_earn_what_the_document_says(db: None, programme: Programme, orders: list[Asked]) -> None:
    earn_as_said(programme, orders)


def in_the_lake(programme: Programme, orders: list[Asked]) -> list[Earned]:
    """The same statement over tables of DuckDB."""
    with duckdb.connect() as lake:
        lake.execute(
            "CREATE TABLE orders (n int, day date, weekday int, currency text, total bigint, tier text,"
            " branch text, channel text, fits bigint, room bigint)"
        )
        lake.execute(
            "CREATE TABLE lines (n int, product text, category text, brand text, pieces bigint,"
            " amount bigint)"
        )
        for n, order in enumerate(orders):
            fits = sum(1 << int(key[1:]) for key in order.fits)
            total = sum(line.amount for line in order.lines)
            row = (n, order.day, order.day.isoweekday(), order.currency, total, order.tier)
            more = (fold(order.branch), fold(order.channel), fits, order.room)
            lake.execute("INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", [*row, *more])
            for line in order.lines:
                texts = (fold(line.product), fold(line.category), fold(line.brand))
                lake.execute(
                    "INSERT INTO lines VALUES (?, ?, ?, ?, ?, ?)", [n, *texts, line.pieces, line.amount]
                )
        statement = earning_statement(
            programme, DUCKDB, orders="SELECT * FROM orders", lines="SELECT * FROM lines"
        )
        totals, shares = dict.fromkeys(range(len(orders)), 0), {n: {} for n in range(len(orders))}
        for n, total, mechanic, share in lake.execute(statement.text, dict(statement.values)).fetchall():
            totals[n] = total
            if share:
                shares[n][mechanic] = share
    return [Earned(totals[n], shares[n]) for n in totals]


@settings(max_examples=2, deadline=None, suppress_health_check=IN_A_TRANSACTION)
@RANDOM
def test_the_lake_earns_the_same(programme: Programme, orders: list[Asked]) -> None:
    assert in_the_lake(programme, orders) == [Earned(*earns(programme, order)) for order in orders]


@pytest.mark.slow
@settings(max_examples=20, deadline=None, suppress_health_check=IN_A_TRANSACTION)
@RANDOM
def test_the_lake_always_earns_the_same(programme: Programme, orders: list[Asked]) -> None:
    assert in_the_lake(programme, orders) == [Earned(*earns(programme, order)) for order in orders]
