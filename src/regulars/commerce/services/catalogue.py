"""What the shop sells, and where."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection, transaction

from regulars.commerce.types import NewBranch, NewProduct, SourceKey

# Written in the order of the keys, so that two batches never wait for each other in a circle.
_UPSERT_PRODUCTS = """
INSERT INTO commerce_product AS p (source, external_id, name, category)
SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[]) AS t(source, external_id, name, category)
ORDER BY source, external_id
ON CONFLICT (source, external_id) DO UPDATE SET name = excluded.name, category = excluded.category
WHERE (p.name, p.category) <> (excluded.name, excluded.category)
"""
_PRODUCT_IDS = """
SELECT p.source, p.external_id, p.id
FROM commerce_product AS p
JOIN unnest(%s::text[], %s::text[]) AS k(source, external_id) USING (source, external_id)
"""
_UPSERT_BRANCHES = """
INSERT INTO commerce_branch AS b (source, external_id, name)
SELECT * FROM unnest(%s::text[], %s::text[], %s::text[]) AS t(source, external_id, name)
ORDER BY source, external_id
ON CONFLICT (source, external_id) DO UPDATE SET name = excluded.name
WHERE b.name <> excluded.name
"""
_BRANCH_IDS = """
SELECT b.source, b.external_id, b.id
FROM commerce_branch AS b
JOIN unnest(%s::text[], %s::text[]) AS k(source, external_id) USING (source, external_id)
"""


@transaction.atomic
def upsert_products(*, products: Sequence[NewProduct]) -> dict[SourceKey, int]:
    """Store products by (source, external id), the last of each winning; gives the ids of all."""
    rows = {product.key: (*product.key, product.name, product.category) for product in products}
    return _upsert(rows.values(), _UPSERT_PRODUCTS, _PRODUCT_IDS)


@transaction.atomic
def upsert_branches(*, branches: Sequence[NewBranch]) -> dict[SourceKey, int]:
    """Store branches by (source, external id), the last of each winning; gives the ids of all."""
    rows = {branch.key: (*branch.key, branch.name) for branch in branches}
    return _upsert(rows.values(), _UPSERT_BRANCHES, _BRANCH_IDS)


def _upsert(rows: Iterable[tuple[str, ...]], upsert: str, read_ids: str) -> dict[SourceKey, int]:
    columns = [list(column) for column in zip(*rows, strict=True)]
    if not columns:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(upsert, columns)
        cursor.execute(read_ids, columns[:2])
        return {(source, external_id): id_ for source, external_id, id_ in cursor.fetchall()}
