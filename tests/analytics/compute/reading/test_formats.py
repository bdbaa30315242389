"""Kinds of files, encodings and layouts: the same orders come out of all of them."""

from __future__ import annotations

import gzip
import io
import os
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from tests.analytics.compute.reading.reader import (
    SMALL,
    Reader,
    csv_text,
    on_fresh_database,
    write_parquet,
    write_xlsx,
    write_zip,
)

RUSSIAN = "клиент;номер заказа;дата;сумма\nЁлкин;А1;05.03.2024;10,50\nСмирнова;А2;06.03.2024;20\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1251"])
def test_russian_texts_in_every_encoding(reader: Reader, encoding: str) -> None:
    found = reader.text(RUSSIAN, encoding=encoding)
    assert found.column("customer_id") == ["Ёлкин", "Смирнова"]
    assert found.column("order_id") == ["А1", "А2"]
    assert found.column("amount") == [Decimal("10.5"), 20]


def test_utf_16_with_its_mark_in_either_order(reader: Reader) -> None:
    for codec in ("utf-16-le", "utf-16-be"):
        found = reader.text("\ufeff" + RUSSIAN, encoding=codec)
        assert found.column("customer_id") == ["Ёлкин", "Смирнова"]
        assert found.reading.parts[0].encoding == codec


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-8"])
def test_western_names(reader: Reader, encoding: str) -> None:
    names = "Müller Straße André" + (" 50 €" if encoding == "cp1252" else "")
    found = reader.text(
        f"customer,date,amount\n{names},2024-03-05,10\nJosé,2024-03-06,5\n", encoding=encoding
    )
    assert found.column("customer_id") == [names, "José"]
    assert found.reading.parts[0].encoding == encoding


@pytest.mark.slow
def test_a_letter_far_behind_the_beginning_tells_the_encoding(reader: Reader) -> None:
    plain = "".join(f"{i},2024-03-05,10\n" for i in range(80_000))
    for encoding in ("cp1251", "utf-8"):
        found = reader.text("uid,date,amount\n" + plain + "Ёлкин,2024-03-05,10\n", encoding=encoding)
        assert found.rows[-1]["customer_id"] == "Ёлкин"


def test_a_damaged_character_costs_nothing_but_itself(reader: Reader) -> None:
    good = "".join(f"Ёлкин{i},2024-03-05,10\n" for i in range(50)).encode()
    found = reader.read(reader.file(b"uid,date,amount\n" + good + b"\xffabc,2024-03-05,10\n"))
    assert len(found.rows) == 51
    assert found.column("customer_id")[0] == "Ёлкин0"
    assert found.notes["damaged_text"]["count"] == 1


def test_zero_bytes_are_taken_out(reader: Reader) -> None:
    body = "".join(f"{i},2024-03-05,10\n" for i in range(500))
    found = reader.text("uid,date,amount\n" + body + "a\0b,2024-03-05,10\n")
    assert found.rows[-1]["customer_id"] == "ab"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_delimiter(reader: Reader, delimiter: str) -> None:
    found = reader.text(csv_text([c.split(",") for c in SMALL.splitlines()], delimiter))
    assert found.column("order_id") == ["A1", "A2"]
    assert found.reading.parts[0].delimiter == delimiter


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end(reader: Reader, end: str) -> None:
    found = reader.text(SMALL.replace("\n", end))
    assert found.column("order_id") == ["A1", "A2"]


def test_no_line_end_at_the_end(reader: Reader) -> None:
    assert len(reader.text(SMALL.rstrip("\n")).rows) == 2


def test_decimal_commas_do_not_look_like_delimiters(reader: Reader) -> None:
    found = reader.text("клиент;дата;сумма;скидка\n7;05.03.2024;10,50;1,00\n8;06.03.2024;1,25;0,00\n")
    assert found.column("amount") == [Decimal("10.5"), Decimal("1.25")]


