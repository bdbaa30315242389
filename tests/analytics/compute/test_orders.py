from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from tests.analytics.compute import made_lines
from tests.analytics.compute.odd_shop import PARTS, odd_lines

from regulars.analytics.compute.engine import Engine
from regulars.analytics.compute.orders import Assembly, assemble, orders_before
from regulars.analytics.errors import InputError
from regulars.analytics.progress import Silent
from regulars.analytics.types import CountAmount


def _assemble(engine: Engine, lines: list[dict[str, Any]], **how: Any) -> Assembly:
    as_of = how.pop("as_of", None)
    made_lines.fill(engine.con, lines)
    return assemble(engine, made_lines.reading(**how), as_of, Silent())


def _odd(engine: Engine) -> Assembly:
    return _assemble(engine, odd_lines(), parts=PARTS, currency="EUR")


def _orders(engine: Engine, table: str = "orders") -> list[tuple[Any, ...]]:
    """(order id of the first line, customer id, day, amount), in the order of lines."""
    return engine.con.execute(f"""
        SELECT l.order_id, c.customer_id, o.day, o.amount
        FROM {table} o JOIN customers c USING (customer) JOIN lines l ON l.row = o.order_no ORDER BY l.row
    """).fetchall()


def _line(customer: str, order: str | None, day: int, amount: str, **more: Any) -> dict[str, Any]:
    return {
        "customer_id": customer,
        "order_id": order,
        "ordered_at": datetime(2024, 1, day, 12),
        "amount": Decimal(amount),
        **more,
    }


# Keeps the shop open until the end of the month: what comes after the last order does not count.
LATER = _line("z", "Z1", 31, "1", product="zip")


def test_orders_of_the_odd_shop(engine: Engine) -> None:
    _odd(engine)
    assert _orders(engine) == [
        ("A1", "a", date(2024, 1, 1), Decimal("40")),
        ("A2", "a", date(2024, 1, 11), Decimal("10")),
        ("A4", "a", date(2024, 6, 29), Decimal("5")),
        ("B1", "b", date(2024, 2, 10), Decimal("10")),
        ("B2", "b", date(2024, 5, 20), Decimal("12.5")),
        ("C3", "c", date(2024, 6, 29), Decimal("60")),
        ("D1", "d", date(2024, 1, 31), Decimal("7")),
        ("E9", "e", date(2024, 4, 1), Decimal("1.1")),
        ("E10", "e", date(2024, 4, 1), Decimal("2.2")),
        ("E11", "e", date(2024, 6, 20), Decimal("3.3")),
        ("E12", "e", date(2024, 6, 1), Decimal("4.4")),
    ]


def test_counts_of_the_odd_shop(engine: Engine) -> None:
    assert _odd(engine) == Assembly(
        as_of=date(2024, 6, 30),  # after A4 and C3; X3 of 1 July has no customer
        first_day=date(2024, 1, 1),
        span_days=181,
        rejected={
            "no_customer": 2,  # X1 and X2; X3 is after as_of and does not exist
            "bad_date": 1,
            "bad_amount": 1,
            "no_order_id": 1,  # not the credit without a number: it names no order
            "other_currency": 1,
            "order_of_another_customer": 1,
        },
        rejected_examples={
            "no_customer": ["orders.csv, row 23", "orders.csv, row 24"],
            "bad_date": ["orders.csv, row 25"],
            "bad_amount": ["orders.csv, row 26"],
            "no_order_id": ["orders.csv, row 27"],
            "other_currency": ["orders.csv, row 28"],
            "order_of_another_customer": ["orders.csv, row 11"],
        },
        revenue_without_customer=Decimal("11"),
        unmatched_returns=CountAmount(2, Decimal("7")),  # RD1 4.00, RD2 3.00
        voided_orders=3,  # A3, C1, C2
        duplicate_orders=2,
        duplicate_orders_differing=1,
    )


