"""All that changes offers."""

from __future__ import annotations

from regulars.offers.services.bulk import BULK_MAX, fill_codes, go_on_filling, order_codes
from regulars.offers.services.closing import cancel, capture, time_out
from regulars.offers.services.defining import (
    change_offer,
    drop_draft,
    make_offer,
    offer_for,
    pause,
    start,
    stop,
)
from regulars.offers.services.forgetting import forget_offers, forget_uses
from regulars.offers.services.issuing import issue, void
from regulars.offers.services.orders import ORDERS_MAX, any_uses, see_orders
from regulars.offers.services.price_lists import forget_price_lists, keep_prices
from regulars.offers.services.reserving import reserve

__all__ = [
    "BULK_MAX",
    "ORDERS_MAX",
    "any_uses",
    "cancel",
    "capture",
    "change_offer",
    "drop_draft",
    "fill_codes",
    "forget_offers",
    "forget_price_lists",
    "forget_uses",
    "go_on_filling",
    "issue",
    "keep_prices",
    "make_offer",
    "offer_for",
    "order_codes",
    "pause",
    "reserve",
    "see_orders",
    "start",
    "stop",
    "time_out",
    "void",
]
