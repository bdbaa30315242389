from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.analytics.compute.reading.reader import Evaluate

from regulars.analytics.compute.reading import numbers
from regulars.analytics.compute.reading.numbers import Marks, NumberPlan


def _sql(decimal: numbers.Mark = ".", *, plain: bool = False, short: bool = False) -> str:
    return numbers.decimal_sql("v", NumberPlan(decimal=decimal, plain=plain, short=short))


@pytest.mark.parametrize(
    ("value", "decimal", "expected"),
    [
        ("1 234,50 ₽", ",", "1234.50"),
        ("1\u00a0234,50\u00a0руб.", ",", "1234.50"),
        ("1\u202f234,5 р.", ",", "1234.5"),
        ("12 RUB", ",", "12"),
        ("€1.234,56", ",", "1234.56"),
        ("$1,234.50", ".", "1234.50"),
        ("USD 5", ".", "5"),
        ("−5,5", ",", "-5.5"),
        ("(1,234.50)", ".", "-1234.50"),
        ("($5.00)", ".", "-5"),
        ("-$5.00", ".", "-5"),
        ("5-", ".", "-5"),
        ("1'234.5", ".", "1234.5"),
        ("1e3", ".", "1000"),
        ("1.5E-3", ".", "0.0015"),
        (".5", ".", "0.5"),
        ("+5", ".", "5"),
        ("999999999999.5", ".", "999999999999.5"),
    ],
)  # fmt: skip
def test_a_number_is_read_as_it_was_meant(
    evaluate: Evaluate, value: str, decimal: numbers.Mark, expected: str
) -> None:
    assert evaluate(_sql(decimal), value) == Decimal(expected)


@pytest.mark.parametrize(
    "value", ["12abc", "5%", "руб.", "1_000", "0x10", "nan", "inf", "1 234 руб 50", "--5", "1e400"]
)
def test_what_is_no_number_is_unreadable(evaluate: Evaluate, value: str) -> None:
    assert evaluate(_sql(), value) is None


@pytest.mark.parametrize("value", ["1000000000000", "-1000000000000", "89991234567890", "1e12"])
def test_a_million_millions_is_no_amount(evaluate: Evaluate, value: str) -> None:
    assert evaluate(_sql(), value) is None
    assert evaluate(_sql(plain=True, short=True), value) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [("0.0000005", "0"), ("0.0000015", "0.000002"), ("0.0000025", "0.000002"), ("-0.0000015", "-0.000002"),
     ("2.6750000000001", "2.675"), ("123456789012.1234565", "123456789012.123456")],
)  # fmt: skip
def test_more_than_six_decimals_are_rounded_half_to_even(
    evaluate: Evaluate, value: str, expected: str
) -> None:
    assert evaluate(_sql(), value) == Decimal(expected)


def _decided(
    values: list[str], neighbours: list[list[str]] | None = None, *, is_money: bool = True
) -> numbers.Mark:
    around = [numbers.marks((v, 1) for v in column) for column in neighbours or []]
    return numbers.decide(numbers.marks((v, 1) for v in values), around, is_money=is_money).decimal


@pytest.mark.parametrize(
    ("values", "decimal"),
    [
        (["1,234", "1,23"], ","),
        (["1,234", "1,234.50"], "."),
        (["1.234", "1.234,50"], ","),
        (["1,234,567", "1,234"], "."),
        (["1.234.567", "1.234"], ","),
        (["0,234", "1,234"], ","),
        (["10", "20"], "."),
        (["1,5", "1.5"], "either"),
    ],
)
def test_the_decimal_mark_is_that_of_the_whole_column(values: list[str], decimal: numbers.Mark) -> None:
    assert _decided(values) == decimal


def test_three_digits_behind_the_only_mark_are_thousands_in_money() -> None:
    assert _decided(["1,234", "999"]) == "."
    assert _decided(["1.234", "999"]) == ","


def test_a_point_is_decimal_where_a_program_wrote_the_table() -> None:
    found = numbers.marks([("1.234", 1), ("999", 1)])
    assert numbers.decide(found, (), is_money=True, by_program=True).decimal == "."
    assert numbers.decide(numbers.marks([("1,234", 1)]), (), is_money=True, by_program=True).decimal == "."


def test_three_digits_behind_the_only_mark_are_decimals_in_quantities() -> None:
    assert _decided(["2,000", "1,000"], is_money=False) == ","


def test_other_columns_settle_what_a_column_leaves_open() -> None:
    assert _decided(["1,234"], [["9,50"]]) == ","
    assert _decided(["2,000"], [["9.50"]], is_money=False) == "."
    assert _decided(["1,234"], [["9,50"], ["9.50"]]) == "."


def test_shapes_say_the_same_as_the_values(evaluate: Evaluate) -> None:
    values = ["0,234", "-0.500", "1 234,50", "12", "1,234.5", "(5.00)", "0.5", "x"]
    shapes = [evaluate(numbers.SHAPE.format(x="v"), v) for v in values]
    assert "0,999" in shapes
    assert numbers.marks((v, 1) for v in values) == numbers.marks((s, 1) for s in shapes)


def test_marks_count_values() -> None:
    found = numbers.marks([("9,9", 3), ("9", 2), ("9,999", 4), ("x", 1)])
    assert found == Marks(comma_decimal=3, bare=2, comma_open=4, odd=True)


@settings(deadline=None, max_examples=60)
@given(amount=st.decimals(min_value=-(10**9), max_value=10**9, places=6))
def test_any_amount_survives_being_written_the_russian_way(evaluate: Evaluate, amount: Decimal) -> None:
    written = f"{amount:,.6f}".replace(",", "\u00a0").replace(".", ",") + " руб."
    assert evaluate(_sql(","), written) == amount


_OF_DOUBLE = numbers.typed_decimal_sql("v", "DOUBLE")


@settings(deadline=None, max_examples=60)
@given(value=st.floats(min_value=-1e11, max_value=1e11))
def test_a_double_stands_for_its_shortest_decimal(evaluate: Evaluate, value: float) -> None:
    shortest = Decimal(repr(value)).quantize(Decimal("0.000001"))  # half to even
    assert evaluate(_OF_DOUBLE, value, "DOUBLE") == shortest


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.0000005, "0"),
        (0.0000015, "0.000002"),
        (1e10 + 0.1, "10000000000.1"),
        (2.675, "2.675"),
        (1e300, None),
        (float("nan"), None),
        (float("inf"), None),
    ],
)
def test_doubles_at_the_edges(evaluate: Evaluate, value: float, expected: str | None) -> None:
    assert evaluate(_OF_DOUBLE, value, "DOUBLE") == (Decimal(expected) if expected else None)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("5 ₽", "RUB"),
        ("5 руб.", "RUB"),
        ("$5", "USD"),
        ("(5 €)", "EUR"),
        ("-5 р.", "RUB"),
        ("GBP 5", "GBP"),
        ("5", None),
    ],
)
def test_the_currency_beside_a_number(value: str, code: str | None) -> None:
    assert numbers.currency_word(value) == code