def test_the_line_that_tells_excel_the_delimiter(reader: Reader) -> None:
    found = reader.text("sep=;\nuid;date;amount\n7;2024-03-05;10\n")
    assert found.column("part_row") == [3]


def test_quotes_with_line_breaks_and_delimiters_inside(reader: Reader) -> None:
    found = reader.text(
        'uid,"date\nof order",product,amount\n7,2024-03-05,"A ""big"" cup,\nblue",10\n8,2024-03-06,plain,5\n'
    )
    assert found.column("product") == ['A "big" cup, blue', "plain"]
    assert found.column("part_row") == [2, 3], "rows are counted as a spreadsheet would"


def test_quotes_escaped_by_a_backslash(reader: Reader) -> None:
    found = reader.text('uid,date,product,amount\n7,2024-03-05,"A \\"big\\", cup",10\n')
    assert found.column("product") == ['A "big", cup']


def test_blank_rows_are_no_rows_but_count(reader: Reader) -> None:
    found = reader.text("uid,date,amount\n\n7,2024-03-05,10\n,,\n\n8,2024-03-06,5\n\n")
    assert found.column("part_row") == [3, 6]
    assert found.reading.rows_read == 2


def test_names_that_stand_twice_or_not_at_all(reader: Reader) -> None:
    text = "uid,,date,amount,amount\n7,x,2024-03-05,10,99\n"
    assert reader.text(text, mapping={"amount": "amount (2)"}).column("amount") == [99]
    assert reader.text(text, mapping={"product": "#2"}).column("product") == ["x"]


# Rows that are broken


def test_a_row_too_long_costs_itself(reader: Reader) -> None:
    found = reader.text("uid,date,amount\n7,2024-03-05,10\n8,2024,03,06,5\n9,2024-03-07,7\n")
    assert found.column("customer_id") == ["7", None, "9"]
    assert found.notes["ragged_rows"] == {"name": "orders.csv", "count": 1, "row": 3}


def test_a_row_too_short_has_blanks_at_its_end(reader: Reader) -> None:
    found = reader.text("uid,date,amount,channel\n7,2024-03-05,10\n8,2024-03-06\n9,2024-03-07,7,web\n")
    assert found.column("amount") == [10, None, 7]
    assert "ragged_rows" not in found.notes


def test_delimiters_at_the_end_of_rows_do_no_harm(reader: Reader) -> None:
    found = reader.text("uid,date,amount\n7,2024-03-05,10,,\n8,2024-03-06,5,,\n")
    assert found.column("amount") == [10, 5]


def test_a_quote_that_is_not_closed_costs_its_row(reader: Reader) -> None:
    rows = [f"{i},2024-03-05,cup,10\n" for i in range(3000)]
    rows[1000] = '1000,2024-03-05,"cup,10\n'
    found = reader.text("uid,date,product,amount\n" + "".join(rows))
    assert sorted(set(range(3000)) - {int(c) for c in found.column("customer_id") if c}) in ([], [1000])
    assert found.rows[-1]["part_row"] == 3001
    assert len(found.rows) == 3000


def test_a_quote_closed_far_below_costs_two_rows(reader: Reader) -> None:
    rows = [f"{i},2024-03-05,cup,10\n" for i in range(3000)]
    rows[1000] = '1000,2024-03-05,"cup,10\n'
    rows[1500] = '1500,2024-03-05,cup",10\n'
    found = reader.text("uid,date,product,amount\n" + "".join(rows))
    assert len(found.rows) == 3000
    assert found.column("part_row") == list(range(2, 3002))
    assert sum(a is None for a in found.column("amount")) <= 2


@pytest.mark.slow
def test_a_quote_not_closed_for_megabytes_costs_its_row(reader: Reader) -> None:
    rows = [f"{i},2024-03-05,cup,10\n" for i in range(600_000)]
    rows[1000] = '1000,2024-03-05,"cup,10\n'
    found = reader.text("uid,date,product,amount\n" + "".join(rows))
    assert found.reading.rows_read == 600_000
    assert found.rows[-1]["part_row"] == 600_001


