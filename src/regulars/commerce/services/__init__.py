"""Every write to commerce."""

from regulars.commerce.locks import hold_sources
from regulars.commerce.services.cancelling import cancel_orders
from regulars.commerce.services.carts import change_carts, drop_old_carts
from regulars.commerce.services.catalogue import (
    record_branches,
    record_products,
    undo_branches,
    undo_products,
    upsert_branches,
    upsert_products,
)
from regulars.commerce.services.costs import record_costs, undo_costs
from regulars.commerce.services.credits import CREDITS_MAX, record_credits
from regulars.commerce.services.naming import name_order, put_credit_away, unname_order
from regulars.commerce.services.orders import ORDERS_MAX, record_orders
from regulars.commerce.services.places import archive_branch, archive_till, save_branch, save_till
from regulars.commerce.services.refunds import record_refunds
from regulars.commerce.services.shipments import SHIPMENTS_MAX, record_shipments
from regulars.commerce.services.undo import CHANGES_MAX, undo_credits, undo_orders

__all__ = [
    "CHANGES_MAX",
    "CREDITS_MAX",
    "ORDERS_MAX",
    "SHIPMENTS_MAX",
    "archive_branch",
    "archive_till",
    "cancel_orders",
    "change_carts",
    "drop_old_carts",
    "hold_sources",
    "name_order",
    "put_credit_away",
    "record_branches",
    "record_costs",
    "record_credits",
    "record_orders",
    "record_products",
    "record_refunds",
    "record_shipments",
    "save_branch",
    "save_till",
    "undo_branches",
    "undo_costs",
    "undo_credits",
    "undo_orders",
    "undo_products",
    "unname_order",
    "upsert_branches",
    "upsert_products",
]
