"""Each order with the one before it of the same customer."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir


def in_sequence(orders: ir.Table) -> ir.Table:
    """`orders` with `previous_day`: the day of the customer's order before, NULL on the first order.

    Orders at one moment follow each other by `order_no`. The pair (previous_day, day) of an order with
    previous_day < day is a consecutive pair of different purchase days, and each such pair occurs once.
    """
    before = ibis.window(group_by=orders.customer, order_by=[orders.ordered_at, orders.order_no])
    return orders.mutate(previous_day=orders.day.lag().over(before))
