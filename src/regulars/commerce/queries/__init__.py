"""Reading commerce."""

from regulars.commerce.queries.carts import carts_of
from regulars.commerce.queries.goods import (
    branch_ids,
    branch_names,
    product,
    product_ids,
    product_names,
    products_page,
    products_told,
)
from regulars.commerce.queries.loose import (
    ORDERS_THAT_FIT_MAX,
    count_loose_credits,
    loose_credit,
    loose_credits,
    orders_that_fit,
    why_none_fits,
)
from regulars.commerce.queries.orders import (
    credits_of,
    credits_of_refund,
    order,
    orders_by_id,
    orders_page,
    shipment,
    shipments_of,
)
from regulars.commerce.queries.pages import any_orders, branches, last_order_id, last_orders, order_lines
from regulars.commerce.queries.standing import buyers, order_ids, order_lines_standing, order_standings
from regulars.commerce.queries.told import orders_told

__all__ = [
    "ORDERS_THAT_FIT_MAX",
    "any_orders",
    "branch_ids",
    "branch_names",
    "branches",
    "buyers",
    "carts_of",
    "count_loose_credits",
    "credits_of",
    "credits_of_refund",
    "last_order_id",
    "last_orders",
    "loose_credit",
    "loose_credits",
    "order",
    "order_ids",
    "order_lines",
    "order_lines_standing",
    "order_standings",
    "orders_by_id",
    "orders_page",
    "orders_that_fit",
    "orders_told",
    "product",
    "product_ids",
    "product_names",
    "products_page",
    "products_told",
    "shipment",
    "shipments_of",
    "why_none_fits",
]
