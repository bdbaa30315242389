"""What the log is told of by commerce, and which names of the shop's trade it knows."""

from __future__ import annotations

from collections.abc import Mapping

from regulars.events.types import EventClass, EventType

ORDER_COMPLETED = EventType("order_completed")
ORDER_UPDATED = EventType("order_updated")
ORDER_REFUNDED = EventType("order_refunded")
ORDER_CANCELLED = EventType("order_cancelled")
ORDER_SHIPPED = EventType("order_shipped")
ORDER_DELIVERED = EventType("order_delivered")
DELIVERY_PROMISED = EventType("delivery_promised")

PRODUCT_ADDED = EventType("product_added", EventClass.BROWSING)
PRODUCT_REMOVED = EventType("product_removed", EventClass.BROWSING)
CART_VIEWED = EventType("cart_viewed", EventClass.BROWSING)
CHECKOUT_STARTED = EventType("checkout_started", EventClass.BROWSING)
CART_CLEARED = EventType("cart_cleared", EventClass.BROWSING)

FACTS = (
    ORDER_COMPLETED,
    ORDER_UPDATED,
    ORDER_REFUNDED,
    ORDER_CANCELLED,
    ORDER_SHIPPED,
    ORDER_DELIVERED,
    DELIVERY_PROMISED,
)
OF_ORDERS = frozenset(
    type_.name for type_ in (ORDER_COMPLETED, ORDER_UPDATED, ORDER_REFUNDED, ORDER_CANCELLED)
)
"""Names of what moves an order's net."""
CART_EVENTS = (PRODUCT_ADDED, PRODUCT_REMOVED, CART_VIEWED, CHECKOUT_STARTED, CART_CLEARED)
"""Recorded with the change of the cart they tell of (`services.change_carts`)."""

_BROWSING = (
    "products_searched",
    "product_list_viewed",
    "product_list_filtered",
    "promotion_viewed",
    "promotion_clicked",
    "product_clicked",
    "product_viewed",
    "checkout_step_viewed",
    "checkout_step_completed",
    "payment_info_entered",
    "coupon_entered",
    "coupon_applied",
    "coupon_denied",
    "coupon_removed",
    "product_added_to_wishlist",
    "product_removed_from_wishlist",
    "wishlist_product_added_to_cart",
    "product_shared",
    "cart_shared",
)
BROWSING_EVENTS: Mapping[str, EventType] = {name: EventType(name, EventClass.BROWSING) for name in _BROWSING}
"""Of Segment's e-commerce spec, what changes nothing here and is recorded as it comes."""
