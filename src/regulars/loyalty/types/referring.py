"""Bring a friend."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from regulars.kit.documents import Condition, Money, Part
from regulars.loyalty.types.benefits import Benefit
from regulars.loyalty.types.earning import Period


class Referral(Part):
    """Both get something when the friend's first paid order is past the return window.

    `url`: where a link leads, with the code added; empty: codes and QR only.
    """

    referrer: Benefit
    friend: Benefit
    order_from_minor: Money = 0
    """The friend's first order comes to at least so much, less returns."""
    wait_days: Annotated[int, Field(ge=0, le=365)] | None = None
    """Full days after the order; None: the shop's return window."""
    period: Period = "month"
    most: Annotated[int, Field(ge=1, le=10_000)] | None = 10
    """Friends rewarded in a period of the referrer's calendar; None: no limit."""
    who: Condition | None = None
    """Who may refer and is asked to, such as promoters; None: everybody who has bought."""
    url: Annotated[str, Field(max_length=500, pattern="^(https?://[^\\s]+)?$")] = ""


Refused = Literal[
    "self", "same_address", "same_device", "known_customer", "twice", "over_limit", "not_allowed"
]
"""Why a referral brings nothing: the friend is the referrer; they share an e-mail, phone or address; a
device; the friend had bought before; was referred by somebody else; the referrer has had all there is; may
not refer."""
