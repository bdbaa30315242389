"""Products by the shop's own ids."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpResponse
from ninja import Path
from pydantic import Field

from regulars.api.rest import cursors
from regulars.api.rest.call import Call, answer
from regulars.api.rest.fields import Amount, Currency, Id, Line, Shown, Told, sample
from regulars.api.rest.pages import LIMIT, NEXT, After, Limit
from regulars.api.rest.problems import missing
from regulars.api.rest.routes import Routes
from regulars.commerce import queries, services
from regulars.commerce.types import NewProduct, ProductRow
from regulars.customers.types import SHOP
from regulars.team.types import Scope

PAGE = "products"
routes = Routes("Products")
ProductId = Annotated[Id, Path(description="The shop's own id of the product.", examples=["SKU-77"])]
_ADDRESS = "^https?://[0-9A-Za-zА-Яа-яЁё.-]+(:[0-9]{1,5})?(/[!-~]*)?$"
Address = Annotated[str, Field(max_length=1000, pattern=_ADDRESS, examples=["https://shop.example/tea"])]


class Price(Told):
    """What one piece costs."""

    amount_minor: Amount
    currency: Currency


class ProductTold(Told):
    """What is told of a product; what is left out stays as it is."""

    model_config = sample(
        name="Green tea", category="Tea", price={"amount_minor": 74500, "currency": "RUB"}, sku="T-001"
    )

    name: Line | None = None
    category: Line | None = None
    price: Price | None = None
    """Of one piece."""
    brand: Line | None = None
    url: Address | None = None
    image_url: Address | None = None
    variant: Line | None = None
    sku: Line | None = None


class Product(Shown):
    """A product as it is stored; a text that is not known is empty."""

    id: str
    source: str
    """`shop`: known under the shop's own id, by which it is got and told of here."""
    name: str
    category: str
    price: Price | None
    brand: str
    url: str
    image_url: str
    variant: str
    sku: str


class Products(Shown):
    """A page of products, in the order in which they became known."""

    products: list[Product]
    next: Annotated[str | None, Field(description=NEXT)]


@routes.read("/products", Scope.PRODUCTS_READ, Products)
def list_products(request: Call, limit: Limit = LIMIT, after: After = None) -> HttpResponse:
    """List products.

    In the order in which they became known.
    """
    above = int(cursors.unwrap(PAGE, after, int)[0]) if after is not None else 0
    rows = queries.products_page(after=above, limit=limit + 1)
    more = cursors.wrap(PAGE, [rows[limit - 1].id]) if len(rows) > limit else None
    return answer(Products(products=[_shown(row) for row in rows[:limit]], next=more))


@routes.read("/products/{path:product_id}", Scope.PRODUCTS_READ, Product)
def get_product(request: Call, product_id: ProductId) -> HttpResponse:
    """Get a product."""
    return answer(_shown(_known(product_id)))


@routes.write("PUT", "/products/{path:product_id}", Scope.PRODUCTS_WRITE, {200: Product, 201: Product})
def put_product(request: Call, product_id: ProductId, body: ProductTold) -> HttpResponse:
    """Create a product, or bring one up to date.

    What is left out stays as it is. 201: the product is new.
    """
    new = NewProduct(
        source=SHOP,
        external_id=product_id,
        name=(body.name or "").strip(),
        category=(body.category or "").strip(),
        price_minor=body.price.amount_minor if body.price else None,
        currency=body.price.currency if body.price else None,
        brand=body.brand,
        url=body.url,
        image_url=body.image_url,
        variant=body.variant,
        sku=body.sku,
    )
    recorded = services.record_products(products=[new])
    return answer(_shown(_known(product_id)), 201 if recorded.created else 200)


def _known(product_id: str) -> ProductRow:
    row = queries.product(SHOP, product_id)
    if row is None:
        raise missing("There is no product with this id.")
    return row


def _shown(row: ProductRow) -> Product:
    price = None
    if row.price_minor is not None and row.currency:
        price = Price(amount_minor=row.price_minor, currency=row.currency)
    return Product(
        id=row.external_id,
        source=row.source,
        name=row.name,
        category=row.category,
        price=price,
        brand=row.brand,
        url=row.url,
        image_url=row.image_url,
        variant=row.variant,
        sku=row.sku,
    )
