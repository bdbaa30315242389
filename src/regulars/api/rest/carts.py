"""What a customer has chosen and not yet bought."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponse

from regulars.api.rest.call import Call, answer
from regulars.api.rest.customers import CustomerId, known
from regulars.api.rest.fields import Shown
from regulars.api.rest.routes import Routes
from regulars.commerce import queries
from regulars.commerce.types import CartRow
from regulars.customers import queries as customers
from regulars.customers.types import SHOP
from regulars.team.types import Scope

routes = Routes("Carts")


class CartLine(Shown):
    """What lies in a cart."""

    product_id: str | None
    """Null: a product that has no id of the shop."""
    name: str
    quantity: float
    price_minor: int | None
    """Of one piece, if it was told."""


class Cart(Shown):
    """A cart as it stands."""

    id: str
    """Empty where the shop has only one cart of a customer."""
    currency: str
    amount_minor: int | None
    """Of all lines, if all prices are known."""
    changed_at: datetime
    checkout_at: datetime | None
    """When the customer last began to pay."""
    lines: list[CartLine]


class Carts(Shown):
    """The open carts of a customer; an order closes them."""

    carts: list[Cart]


@routes.read("/customers/{path:customer_id}/carts", Scope.ORDERS_READ, Carts)
def list_carts(request: Call, customer_id: CustomerId) -> HttpResponse:
    """List a customer's open carts.

    Of the whole person, also what was put into a cart before they signed in.
    """
    person = customers.person(known(customer_id).person_id)
    carts = queries.carts_of(person.profile_ids if person else [])
    return answer(Carts(carts=[_shown(cart) for cart in carts]))


def _shown(cart: CartRow) -> Cart:
    return Cart(
        id=cart.cart,
        currency=cart.currency,
        amount_minor=cart.amount_minor,
        changed_at=cart.changed_at,
        checkout_at=cart.checkout_at,
        lines=[
            CartLine(
                product_id=line.product_external_id if line.product_source == SHOP else None,
                name=line.product,
                quantity=float(line.quantity),
                price_minor=line.price_minor,
            )
            for line in cart.lines
        ],
    )