def test_lines_are_net_of_returns(engine: Engine) -> None:
    _odd(engine)
    found = engine.con.execute("""
        SELECT l.order_id, o.product, o.amount
        FROM order_lines o JOIN lines l ON l.row = o.order_no
        WHERE o.customer IN (1, 4) ORDER BY o.order_no, o.product
    """).fetchall()
    assert found == [
        ("A1", "cup", Decimal(10)),
        ("A1", "tea", Decimal(30)),
        ("A2", "tea", Decimal(10)),
        ("A4", "cup", Decimal(5)),
        ("D1", "tea", Decimal(7)),
    ]


def test_customers_are_numbered_by_code_point(engine: Engine) -> None:
    names = ["b", "B", "Ё", "а", "10", "9", "é", "😀", "�"]
    _assemble(engine, [_line(name, f"N{n}", 1, "1") for n, name in enumerate(names)])
    assert engine.con.execute("SELECT customer, customer_id FROM customers ORDER BY 1").fetchall() == [
        (n, name) for n, name in enumerate(sorted(names), start=1)
    ]


def test_ids_may_be_numbers(engine: Engine) -> None:
    """As reading leaves them where a file has them so: much is quicker, and nothing else is different."""
    lines = [
        _line("10", "10", 1, "10", channel="ads"),
        _line("9", "9", 1, "20"),
        _line("10", "9", 2, "99"),  # of another customer
        _line("10", "7", 3, "-0.5", kind="credit"),  # 7 is no order: 0.50 off order 8
        _line("9", None, 3, "-5", kind="credit"),
        _line("10", "8", 1, "1", channel="shop"),  # at the moment of order 10, which comes first as text
        {**LATER, "customer_id": "100", "order_id": "100"},
    ]
    made_lines.fill(engine.con, lines)
    engine.con.execute("ALTER TABLE lines ALTER customer_id TYPE BIGINT")
    engine.con.execute("ALTER TABLE lines ALTER order_id TYPE BIGINT")
    found = assemble(engine, made_lines.reading(), None, Silent())
    assert engine.con.execute("SELECT * FROM customers").fetchall() == [(1, "10"), (2, "100"), (3, "9")]
    assert found.rejected == {"order_of_another_customer": 1}
    assert engine.con.execute(
        "SELECT customer, amount, channel FROM orders WHERE previous_day IS NULL ORDER BY customer"
    ).fetchall() == [(1, Decimal(10), "ads"), (2, Decimal(1), None), (3, Decimal(15), None)]
    before = orders_before(engine, as_of=date(2024, 2, 1), earlier=date(2024, 1, 3), parts=1)
    assert len(engine.rows(before)) == 3


def test_first_of_orders_at_one_moment_is_the_one_whose_id_comes_first(engine: Engine) -> None:
    _odd(engine)
    found = engine.con.execute("""
        SELECT l.order_id, o.previous_day FROM orders o JOIN lines l ON l.row = o.order_no
        WHERE o.customer = 5 ORDER BY o.previous_day NULLS FIRST, o.day
    """).fetchall()
    assert found == [
        ("E10", None),
        ("E9", date(2024, 4, 1)),
        ("E12", date(2024, 4, 1)),
        ("E11", date(2024, 6, 1)),
    ]


def test_earlier_day_forgets_what_happened_since(engine: Engine) -> None:
    _odd(engine)
    before = orders_before(engine, as_of=date(2024, 6, 30), earlier=date(2024, 4, 1), parts=2)
    # RA of 5 April had not happened, the credits of B1, C2 and D1 had.
    assert engine.con.execute(
        f"SELECT customer, day, amount FROM {before.get_name()} ORDER BY customer, day"
    ).fetchall() == [
        (1, date(2024, 1, 1), Decimal(40)),
        (1, date(2024, 1, 11), Decimal(20)),
        (1, date(2024, 3, 31), Decimal(40)),
        (2, date(2024, 2, 10), Decimal(10)),
        (4, date(2024, 1, 31), Decimal(7)),
    ]


