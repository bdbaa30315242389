"""What the shop sells, and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction

from regulars.commerce.rules.checking import is_price
from regulars.commerce.services import keyed
from regulars.commerce.types import (
    LINES_TABLE,
    BranchChange,
    NewBranch,
    NewProduct,
    ProductChange,
    RecordedBranches,
    RecordedProducts,
    SourceKey,
    Undone,
)
from regulars.events import services as events

_KEY = {"source": "text", "external_id": "text"}
PRODUCTS = keyed.Table(
    name="commerce_product",
    key=_KEY,
    values={
        "name": "text",
        "category": "text",
        "price_minor": "bigint",
        "currency": "text",
        "brand": "text",
        "url": "text",
        "image_url": "text",
        "variant": "text",
        "sku": "text",
    },
    in_use=(
        "SELECT FROM commerce_orderline AS l WHERE l.product_id = t.id",
        "SELECT FROM commerce_credit AS c WHERE c.product_id = t.id",
        "SELECT FROM commerce_cartline AS i WHERE i.product_id = t.id",
    ),
)
BRANCHES = keyed.Table(
    name="commerce_branch",
    key=_KEY,
    values={"name": "text"},
    in_use=(
        "SELECT FROM commerce_order AS o WHERE o.branch_id = t.id",
        "SELECT FROM commerce_credit AS c WHERE c.branch_id = t.id",
        "SELECT FROM commerce_till AS l WHERE l.branch_id = t.id",
    ),
)
# The months whose rows in the lake carry the name of one of these.
_PRODUCT_MONTHS = """
SELECT DISTINCT date_trunc('month', o.ordered_at AT TIME ZONE 'UTC')::date
FROM commerce_orderline AS l JOIN commerce_order AS o ON o.id = l.order_id WHERE l.product_id = ANY(%(ids)s)
UNION
SELECT date_trunc('month', r.returned_at AT TIME ZONE 'UTC')::date
FROM commerce_orderreturn AS r JOIN commerce_orderline AS l ON l.id = r.line_id
WHERE l.product_id = ANY(%(ids)s)
UNION
SELECT date_trunc('month', credited_at AT TIME ZONE 'UTC')::date
FROM commerce_credit WHERE product_id = ANY(%(ids)s)
"""
_BRANCH_MONTHS = """
SELECT DISTINCT date_trunc('month', ordered_at AT TIME ZONE 'UTC')::date
FROM commerce_order WHERE branch_id = ANY(%(ids)s)
UNION
SELECT date_trunc('month', r.returned_at AT TIME ZONE 'UTC')::date
FROM commerce_orderreturn AS r JOIN commerce_order AS o ON o.id = r.order_id WHERE o.branch_id = ANY(%(ids)s)
UNION
SELECT date_trunc('month', c.credited_at AT TIME ZONE 'UTC')::date
FROM commerce_credit AS c JOIN commerce_order AS o ON o.id = c.order_id WHERE o.branch_id = ANY(%(ids)s)
UNION
SELECT date_trunc('month', credited_at AT TIME ZONE 'UTC')::date
FROM commerce_credit WHERE branch_id = ANY(%(ids)s)
"""


@transaction.atomic
def record_products(*, products: Sequence[NewProduct]) -> RecordedProducts:
    """Store products by (source, external id), the last of each winning.

    A name that is empty or only the id again, an empty category, and None leave what is stored: a file of
    orders knows less of a product than a file of products. What is no price (`rules.checking.is_price`) is
    not told.
    """
    rows = {product.key: _values(product) for product in products}
    done = keyed.record(PRODUCTS, rows, _product_known)
    # Only names and categories are in the lake.
    renamed = [key for key, row in done.before.items() if row[:2] != _product_known(key, row, rows[key])[:2]]
    _mark_months(_PRODUCT_MONTHS, [done.ids[key] for key in renamed])
    before = {key: _product(key, row) for key, row in done.before.items()}
    return RecordedProducts(done.ids, len(done.created), len(before), before, done.revisions)


@transaction.atomic
def record_branches(*, branches: Sequence[NewBranch]) -> RecordedBranches:
    """Store branches by (source, external id), the last of each winning.

    A name that is empty or only the id again leaves what is stored.
    """
    done = keyed.record(BRANCHES, {branch.key: (branch.name,) for branch in branches}, _better_known)
    mark_months_of_branches([done.ids[key] for key in done.before])
    before = {
        key: NewBranch(source=key[0], external_id=key[1], name=name) for key, (name,) in done.before.items()
    }
    return RecordedBranches(done.ids, len(done.created), len(before), before, done.revisions)


def upsert_products(*, products: Sequence[NewProduct]) -> Mapping[SourceKey, int]:
    """`record_products` for those who only want the ids."""
    return record_products(products=products).ids


def upsert_branches(*, branches: Sequence[NewBranch]) -> Mapping[SourceKey, int]:
    """`record_branches` for those who only want the ids."""
    return record_branches(branches=branches).ids


@transaction.atomic
def undo_products(*, changes: Sequence[ProductChange], now: datetime) -> Undone[SourceKey]:
    """Put products back as they were before; those that came with the import and are in no order go."""
    befores = {
        change.key: _product_known(change.key, None, _values(change.before)) if change.before else None
        for change in changes
    }
    done = keyed.take_back(PRODUCTS, {change.key: change.revision for change in changes}, befores)
    _mark_months(_PRODUCT_MONTHS, [row.id for row in done.restored.values()])
    return done.undone()


@transaction.atomic
def undo_branches(*, changes: Sequence[BranchChange], now: datetime) -> Undone[SourceKey]:
    """Put branches back as they were before; those that came with the import go when nothing is of them."""
    befores = {change.key: (change.before.name,) if change.before else None for change in changes}
    done = keyed.take_back(BRANCHES, {change.key: change.revision for change in changes}, befores)
    mark_months_of_branches([row.id for row in done.restored.values()])
    return done.undone()


def _values(product: NewProduct) -> keyed.Row:
    price = (product.price_minor, product.currency) if is_price(product) else (None, None)
    texts = (product.brand, product.url, product.image_url, product.variant, product.sku)
    return product.name, product.category, *price, *texts


def _product(key: keyed.Row, values: keyed.Row) -> NewProduct:
    name, category, price_minor, *texts = values
    currency, brand, url, image_url, variant, sku = (text or None for text in texts)
    return NewProduct(
        source=key[0],
        external_id=key[1],
        name=name,
        category=category,
        price_minor=price_minor,
        currency=currency,
        brand=brand,
        url=url,
        image_url=image_url,
        variant=variant,
        sku=sku,
    )


def _product_known(key: keyed.Row, stored: keyed.Row | None, told: keyed.Row) -> keyed.Row:
    known = stored or (key[1], "", None, *[""] * (len(told) - 3))
    rest = zip(told[2:], known[2:], strict=True)
    return *_better_known(key, known[:2], told[:2]), *(old if new is None else new for new, old in rest)


def _better_known(key: keyed.Row, stored: keyed.Row | None, told: keyed.Row) -> keyed.Row:
    name, *rest = told
    name = "" if name == key[1] else name
    known = stored or (key[1], *("" for _ in rest))
    return tuple(new or old for new, old in zip((name, *rest), known, strict=True))


def mark_months_of_branches(ids: Sequence[int]) -> None:
    """Their names are in the lake: mark the months in which something was sold there."""
    _mark_months(_BRANCH_MONTHS, ids)


def _mark_months(months_of: str, ids: Sequence[int]) -> None:
    if not ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(months_of, {"ids": list(ids)})
        events.touch(months=[(LINES_TABLE, month) for (month,) in cursor.fetchall()])
