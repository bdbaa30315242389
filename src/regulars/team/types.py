"""Words of the team."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What somebody does in the shop; kept as a group of the same name."""

    OWNER = "owner"
    MARKETER = "marketer"
    AGENT = "agent"
    ANALYST = "analyst"
    CASHIER = "cashier"
