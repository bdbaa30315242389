"""What cannot be used as orders ends with a plain message, never a traceback, and leaves nothing behind."""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import struct
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from tests.analytics.compute.reading.reader import (
    SMALL,
    Reader,
    on_fresh_database,
    write_parquet,
    write_xlsx,
    write_zip,
)

from regulars.analytics.compute.reading import limits
from regulars.analytics.errors import InputError


def _book(reader: Reader) -> Path:
    rows = [["uid", "date", "amount"], *([i, date(2024, 3, 5), 10] for i in range(500))]
    return write_xlsx(reader.folder / "book.xlsx", {"S": rows})


def _parquet(reader: Reader) -> Path:
    count = 5000
    columns = {"uid": list(range(count)), "date": [date(2024, 3, 5)] * count, "amount": list(range(count))}
    return write_parquet(reader.folder / "orders.parquet", columns)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7\n1 0 obj", "PDF"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "PNG"),
        (b"<!DOCTYPE html><html><body>Log in</body></html>", "HTML"),
        (b"\n  <html><head><title>Login</title>", "HTML"),
        (b'{"orders": [{"id": 1}]}', "JSON"),
        (b'[{"id": 1, "total": 5}]', "JSON"),
        (b'{"id": 1}\n{"id": 2}\n', "JSON"),
        (b'<?xml version="1.0"?><orders/>', "XML"),
        (b"7z\xbc\xaf\x27\x1c\0\4", "7-Zip"),
        (b"Rar!\x1a\x07\0", "RAR"),
        (b"{\\rtf1 Orders}", "RTF"),
        (b"SQLite format 3\0", "SQLite"),
    ],
)
def test_what_is_no_table_is_called_by_its_name(reader: Reader, content: bytes, kind: str) -> None:
    error = reader.refusal(reader.file(content))
    assert error.code == "not_a_table"
    assert f"({kind})" in error.message
    assert "orders.csv" in error.message


def test_bytes_that_are_nothing(reader: Reader) -> None:
    assert reader.refusal(reader.file(bytes(range(256)) * 50)).code == "not_a_table"


def test_prose(reader: Reader) -> None:
    assert reader.refusal(reader.file("Dear Sir\nPlease find the orders below\n")).code in {
        "not_a_table",
        "no_header",
    }


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff", " \n ,,\n"])
def test_an_empty_file(reader: Reader, content: str) -> None:
    assert reader.refusal(reader.file(content)).code == "empty"


def test_only_a_header(reader: Reader) -> None:
    assert reader.refusal(reader.file("uid,date,amount\n")).code == "no_rows"
    assert reader.refusal(reader.file("uid,date,amount\n,,\n\n")).code == "no_rows"


def test_no_header(reader: Reader) -> None:
    error = reader.refusal(reader.file("7,2024-03-05,10\n8,2024-03-06,5\n"))
    assert error.code == "no_header"
    assert "7, 2024-03-05, 10" in error.message


def test_unreadable_dates_name_row_column_and_value(reader: Reader) -> None:
    error = reader.refusal(reader.file("uid,order date,amount\n,soon,1\n7,yesterday,10\n"))
    assert error.code == "unreadable_dates"
    for said in ("orders.csv", "order date", "row 2", "soon", '--map "ordered_at=order date:%d.%m.%Y"'):
        assert said in error.message


def test_dates_that_a_named_format_does_not_fit(reader: Reader) -> None:
    error = reader.refusal(reader.file(SMALL), mapping={"ordered_at": "ordered_at:%d.%m.%Y"})
    assert error.code == "unreadable_dates"
    assert "2024-03-05 10:00:00" in error.message


def test_unreadable_amounts_name_row_column_and_value(reader: Reader) -> None:
    error = reader.refusal(reader.file("uid,date,amount\n7,2024-03-05,a lot\n"))
    assert error.code == "unreadable_amounts"
    for said in ("orders.csv", "amount", "row 2", "a lot"):
        assert said in error.message


def test_dates_whose_order_stays_open(reader: Reader) -> None:
    error = reader.refusal(reader.file("uid,date,amount\n7,03/04/2024 10:00,10\n8,05/06/2024 11:00,5\n"))
    assert error.code == "open_date_order"
    assert '--map "ordered_at=date:%d/%m/%Y %H:%M"' in error.message
    assert '--map "ordered_at=date:%m/%d/%Y %H:%M"' in error.message


