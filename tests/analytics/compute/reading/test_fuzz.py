"""Whatever bytes come, there is a reading or a plain message."""

from __future__ import annotations

import contextlib
import gzip
import random
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.analytics.compute.reading.reader import SMALL, Reader, write_parquet, write_xlsx, write_zip

from regulars.analytics.errors import InputError

_QUICK = settings(deadline=None, max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
_THOROUGH = settings(_QUICK, max_examples=300)

_ODD = [
    "7", "2024-03-05", "05.03.2024", "10,5", "1 000", '"', "''", "nan", "-", "=cmd|' /C'!A0", "</script>",
    "\u00a0", "1e400", "99999999999999999999", "2024-99-99", "a\nb", "Итого",
]  # fmt: skip
_CELL = st.one_of(st.sampled_from(_ODD), st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
_TABLE = st.lists(st.lists(_CELL, max_size=6), max_size=12)
_HEADER = st.sampled_from(
    ["uid,date,amount", "Клиент;Дата;Сумма;Товар", "uid\tdate\tamount\tqty", "uid|date|price"]
)


def _try(reader: Reader, content: bytes) -> None:
    with contextlib.suppress(InputError):
        reader.read(reader.file(content, "fuzz"))


_BYTES = given(content=st.binary(max_size=3000))
_TEXT = given(
    content=st.text(max_size=600), encoding=st.sampled_from(["utf-8", "utf-16", "utf-16-le", "cp1251"])
)
_CELLS = given(header=_HEADER, table=_TABLE, end=st.sampled_from(["\n", "\r\n", "\r"]))


@_QUICK
@_BYTES
def test_any_bytes(reader: Reader, content: bytes) -> None:
    _try(reader, content)


@pytest.mark.slow
@_THOROUGH
@_BYTES
def test_many_bytes(reader: Reader, content: bytes) -> None:
    _try(reader, content)


@_QUICK
@_TEXT
def test_any_text(reader: Reader, content: str, encoding: str) -> None:
    _try(reader, content.encode(encoding, "ignore"))


@pytest.mark.slow
@_THOROUGH
@_TEXT
def test_many_texts(reader: Reader, content: str, encoding: str) -> None:
    _try(reader, content.encode(encoding, "ignore"))


def _below(reader: Reader, header: str, table: list[list[str]], end: str) -> None:
    delimiter = next(d for d in ",;\t|" if d in header)
    _try(reader, end.join([header, *(delimiter.join(row) for row in table)]).encode())


@_QUICK
@_CELLS
def test_any_cells_below_a_header(reader: Reader, header: str, table: list[list[str]], end: str) -> None:
    _below(reader, header, table, end)


@pytest.mark.slow
@_THOROUGH
@_CELLS
def test_many_cells_below_a_header(reader: Reader, header: str, table: list[list[str]], end: str) -> None:
    _below(reader, header, table, end)


def _whole(folder: Path, kind: str) -> bytes:
    columns = {
        "uid": list(range(300)),
        "date": [date(2024, 3, 5)] * 300,
        "amount": [f"{i},5" for i in range(300)],
    }
    if kind == "parquet":
        return write_parquet(folder / "whole.parquet", columns).read_bytes()
    if kind == "xlsx":
        rows = [list(columns), *zip(*columns.values(), strict=True)]
        return write_xlsx(folder / "whole.xlsx", {"S": rows}).read_bytes()
    if kind == "zip":
        return write_zip(
            folder / "whole.zip", {"a.csv": SMALL.encode(), "b.csv": SMALL.encode()}
        ).read_bytes()
    return gzip.compress(SMALL.encode() * 50)


@pytest.mark.parametrize(("kind", "tries"), [("parquet", 20), ("zip", 12), ("gzip", 12), ("xlsx", 3)])
def test_files_with_changed_bytes(reader: Reader, kind: str, tries: int) -> None:
    _change(reader, kind, tries, seed=1)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "tries"), [("parquet", 400), ("zip", 200), ("gzip", 200), ("xlsx", 60)])
def test_many_files_with_changed_bytes(reader: Reader, kind: str, tries: int) -> None:
    _change(reader, kind, tries, seed=2)


def _change(reader: Reader, kind: str, tries: int, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 -- a test's, not a secret's
    whole = _whole(reader.folder, kind)
    for _ in range(tries):
        raw = bytearray(whole)
        for _ in range(chance.choice([1, 2, 8, 40])):
            raw[chance.randrange(len(raw))] = chance.randrange(256)
        if chance.random() < 0.2:
            del raw[chance.randrange(len(raw)) :]
        _try(reader, bytes(raw))
