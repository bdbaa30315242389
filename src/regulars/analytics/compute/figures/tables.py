"""The tables figures are made from, by their columns; which engine holds them is of no matter here."""

from __future__ import annotations

from typing import Final

import ibis
import ibis.expr.types as ir

_NUMBERED: Final = {
    "order_no": "int64",
    "customer": "int32",
    "ordered_at": "timestamp",
    "day": "date",
    "amount": "decimal(18, 6)",
    "channel": "string",
}


def numbered(name: str = "numbered") -> ir.Table:
    """Orders that count, one row each, with the number of their customer."""
    return ibis.table(_NUMBERED, name=name)


def orders(name: str = "orders") -> ir.Table:
    """The same in sequence: with `previous_day`, see `sequence.in_sequence`."""
    return ibis.table({**_NUMBERED, "previous_day": "date"}, name=name)


def customers() -> ir.Table:
    """Customers with at least one order, numbered from 1 in code-point order of their ids."""
    return ibis.table({"customer": "int32", "customer_id": "string"}, name="customers")


def costs() -> ir.Table:
    """What was spent on a channel on a day."""
    return ibis.table({"channel": "string", "day": "date", "cost": "decimal(18, 6)"}, name="costs")


def own_stages() -> ir.Table:
    """Whom the shop's own rules of stages fit: a row for each customer and stage."""
    return ibis.table({"customer_id": "string", "stage": "string"}, name="own_stages")