def test_the_answer_to_an_open_order_works_as_it_is_given(reader: Reader) -> None:
    path = reader.file("uid,date,amount\n7,03/04/2024 10:00,10\n8,05/06/2024,5\n")
    found = reader.read(path, mapping={"ordered_at": "date:%d/%m/%Y"})
    assert [m.month for m in found.column("ordered_at")] == [4, 6]


def test_customers_that_are_blank_everywhere(reader: Reader) -> None:
    error = reader.refusal(reader.file("uid,date,amount\nNULL,2024-03-05,10\n-,2024-03-06,5\n"))
    assert error.code == "no_column"


def test_rows_that_never_have_all_they_need(reader: Reader) -> None:
    error = reader.refusal(reader.file("uid,date,amount\n7,,10\n,2024-03-06,5\n8,2024-03-06,\n"))
    assert error.code == "no_usable_rows"


def test_a_file_that_is_not_there(reader: Reader) -> None:
    error = reader.refusal(reader.folder / "none.csv")
    assert error.code == "no_file"
    assert "none.csv" in error.message


def test_a_folder(reader: Reader) -> None:
    assert reader.refusal(reader.folder).code == "folder"


def test_a_device(reader: Reader) -> None:
    assert reader.refusal(Path("/dev/zero")).code == "not_a_table"


