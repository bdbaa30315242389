"""Which kind of file it is taken for."""

from __future__ import annotations

import pytest
from tests.analytics.compute.reading.reader import SMALL, Reader, csv_text, write_xlsx
from tests.analytics.compute.reading.table_reader import look

CASES = {
    "orders": [
        SMALL,
        "Покупатель;Телефон;Дата;Сумма\nАнна;+79211112233;05.03.2024;100\nАнна;+79211112233;06.03.2024;90\n",
        "uid,buy_ts,revenue\n7,2024-03-05,10\n8,2024-03-05,11\n",
        "order_id,email,first_name,last_name,created_at,total_price\n1,a@b.co,A,B,2024-03-05,10\n",
        "date,source,customer_id,order_id,amount,cost\n2024-03-05,vk,1,A,10,4\n",
    ],
    "customers": [
        "id,first_name,last_name,email,orders_count,total_spent,created_at\n1,A,B,a@b.co,2,30,2024-03-05\n",
        "ФИО;Телефон;E-mail;Дата рождения;Сумма покупок\nАнна;+79211112233;a@b.co;05.03.1990;100\n",
        "Email,Name\na@b.co,Ann\nc@d.co,Bob\n",
        "Клиент ID;Имя;Телефон;Количество заказов;Дата последней покупки\n1;Анна;+79211112233;3;05.03.2024\n",
    ],
    "products": [
        "id,title,handle,product_type,vendor\n45,Mug,mug,Kitchen,Acme\n",
        "Артикул;Наименование;Цена;Остаток\n17;Чашка;120,50;4\n",
    ],
    "returns": [
        "refund_id,order_id,created_at,refund_amount\nR1,A1,2024-03-05,5\n",
        "Номер возврата;Дата возврата;Номер заказа;Сумма возврата\nВ1;05.03.2024;A1;100\n",
    ],
    "costs": [
        "source_id,dt,costs\n1,2017-06-01,75.2\n",
        "Дата;Кампания;Показы;Клики;Расход\n01.03.2024;Поиск;100;5;1234,50\n",
    ],
    "points": [
        "customer_id,points,expires\n1,120,2027-03-05\n2,0,\n",
        "Телефон;Баллы;Сгорают\n+79211112233;1 200,50;31.12.2026\n",
        "Номер карты;Бонусный баланс\n2200001;15\n",
    ],
}


@pytest.mark.parametrize(("kind", "content"), [(k, c) for k, listed in CASES.items() for c in listed])
def test_kind_of(reader: Reader, kind: str, content: str) -> None:
    found = look(reader.file(content, "export.csv"))
    assert found.kind == kind
    assert found.is_guessed
    assert found.problem is None


def test_a_file_called_returns(reader: Reader) -> None:
    content = "order_id,date,amount\nA1,2024-03-05,5\n"
    assert look(reader.file(content, "Возвраты за март.csv")).kind == "returns"
    assert look(reader.file(f"customer_id,{content}".replace("\nA1", "\n7,A1"), "march.csv")).kind == "orders"


def test_the_kind_of_a_workbook_is_that_of_its_largest_sheet(reader: Reader) -> None:
    people = [["id", "name", "email"], *([i, f"Ann {i}", f"a{i}@b.co"] for i in range(50))]
    path = write_xlsx(reader.folder / "book.xlsx", {"Read me": [["Hello"], ["there"]], "People": people})
    assert look(path).kind == "customers"


def test_what_the_person_said_counts(reader: Reader) -> None:
    path = reader.file(csv_text([["id", "name", "email"], [1, "Ann", "a@b.co"]]))
    found = look(path, "orders")
    assert (found.kind, found.is_guessed) == ("orders", False)
    assert found.problem is not None