def test_what_cannot_be_read_is_null_in_its_field_only(reader: Reader) -> None:
    found = reader.text("uid,date,amount\n7,2024-03-05,10\n8,soon,5\n9,2024-03-07,much\n,2024-03-08,3\n")
    assert found.column("ordered_at") == [
        datetime(2024, 3, 5),
        None,
        datetime(2024, 3, 7),
        datetime(2024, 3, 8),
    ]
    assert found.column("amount") == [10, 5, None, 3]
    assert found.column("customer_id") == ["7", "8", "9", None]


# Workbooks


def test_a_workbook_with_typed_cells(reader: Reader) -> None:
    rows = [
        ["customer_id", "order_id", "ordered_at", "product", "quantity", "amount"],
        [13085, "00017", datetime(2024, 3, 5, 10, 11, 12), "Чай", 2, 10.5],
        ["13086", 18, date(2024, 3, 6), None, -1, -1234.25],
    ]
    found = reader.read(write_xlsx(reader.folder / "book.xlsx", {"Orders": rows}))
    assert found.column("customer_id") == ["13085", "13086"], "a number in a cell is no 13085.0"
    assert found.column("order_id") == ["00017", "18"]
    assert found.column("ordered_at") == [datetime(2024, 3, 5, 10, 11, 12), datetime(2024, 3, 6)]
    assert found.column("amount") == [Decimal("10.5"), Decimal("-1234.25")]
    assert found.column("kind") == ["sale", "credit"]
    assert found.reading.parts[0].name == "book.xlsx"
    assert found.column("part_row") == [2, 3]


def test_sheets_of_one_shape_are_one_input(reader: Reader) -> None:
    header = ["uid", "date", "amount"]
    book = {
        "Notes": [["Read me"], ["These are orders of two months"]],
        "Jan": [header, [7, date(2024, 1, 5), 10], [8, date(2024, 1, 6), 5]],
        "Customers": [["uid", "e-mail", "city"], [7, "a@x.test", "Rome"]],
        "Feb": [[*header, "comment"], [7, date(2024, 2, 5), 7, "gift"]],
    }
    found = reader.read(write_xlsx(reader.folder / "book.xlsx", book))
    assert [(p.name, p.rows) for p in found.reading.parts] == [("book.xlsx: Jan", 2), ("book.xlsx: Feb", 1)]
    assert found.column("row") == [1, 2, 3]
    assert found.column("part_row") == [2, 3, 2]
    left_out = {n.facts["name"] for n in found.reading.notes if n.code == "part_left_out"}
    assert left_out == {"book.xlsx: Notes", "book.xlsx: Customers"}


def test_a_table_that_begins_further_down_keeps_its_row_numbers(reader: Reader) -> None:
    rows = [
        [],
        [None, "Sales of March"],
        [],
        [None, "uid", "date", "amount"],
        [None, 7, date(2024, 3, 5), 10],
    ]
    found = reader.read(write_xlsx(reader.folder / "book.xlsx", {"S": rows}))
    assert found.column("part_row") == [5]


def test_cells_merged_over_the_lines_of_an_order(reader: Reader) -> None:
    rows = [
        ["order", "uid", "date", "product", "price"],
        [None, 7, date(2024, 3, 5), "Tea", 10],
        [None, None, None, "Cup", 5],
        ["B", 8, date(2024, 3, 6), "Tea", 10],
    ]
    merge = [("S", 1, 0, 2, 0, "A"), ("S", 1, 1, 2, 1, 7), ("S", 1, 2, 2, 2, "2024-03-05")]
    found = reader.read(write_xlsx(reader.folder / "book.xlsx", {"S": rows}, merge=merge))
    assert found.column("order_id") == ["A", "A", "B"]
    assert found.column("customer_id") == ["7", "7", "8"]


