"""Accounts, reasons and amounts of points as the pages of loyalty name them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.analytics.wording.numbers import Formats
from regulars.console.voice import Voice
from regulars.loyalty.types import MINOR, Account, Cause, Version
from regulars.loyalty.wording.amounts import number, points

ACCOUNTS: Mapping[Account, tuple[Promise, Promise]] = {
    Account.PENDING: (_("Earned, not usable yet"), _("Waits for the return window or the delivery.")),
    Account.AVAILABLE: (_("Can be spent"), _("What customers have in hand.")),
    Account.HELD: (_("Set aside at a till"), _("For orders that are being paid just now.")),
    Account.DEBT: (_("Owed by customers"), _("Of returned orders whose points were spent already.")),
    Account.ISSUED: (
        pgettext_lazy("points", "Given by the programme"),
        _("Less what returned orders took back."),
    ),
    Account.REDEEMED: (_("Spent on orders and rewards"), _("Less what came back with returns.")),
    Account.EXPIRED: (pgettext_lazy("points", "Expired"), _("Not spent in time.")),
    Account.COMPENSATION: (_("Given to make good"), _("Also what is given anew after it expired.")),
    Account.ADJUSTMENTS: (
        _("By hand and opening balances"),
        _("With what was written off, since it was spent already."),
    ),
    Account.PARTNER: (_("Partners"), _("Given and taken on behalf of others.")),
}
"""The name of each account, and what stands in it."""

CAUSES: Mapping[Cause, Promise] = {
    Cause.EARNED: pgettext_lazy("points", "Given by the programme"),
    Cause.TAKEN_BACK: pgettext_lazy("points", "Taken back"),
    Cause.WRITTEN_OFF: _("Written off"),
    Cause.BECAME_USABLE: _("Became usable"),
    Cause.HELD: _("Set aside at a till"),
    Cause.RELEASED: _("Let go again"),
    Cause.SPENT: _("Spent on an order or a reward"),
    Cause.SPENT_BACK: _("Given back with a return"),
    Cause.EXPIRED: pgettext_lazy("points", "Expired"),
    Cause.REVIVED: _("Expired, and counted again"),
    Cause.OWED: _("Became a debt"),
    Cause.PAID_OFF: _("Paid a debt"),
    Cause.OPENING: _("Opening balance"),
    Cause.BY_HAND: _("By hand"),
    Cause.COMPENSATED: _("Given to make good"),
}


def whole(minor: int, formats: Formats) -> str:
    """Many points in whole ones: "12 450 points"; under a hundred with their hundredths."""
    return points(minor if abs(minor) < 100 * MINOR else _rounded(minor), formats)


def figure(minor: int, formats: Formats) -> str:
    """The same as a large figure, whose unit stands beneath it."""
    return number(minor if abs(minor) < 100 * MINOR else _rounded(minor), formats)


def worth(minor: int, version: Version | None, speak: Voice) -> str:
    """What so many points are worth in money by this version; empty without one."""
    if version is None:
        return ""
    programme = version.programme
    money = abs(minor) * programme.worth_minor // MINOR
    return speak.money(-money if minor < 0 else money, programme.currency)


def amount(minor: int) -> Decimal:
    """Points as a number for a workbook."""
    return Decimal(minor) / MINOR


def _rounded(minor: int) -> int:
    half = MINOR // 2
    size = (abs(minor) + half) // MINOR * MINOR
    return -size if minor < 0 else size
