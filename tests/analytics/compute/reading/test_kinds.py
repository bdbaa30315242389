"""What a row is: a sale, something given back, or part of an order that came to nothing."""

from __future__ import annotations

import pytest
from tests.analytics.compute.reading.reader import Reader

from regulars.analytics.compute.reading.kinds import meaning_of


@pytest.mark.parametrize(
    "status",
    ["cancelled", "Canceled", "CANCELLED", "wc-cancelled", "voided", "failed", "trash", "refunded",
     "declined", "Fully Refunded", "Отменён", "Отменен", "Аннулирован", "Возвращён", "Сделка провалена",
     "Закрыто и не реализовано"],
)  # fmt: skip
def test_states_of_orders_that_came_to_nothing(status: str) -> None:
    assert meaning_of(status) == "void"


@pytest.mark.parametrize(
    "status", ["refund", "Return", "Возврат", "Сторно", "credit note", "Возврат товаров от покупателя"]
)
def test_rows_that_give_something_back(status: str) -> None:
    assert meaning_of(status) == "credit"


@pytest.mark.parametrize(
    "status",
    ["paid", "completed", "partially refunded", "Выполнен", "Частичный возврат", "Оплачен", "что угодно"],
)
def test_anything_else_is_a_sale(status: str) -> None:
    assert meaning_of(status) in {"sale", None}


def _kinds(reader: Reader, *rows: str, header: str = "uid,order_id,date,status,amount") -> list[str]:
    return reader.text("\n".join([header, *rows])).column("kind")  # type: ignore[return-value]


def test_negative_amounts_and_quantities_are_credits(reader: Reader) -> None:
    rows = ["7,A,2024-01-01,2,10", "7,B,2024-01-02,-1,10", "7,C,2024-01-03,1,-5", "7,D,2024-01-04,1,0"]
    found = _kinds(reader, *rows, header="uid,order_id,date,quantity,amount")
    assert found == ["sale", "credit", "credit", "sale"]


def test_a_marked_id_is_a_credit(reader: Reader) -> None:
    rows = [
        "7,489434,2024-01-01,paid,10",
        "7,C489435,2024-01-02,paid,10",
        "8,С489436,2024-01-02,paid,5",
        "9,489437,2024-01-03,,1",
    ]
    assert _kinds(reader, *rows) == ["sale", "credit", "credit", "sale"]


def test_a_letter_is_no_mark_where_most_ids_have_one(reader: Reader) -> None:
    rows = ["7,C100,2024-01-01,paid,10", "7,C101,2024-01-02,paid,10", "8,102,2024-01-02,paid,5"]
    assert _kinds(reader, *rows) == ["sale", "sale", "sale"]


def test_ids_of_another_make_are_not_marked(reader: Reader) -> None:
    rows = ["7,100,2024-01-01,paid,10", "7,101,2024-01-02,paid,10", "8,CA-5,2024-01-02,paid,5"]
    assert _kinds(reader, *rows) == ["sale", "sale", "sale"]


def test_a_blank_state_is_that_of_the_order(reader: Reader) -> None:
    rows = ["7,A,2024-01-01,cancelled,10", "7,A,2024-01-01,,5", "7,B,2024-01-02,,5"]
    assert _kinds(reader, *rows) == ["void", "void", "sale"]


def test_a_discount_line_of_a_cancelled_order_gives_nothing_back(reader: Reader) -> None:
    rows = ["7,A,2024-01-01,cancelled,10", "7,A,2024-01-01,cancelled,-2", "7,B,2024-01-02,cancelled,-5"]
    assert _kinds(reader, *rows) == ["void", "void", "credit"]


def test_a_date_or_a_yes_says_that_an_order_was_cancelled(reader: Reader) -> None:
    rows = ["7,A,2024-01-01,2024-01-02 10:00,10", "7,B,2024-01-03,,5"]
    assert _kinds(reader, *rows, header="uid,order_id,date,cancelled_at,amount") == ["void", "sale"]
    rows = ["7,A,2024-01-01,Да,10", "7,B,2024-01-03,Нет,5", "7,C,2024-01-03,,5"]
    assert _kinds(reader, *rows, header="uid,order_id,date,Отменён,amount") == ["void", "sale", "sale"]


def test_a_type_is_a_state_only_if_it_says_so(reader: Reader) -> None:
    rows = ["7,A,2024-01-01,sale,10", "7,A,2024-01-05,refund,4"]
    assert _kinds(reader, *rows, header="uid,order_id,date,type,amount") == ["sale", "credit"]
    rows = ["7,A,2024-01-01,card,10", "7,B,2024-01-05,cash,4"]
    found = reader.text("\n".join(["uid,order_id,date,type,amount", *rows]))
    assert "status" not in found.reading.mapping


def test_a_currency_is_that_of_the_order_where_it_is_blank(reader: Reader) -> None:
    found = reader.text(
        "uid,order_id,date,currency,amount\n7,A,2024-01-01,руб.,10\n7,A,2024-01-01,,5\n8,B,2024-01-01,USD,5\n9,C,2024-01-01,,5\n"
    )
    assert found.column("currency") == ["RUB", "RUB", "USD", None]
    assert found.reading.currency == "RUB"


def test_a_currency_that_was_asked_for_is_taken(reader: Reader) -> None:
    found = reader.text("uid,date,currency,amount\n7,2024-01-01,EUR,10\n", currency="usd")
    assert found.reading.currency == "USD"


def test_a_currency_beside_the_amount(reader: Reader) -> None:
    found = reader.text("uid;date;amount\n7;2024-01-01;1 000,50 ₽\n8;2024-01-02;$5,25\n9;2024-01-02;7,00\n")
    assert found.column("currency") == ["RUB", "USD", None]


def test_fields_on_first_lines_only_hold_for_the_order(reader: Reader) -> None:
    rows = ["A,7,2024-01-01,web,T,10", "A,,,,C,5", "B,8,2024-01-02,pos,T,10", "B,,,,D,3", "B,,,,E,1"]
    found = reader.text("\n".join(["order_id,uid,date,channel,sku,price", *rows]))
    assert found.column("customer_id") == ["7", "7", "8", "8", "8"]
    assert found.column("channel") == ["web", "web", "pos", "pos", "pos"]
    assert None not in found.column("ordered_at")


def test_a_customer_that_is_blank_here_and_there_stays_blank(reader: Reader) -> None:
    rows = [
        "A,7,2024-01-01,10",
        "A,,2024-01-01,5",
        "B,8,2024-01-02,10",
        "B,8,2024-01-02,3",
        "C,9,2024-01-02,3",
        "C,9,2024-01-02,3",
    ]
    found = reader.text("\n".join(["order_id,uid,date,amount", *rows]))
    assert found.column("customer_id")[1] is None
