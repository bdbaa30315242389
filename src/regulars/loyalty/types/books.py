"""The books as they are read: accounts over a span of time, what moved between them, single postings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from regulars.loyalty.types.accounts import Account, Cause


@dataclass(frozen=True, slots=True)
class Moved:
    """Points that went from one account to another for one reason, on one day; minor units."""

    day: date
    cause: Cause
    from_account: Account
    to_account: Account
    postings: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account over a span: `opening_minor + in_minor - out_minor = closing_minor`.

    What customers have is positive; what they owe, and what the programme has given, is negative.
    """

    account: Account
    opening_minor: int
    in_minor: int
    out_minor: int
    closing_minor: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """All accounts over a span, and what moved in it, by day; both from one moment."""

    lines: tuple[AccountLine, ...]
    moved: tuple[Moved, ...]

    @property
    def postings(self) -> int:
        return sum(moved.postings for moved in self.moved)


@dataclass(frozen=True, slots=True)
class PostingRow:
    """A posting as it stands in a list, with the order it is for, if there is one."""

    id: int
    person_id: int
    cause: Cause
    from_account: Account
    to_account: Account
    amount_minor: int
    at: datetime
    recorded_at: datetime
    order_source: str
    order_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WhichPostings:
    """Postings written down from `since` on and before `until`, of one cause, of one account."""

    since: datetime
    until: datetime
    cause: Cause | None = None
    account: Account | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """What moved within a span, less what went the other way; minor units.

    `given_minor`: for orders, by hand and to make good; `brought_minor`: brought over from the programme
    before. All but the opening balances add up to the change of what customers have.
    """

    given_minor: int = 0
    brought_minor: int = 0
    spent_minor: int = 0
    expired_minor: int = 0


@dataclass(frozen=True, slots=True)
class Activity:
    """`flow`, and how many customers earned or spent something."""

    flow: Flow
    customers: int
