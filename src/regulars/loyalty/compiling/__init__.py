"""The rules of a programme as SQL: one statement for a batch of orders, a cart, or a year in the lake."""

from __future__ import annotations

from regulars.loyalty.compiling.dialects import DUCKDB, POSTGRES, Dialect, Statement
from regulars.loyalty.compiling.earning import earning_statement

__all__ = ["DUCKDB", "POSTGRES", "Dialect", "Statement", "earning_statement"]
