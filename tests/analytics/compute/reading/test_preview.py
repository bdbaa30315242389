from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.analytics.compute.reading.reader import SMALL, Reader, write_parquet, write_xlsx, write_zip
from tests.analytics.compute.reading.table_reader import look, read

from regulars.analytics.compute.reading.limits import SAMPLE_ROWS
from regulars.analytics.previews import FIELDS, Preview, PreviewField

OPEN = "customer_id,order_id,ordered_at,amount\n7,A1,03/05/2024,10\n8,A2,04/05/2024,20\n"


def field(found: Preview, name: str) -> PreviewField:
    return next(f for f in found.parts[0].fields if f.name == name)


def test_columns_fields_and_rows(reader: Reader) -> None:
    content = (
        "customer_id;order_id;Дата;Сумма;Примечание\n7;A1;05.03.2024 10:00;1 234,50;нет\n;A2;17.03.2024;x;\n"
    )
    found = look(reader.file(content, encoding="cp1251"), "orders")
    (part,) = found.parts
    assert (part.encoding, part.delimiter, part.rows, part.is_whole) == ("cp1251", ";", 2, True)
    assert [c.name for c in part.columns] == ["customer_id", "order_id", "Дата", "Сумма", "Примечание"]
    assert part.columns[3].values == ["1 234,50", "x"]
    assert part.columns[0].filled == 0.5
    assert [f.name for f in part.fields] == [spec.name for spec in FIELDS["orders"]]
    assert field(found, "amount").columns == ["Сумма"]
    assert field(found, "amount").decimal == ","
    dates = field(found, "ordered_at").dates
    assert dates is not None
    assert (dates.order, dates.ways) == ("dmy", {"dmy": "%d.%m.%Y", "mdy": "%m.%d.%Y"})
    first, second = part.first_rows
    assert first.row == 2
    assert first.raw == ["7", "A1", "05.03.2024 10:00", "1 234,50", "нет"]
    assert first.values["ordered_at"] == "2024-03-05 10:00:00"
    assert first.values["amount"] == "1234.5"
    assert (second.reason, second.values["amount"]) == ("bad_amount", None)
    assert part.reasons == {"bad_amount": 1}
    assert found.problem is None


def test_the_mapping_shown_reads_the_same(reader: Reader) -> None:
    path = reader.file(
        "Name,Email,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku\n"
        "#1,a@b.co,2024-03-05 10:00:00,2,Mug,5.00,M\n#2,c@d.co,2024-03-06 10:00:00,2,Cup,5.00,C\n"
    )
    found = look(path)
    assert read("orders", path, **found.mapping) == read("orders", path)
    assert look(path, "orders", **found.mapping).mapping == found.mapping


def test_a_column_that_cannot_be_found_is_left_to_the_person(reader: Reader) -> None:
    path = reader.file("who,order_id,ordered_at,amount\n7,A1,2024-03-05,10\n")
    found = look(path, "orders")
    assert found.problem is not None
    assert (found.problem.code, found.problem.field) == ("no_column", "customer_id")
    assert [c.name for c in found.parts[0].columns] == ["who", "order_id", "ordered_at", "amount"]
    assert field(found, "ordered_at").others == ["ordered_at"]
    assert found.parts[0].first_rows[0].raw == ["7", "A1", "2024-03-05", "10"]
    mended = look(path, "orders", customer_id="who")
    assert mended.problem is None
    assert field(mended, "customer_id").is_chosen


def test_an_open_order_of_day_and_month_is_left_to_the_person(reader: Reader) -> None:
    path = reader.file(OPEN)
    found = look(path)
    assert found.problem is not None
    assert (found.problem.code, found.problem.field) == ("open_date_order", "ordered_at")
    dates = field(found, "ordered_at").dates
    assert dates is not None
    assert (dates.order, dates.example) == ("open", "03/05/2024")
    mended = look(path, "orders", ordered_at=f"ordered_at:{dates.ways['mdy']}")
    assert mended.problem is None
    assert mended.parts[0].first_rows[0].values["ordered_at"] == "2024-03-05 00:00:00"
    assert field(mended, "ordered_at").format == "%m/%d/%Y"
    chosen = field(mended, "ordered_at").dates
    assert chosen is not None
    assert chosen.order == "mdy"


