"""Lists of prices that are kept apart from the terms of their offers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection

from regulars.kit.folding import fold
from regulars.kit.prepared import prepared_cursor
from regulars.offers.models import Price, PriceList
from regulars.offers.rules.taking import Ready
from regulars.offers.types import LISTED_SHOWN, Cart, OfPrices

_PORTION = 5_000
_PRICES = """
SELECT list_id, product, price_minor FROM offers_price
WHERE list_id = ANY(%(lists)s::bigint[]) AND product = ANY(%(products)s::text[])
"""
# The prices that hold now stand in another list, or in the terms of the offer.
_CHANGES = """
WITH new AS (SELECT product, price_minor FROM offers_price WHERE list_id = %(new)s),
old AS (
    SELECT product, price_minor FROM offers_price WHERE list_id = %(old)s
    UNION ALL
    SELECT * FROM unnest(%(products)s::text[], %(prices)s::bigint[])
)
SELECT count(*) FILTER (WHERE old.product IS NULL),
       count(*) FILTER (WHERE old.price_minor <> new.price_minor),
       count(*) FILTER (WHERE new.product IS NULL)
FROM new FULL JOIN old USING (product)
"""


@dataclass(frozen=True, slots=True)
class PriceChanges:
    """What another list changes: goods that have no price now, another one, or none any more."""

    added: int
    changed: int
    gone: int


def priced(offers: dict[int, Ready], cart: Cart) -> dict[int, Ready]:
    """These offers; those of a list that is kept apart with the prices of what is in the cart."""
    lists = {offer.listed for offer in offers.values() if offer.listed is not None}
    products = sorted({fold(line.product) for line in cart.lines if line.product})
    if not lists:
        return offers
    found: dict[int, dict[str, int]] = {number: {} for number in lists}
    with prepared_cursor() as cursor:
        cursor.execute(_PRICES, {"lists": sorted(lists), "products": products})
        for number, product, price in cursor.fetchall():
            found[number][product] = price
    return {
        id_: offer if offer.listed is None else offer.priced(found[offer.listed])
        for id_, offer in offers.items()
    }


def price_list(number: int) -> OfPrices | None:
    """A list that was kept, as terms name it; None: there is none, or it is not whole."""
    row = PriceList.objects.filter(pk=number, is_whole=True).first()
    if row is None:
        return None
    first = Price.objects.filter(list_id=number).order_by("product").values_list("name", "price_minor")
    return OfPrices(prices=dict(first[:LISTED_SHOWN]), listed=number, count=row.count)


def changes_of(number: int, before: OfPrices) -> PriceChanges:
    """What a list that was kept changes in the prices of an offer."""
    written = {} if before.listed else {fold(name): price for name, price in before.prices.items()}
    values: dict[str, Any] = {"new": number, "old": before.listed}
    values |= {"products": list(written), "prices": list(written.values())}
    with connection.cursor() as cursor:
        cursor.execute(_CHANGES, values)
        return PriceChanges(*cursor.fetchone())


def prices_of(takes: OfPrices) -> Iterator[tuple[str, int]]:
    """All prices by name, in the order of the names."""
    if takes.listed is None:
        yield from sorted(takes.prices.items())
        return
    last = ""
    while True:
        rows = Price.objects.filter(list_id=takes.listed, product__gt=last).order_by("product")
        portion = list(rows.values_list("product", "name", "price_minor")[:_PORTION])
        yield from ((name, price) for _product, name, price in portion)
        if len(portion) < _PORTION:
            return
        last = portion[-1][0]
