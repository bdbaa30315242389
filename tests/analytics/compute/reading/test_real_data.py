"""Files of real shops, where they are at hand."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from tests.analytics.compute.reading.reader import Reader, on_fresh_database

from regulars.analytics.errors import InputError

DATA = Path(__file__).parents[5] / "shared" / "data"
SHOPIFY = DATA / "export-fivetran-seeds" / "shopify"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the real data are not here")


def _one(con: duckdb.DuckDBPyConnection, query: str) -> Sequence[object]:
    return con.execute(query).fetchall()[0]


@pytest.mark.slow
def test_online_retail() -> None:
    path = DATA / "online-retail-ii-2009-2010" / "online_retail_II_2009-2010.csv"
    with on_fresh_database(path) as con:
        assert _one(
            con, "SELECT count(*), count(DISTINCT customer_id), count(DISTINCT order_id) FROM lines"
        ) == (
            525_461,
            4_383,
            28_816,
        )
        marked = "SELECT count(*) FROM lines WHERE order_id LIKE 'C%' AND kind = 'credit'"
        assert _one(con, marked) == (10_206,)
        assert _one(
            con, "SELECT max(part_row), count(*) FILTER (amount IS NULL OR ordered_at IS NULL) FROM lines"
        ) == (
            525_462,
            0,
        )
        # The same sum by another reader of CSV.
        with duckdb.connect() as other:
            expected = _one(other, f"SELECT sum(Quantity * Price::DECIMAL(18, 3)) FROM read_csv('{path}')")
        assert _one(con, "SELECT sum(amount) FROM lines") == expected


def test_online_retail_mapping(reader: Reader) -> None:
    path = DATA / "online-retail-ii-2009-2010" / "online_retail_II_2009-2010.csv"
    with path.open(encoding="utf-8") as file:
        head = "".join(line for _, line in zip(range(3000), file, strict=False))
    assert reader.text(head).reading.mapping == {
        "customer_id": "Customer ID",
        "order_id": "Invoice",
        "ordered_at": "InvoiceDate",
        "product": "StockCode",
        "quantity": "Quantity",
        "unit_price": "Price",
    }


@pytest.mark.slow
def test_afisha(reader: Reader) -> None:
    folder = DATA / "yandex-afisha-ltv"
    found = reader.read(folder / "orders_log_us.csv")
    assert found.reading.rows_read == 50_415
    assert found.reading.mapping == {"customer_id": "Uid", "ordered_at": "Buy Ts", "amount": "Revenue"}
    assert len(set(found.column("customer_id"))) == 36_523
    assert sum(found.column("amount")) == Decimal("252057.20")
    reading, rows = reader.costs(folder / "costs_us.csv")
    assert reading.rows_read == len(rows) == 2_542
    assert sum(row[2] for row in rows) == Decimal("329131.62")


def test_shopify_orders(reader: Reader) -> None:
    found = reader.read(SHOPIFY / "shopify_order_data.csv")
    assert found.reading.rows_read == 8
    assert found.reading.mapping == {
        "customer_id": "customer_id",
        "order_id": "order_number",
        "ordered_at": "created_at",
        "amount": "total_price",
        "currency": "currency",
        "status": "financial_status",
        "channel": "source_name",
        "branch": "location_id",
    }
    assert found.column("customer_id")[0] == "3589760876641"


def test_shopify_orders_of_the_newer_interface(reader: Reader) -> None:
    found = reader.read(SHOPIFY / "shopify_gql_order_data.csv")
    assert found.reading.rows_read == 9
    assert found.reading.mapping["customer_id"] == "customer_id"
    assert found.reading.mapping["amount"] == "total_price_set_shop_amount"
    assert found.reading.mapping["status"] == "display_financial_status + cancelled_at"


@pytest.mark.parametrize("name", ["shopify_order_line_data.csv", "shopify_gql_order_line_data.csv"])
def test_lines_without_a_customer_are_refused(reader: Reader, name: str) -> None:
    error = reader.refusal(SHOPIFY / name)
    assert error.code == "no_column"
    assert "--map customer_id=" in error.message


@pytest.mark.slow
def test_every_file_there_is_is_read_or_refused(reader: Reader) -> None:
    """Whatever a person takes for orders by mistake, there is a message."""
    for path in sorted(DATA.rglob("*.csv")):
        if path.stat().st_size < 5_000_000:
            with contextlib.suppress(InputError):
                reader.read(path)


@pytest.mark.slow
def test_online_retail_in_several_parts(reader: Reader) -> None:
    """Cut into files of other encodings and kinds, it is the same."""
    path = DATA / "online-retail-ii-2009-2010" / "online_retail_II_2009-2010.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    header, half = lines[0], len(lines) // 2
    one = reader.file(header + "".join(lines[1:half]), "one.csv", "utf-16")
    two = reader.file(header + "".join(lines[half:]), "two.csv", "cp1252")
    with on_fresh_database(one, two) as parts, on_fresh_database(path) as whole:
        query = (
            "SELECT count(*), sum(amount), count(DISTINCT customer_id), count(DISTINCT product) FROM lines"
        )
        assert _one(parts, query) == _one(whole, query)
