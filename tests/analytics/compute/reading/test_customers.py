from __future__ import annotations

from datetime import datetime

from tests.analytics.compute.reading.reader import Reader, write_parquet, write_xlsx
from tests.analytics.compute.reading.table_reader import column, read, read_text, refusal


def test_customers_of_an_english_shop(reader: Reader) -> None:
    content = (
        "id,first_name,last_name,email,phone,orders_count,total_spent,created_at\n"
        "35,Ann,Ball,ann@example.com,,3,120.00,2023-01-05 10:00:00\n"
        "36,Bob,,,+79211112233,0,0,2023-02-05 10:00:00\n"
    )
    reading, rows = read_text(reader, "customers", content)
    assert reading.mapping["name"] == "first_name + last_name"
    assert column(rows, "customer_id") == ["35", "36"]
    assert column(rows, "name") == ["Ann Ball", "Bob"]
    assert column(rows, "email") == ["ann@example.com", None]
    assert column(rows, "phone") == [None, "+79211112233"]
    assert rows[0]["created_at"] == datetime(2023, 1, 5, 10)


def test_customers_of_a_russian_shop(reader: Reader) -> None:
    content = (
        "Выгрузка клиентов;;;;\nКод клиента;ФИО;Эл. почта;Моб. телефон;Дата регистрации\n"
        "К-7;Иванова Анна;anna@example.com;8 921 111-22-33;05.03.2023\nИтого;;;;\n"
    )
    _reading, rows = read_text(reader, "customers", content)
    assert len(rows) == 1
    assert rows[0]["customer_id"] == "К-7"
    assert rows[0]["name"] == "Иванова Анна"
    assert rows[0]["email"] == "anna@example.com"
    assert rows[0]["created_at"] == datetime(2023, 3, 5)


def test_without_ids_a_customer_is_known_by_the_email_else_the_phone(reader: Reader) -> None:
    content = "Имя,E-mail,Телефон\nАнна, Anna@Example.com,\nБорис,нет,+7 921 111-22-33\nВера,,\n"
    reading, rows = read_text(reader, "customers", content)
    assert column(rows, "customer_id") == ["anna@example.com", "+79211112233", None]
    assert column(rows, "reason") == [None, None, "no_customer"]
    (note,) = reading.notes
    assert (note.code, note.facts["column"]) == ("customer_by_email", "E-mail")


def test_phones_that_a_program_took_for_numbers(reader: Reader) -> None:
    _reading, rows = read_text(reader, "customers", "name,phone\nAnn,79211112233.0\nBob,79211112234.0\n")
    assert column(rows, "customer_id") == ["+79211112233", "+79211112234"]
    assert column(rows, "phone") == ["79211112233", "79211112234"]


def test_customers_of_a_workbook_and_of_parquet(reader: Reader) -> None:
    cells = [["Код", "Имя", "Клиент с"], ["1", "Анна", datetime(2023, 3, 5, 10)]]
    _reading, rows = read("customers", write_xlsx(reader.folder / "people.xlsx", {"Клиенты": cells}))
    assert rows[0]["created_at"] == datetime(2023, 3, 5, 10)
    path = write_parquet(
        reader.folder / "people.parquet", {"id": [1], "name": ["Ann"], "email": [" a@b.co "]}
    )
    _reading, rows = read("customers", path)
    assert (rows[0]["customer_id"], rows[0]["email"]) == ("1", "a@b.co")


def test_a_day_of_registration_that_cannot_be_read_costs_nobody_their_place(reader: Reader) -> None:
    _reading, rows = read_text(
        reader, "customers", "id,name,registered\n1,Ann,2023-03-05\n2,Bob,2023-03-06\n3,Cy,long ago\n"
    )
    assert column(rows, "reason") == [None, None, None]
    assert rows[2]["created_at"] is None


def test_nobody_to_be_found(reader: Reader) -> None:
    error = refusal("customers", reader.file("colour,size\nred,10\n"))
    assert (error.code, error.facts["field"]) == ("no_column", "customer_id")
