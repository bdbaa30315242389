"""Which column is which, and what to say when none is."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.analytics.compute.reading.reader import Reader

from regulars.analytics.compute.reading.names import currency_in_name, normalise, squash
from regulars.analytics.compute.reading.recognition import COST_ROLES, ORDER_ROLES, score


@pytest.mark.parametrize(
    ("name", "normal"),
    [("InvoiceNo", "invoice no"), ("customerID", "customer id"), ("№ заказа", "номер заказа"),
     ("Order #", "order number"), ("Дата_Создания", "дата создания"), ("Приём", "прием"),
     ("Сумма, руб.", "сумма"), ("Кол-во (шт.)", "кол во"), ("line_items.name", "line items name"),
     ("  E-Mail ", "e mail"), ("₽", "")],
)  # fmt: skip
def test_names_are_compared_in_a_normal_form(name: str, normal: str) -> None:
    assert normalise(name) == normal


def test_spaces_do_not_part_what_is_one_name() -> None:
    assert squash("customerid") == squash("Customer ID")


@pytest.mark.parametrize(
    ("name", "code"),
    [("Сумма, руб.", "RUB"), ("Price (USD)", "USD"), ("amount_eur", "EUR"), ("Бюджет ₽", "RUB"),
     ("Сумма", None), ("try", None)],
)  # fmt: skip
def test_a_name_may_tell_the_currency(name: str, code: str | None) -> None:
    assert currency_in_name(name) == code


@pytest.mark.parametrize(
    ("role", "name"),
    [
        ("customer_id", "user_id"), ("customer_id", "uid"), ("customer_id", "client"), ("customer_id", "Uid"),
        ("customer_id", "anonymised_client_hash_id"), ("customer_id", "household_key"),
        ("customer_id", "ФИО клиента"), ("order_id", "BASKET_ID"), ("order_id", "Чек №"),
        ("order_id", "transaction_id"), ("order_id", "Номер документа"), ("ordered_at", "Buy Ts"),
        ("ordered_at", "order_dt"), ("ordered_at", "Дата/время"), ("ordered_at", "purchase_date_utc"),
        ("product", "SKU"), ("product", "Артикул"), ("product", "nm_id"),
        ("quantity", "Кол-во, шт"), ("quantity", "qty_ordered"),
        ("unit_price", "Цена за ед."), ("unit_price", "UnitPrice"),
        ("amount", "Revenue"), ("amount", "Выручка, ₽"), ("order_total", "grand_total"),
        ("order_total", "Итого к оплате"),
        ("channel", "utm_source"), ("branch", "Торговая точка"), ("status", "order_status"),
    ],
)  # fmt: skip
def test_names_that_are_known(role: str, name: str) -> None:
    assert score(ORDER_ROLES, role, name) >= 40


@pytest.mark.parametrize(
    "name",
    ["total_tax", "Сумма НДС", "shipping_total", "Сумма доставки", "discount_amount", "Сумма скидки",
     "refund_amount", "total_weight", "average_total", "Сумма бонусов", "total_items", "outstanding total",
     "amount_due"],
)  # fmt: skip
def test_what_is_no_amount_of_a_sale(name: str) -> None:
    assert not any(score(ORDER_ROLES, role, name) for role in ("line_total", "amount", "order_total"))


def test_every_name_of_the_vocabulary_is_found_again() -> None:
    for roles in (ORDER_ROLES, COST_ROLES):
        for role, entries in roles.items():
            for value, names in entries:
                for name in names.split(";"):
                    assert score(roles, role, name.strip()) >= value


def test_an_id_is_preferred_to_a_mail_a_mail_to_a_phone_a_phone_to_a_name(reader: Reader) -> None:
    rows = [
        ["customer_id", "email", "phone", "customer name", "date", "amount"],
        ["7", "a@x.test", "+7 999 1234567", "Ann Bee", "2024-01-01", "5"],
        ["8", "b@x.test", "+7 999 1234568", "Bob Cee", "2024-01-02", "6"],
    ]
    for expected in ("customer_id", "email", "phone", "customer name"):
        drop = rows[0].index(expected)
        found = reader.text("\n".join(",".join(r) for r in rows))
        assert found.reading.mapping["customer_id"] == expected
        rows = [r[:drop] + r[drop + 1 :] for r in rows]


def test_a_column_that_is_blank_is_not_chosen(reader: Reader) -> None:
    found = reader.text("customer_id,email,date,amount\n,a@x.test,2024-01-01,5\n,b@x.test,2024-01-02,6\n")
    assert found.reading.mapping["customer_id"] == "email"


def test_what_a_column_holds_counts_as_well_as_its_name(reader: Reader) -> None:
    found = reader.text(
        "customer,created,date,amount,total\n7,yesterday,2024-01-01,a lot,5\n8,today,2024-01-02,little,6\n"
    )
    assert found.reading.mapping == {"customer_id": "customer", "ordered_at": "date", "amount": "total"}


def test_the_only_column_of_dates_needs_no_known_name(reader: Reader) -> None:
    found = reader.text("uid,chronos,amount\n7,2024-01-01 10:00,5\n8,2024-01-02 11:00,6\n")
    assert found.reading.mapping["ordered_at"] == "chronos"


def test_a_birthday_is_not_the_moment_of_an_order(reader: Reader) -> None:
    error = reader.refusal(reader.file("uid,birthday,amount\n7,1984-01-01,5\n8,1990-05-02,6\n"))
    assert error.code == "no_column"


def test_a_line_total_is_preferred_to_price_times_quantity(reader: Reader) -> None:
    found = reader.text(
        "order,uid,date,sku,qty,price,line total\nA,7,2024-01-01,T,2,10,18\nA,7,2024-01-01,C,1,5,5\n"
    )
    assert found.column("amount") == [18, 5]


def test_a_total_that_repeats_is_taken_once_where_there_is_no_price(reader: Reader) -> None:
    rows = [f"A{i},{i},2024-01-0{i},{sku},30" for i in (1, 2, 3, 4) for sku in ("T", "C", "D")]
    found = reader.text("order,uid,date,sku,total\n" + "\n".join(rows))
    assert found.column("amount") == [30, 0, 0] * 4
    assert found.notes["order_total_once"]["column"] == "total"


def test_a_total_on_the_first_line_only_is_taken_as_it_is(reader: Reader) -> None:
    found = reader.text(
        "order,uid,date,sku,total\nA,7,2024-01-01,T,30\nA,7,2024-01-01,C,\nB,8,2024-01-02,T,5\n"
    )
    assert found.column("amount") == [30, 0, 5]


def test_equal_lines_are_lines(reader: Reader) -> None:
    """Two tickets at one price are no total that repeats."""
    rows = [f"A{i},{i},2024-01-0{i},ticket,500" for i in (1, 2, 3, 4) for _ in range(2)]
    found = reader.text("order,uid,date,product,amount\n" + "\n".join(rows))
    assert sum(found.column("amount")) == 4000


def test_a_total_equal_to_price_times_quantity_is_a_lines(reader: Reader) -> None:
    rows = [f"A{i},{i},2024-01-0{i},{sku},2,5,10" for i in (1, 2, 3, 4) for sku in ("T", "C")]
    found = reader.text("order,uid,date,sku,qty,price,total\n" + "\n".join(rows))
    assert found.reading.mapping["amount"] == "total"
    assert sum(found.column("amount")) == 80


def test_discounts_taxes_and_shipping_are_no_amounts(reader: Reader) -> None:
    error = reader.refusal(
        reader.file("uid,date,discount_amount,total_tax,shipping total\n7,2024-01-01,5,6,7\n")
    )
    assert error.code == "no_column"
    assert "--map amount=" in error.message


def test_orders_without_order_ids(reader: Reader) -> None:
    found = reader.text("Buy Ts,Revenue,Uid\n2017-06-01 00:10:00,17.0,10329302124590727494\n")
    assert not found.reading.has_order_ids
    assert found.column("order_id") == [None]
    assert found.column("customer_id") == ["10329302124590727494"]


def test_a_missing_customer_is_told_with_the_columns_there_are(reader: Reader) -> None:
    error = reader.refusal(reader.file("order_id,date,amount\nA,2024-01-01,5\n"))
    assert error.code == "no_column"
    assert "orders.csv" in error.message
    assert "order_id, date, amount" in error.message
    assert "--map customer_id=COLUMN" in error.message


# What the person says


def test_a_column_that_was_named_is_used(reader: Reader) -> None:
    found = reader.text(
        "a,b,c,d\n7,2024-01-01,5,9\n", mapping={"customer_id": "A", "ordered_at": "b", "amount": "D"}
    )
    assert found.reading.mapping == {"customer_id": "a", "ordered_at": "b", "amount": "d"}
    assert found.column("amount") == [9]


def test_a_column_may_have_a_colon_in_its_name(reader: Reader) -> None:
    found = reader.text(
        "uid,when: local,amount\n7,03/04/2024,5\n", mapping={"ordered_at": "when: local:%d/%m/%Y"}
    )
    assert found.column("ordered_at")[0].month == 4


def test_two_columns_may_be_named_as_the_mapping_shows_them(reader: Reader) -> None:
    found = reader.text("uid,a,b,amount\n7,2024-01-01,10:30,5\n", mapping={"ordered_at": "a + b"})
    assert found.column("ordered_at")[0].hour == 10


def test_a_field_may_be_left_out(reader: Reader) -> None:
    found = reader.text("uid,order_id,date,amount\n7,A,2024-01-01,5\n", mapping={"order_id": ""})
    assert "order_id" not in found.reading.mapping


def test_a_price_that_was_named_is_multiplied(reader: Reader) -> None:
    found = reader.text("uid,date,p,qty,amount\n7,2024-01-01,2.50,4,99\n", mapping={"unit_price": "p"})
    assert found.column("amount") == [10]


def test_an_amount_that_was_named_is_counted_once_if_it_is_the_orders(reader: Reader) -> None:
    rows = "".join(f"A{i},{i},2024-01-0{i},{s},5,1,30\n" for i in (1, 2, 3) for s in "TC")
    found = reader.text("order,uid,date,sku,price,qty,total\n" + rows, mapping={"amount": "total"})
    assert sum(found.column("amount")) == 90


def test_an_unknown_field_is_refused(reader: Reader) -> None:
    error = reader.refusal(reader.file("uid,date,amount\n7,2024-01-01,5\n"), mapping={"customer": "uid"})
    assert error.code == "unknown_field"
    assert "customer_id" in error.message


def test_an_unknown_column_is_refused(reader: Reader) -> None:
    error = reader.refusal(
        reader.file("uid,date,amount\n7,2024-01-01,5\n"), mapping={"customer_id": "client"}
    )
    assert error.code == "unknown_column"
    assert "uid, date, amount" in error.message


def test_a_format_that_is_none_is_refused(reader: Reader) -> None:
    error = reader.refusal(
        reader.file("uid,date,amount\n7,2024-01-01,5\n"), mapping={"ordered_at": "date:%Q%!"}
    )
    assert error.code == "bad_format"


def test_fields_of_costs_do_not_disturb_orders(reader: Reader) -> None:
    found = reader.text("uid,date,amount\n7,2024-01-01,5\n", mapping={"costs.channel": "x"})
    assert found.column("amount") == [Decimal(5)]
