"""Every write to commerce."""

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
from regulars.commerce.services.orders import ORDERS_MAX, record_orders
from regulars.commerce.services.places import archive_branch, archive_till, save_branch, save_till
from regulars.commerce.services.undo import CHANGES_MAX, undo_credits, undo_orders

__all__ = [
    "CHANGES_MAX",
    "CREDITS_MAX",
    "ORDERS_MAX",
    "archive_branch",
    "archive_till",
    "record_branches",
    "record_costs",
    "record_credits",
    "record_orders",
    "record_products",
    "save_branch",
    "save_till",
    "undo_branches",
    "undo_costs",
    "undo_credits",
    "undo_orders",
    "undo_products",
    "upsert_branches",
    "upsert_products",
]