def test_a_file_that_may_not_be_read(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    path = reader.file(SMALL)
    path.chmod(0)
    monkeypatch.setattr(tempfile, "tempdir", None)  # nobody may not write into our folder
    with _as_nobody(), pytest.raises(InputError) as caught:
        reader.read(path)
    assert caught.value.code == "no_permission"


@contextlib.contextmanager
def _as_nobody() -> Iterator[None]:
    """Root may read everything; anybody else is nobody already."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_zone_that_does_not_exist(reader: Reader) -> None:
    error = reader.refusal(reader.file(SMALL), timezone="Europe/Moskow")
    assert error.code == "unknown_timezone"
    assert "Europe/Moskow" in error.message


def test_names_cannot_write_on_the_terminal(reader: Reader) -> None:
    path = reader.file("uid\x1b[31m,date\n7,2024-03-05\n", "o\x1b[2J.csv")
    assert "\x1b" not in reader.refusal(path).message


# Cut off or damaged


@pytest.mark.parametrize("kind", ["gzip", "zip", "xlsx", "parquet"])
def test_files_that_were_cut_off(reader: Reader, kind: str) -> None:
    whole = {
        "gzip": lambda: gzip.compress(os.urandom(3000).hex().encode()),
        "zip": lambda: write_zip(reader.folder / "z.zip", {"o.csv": SMALL.encode() * 300}).read_bytes(),
        "xlsx": lambda: _book(reader).read_bytes(),
        "parquet": lambda: _parquet(reader).read_bytes(),
    }[kind]()
    for share in (0.2, 0.5, 0.9, 0.999):
        error = reader.refusal(reader.file(whole[: int(len(whole) * share)], f"cut.{kind}"))
        assert error.code == "broken_file"
        assert f"cut.{kind}" in error.message


def test_a_zip_whose_content_was_changed(reader: Reader) -> None:
    raw = bytearray(write_zip(reader.folder / "z.zip", {"o.csv": SMALL.encode() * 300}).read_bytes())
    raw[60] ^= 0xFF
    assert reader.refusal(reader.file(bytes(raw), "z.zip")).code == "broken_file"


def test_pages_of_parquet_that_were_changed(reader: Reader) -> None:
    raw = bytearray(_parquet(reader).read_bytes())
    for place in range(1000, len(raw) // 2, 97):
        raw[place] ^= 0xFF
    path = reader.file(bytes(raw), "o.parquet")
    with contextlib.suppress(InputError):
        reader.read(path)


def test_a_protected_workbook(reader: Reader) -> None:
    protected = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    error = reader.refusal(reader.file(protected, "book.xlsx"))
    assert error.code == "password"


def test_an_old_workbook(reader: Reader) -> None:
    error = reader.refusal(reader.file(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "book.xls"))
    assert error.code == "old_excel"
    assert "XLSX" in error.message


def test_a_protected_zip(reader: Reader) -> None:
    path = write_zip(reader.folder / "z.zip", {"o.csv": SMALL.encode()})
    raw = bytearray(path.read_bytes())
    raw[6] |= 1  # the flag in the member's header, and in the directory
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    assert reader.refusal(reader.file(bytes(raw), "z.zip")).code == "password"


def test_an_archive_in_an_archive(reader: Reader) -> None:
    inner = write_zip(reader.folder / "inner.zip", {"o.csv": SMALL.encode()}).read_bytes()
    assert (
        reader.refusal(write_zip(reader.folder / "outer.zip", {"inner.zip": inner})).code == "nested_archive"
    )
    assert reader.refusal(reader.file(gzip.compress(inner), "o.gz")).code == "nested_archive"
    assert (
        reader.refusal(reader.file(gzip.compress(gzip.compress(SMALL.encode())), "o.gz")).code
        == "nested_archive"
    )


def test_a_tar(reader: Reader) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo("o.csv"), io.BytesIO(b""))
    error = reader.refusal(reader.file(buffer.getvalue(), "o.tar.gz"))
    assert error.code == "not_a_table"
    assert "tar" in error.message


def test_an_empty_zip(reader: Reader) -> None:
    assert reader.refusal(write_zip(reader.folder / "z.zip", {})).code == "empty"


# Too much


def test_ten_gigabytes_are_refused_at_once(reader: Reader) -> None:
    path = reader.file("uid,date,amount\n7,2024-03-05,10\n")
    with path.open("r+b") as file:
        file.truncate(10 * limits.GIB)
    error = reader.refusal(path)
    assert error.code == "too_big"
    assert "10.0 GB" in error.message


def test_a_gzip_bomb(reader: Reader) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = bytes(limits.MIB)
    bomb = b"".join(packer.compress(zeros) for _ in range(200)) + packer.flush()
    assert len(bomb) < limits.MIB
    assert reader.refusal(reader.file(bomb, "o.csv.gz")).code == "too_much_inside"


def test_a_zip_bomb_that_lies_about_its_size(reader: Reader) -> None:
    path = write_zip(reader.folder / "z.zip", {"o.csv": b"0" * (100 * limits.MIB)})
    assert reader.refusal(path).code == "too_much_inside"
    raw = bytearray(path.read_bytes())
    at = raw.index(b"PK\x01\x02")
    raw[at + 24 : at + 28] = struct.pack("<I", 100)
    assert reader.refusal(reader.file(bytes(raw), "z.zip")).code in {"broken_file", "not_a_table"}


def test_names_in_a_zip_lead_nowhere(reader: Reader) -> None:
    path = write_zip(
        reader.folder / "z.zip", {"../../evil.csv": SMALL.encode(), "/etc/evil.csv": SMALL.encode()}
    )
    found = reader.read(path)
    assert found.reading.rows_read == 4
    assert not (reader.folder.parent.parent / "evil.csv").exists()
    assert not Path("/etc/evil.csv").exists()


def _sheet(cells: str) -> dict[str, bytes]:
    """The least a workbook is made of, with a sheet of our own making."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    return {
        "[Content_Types].xml": (
            f'<Types xmlns="{package}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
            '<Default Extension="rels" ContentType='
            '"application/vnd.openxmlformats-package.relationships+xml"/></Types>'
        ).encode(),
        "_rels/.rels": (
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
            f'Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ).encode(),
        "xl/workbook.xml": (
            f'<workbook xmlns="{main}" xmlns:r="{relations}"><sheets>'
            f'<sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>'
        ).encode(),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
            f'Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
        ).encode(),
        "xl/worksheets/sheet1.xml": (
            f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>'
        ).encode(),
    }


def test_our_own_least_workbook_is_one(reader: Reader) -> None:
    cells = ""
    for number, row in enumerate([("uid", "date", "amount"), ("7", "2024-03-05", "10")], start=1):
        texts = (
            f'<c r="{c}{number}" t="inlineStr"><is><t>{v}</t></is></c>'
            for c, v in zip("ABC", row, strict=True)
        )
        cells += f'<row r="{number}">{"".join(texts)}</row>'
    assert reader.read(write_zip(reader.folder / "b.xlsx", _sheet(cells))).column("customer_id") == ["7"]


