"""What was told of orders, for those who follow them as they stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTold:
    """That something was told of an order at a moment of its own.

    `began`: it came in as it happened, so that it may earn; orders of imported history do not. `caused`:
    the id and the depth of the event that told of it.
    """

    order_id: int
    at: datetime
    began: bool = False
    caused: tuple[int, int] | None = None
