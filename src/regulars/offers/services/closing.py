"""Uses captured when the order is paid, let go when it is not, and when nobody comes back for them."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from regulars.offers.errors import NoSuchUse, UseClosed
from regulars.offers.models import Use as Row
from regulars.offers.queries.uses import use
from regulars.offers.services import taking
from regulars.offers.services.telling import tell_used
from regulars.offers.types import Use, UseState

BATCH = 1_000

_OVERDUE = """
SELECT id FROM offers_use WHERE state = 'reserved' AND lasts_until <= %s
ORDER BY lasts_until LIMIT %s FOR NO KEY UPDATE SKIP LOCKED
"""
_END = "UPDATE offers_use SET state = 'timed_out', closed_at = lasts_until WHERE id = ANY(%s)"


@transaction.atomic
def capture(
    *,
    use_id: int,
    now: datetime,
    at: datetime | None = None,
    order_source: str = "",
    order_id: str = "",
) -> Use:
    """The order is paid: its offers are used. The same again gives the same answer.

    One that timed out is taken anew if its offers still can be used. Raises NoSuchUse; UseClosed where it was
    cancelled, is of another order, or timed out and somebody else was faster.
    """
    row = _locked(use_id)
    if order_id and row.order_id and (order_source, order_id) != (row.order_source, row.order_id):
        raise UseClosed(_("This was set aside for another order."))
    if row.state == UseState.CANCELLED:
        raise UseClosed(_("This was cancelled; set it aside anew."))
    moment = at or now
    order = {"order_source": order_source, "order_id": order_id} if order_id and not row.order_id else {}
    if row.state in (UseState.CAPTURED, UseState.GIVEN_BACK):
        if order:
            Row.objects.filter(pk=use_id).update(**order)
        return _use(use_id)
    if row.state == UseState.TIMED_OUT and not taking.take_again(use_id, at=moment):
        raise UseClosed(_("This timed out, and its offers were used up meanwhile."))
    Row.objects.filter(pk=use_id).update(state=UseState.CAPTURED.value, closed_at=moment, **order)
    taking.mark_used([use_id], at=moment)
    tell_used([use_id], at={use_id: moment}, now=now)
    return _use(use_id)


@transaction.atomic
def cancel(*, use_id: int, now: datetime, at: datetime | None = None) -> Use:
    """Let it go: its offers can be used again. One that is let go already stays as it is.

    Raises NoSuchUse, and UseClosed where it was captured.
    """
    row = _locked(use_id)
    if row.state in (UseState.CAPTURED, UseState.GIVEN_BACK):
        raise UseClosed(_("These offers were used; take the order back to have them returned."))
    if row.state == UseState.RESERVED:
        Row.objects.filter(pk=use_id).update(state=UseState.CANCELLED.value, closed_at=at or now)
        taking.release([use_id])
    return _use(use_id)


@transaction.atomic
def time_out(*, now: datetime, limit: int) -> int:
    """Let go of what nobody came back for in time; gives how many uses."""
    with connection.cursor() as cursor:
        cursor.execute(_OVERDUE, [now, min(limit, BATCH)])
        ids = [id_ for (id_,) in cursor.fetchall()]
        if ids:
            cursor.execute(_END, [ids])
            taking.release(ids)
    return len(ids)


def _locked(use_id: int) -> Row:
    row = Row.objects.select_for_update(no_key=True).filter(pk=use_id).first()
    if row is None:
        raise NoSuchUse(_("Nothing was set aside under the number %(number)s.") % {"number": use_id})
    return row


def _use(use_id: int) -> Use:
    found = use(use_id)
    if found is None:
        raise NoSuchUse(_("Nothing was set aside under the number %(number)s.") % {"number": use_id})
    return found
