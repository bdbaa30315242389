"""Random shops through the set-wise assembly and through plain loops."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.analytics.compute import made_lines, naive

from regulars.analytics.compute.engine import Engine, connection
from regulars.analytics.compute.orders import assemble, orders_before
from regulars.analytics.progress import Silent

START = datetime(2024, 1, 1)
END = date(2024, 1, 12)
EARLIER = date(2024, 1, 6)
PARTS = ("one.csv", "two.csv", "three.csv")


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with connection(threads=1) as con:
        yield Engine(con)


def _line(draw: tuple[Any, ...]) -> dict[str, Any]:
    customer, order, hours, product, cents, kind, part, channel = draw
    return {
        "customer_id": customer,
        "order_id": None if kind == "credit" and order == "9" else order,
        "ordered_at": START + timedelta(hours=hours),
        "product": product,
        "amount": Decimal(-cents if kind == "credit" else cents) / 100,
        "kind": kind,
        "part": part,
        "channel": channel,
    }


# Few of everything, so that all of it gets into each other's way.
LINES = st.lists(
    st.tuples(
        st.sampled_from("ab"),
        st.sampled_from(["1", "2", "3", "4", "5", "6", "10", "9"]),
        st.integers(0, 25).map(lambda half: half * 12),  # some after the end
        st.sampled_from(["tea", "cup", None]),
        st.integers(0, 9),
        st.sampled_from(["sale", "sale", "sale", "credit", "credit", "void"]),
        st.sampled_from([0, 0, 0, 1, 2]),
        st.sampled_from(["ads", "shop", None]),
    ).map(_line),
    min_size=1,
    max_size=40,
)
KEEPS_OPEN = {
    "customer_id": "z",
    "order_id": "Z",
    "ordered_at": datetime(2024, 1, 11),
    "product": None,
    "amount": Decimal(1),
    "kind": "sale",
    "part": 0,
    "channel": None,
}


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(lines=LINES)
def test_orders_as_plain_loops_make_them(engine: Engine, lines: list[dict[str, Any]]) -> None:
    lines = [{**line, "row": n} for n, line in enumerate([*lines, KEEPS_OPEN], start=1)]
    made_lines.fill(engine.con, lines)
    found = assemble(engine, made_lines.reading(parts=PARTS), END, Silent())
    expected = naive.assemble(lines, END)
    assert found.voided_orders == expected.void
    assert found.rejected.get("order_of_another_customer", 0) == expected.strays
    assert (found.duplicate_orders, found.duplicate_orders_differing) == (
        expected.duplicates,
        expected.differing,
    )
    assert found.unmatched_returns.count == len(expected.unmatched)
    assert found.unmatched_returns.amount == sum(expected.unmatched)
    assert _orders(engine) == [_shape(order) for order in expected.orders]
    assert _lines(engine) == sorted(
        (order.id, line["product"] or "", line["left"])
        for order in expected.orders
        for line in order.lines
        if line["left"] > 0
    )
    before = orders_before(engine, as_of=END, earlier=EARLIER, parts=len(PARTS))
    then = naive.assemble(lines, EARLIER).orders
    by_customer = engine.rows(
        before.group_by("customer").agg(amount=before.amount.sum(), orders=before.count())
    )
    expected_then: dict[str, list[Decimal]] = {}
    for order in then:
        expected_then.setdefault(order.customer, []).append(order.amount)
    assert sorted((row["amount"], row["orders"]) for row in by_customer) == sorted(
        (sum(amounts), len(amounts)) for amounts in expected_then.values()
    )


def _shape(order: naive.Order) -> tuple[Any, ...]:
    return order.customer, order.moment, order.id, order.amount, order.channel


def _orders(engine: Engine) -> list[tuple[Any, ...]]:
    return engine.con.execute("""
        SELECT c.customer_id, o.ordered_at, l.order_id, o.amount, o.channel
        FROM orders o JOIN customers c USING (customer) JOIN lines l ON l.row = o.order_no
        ORDER BY 1, 2, 3
    """).fetchall()


def _lines(engine: Engine) -> list[tuple[Any, ...]]:
    return engine.con.execute("""
        SELECT l.order_id, coalesce(o.product, ''), o.amount
        FROM order_lines o JOIN lines l ON l.row = o.order_no ORDER BY ALL
    """).fetchall()
