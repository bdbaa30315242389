"""What there is to choose from where a page asks for goods and places by their names."""

from __future__ import annotations

from regulars.commerce.models import Branch, Order, Product

CHOICES_MAX = 500
"""A list of more is not looked through by anybody; what is not in it can be written by hand."""

RECENT_ORDERS = 10_000
"""Channels are those of so many last orders: more would be read for a minute where there are millions."""


def products() -> list[str]:
    """Names of products."""
    return _of(Product, "name")


def categories() -> list[str]:
    """Categories of products."""
    return _of(Product, "category")


def brands() -> list[str]:
    """Brands of products."""
    return _of(Product, "brand")


def branches() -> list[str]:
    """Names of branches, also of those that are closed now."""
    return _of(Branch, "name")


def channels() -> list[str]:
    """Channels that orders came by lately."""
    recent = Order.objects.order_by("-ordered_at").values_list("channel", flat=True)[:RECENT_ORDERS]
    return sorted({channel for channel in recent if channel})[:CHOICES_MAX]


def _of(model: type[Product | Branch], column: str) -> list[str]:
    texts = model.objects.exclude(**{column: ""}).values_list(column, flat=True)
    return list(texts.distinct().order_by(column)[:CHOICES_MAX])
