from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from tests.imports.conftest import Files

from regulars.imports import queries
from regulars.imports.types import Counts, State

ORDERS = """order_id,customer_id,date,product,quantity,amount
A1,C1,2026-01-05 10:00,Tea,2,500.00
A2,C2,2026-01-06 11:00,Tea,1,250.00
"""


def _rows(query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


@pytest.mark.django_db
def test_customers(files: Files) -> None:
    content = """customer_id,name,email,phone,created_at
C1,Анна,anna@example.com,8 900 111-22-33,2024-05-01
C2,Boris,,,2024-06-01
C1,Анна Ёлкина,anna@example.org,,
"""
    row = files.bring_in(files.write(content), "customers")
    assert (row.state, row.error_text) == (State.DONE, "")
    assert row.report.things == {"profile": Counts(created=2)}
    assert row.report.used == 3
    assert _rows("SELECT external_id, name FROM customers_profile ORDER BY 1") == [
        ("C1", "Анна Ёлкина"),
        ("C2", "Boris"),
    ]
    assert _rows("SELECT count(*) FROM customers_identity") == [(3,)]
    again = files.bring_in(files.write("customer_id,name,email\nC1,,\nC2,Boris K.,\n"), "customers")
    assert again.report.things == {"profile": Counts(changed=1, same=1)}


@pytest.mark.django_db
def test_products_name_what_orders_told_of(files: Files) -> None:
    files.bring_in(files.write("order_id,customer_id,date,sku,amount\nA1,C1,2026-01-05,T1,500.00\n"))
    row = files.bring_in(files.write("sku,name,category\nT1,Sencha,Tea\nK1,Kenya,Coffee\n"), "products")
    assert (row.state, row.error_text) == (State.DONE, "")
    assert row.report.things == {"product": Counts(created=1, changed=1)}
    assert _rows("SELECT product, category FROM facts_order_lines") == [("Sencha", "Tea")]


@pytest.mark.django_db
def test_returns_reduce_the_orders_they_name(files: Files) -> None:
    files.bring_in(files.write(ORDERS))
    content = """return_id,order_id,customer_id,date,product,quantity,amount
R1,A1,,2026-01-09,Tea,1,250.00
R2,,C2,2026-01-10,Tea,1,100.00
R3,,,2026-01-10,Tea,1,100.00
R2,,C2,2026-01-10,Tea,1,30.00
"""
    row = files.bring_in(files.write(content), "returns")
    assert (row.state, row.error_text) == (State.DONE, "")
    assert row.report.things["credit"] == Counts(created=3)
    assert row.report.things["profile"] == Counts(same=1)
    assert list(row.report.set_aside.values()) == [1]
    found = _rows(
        "SELECT order_id IS NOT NULL, amount_minor FROM facts_order_lines WHERE kind = 'credit' ORDER BY 2"
    )
    assert found == [(True, -25000), (False, -10000), (False, -3000)]
    assert files.bring_in(files.write(content), "returns").report.things["credit"] == Counts(same=3)


@pytest.mark.django_db
def test_costs_of_a_day_are_summed(files: Files) -> None:
    content = """channel,day,cost
search,2026-01-05,100.50
search,2026-01-05,20
social,2026-01-05,-5
social,soon,7
"""
    row = files.bring_in(files.write(content), "costs")
    assert (row.state, row.error_text) == (State.DONE, "")
    assert _rows("SELECT channel, day, cost_minor, currency FROM commerce_channelcost") == [
        ("search", date(2026, 1, 5), 12050, "RUB")
    ]
    assert {r.row: r.reason for r in queries.rejected_rows(row.id).rows} == {
        4: "bad_amount",
        5: "bad_date",
    }
    assert files.bring_in(files.write(content), "costs").report.things == {"cost": Counts(same=1)}


@pytest.mark.django_db
def test_rows_set_aside_come_with_their_own_cells(files: Files) -> None:
    content = "customer_id,name,email\nC1,Анна,anna@example.com\n,Somebody,\n"
    row = files.bring_in(files.write(content), "customers", mapping={"customer_id": "customer_id"})
    kept = queries.rejected_rows(row.id)
    assert [dict(r.values) for r in kept.rows] == [{"customer_id": "", "name": "Somebody", "email": ""}]
    assert kept.columns == ["customer_id", "name", "email"]
