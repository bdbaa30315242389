"""What the shop sells and where, for those outside."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

from regulars.commerce.models import Branch, Product
from regulars.commerce.types import ProductRow, SourceKey
from regulars.kit.prepared import prepared_cursor

PAGE_MAX = 1_000
"""Most products read at once."""
_COLUMNS = (
    "id",
    "source",
    "external_id",
    "name",
    "category",
    "price_minor",
    "currency",
    "brand",
    "url",
    "image_url",
    "variant",
    "sku",
)

_IDS = """
SELECT source, external_id, p.id FROM unnest(%s::text[], %s::text[]) AS k(source, external_id)
JOIN commerce_product AS p USING (source, external_id)
"""
_TOLD = f"""
SELECT {", ".join(_COLUMNS)} FROM commerce_product
WHERE source = %(source)s AND external_id = ANY(%(numbers)s::text[])
"""  # noqa: S608 (columns of ours)


def product(source: str, external_id: str) -> ProductRow | None:
    """One product, as its source names it."""
    found = Product.objects.filter(source=source, external_id=external_id).values_list(*_COLUMNS).first()
    return ProductRow(*found) if found else None


def product_ids(keys: Collection[SourceKey]) -> dict[SourceKey, int]:
    """Ids of products, as their sources name them, as far as they are there."""
    with connection.cursor() as cursor:
        cursor.execute(_IDS, [[source for source, _ in keys], [number for _, number in keys]])
        return {(source, number): id_ for source, number, id_ in cursor.fetchall()}


def products_page(*, after: int | None = None, limit: int) -> list[ProductRow]:
    """A page of products in the order in which they came, at most `limit` (up to PAGE_MAX), after an id."""
    rows = Product.objects.filter(id__gt=after or 0).order_by("id").values_list(*_COLUMNS)
    return [ProductRow(*row) for row in rows[: min(limit, PAGE_MAX)]]


def products_told(source: str, external_ids: Collection[str]) -> dict[str, ProductRow]:
    """Products by the numbers their source has of them, as far as they are there."""
    with prepared_cursor() as cursor:
        cursor.execute(_TOLD, {"source": source, "numbers": sorted(set(external_ids))})
        return {row.external_id: row for row in (ProductRow(*one) for one in cursor.fetchall())}


def product_names(product_ids: Collection[int]) -> dict[int, str]:
    """What these products are called, as far as they are there."""
    return dict(Product.objects.filter(id__in=set(product_ids)).values_list("id", "name"))


def branch_ids(keys: Collection[SourceKey]) -> dict[SourceKey, int]:
    """Ids of branches, as their sources name them, as far as they are there."""
    numbers = {number for _, number in keys}
    rows = Branch.objects.filter(external_id__in=numbers).values_list("source", "external_id", "id")
    return {(source, number): id_ for source, number, id_ in rows if (source, number) in keys}


def branch_names(branch_ids: Collection[int]) -> dict[int, str]:
    """What these branches are called, as far as they are there."""
    return dict(Branch.objects.filter(id__in=set(branch_ids)).values_list("id", "name"))