def test_time_cells_beside_date_cells(reader: Reader) -> None:
    rows = [["uid", "Дата", "Время", "Сумма"], [7, date(2024, 3, 5), time(9, 5), 10]]
    found = reader.read(write_xlsx(reader.folder / "book.xlsx", {"S": rows}))
    assert found.column("ordered_at") == [datetime(2024, 3, 5, 9, 5)]


def test_three_decimals_in_a_workbook_are_no_thousands(reader: Reader) -> None:
    rows = [["uid", "date", "amount"], [7, date(2024, 3, 5), 1.234], [8, date(2024, 3, 6), 12.345]]
    found = reader.read(write_xlsx(reader.folder / "book.xlsx", {"S": rows}))
    assert found.column("amount") == [Decimal("1.234"), Decimal("12.345")]


def test_thousands_in_a_text(reader: Reader) -> None:
    assert reader.text("uid;date;amount\n7;2024-03-05;1.234\n8;2024-03-06;999\n").column("amount") == [
        1234,
        999,
    ]
    found = reader.text('uid,date,amount\n7,2024-03-05,"1,234"\n8,2024-03-06,999\n')
    assert found.column("amount") == [1234, 999]
    found = reader.text("uid,date,amount\n7,2024-03-05,1.234\n8,2024-03-06,999\n")
    assert found.column("amount") == [Decimal("1.234"), 999]


def test_ids_that_excel_has_shortened_are_noted(reader: Reader) -> None:
    rows = [["uid", "date", "amount"], [10329302124590727494, date(2024, 3, 5), 10]]
    found = reader.read(write_xlsx(reader.folder / "book.xlsx", {"S": rows}))
    assert found.notes["ids_lost_digits"]["column"] == "uid"
    found = reader.text("uid,date,amount\n1.03293E+19,2024-03-05,5\n")
    assert found.notes["ids_lost_digits"]["example"] == "1.03293E+19"


# Parquet


def test_parquet_types(reader: Reader) -> None:
    path = write_parquet(
        reader.folder / "orders.parquet",
        {
            "customer_id": pa.array([2**53 + 1, 2], pa.int64()),
            "order_id": pa.array([1.0, 2.0]),
            "ordered_at": pa.array([datetime(2024, 3, 5, 10), datetime(2024, 3, 6)], pa.timestamp("ms")),
            "sku": pa.array([b"A1", b"B2"]),
            "quantity": pa.array([2, 1], pa.int16()),
            "price": pa.array([0.1, 2.675]),
            "channel": pa.array(["web", None]).dictionary_encode(),
        },
    )
    found = reader.read(path)
    assert found.column("customer_id") == ["9007199254740993", "2"]
    assert found.column("order_id") == ["1", "2"]
    assert found.column("product") == ["A1", "B2"]
    assert found.column("amount") == [Decimal("0.2"), Decimal("2.675")]
    assert found.column("channel") == ["web", None]
    assert found.column("part_row") == [1, 2], "there is no header to count"


def test_parquet_unsigned_and_decimal_ids(reader: Reader) -> None:
    path = write_parquet(
        reader.folder / "orders.parquet",
        {
            "uid": pa.array([10329302124590727494, 7], pa.uint64()),
            "order_id": pa.array([Decimal("1.00"), Decimal("20.00")]),
            "date": pa.array([date(2024, 3, 5), date(2024, 3, 6)]),
            "amount": pa.array([Decimal("1.2345675"), Decimal("1.2345665")]),
        },
    )
    found = reader.read(path)
    assert found.column("customer_id") == ["10329302124590727494", "7"]
    assert found.column("order_id") == ["1", "20"]
    assert found.column("amount") == [Decimal("1.234568"), Decimal("1.234566")]


