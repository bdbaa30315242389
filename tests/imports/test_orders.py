from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from tests.imports.conftest import NOW, Files

from regulars.commerce import services as commerce
from regulars.commerce.types import Cancellation
from regulars.imports import queries
from regulars.imports.types import Counts, State

HEAD = "order_id,customer_id,date,product,quantity,amount,status\n"
ORDERS = (
    HEAD
    + """A1,C1,2026-01-05 10:00,Tea,2,500.00,paid
A1,C1,2026-01-05 10:00,Coffee,1,700.00,paid
A1,C1,2026-01-05 10:00,Coffee,1,700.00,paid
A2,C2,2026-01-06 11:00,Tea,1,250.00,paid
A3,,2026-01-07 12:00,Tea,1,250.00,paid
A4,C1,2026-02-01 09:00,Coffee,1,700.00,cancelled
"""
)
NO_IDS = """customer_id,date,amount
C1,2026-01-05 10:00,500.00
C1,2026-01-05 10:00,500.00
C2,2026-01-06 11:00,250.00
"""


def _rows(query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def _lines() -> list[tuple[Any, ...]]:
    return _rows(
        "SELECT o.external_id, p.external_id, l.number, g.name, l.quantity::int, l.amount_minor"
        " FROM commerce_orderline l JOIN commerce_order o ON o.id = l.order_id"
        " LEFT JOIN customers_profile p ON p.id = o.profile_id"
        " LEFT JOIN commerce_product g ON g.id = l.product_id"
        " ORDER BY 1, 3"
    )


@pytest.mark.django_db
def test_rows_become_whole_orders(files: Files) -> None:
    row = files.bring_in(files.write(ORDERS))
    assert (row.state, row.error_text) == (State.DONE, "")
    assert _lines() == [
        ("A1", "C1", 1, "Tea", 2, 50000),
        ("A1", "C1", 2, "Coffee", 1, 70000),
        ("A1", "C1", 3, "Coffee", 1, 70000),  # the same line again is a line
        ("A2", "C2", 1, "Tea", 1, 25000),
        ("A3", None, 1, "Tea", 1, 25000),
        ("A4", "C1", 1, "Coffee", 1, 70000),
    ]
    assert _rows("SELECT external_id FROM commerce_order WHERE status = 'cancelled'") == [("A4",)]
    # The shop's clock is Moscow's.
    moments = dict(_rows("SELECT external_id, ordered_at FROM commerce_order"))
    assert moments["A1"] == datetime(2026, 1, 5, 7, tzinfo=UTC)
    assert row.report.things == {
        "profile": Counts(created=2),
        "product": Counts(created=2),
        "order": Counts(created=4),
    }
    assert (row.report.rows, row.report.used, row.done, row.total) == (6, 6, 6, 6)
    assert _rows("SELECT count(*), bool_and(backfill) FROM events") == [(6, True)]


@pytest.mark.django_db
def test_the_same_file_again_changes_nothing(files: Files) -> None:
    path = files.write(ORDERS)
    files.bring_in(path)
    before = (_lines(), _rows("SELECT count(*) FROM events"))
    row = files.bring_in(path)
    assert (_lines(), _rows("SELECT count(*) FROM events")) == before
    assert row.report.things == {
        "profile": Counts(same=2),
        "product": Counts(same=2),
        "order": Counts(same=4),
    }
    assert not queries.changes_left(row.id)


@pytest.mark.django_db
def test_a_file_that_grew_brings_what_is_new(files: Files) -> None:
    files.bring_in(files.write(ORDERS))
    grown = ORDERS + "A5,C3,2026-03-01 09:00,Tea,1,250.00,paid\nA2,C2,2026-01-06 11:00,Honey,1,90.00,paid\n"
    row = files.bring_in(files.write(grown))
    assert row.report.things["order"] == Counts(created=1, changed=1, same=3)
    assert row.report.things["profile"] == Counts(created=1, same=2)


@pytest.mark.django_db
def test_rows_without_order_numbers_keep_their_names(files: Files) -> None:
    """Each is an order; two alike stay two, and a file that grew changes none of them."""
    row = files.bring_in(files.write(NO_IDS))
    assert row.report.things["order"] == Counts(created=3)
    grown = "customer_id,date,amount\nC9,2025-12-01 10:00,10.00\n" + NO_IDS.split("\n", 1)[1]
    row = files.bring_in(files.write(grown + "C1,2026-01-05 10:00,500.00\n"))
    assert row.report.things["order"] == Counts(created=2, same=3)
    assert _rows("SELECT count(*), sum(amount_minor) FROM commerce_order") == [(5, 176000)]


@pytest.mark.django_db
def test_what_is_given_back_finds_its_order(files: Files) -> None:
    rows = """A1,C1,2026-01-05 10:00,Tea,2,500.00,paid
A1,C1,2026-01-09 10:00,Tea,-1,-250.00,paid
K7,C1,2026-01-10 10:00,Tea,-1,-100.00,paid
"""
    row = files.bring_in(files.write(HEAD + rows))
    assert row.report.things["credit"] == Counts(created=2)
    assert _rows(
        "SELECT kind, order_id IS NOT NULL, amount_minor FROM facts_order_lines ORDER BY happened_at"
    ) == [("sale", True, 50000), ("credit", True, -25000), ("credit", False, -10000)]
    assert files.bring_in(files.write(HEAD + rows)).report.things["credit"] == Counts(same=2)


@pytest.mark.django_db
def test_rows_set_aside_say_why(files: Files) -> None:
    rows = """A1,C1,2026-01-05 10:00,Tea,1,500.00,paid
A1,C2,2026-01-05 10:00,Tea,1,500.00,paid
A1,,2026-01-05 10:00,Tea,1,500.00,paid
,C1,2026-01-05 10:00,Tea,1,500.00,paid
A2,C1,soon,Tea,1,500.00,paid
A3,C1,2026-01-05 10:00,Tea,1,much,paid
A4,C1,2026-01-05 10:00,Tea,1,500.00,paid
A4,C1,2026-01-05 10:00,Tea,-1,0,paid
A5,C1,2062-01-05 10:00,Tea,1,500.00,paid
"""
    row = files.bring_in(files.write(HEAD + rows))
    kept = queries.rejected_rows(row.id)
    assert [(r.row, r.reason) for r in kept.rows] == [
        (3, "order_of_another_customer"),
        (4, "no_customer"),
        (5, "no_order_id"),
        (6, "bad_date"),
        (7, "bad_amount"),
        (9, "nothing_given_back"),
        (10, "in_the_future"),
    ]
    assert kept.total == 7
    assert {r.part for r in kept.rows} == {"orders.csv"}
    assert row.report.used == 2
    assert [line[:2] for line in _lines()] == [("A1", "C1"), ("A4", "C1")]


@pytest.mark.django_db
def test_currencies_stay_as_they_are(files: Files) -> None:
    rows = """order_id,customer_id,date,amount,currency
A1,C1,2026-01-05 10:00,500.00,RUB
A2,C1,2026-01-06 10:00,10.00,EUR
A3,C1,2026-01-07 10:00,1000,JPY
A1,C1,2026-01-05 10:00,5.00,EUR
A4,C2,2026-01-07 10:00,300.00,RUB
A5,C2,2026-01-07 10:00,300.00,RUB
"""
    row = files.bring_in(files.write(rows))
    found = _rows("SELECT external_id, currency, amount_minor FROM commerce_order ORDER BY 1")
    assert found[:3] == [("A1", "RUB", 50000), ("A2", "EUR", 1000), ("A3", "JPY", 1000)]
    assert row.report.set_aside == {"other_currency": 1}


@pytest.mark.django_db
def test_an_order_of_several_sheets_counts_once(files: Files) -> None:
    """Only where ids and moments come again in another file of the archive."""
    import zipfile

    path = files.folder / "both.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("one.csv", ORDERS)
        archive.writestr("two.csv", HEAD + "A2,C2,2026-01-06 11:00,Tea,1,999.00,paid\n" * 2)
    row = files.bring_in(path)
    assert row.report.set_aside == {"duplicate_order": 2}
    assert ("A2", "C2", 1, "Tea", 1, 25000) in _lines()
    assert row.report.parts == ["both.zip: one.csv", "both.zip: two.csv"] or len(row.report.parts) == 2


@pytest.mark.django_db
def test_customers_own_columns_fill_profiles_and_blanks_leave_them(files: Files) -> None:
    rows = """order_id,customer_id,date,amount,customer_name,email,phone
A1,C1,2026-01-05 10:00,500.00,Анна Ёлкина,anna@example.com,+7 900 111-22-33
A2,C1,2026-02-05 10:00,500.00,,,
"""
    files.bring_in(files.write(rows))
    again = "order_id,customer_id,date,amount,customer_name,email,phone\nA3,C1,2026-03-01 10:00,1.00,,,\n"
    files.bring_in(files.write(again))
    assert _rows("SELECT name FROM customers_profile") == [("Анна Ёлкина",)]
    assert sorted(_rows("SELECT type, value FROM customers_identity")) == [
        ("email", "anna@example.com"),
        ("phone", "+79001112233"),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("has_states", [True, False])
def test_a_file_without_states_leaves_what_was_cancelled_elsewhere(files: Files, has_states: bool) -> None:
    rows = [
        "order_id,customer_id,date,amount,status",
        "A1,C1,2026-01-05 10:00,500.00,paid",
        "A2,C2,2026-01-06 10:00,100.00,paid",
        "A3,C3,2026-01-08 10:00,7.00,paid",
    ]
    if not has_states:
        rows = [row.rpartition(",")[0] for row in rows]
    files.bring_in(files.write("\n".join(rows[:-1])))
    off = Cancellation(source="shop", external_id="A1", cancelled_at=datetime(2026, 1, 7, tzinfo=UTC))
    commerce.cancel_orders(cancellations=[off], now=NOW)
    files.bring_in(files.write("\n".join(rows)))
    states = dict(_rows("SELECT external_id, status FROM commerce_order"))
    # A file that has them says what holds now; one that has none cannot know.
    assert states == {"A1": "completed" if has_states else "cancelled", "A2": "completed", "A3": "completed"}
