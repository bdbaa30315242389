from __future__ import annotations

from tests.analytics.compute.reading.reader import Reader
from tests.analytics.compute.reading.table_reader import column, read_text, refusal


def test_products_with_a_code(reader: Reader) -> None:
    content = "id,title,handle,product_type,vendor\n45,Mug,mug,Kitchen,Acme\n46,Cup,cup,,Acme\n,,x,Kitchen,\n"
    reading, rows = read_text(reader, "products", content)
    assert reading.mapping == {"product_id": "id", "name": "title", "category": "product_type"}
    assert column(rows, "product_id") == ["45", "46", None]
    assert column(rows, "name") == ["Mug", "Cup", None]
    assert column(rows, "category") == ["Kitchen", None, "Kitchen"]
    assert column(rows, "reason") == [None, None, "no_product"]


def test_products_in_russian_without_a_code(reader: Reader) -> None:
    content = "Наименование;Группа товаров;Цена\nЧашка;Посуда;120,50\nИтого;;120,50\n"
    _reading, rows = read_text(reader, "products", content)
    assert [(row["product_id"], row["name"], row["category"]) for row in rows] == [
        ("Чашка", "Чашка", "Посуда")
    ]


def test_a_product_called_total_is_one(reader: Reader) -> None:
    _reading, rows = read_text(reader, "products", "sku,name\n17,Total\n")
    assert column(rows, "name") == ["Total"]


def test_no_products_to_be_found(reader: Reader) -> None:
    error = refusal("products", reader.file("colour,size\nred,10\n"))
    assert error.facts["field"] == "product_id"