def test_parquet_moments_with_a_zone_are_brought_to_the_shops(reader: Reader) -> None:
    moments = pa.array([datetime(2024, 3, 5, 22)], pa.timestamp("us", tz="UTC"))
    path = write_parquet(reader.folder / "o.parquet", {"uid": ["7"], "date": moments, "amount": [1]})
    assert reader.read(path).column("ordered_at") == [datetime(2024, 3, 6, 1)]


def test_parquet_texts_are_read_like_any_text(reader: Reader) -> None:
    path = write_parquet(
        reader.folder / "o.parquet",
        {
            "uid": [" 7 ", "NULL", "8"],
            "date": ["05.03.2024", "13.03.2024", "x"],
            "amount": ["1 234,50", "5", "6"],
        },
    )
    found = reader.read(path)
    assert found.column("customer_id") == ["7", None, "8"]
    assert found.column("ordered_at") == [datetime(2024, 3, 5), datetime(2024, 3, 13), None]
    assert found.column("amount") == [Decimal("1234.5"), 5, 6]


def test_parquet_is_seen_through_a_view_and_texts_are_not(reader: Reader) -> None:
    def kind_of_lines(path: Path) -> str:
        with on_fresh_database(path) as con:
            return con.execute(
                "SELECT table_type FROM information_schema.tables WHERE table_name = 'lines'"
            ).fetchall()[0][0]

    parquet = write_parquet(
        reader.folder / "o.parquet", {"uid": [7], "date": [date(2024, 3, 5)], "amount": [1]}
    )
    assert kind_of_lines(parquet) == "VIEW"
    assert kind_of_lines(reader.file(SMALL)) == "BASE TABLE"


@pytest.mark.parametrize(
    "name", ["orders[1].parquet", "a*b.parquet", "it's {1}?.parquet", "Отчёт за март.parquet"]
)
def test_any_name_of_a_parquet_file(reader: Reader, name: str) -> None:
    path = write_parquet(reader.folder / name, {"uid": [7], "date": [date(2024, 3, 5)], "amount": [1]})
    write_parquet(reader.folder / "orders1.parquet", {"uid": [8], "date": [date(2024, 3, 5)], "amount": [1]})
    assert reader.read(path).column("customer_id") == ["7"]


def test_a_parquet_file_by_a_roundabout_way(reader: Reader) -> None:
    path = write_parquet(reader.folder / "o.parquet", {"uid": [7], "date": [date(2024, 3, 5)], "amount": [1]})
    link = reader.folder / "link.parquet"
    link.symlink_to(path)
    (reader.folder / "sub").mkdir()
    for way in (link, reader.folder / "sub" / ".." / "o.parquet", Path(os.path.relpath(path))):
        assert reader.read(way).column("customer_id") == ["7"]


def test_a_column_of_parquet_that_holds_lists_is_left_alone(reader: Reader) -> None:
    path = write_parquet(
        reader.folder / "o.parquet",
        {"uid": [7], "items": [[1, 2]], "date": [date(2024, 3, 5)], "amount": [1], "product": [{"a": 1}]},
    )
    assert reader.read(path).column("product") == [None]


# Archives, and several files


@pytest.mark.parametrize("inner", ["csv", "xlsx", "parquet"])
def test_every_kind_in_gzip_and_in_zip(reader: Reader, inner: str) -> None:
    plain = reader.folder / f"orders.{inner}"
    if inner == "csv":
        reader.file(SMALL)
    elif inner == "xlsx":
        write_xlsx(
            plain, {"S": [["uid", "date", "amount"], [7, date(2024, 3, 5), 10], [8, date(2024, 3, 6), 5]]}
        )
    else:
        write_parquet(plain, {"uid": [7, 8], "date": [date(2024, 3, 5)] * 2, "amount": [10, 5]})
    packed = reader.file(gzip.compress(plain.read_bytes()), "packed")
    assert reader.read(packed).column("customer_id") == ["7", "8"]
    zipped = write_zip(reader.folder / "packed.zip", {plain.name: plain.read_bytes()})
    assert reader.read(zipped).column("customer_id") == ["7", "8"]


