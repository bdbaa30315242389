from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.analytics.compute.reading.reader import Evaluate, Reader

from regulars.analytics.compute.reading.blanks import is_untidy_sql, tidy, tidy_sql

_BLANKS = [
    "",
    " ",
    "nan",
    "NaN",
    "NULL",
    "None",
    "n/a",
    "N/A",
    "-",
    "—",
    "\\N",
    "<NA>",
    "\u00a0",
    "\u200b",
    " null ",
]


@pytest.mark.parametrize("value", _BLANKS)
def test_what_programs_write_for_nothing(evaluate: Evaluate, value: str) -> None:
    assert tidy(value) is None
    assert evaluate(tidy_sql("v"), value) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("  7 ", "7"),
        ("a\u00a0b", "a b"),
        ("12\u00a0345", "12345"),
        ("\ufeffa\u200bb", "ab"),
        ("a \t b", "a b"),
        ("Nancy", "Nancy"),
        ("None of these", "None of these"),
        ("0", "0"),
        ("00017", "00017"),
    ],
)
def test_texts_are_tidied(evaluate: Evaluate, value: str, expected: str) -> None:
    assert tidy(value) == expected
    assert evaluate(tidy_sql("v"), value) == expected


@settings(deadline=None, max_examples=200)
@given(value=st.text(st.characters(exclude_categories=["Cs"]), max_size=30).filter(lambda v: "\0" not in v))
@pytest.mark.slow
def test_what_needs_no_tidying_stays_as_it_is(evaluate: Evaluate, value: str) -> None:
    tidied = evaluate(tidy_sql("v"), value)
    if not evaluate(is_untidy_sql("v"), value):
        assert tidied == value
    if tidied is not None:
        assert evaluate(tidy_sql("v"), tidied) == tidied, "tidying twice changes nothing"


def test_ids_stay_texts(reader: Reader) -> None:
    ids = ["10329302124590727494", "00017", "7", "1e5", "0x1F", "+7", "1,5"]
    rows = "".join(f'"{i}",2024-01-01,5\n' for i in ids)
    assert reader.text("uid,date,amount\n" + rows).column("customer_id") == ids


def test_floats_in_a_column_of_ids_lose_their_point_where_all_are_such(reader: Reader) -> None:
    whole = reader.text("uid,date,amount\n13085.0,2024-01-01,5\n13086,2024-01-02,5\n,2024-01-02,5\n")
    assert whole.column("customer_id") == ["13085", "13086", None]
    other = reader.text("uid,date,amount\n13085.0,2024-01-01,5\nA7,2024-01-02,5\n")
    assert other.column("customer_id") == ["13085.0", "A7"]