def test_earlier_day_knows_customers_who_gave_all_back_since(engine: Engine) -> None:
    lines = [
        _line("a", "A1", 1, "10"),
        _line("b", "B1", 2, "20"),
        _line("b", "B1", 20, "-20", kind="credit"),
        _line("c", "C1", 21, "30"),
    ]
    _assemble(engine, lines)
    assert [order[0] for order in _orders(engine)] == ["A1", "C1"]
    before = orders_before(engine, as_of=date(2024, 1, 22), earlier=date(2024, 1, 10), parts=1)
    found = engine.rows(before.select("customer", "amount").order_by("amount"))
    assert [row["amount"] for row in found] == [Decimal(10), Decimal(20)]
    assert len({row["customer"] for row in found}) == 2


def test_earlier_day_ends_an_order_that_grew_later(engine: Engine) -> None:
    _assemble(engine, [_line("a", "A1", 1, "10"), _line("a", "A1", 20, "5"), _line("a", "A2", 21, "1")])
    before = orders_before(engine, as_of=date(2024, 1, 22), earlier=date(2024, 1, 10), parts=1)
    assert engine.rows(before.select("amount")) == [{"amount": Decimal(10)}]


def test_earlier_day_without_changes_since_is_a_filter(engine: Engine) -> None:
    _assemble(engine, [_line("a", "A1", 1, "10"), _line("a", "A2", 20, "5")])
    before = orders_before(engine, as_of=date(2024, 1, 21), earlier=date(2024, 1, 10), parts=1)
    assert engine.rows(before.select("amount", "previous_day")) == [
        {"amount": Decimal(10), "previous_day": None}
    ]


def test_each_row_is_an_order_without_a_column_of_ids(engine: Engine) -> None:
    lines = [
        _line("a", None, 1, "10"),
        _line("a", None, 1, "10"),
        _line("a", None, 2, "4", kind="void"),
        _line("a", None, 3, "-15", kind="credit"),
        _line("b", None, 3, "0"),
        {**LATER, "order_id": None},
    ]
    found = _assemble(engine, lines, order_ids=False, products=False)
    # 15.00 comes off the newest of the two rows first: 10.00 and 5.00.
    assert engine.con.execute("SELECT order_no, amount FROM orders WHERE customer = 1").fetchall() == [
        (1, Decimal(5))
    ]
    assert found.voided_orders == 3
    assert found.unmatched_returns == CountAmount(0, Decimal(0))


def test_named_credit_takes_its_own_product_first_and_newest_rows_first(engine: Engine) -> None:
    lines = [
        _line("a", "A1", 1, "10", product="tea"),
        _line("a", "A1", 1, "7", product="tea"),
        _line("a", "A1", 1, "5", product="cup"),
        _line("a", "A1", 1, "3", product="pot"),
        _line("a", "A1", 9, "-8", product="tea", kind="credit"),  # 7 of row 2, 1 of row 1
        _line("a", "A1", 9, "-4", product="jam", kind="credit"),  # 3 of pot, 1 of cup
        LATER,
    ]
    _assemble(engine, lines)
    assert engine.con.execute("SELECT product, amount FROM order_lines ORDER BY product").fetchall() == [
        ("cup", Decimal(4)),
        ("tea", Decimal(9)),
        ("zip", Decimal(1)),
    ]


def test_credit_naming_an_order_of_another_customer_is_rejected(engine: Engine) -> None:
    lines = [
        _line("a", "A1", 1, "10"),
        _line("b", "B1", 1, "10"),
        _line("b", "A1", 2, "-4", kind="credit"),
        LATER,
    ]
    found = _assemble(engine, lines)
    assert found.rejected == {"order_of_another_customer": 1}
    assert [order[3] for order in _orders(engine)] == [Decimal(10), Decimal(10), Decimal(1)]
    assert found.unmatched_returns.count == 0


def test_credit_without_name_takes_from_orders_at_its_moment_but_not_after(engine: Engine) -> None:
    lines = [
        _line("a", "A1", 5, "10"),
        _line("a", "R1", 5, "-3", kind="credit"),
        _line("a", "R2", 4, "-2", kind="credit"),
    ]
    found = _assemble(engine, lines)
    assert [order[3] for order in _orders(engine)] == [Decimal(7)]
    assert found.unmatched_returns == CountAmount(1, Decimal(2))


