"""Offers as they stand, the codes they have, and what is read of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from regulars.offers.types.terms import Terms


class OfferState(StrEnum):
    DRAFT = "draft"
    """Being put together; nobody can use it."""
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    """For good."""


class CodeState(StrEnum):
    OPEN = "open"
    RESERVED = "reserved"
    """Set aside for an order that is being paid."""
    USED = "used"
    VOID = "void"
    """Taken back before it was used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An offer as it stands. `uses` and `taken_minor`: of all uses that count, also those under way.

    `key`: of what made it, empty where a colleague did. `shared_code`: the one code of a shared offer.
    `codes_made` of `codes_wanted` are made. `revision` counts the changes.
    """

    id: int
    key: str
    state: OfferState
    terms: Terms
    currency: str
    """That of its sums: the terms' own, or the shop's."""
    shared_code: str
    uses: int
    taken_minor: int
    codes_wanted: int
    codes_made: int
    made_at: datetime
    made_by: int | None
    revision: int

    @property
    def left(self) -> int | None:
        """How often it can be used yet; None: no limit."""
        return None if self.terms.uses is None else max(0, self.terms.uses - self.uses)

    @property
    def codes_left(self) -> int:
        """How many of the codes made for it wait to be used: each use of such an offer takes one of them."""
        return self.codes_made - self.uses


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """A code for a customer. `key` names the occasion, once for ever; `until`: usable before that moment."""

    key: str
    profile_id: int
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coupon:
    """A customer's own code. `key`: of what issued it. `until`: the sooner of its own and of its offer's."""

    code_id: int
    code: str
    key: str
    profile_id: int
    offer_id: int
    terms: Terms
    currency: str
    state: CodeState
    issued_at: datetime
    until: datetime | None
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PrintedCode:
    """A code made in bulk, as it is exported."""

    serial: int
    code: str
    state: CodeState
    until: datetime | None
