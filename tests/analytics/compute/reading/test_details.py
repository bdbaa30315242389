"""What orders say beyond their figures, for those who bring them in."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.analytics.compute.reading.reader import Reader, write_parquet
from tests.analytics.compute.reading.table_reader import column, costs, read, read_text

SHOPIFY = (
    "Name,Email,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Billing Name,Phone\n"
    "#1001,Ann@Example.com ,2024-03-05 10:00:00 +0300,2,Mug,5.00,MUG-1,Ann Ball,+7 921 111-22-33\n"
    "#1001,,,1,Cup,3.00,CUP-1,,\n"
    "#1002,bob@example.com,2024-03-06 10:00:00 +0300,1,Mug,5.00,MUG-1,Bob Cole,\n"
)
BROKEN = (
    "customer_id,order_id,ordered_at,amount\n7,A1,2024-03-05,10\n7,A2,someday,10\n7,A3,2024-03-05,free\n"
    "7,,2024-03-05,10\n,A4,2024-03-05,10\n7,,2024-03-07,-4\n"
)


def test_who_the_customer_is_and_what_was_bought(reader: Reader) -> None:
    reading, rows = read_text(reader, "orders", SHOPIFY)
    assert reading.mapping["product_id"] == "Lineitem sku"
    assert column(rows, "product") == ["Mug", "Cup", "Mug"]
    assert column(rows, "product_id") == ["MUG-1", "CUP-1", "MUG-1"]
    assert column(rows, "customer_name") == ["Ann Ball", None, "Bob Cole"]
    assert column(rows, "email") == ["Ann@Example.com", None, "bob@example.com"]
    assert rows[0]["phone"] == "+7 921 111-22-33"
    assert column(rows, "reason") == [None] * 3


def test_an_email_as_the_id_is_written_as_it_is_compared(reader: Reader) -> None:
    """The first line's customer holds for the whole order, as in the figures."""
    _reading, rows = read_text(reader, "orders", SHOPIFY)
    assert column(rows, "customer_id") == ["ann@example.com", "ann@example.com", "bob@example.com"]


def test_a_customer_who_is_an_email_has_it(reader: Reader) -> None:
    _reading, rows = read_text(reader, "orders", "Покупатель,Дата,Сумма\nAnna@b.co,05.03.2024,10\n")
    assert (rows[0]["customer_id"], rows[0]["email"]) == ("anna@b.co", "Anna@b.co")


def test_a_phone_as_the_id_is_written_as_it_is_compared(reader: Reader) -> None:
    content = "Телефон;Дата заказа;Сумма\n+7 (921) 111-22-33;05.03.2024;10\n79211112233;06.03.2024;11\n"
    _reading, rows = read_text(reader, "orders", content)
    assert column(rows, "customer_id") == ["+79211112233", "+79211112233"]


def test_rows_that_cannot_be_used_say_why(reader: Reader) -> None:
    """A row without a customer can: it was sold to somebody unknown; and a credit need not name its order."""
    _reading, rows = read_text(reader, "orders", BROKEN)
    assert column(rows, "reason") == [None, "bad_date", "bad_amount", "no_order_id", None, None]
    assert column(rows, "part_row") == [2, 3, 4, 5, 6, 7]
    assert column(rows, "kind")[-1] == "credit"


def test_without_order_ids_none_is_missing(reader: Reader) -> None:
    _reading, rows = read_text(reader, "orders", "customer_id,ordered_at,amount\n7,2024-03-05,10\n")
    assert rows[0]["order_id"] is None
    assert rows[0]["reason"] is None


@pytest.mark.parametrize(
    ("header", "name", "code"),
    [
        ("StockCode,Description", "Mug", "85048"),
        ("Description,StockCode", "85048", "Mug"),
        ("sku,note", "85048", None),
        ("note,product", "Mug", None),
    ],
)
def test_code_and_name_of_a_product(reader: Reader, header: str, name: str, code: str | None) -> None:
    """The figures keep the code where there is one; only here both are told apart."""
    content = f"customer_id,order_id,ordered_at,amount,{header}\n7,A1,2024-03-05,10,85048,Mug\n"
    _reading, rows = read_text(reader, "orders", content)
    assert (rows[0]["product"], rows[0]["product_id"]) == (name, code)
    (plain,) = reader.text(content).rows
    assert plain["product"] == (code or name)
    assert "product_id" not in plain


def test_first_and_last_name_are_joined(reader: Reader) -> None:
    content = (
        "customer_id,order_id,ordered_at,amount,Фамилия,Имя,Отчество\n"
        "7,A1,2024-03-05,10,Иванов,Пётр,Ильич\n8,A2,2024-03-05,10,Орлова,,\n"
    )
    _reading, rows = read_text(reader, "orders", content)
    assert column(rows, "customer_name") == ["Пётр Ильич Иванов", "Орлова"]


def test_what_the_person_said_of_details(reader: Reader) -> None:
    content = "who,order_id,ordered_at,amount,a,b\n7,A1,2024-03-05,10,x@example.com,Zoe\n"
    reading, rows = read_text(
        reader, "orders", content, customer_id="who", email="a", customer_name="b", product=""
    )
    assert rows[0]["email"] == "x@example.com"
    assert rows[0]["customer_name"] == "Zoe"
    assert rows[0]["product"] is None
    assert "product" not in reading.mapping


def test_ids_are_texts_even_of_numbers(reader: Reader) -> None:
    path = write_parquet(
        reader.folder / "orders.parquet",
        {
            "customer_id": [7, 8],
            "order_id": [1, 2],
            "ordered_at": ["2024-03-05", "2024-03-06"],
            "amount": [1.5, 2.5],
        },
    )
    _reading, rows = read("orders", path)
    assert column(rows, "customer_id") == ["7", "8"]
    assert column(rows, "order_id") == ["1", "2"]
    assert column(rows, "amount") == [Decimal("1.5"), Decimal("2.5")]


def test_costs_with_their_rows_and_reasons(reader: Reader) -> None:
    content = (
        "channel,day,cost\nvk,2024-03-01,10\n,2024-03-01,10\nvk,soon,10\nvk,2024-03-02,much\nИтого,,30\n"
    )
    rows = costs(reader.file(content))
    assert column(rows, "reason") == [None, "no_channel", "bad_date", "bad_amount"]
    assert column(rows, "part_row") == [2, 3, 4, 5]


def test_costs_are_mapped_under_their_own_names(reader: Reader) -> None:
    rows = costs(reader.file("x,y,z\nvk,2024-03-01,10\n"), channel="x", day="y", cost="z")
    assert rows[0]["cost"] == Decimal(10)
