"""Points given and taken by hand, with a second pair of eyes above what the programme says.

The row of an adjustment is locked before the wallets; nobody locks them the other way round.
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from regulars.loyalty.errors import CannotAdjust, KeyReused
from regulars.loyalty.models import Adjustment
from regulars.loyalty.queries.adjustments import UNDO_TRIES, adjustment, undo_key, undone_by_key
from regulars.loyalty.services.by_hand import check_amount, check_there, clean_reason, lock_person, waits
from regulars.loyalty.services.posting_by_hand import do, do_opposite
from regulars.loyalty.types import POINTS, AdjustmentRow, AdjustmentState


@transaction.atomic
def adjust(
    *, profile_id: int, points_minor: int, reason: str, key: str, user_id: int, now: datetime
) -> AdjustmentRow:
    """Give (or take, negative) points; above the programme's threshold a second colleague decides first.

    `key`: whoever asks makes it up, so that the same thing sent twice is done once. Given points last as
    those earned and usable now would. Records `points_adjusted` once done.

    Raises CannotAdjust: no reason, no programme, more than the colleague may, more than there is to take;
    KeyReused for the same key with something else.
    """
    reason = clean_reason(reason)
    if (before := Adjustment.objects.filter(key=key).first()) is not None:
        return _again(before, profile_id, points_minor, user_id)
    check_amount(points_minor, user_id, now)
    # The wallets are locked before the others of a day are counted, so that two at once see each other's.
    profile_ids = lock_person(profile_id)
    check_there(profile_id, points_minor, now)
    alone = not waits(profile_ids, points_minor, user_id, now)
    try:
        with transaction.atomic():
            row = _ask(profile_id, points_minor, reason, key, user_id, now)
    except IntegrityError:
        return _again(Adjustment.objects.get(key=key), profile_id, points_minor, user_id)
    if alone:
        _do(row, None, now)
    return _found(row)


@transaction.atomic
def decide_adjustment(*, adjustment_id: int, accept: bool, user_id: int, now: datetime) -> AdjustmentRow:
    """Say yes or no to what a colleague asked for.

    Raises CannotAdjust: decided already, asked for by the same one, more than this one may, or not enough
    there any more (it goes on waiting then).
    """
    row = Adjustment.objects.select_for_update().filter(id=adjustment_id).first()
    if row is None:
        raise CannotAdjust(_("There is no such request. Look at the list again."), code="no_such_adjustment")
    if row.state != AdjustmentState.WAITING.value:
        raise CannotAdjust(_("A colleague has decided this already."), code="decided_already")
    if row.asked_by == user_id:
        raise CannotAdjust(
            _("You asked for this yourself: a second colleague has to look at it."), code="own_request"
        )
    if accept:
        check_amount(row.points_minor, user_id, now)
        lock_person(row.profile_id)
        _do(row, user_id, now)
    else:
        _move(row, AdjustmentState.REFUSED, user_id, now)
    return _found(row)


@transaction.atomic
def undo_adjustment(*, adjustment_id: int, user_id: int, now: datetime) -> AdjustmentRow:
    """Do the opposite of an adjustment, within the same limits. Asked for again it gives the same one.

    Raises CannotAdjust: it was not done, it undid something itself, or what was given (or would come back)
    is no longer whole.
    """
    # Its row is locked, so that of two who undo at once the second sees what the first did.
    Adjustment.objects.select_for_update().filter(id=adjustment_id).first()
    one = adjustment(adjustment_id)
    if one is None or one.state is not AdjustmentState.DONE or one.undoes is not None:
        raise CannotAdjust(_("There is nothing to undo. Look at the list again."), code="nothing_to_undo")
    keys = [undo_key(adjustment_id, refusals) for refusals in range(UNDO_TRIES)]
    former = {row.key: row for row in Adjustment.objects.filter(key__in=keys)}
    for asked in former.values():
        if asked.state != AdjustmentState.REFUSED.value:
            return _found(asked)
    free = next((key for key in keys if key not in former), None)
    if free is None:
        raise CannotAdjust(
            _("Undoing this was refused %(times)s times. Talk to your colleagues.") % {"times": UNDO_TRIES},
            code="nothing_to_undo",
        )
    check_amount(one.points_minor, user_id, now)
    profile_ids = lock_person(one.profile_id)
    alone = not waits(profile_ids, -one.points_minor, user_id, now)
    row = _ask(one.profile_id, -one.points_minor, one.reason, free, user_id, now)
    if alone:
        _do(row, None, now)
    return _found(row)


def _ask(
    profile_id: int, points_minor: int, reason: str, key: str, user_id: int, now: datetime
) -> Adjustment:
    return Adjustment.objects.create(
        key=key,
        profile_id=profile_id,
        currency=POINTS,
        points_minor=points_minor,
        reason=reason,
        state=AdjustmentState.WAITING.value,
        asked_by=user_id,
        asked_at=now,
    )


def _do(row: Adjustment, by: int | None, now: datetime) -> None:
    """Post it; `by` None: nobody had to look at it."""
    undoes = undone_by_key(row.key)
    if undoes is None:
        check_there(row.profile_id, row.points_minor, now)
        do(row, now)
    else:
        do_opposite(row, undoes, now)
    _move(row, AdjustmentState.DONE, by, now)


def _move(row: Adjustment, state: AdjustmentState, by: int | None, now: datetime) -> None:
    waiting = Adjustment.objects.filter(pk=row.pk, state=AdjustmentState.WAITING.value)
    waiting.update(state=state.value, decided_by=by, decided_at=now)


def _again(before: Adjustment, profile_id: int, points_minor: int, user_id: int) -> AdjustmentRow:
    if (before.profile_id, before.points_minor, before.asked_by) != (profile_id, points_minor, user_id):
        raise KeyReused(_("This was sent before with something else. Load the page again."))
    return _found(before)


def _found(row: Adjustment) -> AdjustmentRow:
    found = adjustment(row.pk)
    assert found is not None  # noqa: S101 (just written)
    return found
