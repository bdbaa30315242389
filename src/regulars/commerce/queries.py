"""Reading commerce."""

from __future__ import annotations

from regulars.commerce.models import Order


def any_orders() -> bool:
    """Whether the shop has sold anything yet."""
    return Order.objects.exists()
