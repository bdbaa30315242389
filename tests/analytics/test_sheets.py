"""Tables out of forms: a workbook is unpacked within the same limits whatever page takes it."""

from __future__ import annotations

import io

import pytest
from tests.console.workbooks import book

from regulars.analytics.errors import InputError
from regulars.analytics.queries import sheets
from regulars.console.segment_pages.references import CannotRead, of_file


def refused(body: bytes) -> str:
    with pytest.raises(InputError) as caught:
        list(sheets.rows_of_file(io.BytesIO(body), len(body)))
    return caught.value.code


def test_rows_keep_the_numbers_people_count_by() -> None:
    body = book(("Товар", "Цена"), (), ("  ",), (" Чай  чёрный ", 450))
    found = list(sheets.rows_of_file(io.BytesIO(body), len(body)))
    assert found == [(1, ["Товар", "Цена"]), (4, ["Чай чёрный", "450"])]


@pytest.mark.parametrize(
    ("limit", "most"), [("EXPANDED_MAX", 1_000), ("SECONDS_MAX", 0.001), ("MEMORY_MAX", 2**24)]
)
def test_what_unpacks_to_too_much_is_refused_on_every_page(
    monkeypatch: pytest.MonkeyPatch, limit: str, most: float
) -> None:
    body = book(("Телефон",), (89161234567,))
    assert of_file(body).values == ("89161234567",)
    monkeypatch.setattr(sheets, limit, most)
    assert refused(body) == "too_much_inside"
    with pytest.raises(CannotRead, match="holds more than such a list"):
        of_file(body)


def test_what_is_no_workbook_says_how_to_save_it() -> None:
    assert refused(b"PK\x03\x04 broken") == "not_a_table"
    assert refused(b"\xd0\xcf\x11\xe0 broken") == "not_a_table"
    with pytest.raises(CannotRead, match="Save it as XLSX or CSV, without a password"):
        of_file(b"\xd0\xcf\x11\xe0 broken")
