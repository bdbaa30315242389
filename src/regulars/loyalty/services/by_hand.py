"""What stands before points given or taken by hand: limits, what is there, who looks at it as well."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Sum
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from regulars.analytics.wording.numbers import Formats
from regulars.loyalty.errors import CannotAdjust
from regulars.loyalty.locks import lock_persons_wallets
from regulars.loyalty.models import Adjustment
from regulars.loyalty.queries.adjustments import adjustment_limits
from regulars.loyalty.queries.balances import balance
from regulars.loyalty.types import AdjustmentState
from regulars.loyalty.wording.amounts import points

REASON_CHARACTERS_MAX = 500
"""Why, in a sentence or two; what is longer belongs into a note."""
TOGETHER = timedelta(hours=24)
"""Several adjustments of one customer by one colleague within it count as one for the second pair of eyes."""


def clean_reason(text: str) -> str:
    """Raises CannotAdjust where there is none, or too much of it."""
    reason = " ".join(text.replace("\x00", "").split())
    if not reason:
        raise CannotAdjust(_("Say why: whoever looks at it later has to understand it."), code="no_reason")
    if len(reason) > REASON_CHARACTERS_MAX:
        raise CannotAdjust(
            _("The reason is too long: it has %(length)s characters, the most is %(most)s. Shorten it.")
            % {"length": len(reason), "most": REASON_CHARACTERS_MAX},
            code="long_reason",
        )
    return reason


def check_amount(points_minor: int, user_id: int, now: datetime) -> None:
    """Raises CannotAdjust where it is none, or more than this colleague may give or take at once."""
    if not points_minor:
        raise CannotAdjust(_("Say how many points."), code="no_points")
    limits = adjustment_limits(user_id, now)
    if limits is None:
        raise CannotAdjust(
            _("There are no rules of the programme yet: publish them first."), code="no_programme"
        )
    if not limits.most_minor:
        raise CannotAdjust(
            _("By the rules of the programme you give and take no points by hand. Ask a colleague."),
            code="beyond_limit",
        )
    if abs(points_minor) > limits.most_minor:
        raise CannotAdjust(
            _("You may give or take at most %(points)s at once. Ask a colleague who may more.")
            % {"points": in_words(limits.most_minor)},
            code="beyond_limit",
        )


def check_there(profile_id: int, points_minor: int, now: datetime) -> None:
    """Raises CannotAdjust where more is to be taken than the customer can spend."""
    if points_minor >= 0:
        return
    there = balance(profile_id=profile_id, at=now).spendable_minor
    if there < -points_minor:
        raise not_there(there)


def not_there(minor: int) -> CannotAdjust:
    """Only so much is there."""
    if not minor:
        return CannotAdjust(_("The customer has no points that can be taken."), code="not_enough_points")
    return CannotAdjust(
        _("The customer has only %(points)s that can be taken.") % {"points": in_words(minor)},
        code="not_enough_points",
    )


def lock_person(profile_id: int) -> list[int]:
    """Lock all wallets of the person until the end of the transaction; gives their profiles."""
    return sorted({profile_id, *lock_persons_wallets(profile_ids=[profile_id], make=True)})


def waits(profile_ids: Sequence[int], points_minor: int, user_id: int, now: datetime) -> bool:
    """Whether a second colleague has to look at it.

    What this one gave or took of the same customer within a day counts with it, so that nobody gets around
    the threshold in small steps.
    """
    limits = adjustment_limits(user_id, now)
    if limits is None:
        return True
    lately = Adjustment.objects.filter(
        profile_id__in=profile_ids, asked_by=user_id, asked_at__gt=now - TOGETHER
    ).exclude(state=AdjustmentState.REFUSED.value)
    before: int = lately.aggregate(total=Sum("points_minor"))["total"] or 0
    return max(abs(points_minor), abs(before + points_minor)) > limits.alone_minor


def in_words(minor: int) -> str:
    """ "74 points" in the language of whoever asks."""
    return points(minor, Formats(get_language() or "en"))