def test_a_sheet_that_claims_all_the_room_there_is(reader: Reader) -> None:
    cells = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    error = reader.refusal(write_zip(reader.folder / "b.xlsx", _sheet(cells)))
    assert error.code == "too_much_inside"


def test_a_workbook_with_a_bomb_inside(reader: Reader) -> None:
    path = write_zip(reader.folder / "b.xlsx", _sheet("<row/>" * (limits.RATIO_FROM_BYTES // 5)))
    assert reader.refusal(path).code == "too_much_inside"


def test_an_entity_that_grows(reader: Reader) -> None:
    members = _sheet("<row r='1'><c r='A1' t='inlineStr'><is><t>&c;</t></is></c></row>")
    entities = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]>'
    members["xl/worksheets/sheet1.xml"] = entities.encode() + members["xl/worksheets/sheet1.xml"]
    reader.refusal(write_zip(reader.folder / "b.xlsx", members))


def test_parquet_that_repeats_one_row_for_ever(reader: Reader) -> None:
    count = 20_000_000
    path = reader.folder / "o.parquet"
    same = pa.array([7], pa.int64()).take(pa.array([0] * 1_000_000))
    table = pa.table({"uid": same, "amount": same})
    with pa.parquet.ParquetWriter(path, table.schema, compression="zstd") as writer:
        for _ in range(count // 1_000_000):
            writer.write_table(table, row_group_size=1_000_000)
    assert path.stat().st_size < count * limits.MIN_BYTES_PER_ROW
    assert reader.refusal(path).code == "too_much_inside"


def test_too_many_columns(reader: Reader) -> None:
    names = ",".join(["uid", "date", "amount", *(f"c{i}" for i in range(limits.MAX_COLUMNS))])
    assert (
        reader.refusal(reader.file(names + "\n" + names.replace("c", "") + "\n")).code == "too_many_columns"
    )


def test_cells_without_end(reader: Reader) -> None:
    found = reader.text(f"uid,date,amount,product\n7,2024-03-05,10,{'x' * 100_000}\n8,2024-03-06,5,cup\n")
    assert len(found.column("product")[0]) == limits.MAX_CELL_BYTES
    assert found.column("product")[1] == "cup"


def test_too_many_members(reader: Reader) -> None:
    path = reader.folder / "z.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(limits.MAX_MEMBERS + 1):
            archive.writestr(f"{number}.csv", "uid,date,amount\n")
    assert reader.refusal(path).code == "too_many_members"


# Nothing but the files that were named


def test_the_database_can_read_nothing_else_afterwards(reader: Reader) -> None:
    import duckdb

    named = write_parquet(
        reader.folder / "o.parquet", {"uid": [7], "date": [date(2024, 3, 5)], "amount": [1]}
    )
    other = write_parquet(reader.folder / "other.parquet", {"uid": [7]})
    with on_fresh_database(named) as con:
        assert con.execute("SELECT count(*) FROM lines").fetchall() == [(1,)]
        for query in (
            f"SELECT * FROM read_parquet('{other}')",
            "SELECT * FROM read_text('/etc/passwd')",
            f"COPY (SELECT 1) TO '{reader.folder / 'out.csv'}'",
            f"ATTACH '{reader.folder / 'out.db'}'",
            "SELECT * FROM glob('/*')",
            "SET enable_external_access = true",
            "INSTALL httpfs",
        ):
            with pytest.raises(duckdb.Error):
                con.execute(query).fetchall()


def test_a_late_page_of_parquet_that_was_changed(reader: Reader) -> None:
    """The first rows are whole; what is broken is found before any figure is made of it."""
    count = 100_000
    numbers = pa.array([(i * 7919) % 10_000_019 for i in range(count)])
    moments = pa.array([datetime(2024, 1, 1) + timedelta(seconds=i * i % 30_000_000) for i in range(count)])
    columns = {"uid": numbers, "ordered_at": moments, "amount": numbers}
    whole = write_parquet(reader.folder / "o.parquet", columns, row_group_size=25_000).read_bytes()
    refused = []
    for place in range(len(whole) // 2, len(whole) - 20_000, len(whole) // 9):
        raw = bytearray(whole)
        raw[place : place + 3000] = bytes(3000)
        try:
            reader.read(reader.file(bytes(raw), "o.parquet"))
        except InputError as error:
            refused.append(error.code)
    assert set(refused) == {"broken_file"}
