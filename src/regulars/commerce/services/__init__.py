"""Every write to commerce."""

from regulars.commerce.services.catalogue import upsert_branches, upsert_products
from regulars.commerce.services.costs import record_costs
from regulars.commerce.services.orders import ORDERS_MAX, record_orders

__all__ = ["ORDERS_MAX", "record_costs", "record_orders", "upsert_branches", "upsert_products"]
