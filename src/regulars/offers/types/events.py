"""What the log is told of by offers. Codes stand in no event: who reads one could use it."""

from __future__ import annotations

from regulars.events.types import EventType

SOURCE = "offers"

COUPON_ISSUED = EventType("coupon_issued")
"""`offer_id`, `name` (of the offer), `code_id`, `key` (of what issued it), `until` (or None)."""
COUPON_USED = EventType("coupon_used")
"""An offer took something off an order: `offer_id`, `name`, `code_id` (None without a code), `use_id`,
`discount_minor`, `currency`, `order`, `order_source`, `branch_id`, `key`."""
COUPON_RETURNED = EventType("coupon_returned")
"""All of the order was given back, and the offer can be used again; properties as of `coupon_used`."""

EVENT_TYPES = (COUPON_ISSUED, COUPON_RETURNED, COUPON_USED)
