"""The accounts of the books, and why something moves between them."""

from __future__ import annotations

from enum import StrEnum

POINTS = "PTS"
"""The currency of points the interface knows. Rows name theirs, so that there may be several."""
MINOR = 100
"""Minor units of one point."""


class Account(StrEnum):
    """Of a profile the first four, of the programme the others; a profile's wallet keeps all of them.

    In a wallet the ten always come to zero. What a customer has is positive, what they owe (`DEBT`) and what
    the programme has given out is negative.
    """

    PENDING = "pending"
    """Earned, not to be spent yet."""
    AVAILABLE = "available"
    HELD = "held"
    """Set aside for an order that is being paid."""
    DEBT = "debt"
    """Owed: points of an order that was given back, and were spent already."""
    ISSUED = "issued"
    """Given for orders and other things customers do."""
    REDEEMED = "redeemed"
    """Spent on orders."""
    EXPIRED = "expired"
    COMPENSATION = "compensation"
    """Given to make something good."""
    ADJUSTMENTS = "adjustments"
    """By hand, opening balances, what was written off."""
    PARTNER = "partner"
    """Between us and partners."""


OF_LOTS = (Account.PENDING, Account.AVAILABLE, Account.HELD, Account.REDEEMED, Account.EXPIRED)
"""What becomes of points of a lot: the lot keeps these balances too."""
SOURCES = (
    Account.DEBT,
    Account.ISSUED,
    Account.COMPENSATION,
    Account.ADJUSTMENTS,
    Account.PARTNER,
)
"""Where points of a lot come from and go back to; `Lot.got_minor` is what came from there."""


class Cause(StrEnum):
    """Why a posting was made."""

    EARNED = "earned"
    """An order earned it (or more of it than before)."""
    TAKEN_BACK = "taken_back"
    """The order that earned it was given back, cancelled or made smaller."""
    WRITTEN_OFF = "written_off"
    """Ought to have been taken back or spent, and was not there."""
    BECAME_USABLE = "became_usable"
    """The return window ended, or the order arrived."""
    HELD = "held"
    RELEASED = "released"
    """A hold, or the rest of one, was let go."""
    SPENT = "spent"
    SPENT_BACK = "spent_back"
    """The order it was spent on was given back."""
    EXPIRED = "expired"
    REVIVED = "revived"
    """It had expired, and then we heard of something that had happened before."""
    OWED = "owed"
    """Taken as a debt."""
    PAID_OFF = "paid_off"
    """New points paid a debt."""
    OPENING = "opening"
    """Brought over from the programme before."""
    BY_HAND = "by_hand"
    COMPENSATED = "compensated"
    """Given to make something good, or since what was given back had expired meanwhile."""
