"""Files of points that customers have elsewhere."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from tests.analytics.compute.reading.reader import Reader
from tests.analytics.compute.reading.table_reader import look

from regulars.analytics.compute.reading import read_points
from regulars.analytics.compute.reading.types import ReadingOptions
from regulars.analytics.errors import InputError
from regulars.analytics.progress import Silent

CONTENT = """Карта;Телефон;Почта;Остаток баллов;Срок действия
2200 0001;+7 921 000-00-01;;1 200,50;31.12.2026
;;Anna@Example.com;5;
;;;7;31.12.2026
2200 0003;;;минус;31.12.2026
2200 0004;;;-3;31.12.2026
2200 0005;;;4;скоро
"""


def test_rows_of_points(reader: Reader) -> None:
    how = ReadingOptions(timezone="Europe/Moscow", with_details=True)
    reading = read_points(reader.con, [reader.file(CONTENT, "points.csv")], how, Silent())
    assert reading.rows_read == 6
    rows = reader.con.execute(
        "SELECT card, phone, email, points, expires_on, reason FROM balances ORDER BY row"
    ).fetchall()
    last = date(2026, 12, 31)
    assert rows == [
        ("2200 0001", "+7 921 000-00-01", None, Decimal("1200.5"), last, None),
        (None, None, "anna@example.com", Decimal(5), None, None),
        (None, None, None, Decimal(7), last, "no_customer"),
        ("2200 0003", None, None, None, last, "bad_points"),
        ("2200 0004", None, None, Decimal(-3), last, "bad_points"),
        ("2200 0005", None, None, Decimal(4), None, "bad_date"),
    ]


@pytest.mark.parametrize(
    ("content", "field"),
    [("points,expires\n5,2026-12-31\n", "customer_id"), ("customer_id,city\n5,Tver\n", "points")],
)
def test_what_is_needed_is_asked_for(reader: Reader, content: str, field: str) -> None:
    how = ReadingOptions(timezone="Europe/Moscow", with_details=True)
    with pytest.raises(InputError) as refused:
        read_points(reader.con, [reader.file(content, "points.csv")], how, Silent())
    assert refused.value.facts["field"] == field


def test_the_preview_shows_who_how_many_and_until_when(reader: Reader) -> None:
    found = look(reader.file(CONTENT, "points.csv"), "points")
    assert found.problem is None
    assert found.mapping == {
        "card": "Карта",
        "phone": "Телефон",
        "email": "Почта",
        "points": "Остаток баллов",
        "expires_on": "Срок действия",
    }
    (part,) = found.parts
    assert part.first_rows[0].values["points"] == "1200.5"
    assert part.reasons == {"bad_points": 2, "no_customer": 1, "bad_date": 1}