def test_members_of_one_shape_are_parts(reader: Reader) -> None:
    path = write_zip(
        reader.folder / "year.zip",
        {
            "2024/jan.csv": b"uid,date,amount\n7,2024-01-05,10\n",
            "2024/feb.csv": "uid;date;amount\nЁж;2024-02-05;5\n".encode("cp1251"),
            "2024/readme.txt": b"Exported on 2024-03-01",
            "2024/logo.png": b"\x89PNG\r\n\x1a\n\0\0",
            "__MACOSX/2024/._jan.csv": b"\0\1",
        },
    )
    found = reader.read(path)
    assert [p.name for p in found.reading.parts] == ["year.zip: 2024/jan.csv", "year.zip: 2024/feb.csv"]
    assert [p.encoding for p in found.reading.parts] == ["utf-8", "cp1251"]
    assert found.column("customer_id") == ["7", "Ёж"]
    left_out = {n.facts["name"] for n in found.reading.notes if n.code == "part_left_out"}
    assert left_out == {"year.zip: 2024/readme.txt", "year.zip: 2024/logo.png"}


def test_several_files_with_columns_of_their_own(reader: Reader) -> None:
    paths = [
        reader.file("uid,date,amount\n7,2024-01-05,10.5\n", "a.csv"),
        reader.file("Сумма;Дата;Клиент\n1 234,50;15.02.2024;8\n", "b.csv", "cp1251"),
        write_xlsx(
            reader.folder / "c.xlsx", {"S": [["customer_id", "total", "date"], [9, 7, date(2024, 3, 5)]]}
        ),
    ]
    found = reader.read(*paths)
    assert found.column("customer_id") == ["7", "8", "9"]
    assert found.column("amount") == [Decimal("10.5"), Decimal("1234.5"), 7]
    assert found.column("part") == [0, 1, 2]
    assert found.column("row") == [1, 2, 3]
    assert found.reading.mapping == {"customer_id": "uid", "ordered_at": "date", "amount": "amount"}
    assert [n.facts["name"] for n in found.reading.notes if n.code == "mapping_differs"] == [
        "b.csv",
        "c.xlsx",
    ]


def test_files_of_one_name_are_told_apart(reader: Reader) -> None:
    paths = [reader.file(SMALL, "2023/orders.csv"), reader.file(SMALL, "2024/orders.csv")]
    assert [p.name for p in reader.read(*paths).reading.parts] == ["2023/orders.csv", "2024/orders.csv"]


def test_a_file_without_order_ids_beside_one_with_them(reader: Reader) -> None:
    paths = [
        reader.file("uid,order_id,date,amount\n7,A,2024-01-05,10\n", "a.csv"),
        reader.file("uid,date,amount\n7,2024-01-06,5\n8,2024-01-07,5\n", "b.csv"),
    ]
    found = reader.read(*paths)
    assert found.reading.has_order_ids
    assert len(set(found.column("order_id"))) == 3


def test_the_order_of_day_and_month_is_told_by_any_part(reader: Reader) -> None:
    paths = [
        reader.file("uid,date,amount\n7,03/04/2024,10\n", "a.csv"),
        reader.file("uid,date,amount\n7,25/04/2024,5\n", "b.csv"),
    ]
    assert reader.read(*paths).column("ordered_at")[0] == datetime(2024, 4, 3)


def test_a_name_says_nothing_about_the_kind(reader: Reader) -> None:
    book = write_xlsx(reader.folder / "b.xlsx", {"S": [["uid", "date", "amount"], [7, date(2024, 3, 5), 10]]})
    assert reader.read(reader.file(book.read_bytes(), "orders.csv")).column("customer_id") == ["7"]
    buffer = io.BytesIO(gzip.compress(SMALL.encode()))
    assert reader.read(reader.file(buffer.getvalue(), "orders.xlsx")).column("customer_id") == ["7", "8"]