def test_no_row_that_can_be_used_shows_the_rows(reader: Reader) -> None:
    found = look(reader.file("customer_id,order_id,ordered_at,amount\n,A1,2024-03-05,10\n7,A2,,1\n"))
    assert found.problem is not None
    assert found.problem.code == "no_usable_rows"
    assert [row.reason for row in found.parts[0].first_rows] == [None, "bad_date"]


@pytest.mark.parametrize("content", ["", "\n\n", "just words\nno table\n", b"\x00\x01\x02\xff" * 50])
def test_nothing_that_could_be_a_table(reader: Reader, content: Any) -> None:
    found = look(reader.file(content))
    assert found.problem is not None
    assert found.problem.text
    assert found.parts == []


def test_a_field_or_a_column_that_is_not_there(reader: Reader) -> None:
    path = reader.file(SMALL)
    for mapping in ({"customer_id": "gone"}, {"nonsense": "amount"}):
        found = look(path, "orders", **mapping)
        assert found.problem is not None
        assert found.problem.code in {"unknown_column", "unknown_field"}
        assert len(found.parts[0].columns) == 4


def test_a_large_file_is_looked_at_by_its_head(reader: Reader) -> None:
    """What stands behind the first rows is not read: it would make another format of the dates."""
    rows = "".join(f"{i % 900},A{i},2024-03-{i % 28 + 1:02},{i}\n" for i in range(2 * SAMPLE_ROWS))
    found = look(reader.file(f"customer_id,order_id,ordered_at,amount\n{rows}7,B,03/05/2024,x\n"))
    assert found.problem is None
    assert found.rows == SAMPLE_ROWS
    assert not found.is_whole
    assert found.parts[0].reasons == {}


def test_workbook_archive_and_parquet(reader: Reader) -> None:
    cells = [["customer_id", "order_id", "ordered_at", "amount"], ["7", "A1", "2024-03-05", 10]]
    book = write_xlsx(reader.folder / "book.xlsx", {"Orders": cells, "Notes": [["x"], ["y"]]})
    found = look(book)
    assert (found.parts[0].name, found.left_out) == ("book.xlsx: Orders", ["book.xlsx: Notes"])
    archive = write_zip(reader.folder / "a.zip", {"orders.csv": SMALL.encode(), "b.png": b"\x89PNG\r\n"})
    assert look(archive).parts[0].rows == 2
    columns = {"customer_id": [7], "order_id": [1], "ordered_at": ["2024-03-05"], "amount": [1.5]}
    parquet = write_parquet(reader.folder / "o.parquet", columns)
    found = look(parquet)
    assert found.parts[0].first_rows[0].values["amount"] == "1.5"
    assert found.parts[0].first_rows[0].raw == ["7", "1", "2024-03-05", "1.5"]
    costs = write_parquet(
        reader.folder / "c.parquet", {"channel": ["vk"], "day": ["2024-03-05"], "cost": [1]}
    )
    assert look(costs).kind == "costs"


def test_hostile_names_and_cells_are_cut_and_printable(reader: Reader) -> None:
    name = "<script>alert(1)</script>" + "x" * 5_000
    content = f'customer_id,order_id,ordered_at,amount,"{name}"\n7,A1,2024-03-05,10,"\x07{"y" * 9_000}"\n'
    found = look(reader.file(content))
    assert all(len(v) <= 120 and v.isprintable() for c in found.parts[0].columns for v in c.values)
    assert len(msgspec.json.encode(found)) < 20_000


def test_it_survives_being_kept(reader: Reader) -> None:
    found = look(reader.file(SMALL))
    assert msgspec.json.decode(msgspec.json.encode(found), type=Preview) == found


def test_a_very_wide_file_stays_small(reader: Reader) -> None:
    names = [f"column {i}" for i in range(400)]
    row = ",".join(["x" * 150] * 400)
    header = ",".join(["customer_id,order_id,ordered_at,amount", *names])
    found = look(reader.file(f"{header}\n" + "".join(f"7,A{i},2024-03-05,1,{row}\n" for i in range(25))))
    assert found.problem is None
    assert len(found.parts[0].columns) == 404
    assert len(found.parts[0].first_rows[0].raw) == 100
    assert len(msgspec.json.encode(found)) < 700_000
