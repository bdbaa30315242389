"""What somebody is to be given once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from regulars.loyalty.types.benefits import Benefit
from regulars.loyalty.types.events import Caused


class Mechanic(StrEnum):
    """What of the programme gave something; the first part of what its costs are listed by."""

    CASHBACK = "cashback"
    """The basic one; its key is empty."""
    RULE = "rule"
    TIER = "tier"
    """A standing discount."""
    CHALLENGE = "challenge"
    DAY = "day"
    REFERRAL = "referral"
    """The key is `referrer` or `friend`."""
    REWARD = "reward"
    """Taken from the catalogue; the key is its number."""
    OFFER = "offer"
    """The key is its number."""


class GrantState(StrEnum):
    GIVEN = "given"
    USED = "used"
    """The coupon was used, the gift handed out, the task done; points are given."""
    WITHDRAWN = "withdrawn"
    """What it was for is no more, such as an order that was given back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGrant:
    """A benefit for somebody. `key` names the occasion, once for ever, such as `challenge:coffee:17:2026:3`.

    `name` is what the part of the programme is called.
    """

    key: str
    profile_id: int
    mechanic: Mechanic
    part: str
    name: str
    benefit: Benefit
    at: datetime
    version_id: int | None = None
    caused: Caused | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """What became of it; `code` is that of a coupon."""

    key: str
    profile_id: int
    state: GrantState
    code: str = ""
