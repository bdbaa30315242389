"""Bring a friend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
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
    "self",
    "twice",
    "circle",
    "known_customer",
    "same_address",
    "same_device",
    "not_allowed",
    "over_limit",
    "decided",
    "undone",
]
"""Why a referral brings nothing: the friend is the referrer; was referred by somebody else before; had
brought the referrer, also through others; had bought before; they share an e-mail, phone or address; a
device; the referrer may not refer; has had all there is for the period; a colleague said no. In this order:
the first that holds is told. `undone`: a colleague had told of it and took it back; in the log alone."""


class ReferralSource(StrEnum):
    """By what a referral was told."""

    API = "api"
    SITE = "site"
    """A page or an event that carried the code."""
    STAFF = "staff"
    """A colleague, for a customer who said who sent them."""


class ReferralState(StrEnum):
    WAITING = "waiting"
    """For the friend's first order, or until that can no longer be given back."""
    REWARDED = "rewarded"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldReferral:
    """That somebody came with a code, or that a colleague (`told_by`) says who brought them. `device`: what
    tells the device they did it on, such as the anonymous id of the shop's site; `network`: its address; only
    keyed hashes of both are kept."""

    code: str = ""
    profile_id: int
    at: datetime
    source: ReferralSource
    device: str = ""
    network: str = ""
    told_by: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralRow:
    """Who brought whom, and how far it is.

    `bought_at`: of the friend's order that counts, `order_id` its id here; `due_at`: from when it is past
    the wait. `told_by`: the colleague who told of it, `decided_by` the one who said yes or no to it.
    """

    id: int
    referrer_profile_id: int
    referrer_person_id: int
    friend_profile_id: int
    friend_person_id: int
    version_id: int
    at: datetime
    source: ReferralSource
    state: ReferralState
    reason: Refused | None
    order_id: int | None
    bought_at: datetime | None
    due_at: datetime | None
    rewarded_at: datetime | None
    decided_by: int | None
    decided_at: datetime | None
    told_by: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralFigures:
    """Friends who came within a span, as far as they are by now.

    `told` came with a code; `taken` of them brought nothing to say against; `bought` of these bought what is
    asked; `rewarded` of these brought something to both. `referrers`: customers who brought somebody.
    `reasons`: those refused, by reason. `points_minor`, `coupons`, `cost_minor` (of gifts and tasks): what
    was given for friends within the span, less what was taken back.
    """

    told: int
    taken: int
    bought: int
    rewarded: int
    referrers: int
    reasons: Mapping[Refused, int] = field(default_factory=dict)
    points_minor: int = 0
    coupons: int = 0
    cost_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What somebody's card says of friends: their code (empty: none was made), how many they brought, and who
    brought them (a person, where that was not refused)."""

    code: str
    waiting: int
    rewarded: int
    refused: int
    brought_by: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralLink:
    """What somebody shows their friends; `svg` is the QR of the link, or of the code where there is none."""

    code: str
    url: str
    svg: str
