"""What the shop's mirror keeps of customers: the books, which stay without names, and carts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from regulars.kit import personal
from regulars.kit.personal import Table, Told

_OF_PROFILES = "t.profile_id = ANY(%(profiles)s)"
_OF_ORDERS = "t.order_id IN (SELECT id FROM commerce_order WHERE profile_id = ANY(%(profiles)s))"
_ORDER = "(SELECT o.external_id FROM commerce_order AS o WHERE o.id = t.order_id)"
_CURRENCY = "(SELECT o.currency FROM commerce_order AS o WHERE o.id = t.order_id)"
_PRODUCT = "(SELECT p.name FROM commerce_product AS p WHERE p.id = t.product_id)"
_BRANCH = "(SELECT b.name FROM commerce_branch AS b WHERE b.id = t.branch_id)"

ORDERS = Table(
    name="commerce_order",
    label=_("Orders"),
    whose=_OF_PROFILES,
    tells={
        "number": Told(_("Order"), "t.external_id"),
        "ordered_at": Told(_("When"), "t.ordered_at"),
        "status": Told(_("State"), "t.status"),
        "amount_minor": Told(_("Amount"), "t.amount_minor"),
        "currency": Told(_("Currency"), "t.currency"),
        "channel": Told(_("Channel"), "t.channel"),
        "branch": Told(_("Branch"), _BRANCH),
    },
    free=("source", "external_id", "status", "currency", "channel"),
    order="t.ordered_at DESC, t.id DESC",
)
LINES = Table(
    name="commerce_orderline",
    label=_("What you ordered"),
    whose=_OF_ORDERS,
    tells={
        "order": Told(_("Order"), _ORDER),
        "product": Told(_("Product"), _PRODUCT),
        "quantity": Told(_("How much"), "t.quantity"),
        "amount_minor": Told(_("Amount"), "t.amount_minor"),
        "currency": Told(_("Currency"), _CURRENCY),
    },
    order="t.order_id DESC, t.number",
)
RETURNS = Table(
    name="commerce_orderreturn",
    label=_("What you gave back"),
    whose=_OF_ORDERS,
    tells={
        "order": Told(_("Order"), _ORDER),
        "returned_at": Told(_("When"), "t.returned_at"),
        "amount_minor": Told(_("Amount"), "t.amount_minor"),
        "currency": Told(_("Currency"), _CURRENCY),
    },
)
CREDITS = Table(
    name="commerce_credit",
    label=_("Money you got back"),
    whose=_OF_PROFILES,
    tells={
        "number": Told(_("Number"), "t.external_id"),
        "order": Told(_("Order"), f"coalesce({_ORDER}, t.order_external_id)"),
        "credited_at": Told(_("When"), "t.credited_at"),
        "amount_minor": Told(_("Amount"), "t.amount_minor"),
        "currency": Told(_("Currency"), "t.currency"),
    },
    free=("source", "external_id", "order_external_id", "currency", "channel", "told", "reckoned"),
)
SHIPMENTS = Table(
    name="commerce_shipment",
    label=_("Deliveries"),
    whose=_OF_ORDERS,
    tells={
        "order": Told(_("Order"), "t.order_external_id"),
        "carrier": Told(_("Carrier"), "t.carrier"),
        "tracking": Told(_("Tracking number"), "t.tracking"),
        "status": Told(_("State"), "t.status"),
        "delivered_at": Told(_("Delivered"), "t.delivered_at"),
    },
    # By its number the carrier tells the address.
    personal=("tracking",),
    free=("source", "external_id", "order_external_id", "status", "carrier", "told"),
    blank={"tracking": "''"},
)
CART_LINES = Table(
    name="commerce_cartline",
    label=_("What was in your carts"),
    whose="t.cart_id IN (SELECT id FROM commerce_cart WHERE profile_id = ANY(%(profiles)s))",
    tells={
        "product": Told(_("Product"), _PRODUCT),
        "quantity": Told(_("How much"), "t.quantity"),
        "at": Told(_("When"), "t.at"),
    },
    remove=True,
)
CARTS = Table(
    name="commerce_cart",
    label=_("Carts"),
    # Only those whose lines are gone: a long one takes more than one turn.
    whose="t.profile_id = ANY(%(profiles)s) AND NOT EXISTS "
    "(SELECT FROM commerce_cartline AS l WHERE l.cart_id = t.id)",
    personal=("cart",),
    free=("currency",),
    remove=True,
)


def declare() -> None:
    """Say what is kept of customers, and what names nobody."""
    personal.register(ORDERS, LINES, RETURNS, CREDITS, SHIPMENTS, CART_LINES, CARTS)
    personal.free(
        "commerce_product",
        *("source", "external_id", "name", "category", "currency", "brand", "url", "image_url"),
        *("variant", "sku"),
    )
    personal.free("commerce_branch", "source", "external_id", "name")
    personal.free("commerce_till", "name", "external_id")
    personal.free("commerce_cancellation", "source", "external_id")
    personal.free("commerce_channelcost", "channel", "currency")
