"""What properties of events are called."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.analytics.wording.numbers import plain

NAMES: Mapping[str, Promise] = {
    "category": _("category"),
    "product": _("product"),
    "name": pgettext_lazy("of a product", "name"),
    "brand": _("brand"),
    "sku": _("article number"),
    "product_id": _("product number"),
    "price_minor": _("price"),
    "amount_minor": _("amount"),
    "total_minor": _("amount"),
    "quantity": _("quantity"),
    "number": _("number"),
    "order_id": _("order"),
    "coupon": _("coupon"),
    "query": _("search words"),
    "list": _("section"),
    "channel": _("channel"),
    "branch": _("branch"),
    "topic": _("topic"),
    "title": _("page title"),
    "rating": pgettext_lazy("of a review", "rating"),
    "path": _("page address"),
    "url": _("page address"),
    "products": _("products"),
}


def field_name(field: str) -> str:
    """ "category" for `category` and `products.category`; in quotation marks where nobody knows it."""
    path = field.split(".")
    known = NAMES.get(path[-1]) if len(path) == 1 or path[:-1] == ["products"] else None
    return str(known) if known is not None else f"“{plain(field)}”"
