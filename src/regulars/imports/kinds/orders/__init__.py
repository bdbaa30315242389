"""A file of orders: its customers, products and branches, whole orders, and what was given back."""

from __future__ import annotations

from regulars.imports.kinds.orders.work import open_orders

__all__ = ["open_orders"]