def test_later_line_of_an_order_is_as_old_as_the_order(engine: Engine) -> None:
    """A credit between two lines of one order may take from both: its moment is that of the first."""
    lines = [
        _line("a", "A1", 1, "10", product="tea"),
        _line("a", "R1", 5, "-15", product="tea", kind="credit"),
        _line("a", "A1", 9, "10", product="tea"),
    ]
    assert _assemble(engine, lines).unmatched_returns.count == 0
    assert [order[3] for order in _orders(engine)] == [Decimal(5)]


def test_refund_file_takes_from_the_orders_of_the_first(engine: Engine) -> None:
    lines = [
        _line("a", "A1", 1, "10"),
        _line("a", "A2", 2, "20"),
        _line("a", "A1", 3, "-4", kind="credit", part=1),
        _line("a", "A2", 3, "-1", kind="credit", part=0),
        _line("a", "A2", 3, "-1", kind="credit", part=1),  # a copy: the first file has credits of A2
        LATER,
    ]
    found = _assemble(engine, lines, parts=PARTS)
    assert [order[3] for order in _orders(engine)] == [Decimal(6), Decimal(19), Decimal(1)]
    assert (found.duplicate_orders, found.duplicate_orders_differing) == (1, 1)


def test_default_as_of_ignores_credits_and_lines_without_amount(engine: Engine) -> None:
    lines = [
        _line("a", "A1", 5, "10"),
        _line("a", "A2", 6, "0"),
        _line("a", "R1", 7, "-3", kind="credit"),
        _line("b", "B1", 8, "3", kind="void"),
    ]
    found = _assemble(engine, lines)
    # B1 was cancelled, yet somebody ordered that day.
    assert found.as_of == date(2024, 1, 9)
    assert [order[3] for order in _orders(engine)] == [Decimal(7)]


def test_given_as_of_hides_everything_from_that_day_on(engine: Engine) -> None:
    lines = [
        _line("a", "A1", 1, "10"),
        _line("a", "A1", 5, "90"),
        _line("a", "R1", 5, "-3", kind="credit"),
        _line("", "X", 6, "5", customer_id=None),
        _line("b", "B1", 7, "5"),
    ]
    found = _assemble(engine, lines, as_of=date(2024, 1, 5))
    assert [order[:2] + order[3:] for order in _orders(engine)] == [("A1", "a", Decimal(10))]
    assert (found.rejected, found.revenue_without_customer) == ({}, Decimal(0))


def test_money_is_exact(engine: Engine) -> None:
    lines = [_line("a", "A1", 1, "0.1"), _line("a", "A1", 1, "0.2"), _line("a", "A2", 2, "1.234567")]
    _assemble(engine, lines)
    assert [order[3] for order in _orders(engine)] == [Decimal("0.3"), Decimal("1.234567")]


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [_line("a", "A1", 1, "-5", kind="credit")],
        [_line("a", "A1", 1, "5", customer_id=None)],
        [_line("a", "A1", 1, "5", kind="void")],
        [_line("a", "A1", 1, "5"), _line("a", "A1", 1, "-5", kind="credit")],
    ],
)
def test_no_orders_at_all_is_an_error_people_understand(engine: Engine, lines: list[dict[str, Any]]) -> None:
    with pytest.raises(InputError) as raised:
        _assemble(engine, lines)
    assert raised.value.code == "no_orders"


def test_as_of_before_the_first_order_is_an_error(engine: Engine) -> None:
    with pytest.raises(InputError, match="2024-01-05"):
        _assemble(engine, [_line("a", "A1", 5, "10")], as_of=date(2024, 1, 5))


def test_error_names_what_is_wrong_most_often(engine: Engine) -> None:
    lines = [
        {**_line("a", "A1", 1, "5"), "amount": None},
        _line("b", "B1", 1, "5", ordered_at=None),
        _line("c", "C1", 1, "5", ordered_at=None),
    ]
    with pytest.raises(InputError) as raised:
        _assemble(engine, lines)
    assert raised.value.message == (
        "There are no usable orders in the file. In 2 of the rows the date cannot be read. "
        "Name column and format with --map ordered_at=COLUMN:FORMAT."
    )
