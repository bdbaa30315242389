from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from tests.analytics.compute.reading.reader import SMALL, Reader, on_fresh_database, write_parquet, write_xlsx

from regulars.analytics.compute.reading import ReadingOptions, read_costs
from regulars.analytics.errors import InputError
from regulars.analytics.progress import Silent


def test_plain_costs(reader: Reader) -> None:
    reading, rows = reader.costs(reader.file("source_id,dt,costs\n1,2017-06-01,75.2\n2,2017-06-01,10\n"))
    assert reading.mapping == {"channel": "source_id", "day": "dt", "cost": "costs"}
    assert reading.rows_read == 2
    assert rows == [("1", date(2017, 6, 1), Decimal("75.2")), ("2", date(2017, 6, 1), Decimal(10))]


def test_costs_of_yandex_direct(reader: Reader) -> None:
    report = (
        "Отчёт по рекламе;;;\nПериод: 01.03.2024 - 02.03.2024;;;\n"
        "Дата;Название кампании;Показы;Расход (руб.) с НДС\n"
        "01.03.2024;Поиск;1 000;1 234,50\n02.03.2024;РСЯ;2 000;99,00\nВсего;;3 000;1 333,50\n"
    )
    reading, rows = reader.costs(reader.file(report, encoding="cp1251"))
    assert reading.mapping == {"channel": "Название кампании", "day": "Дата", "cost": "Расход (руб.) с НДС"}
    assert rows == [("Поиск", date(2024, 3, 1), Decimal("1234.5")), ("РСЯ", date(2024, 3, 2), Decimal(99))]
    assert reading.notes == []


def test_costs_of_google_ads(reader: Reader) -> None:
    report = (
        'Campaign performance\n"March 1, 2024 - March 2, 2024"\n'
        'Day,Campaign,Clicks,Impr.,Cost\n2024-03-01,Brand,5,"1,000","1,234.50"\n2024-03-02,Brand,5,900,7\n'
        'Total,--,10,"1,900","1,241.50"\n'
    )
    reading, rows = reader.costs(reader.file(report))
    assert reading.mapping == {"channel": "Campaign", "day": "Day", "cost": "Cost"}
    assert [r[2] for r in rows] == [Decimal("1234.5"), 7]


def test_costs_of_vk(reader: Reader) -> None:
    rows = [["Дата", "Кампания", "Показы", "Потрачено всего, ₽"], [date(2024, 3, 1), "Весна", 100, 50.5]]
    _reading, found = reader.costs(write_xlsx(reader.folder / "vk.xlsx", {"S": rows}))
    assert found == [("Весна", date(2024, 3, 1), Decimal("50.5"))]


def test_a_channel_is_preferred_to_a_campaign(reader: Reader) -> None:
    reading, _rows = reader.costs(
        reader.file("campaign,source,date,cost\nx,web,2024-03-01,5\ny,web,2024-03-02,5\n")
    )
    assert reading.mapping["channel"] == "source"


def test_rows_that_cannot_be_used_are_left_out_and_noted(reader: Reader) -> None:
    path = reader.file("channel,day,cost\nweb,2024-03-01,5\n,2024-03-01,5\nweb,soon,5\nweb,2024-03-02,much\n")
    reading, rows = reader.costs(path)
    assert len(rows) == 1
    assert [(n.code, n.facts) for n in reading.notes] == [
        ("costs_left_out", {"name": "orders.csv", "count": 3, "row": 3})
    ]


def test_columns_of_costs_that_were_named(reader: Reader) -> None:
    path = reader.file("a,b,c\nweb,03/04/2024,5\n")
    mapping = {"costs.channel": "a", "costs.day": "b:%d/%m/%Y", "costs.cost": "c", "customer_id": "x"}
    _reading, rows = reader.costs(path, mapping=mapping)
    assert rows == [("web", date(2024, 4, 3), Decimal(5))]


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("day,cost\n2024-03-01,5\n", "no_column", "--map costs.channel=COLUMN"),
        ("channel,cost\nweb,5\n", "no_column", "--map costs.day=COLUMN"),
        ("channel,day\nweb,2024-03-01\n", "no_column", "--map costs.cost=COLUMN"),
        ("channel,day,cost\nweb,soon,5\n", "unreadable_dates", "soon"),
        ("channel,day,cost\nweb,2024-03-01,much\n", "unreadable_amounts", "much"),
        ("channel,day,cost\nweb,03/04/2024,5\n", "open_date_order", '--map "costs.day=day:%d/%m/%Y"'),
        ("channel,day,cost\nweb,,5\n,2024-03-01,5\n", "no_usable_rows", "orders.csv"),
    ],
)
def test_costs_that_cannot_be_used(reader: Reader, text: str, code: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        reader.costs(reader.file(text))
    assert caught.value.code == code
    assert said in caught.value.message


def test_an_unknown_field_of_costs(reader: Reader) -> None:
    with pytest.raises(InputError) as caught:
        reader.costs(reader.file("channel,day,cost\nweb,2024-03-01,5\n"), mapping={"costs.spend": "cost"})
    assert "costs.cost" in caught.value.message


def test_costs_are_read_after_the_database_was_shut(reader: Reader) -> None:
    options = ReadingOptions(timezone="Europe/Moscow")
    costs = write_parquet(
        reader.folder / "costs.parquet",
        {"channel": ["web"], "day": [date(2024, 3, 1)], "cost": [Decimal("5.25")]},
    )
    with on_fresh_database(reader.file(SMALL)) as con:
        reading = read_costs(con, costs, options, Silent())
        assert con.execute("SELECT * FROM costs").fetchall() == [("web", date(2024, 3, 1), Decimal("5.25"))]
        assert reading.parts[0].name == "costs.parquet"
        tables = con.execute("SELECT table_name FROM information_schema.tables ORDER BY 1").fetchall()
        assert tables == [("costs",), ("lines",)], "nothing is left beside what was promised"
