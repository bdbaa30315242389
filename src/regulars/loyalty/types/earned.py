"""An order as the rules of earning ask about it, and what it earns. Amounts in minor units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

CASHBACK = "cashback"
"""The mechanic of the basic cashback; others are `rule:<key>` and `tier:<key>`."""


def of_rule(key: str) -> str:
    """The mechanic of a rule."""
    return f"rule:{key}"


def of_tier(key: str) -> str:
    """The mechanic of what a tier multiplies."""
    return f"tier:{key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EarningLine:
    """A line of which something is left: what is paid for it, and how many whole pieces.

    Texts are names as the shop gives them, in any case; empty where nothing is known.
    """

    amount_minor: int
    pieces: int = 1
    product: str = ""
    category: str = ""
    brand: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EarningOrder:
    """An order less what was given back, or a cart.

    `day`: by the customer's calendar. `tier`: key of the customer's, empty without. `fits`: the keys of those
    rules whose `when.who` the customer fits. `branch`: its name. `room_minor`: what the period's limit has
    left for it; None: there is no limit, or nothing was earned yet.
    """

    lines: tuple[EarningLine, ...]
    currency: str
    day: date
    tier: str = ""
    fits: frozenset[str] = frozenset()
    branch: str = ""
    channel: str = ""
    room_minor: int | None = None

    @property
    def total_minor(self) -> int:
        return sum(line.amount_minor for line in self.lines)


@dataclass(frozen=True, slots=True)
class Earned:
    """What an order earns in minor units of points; `shares`: what of it each mechanic brought, none of
    them 0, together the whole."""

    total_minor: int
    shares: Mapping[str, int]


NOTHING = Earned(0, {})
