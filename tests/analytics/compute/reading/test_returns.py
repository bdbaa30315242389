from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest
from tests.analytics.compute.reading.reader import Reader
from tests.analytics.compute.reading.table_reader import column, read_text, refusal


def test_returns_of_orders(reader: Reader) -> None:
    content = (
        "refund_id,order_id,created_at,sku,quantity,refund_amount,currency\n"
        "R1,A1,2024-03-05 10:00:00,MUG,1,-5.00,EUR\nR2,A2,2024-03-06 10:00:00,CUP,2,6.00,EUR\n"
    )
    reading, rows = read_text(reader, "returns", content)
    assert reading.mapping["returned_at"] == "created_at"
    assert column(rows, "return_id") == ["R1", "R2"]
    assert column(rows, "order_id") == ["A1", "A2"]
    assert column(rows, "amount") == [Decimal(5), Decimal(6)]
    assert column(rows, "quantity") == [Decimal(1), Decimal(2)]
    assert column(rows, "currency") == ["EUR", "EUR"]
    assert rows[0]["returned_at"] == datetime(2024, 3, 5, 10)


def test_returns_in_russian_of_customers(reader: Reader) -> None:
    content = (
        "Номер возврата;Дата возврата;Клиент;Товар;Количество;Цена\n"
        "В-1;05.03.2024;К-7;Чашка;2;120,50\nИтого;;;;;241\n"
    )
    _reading, rows = read_text(reader, "returns", content)
    assert len(rows) == 1
    assert rows[0]["amount"] == Decimal(241)
    assert (rows[0]["customer_id"], rows[0]["order_id"]) == ("К-7", None)


def test_rows_that_cannot_be_used(reader: Reader) -> None:
    content = "order_id,return_date,amount\nA1,2024-03-05,5\nA2,soon,5\nA3,2024-03-05,0\n,2024-03-05,5\n"
    _reading, rows = read_text(reader, "returns", content)
    assert column(rows, "reason") == [None, "bad_date", "bad_amount", "no_order_id"]


def test_who_took_the_goods_back_is_no_customer(reader: Reader) -> None:
    reading, _rows = read_text(
        reader, "returns", "order_id,return_date,amount,user_id,staff_member_id\nA1,2024-03-05,5,17,18\n"
    )
    assert "customer_id" not in reading.mapping


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ("return_date,amount\n2024-03-05,5\n", "order_id"),
        ("order_id,amount\nA1,5\n", "returned_at"),
        ("order_id,return_date\nA1,2024-03-05\n", "amount"),
    ],
)
def test_what_is_missing(reader: Reader, content: str, field: str) -> None:
    assert refusal("returns", reader.file(content)).facts["field"] == field
