"""Points set aside for an order that is being paid, spent, let go; and points spent at once.

Each is one call of a function in the database (migrations: holding), which locks the wallets before it looks
at what is there, and records the event that tells of it: one round trip, one transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from regulars.events import services as events
from regulars.kit.prepared import prepared_cursor
from regulars.loyalty.errors import HoldClosed, KeyReused, LoyaltyProblem, NoSuchHold, NotEnough
from regulars.loyalty.queries.holds import HOLD_COLUMNS, as_hold
from regulars.loyalty.types import MINOR, Hold, HoldState, NewHold
from regulars.loyalty.types.programme import WhenSpent

_ROW = ", ".join(f"(f.o_hold).{name}" for name in HOLD_COLUMNS.split(", "))
_HOLD = f"""
SELECT f.o_outcome, f.o_spendable, f.o_told, {_ROW}
FROM loyalty_hold_points(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) AS f
"""  # noqa: S608 (names of columns)
_CAPTURE = f"""
SELECT f.o_outcome, f.o_spendable, f.o_told, {_ROW} FROM loyalty_capture(%s, %s, %s, %s, %s, %s, %s, %s) AS f
"""  # noqa: S608 (names of columns)
_CANCEL = f"""
SELECT f.o_outcome, NULL, f.o_told, {_ROW} FROM loyalty_cancel(%s, %s, %s, %s, %s) AS f
"""  # noqa: S608 (names of columns)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a function of the database said; `row` is empty of meaning where there is no hold."""

    outcome: str
    spendable_minor: int
    row: tuple[Any, ...]

    @property
    def hold(self) -> Hold:
        return as_hold(self.row)


def hold(*, new: NewHold, now: datetime) -> Hold:
    """Set points of a person aside, the soonest to expire first; the same key gives the same hold again.

    Raises NotEnough (with what can be spent), and KeyReused where the key came before with something else.
    """
    answer = _new(new, None, now)
    if answer.outcome == "short":
        raise _not_enough(answer)
    found = answer.hold
    if answer.outcome == "known":
        _check_same(new, found)
    return found


def spend(*, new: NewHold, now: datetime, when_short: WhenSpent) -> Hold:
    """Hold and capture in one, of a till that has given the discount already.

    What is not there is owed, or (`take`, `write_off`) written off; either way all of it counts as spent,
    and the event points_short tells of it. The same key gives the same answer.

    Raises KeyReused.
    """
    answer = _new(new, when_short == "owe", now)
    found = answer.hold
    if answer.outcome == "known":
        _check_same(new, found)
        if found.state is not HoldState.CAPTURED:
            raise _reused()
    return found


def capture(
    *,
    hold_id: int,
    points_minor: int | None = None,
    now: datetime,
    at: datetime | None = None,
    order_source: str = "",
    order_id: str = "",
) -> Hold:
    """Spend what is held, whole (None) or in part: the rest goes back. The same again gives the same answer.

    `at`: when it was captured by the clock of whoever did; None: now. A hold that timed out, though only
    after that moment, is drawn anew, out of what could be spent when it was made.

    Raises NoSuchHold, HoldClosed, and NotEnough where a hold that timed out cannot be drawn anew.
    """
    if points_minor is not None and points_minor <= 0:
        raise LoyaltyProblem(_("Capture more than no points, or cancel the hold."))
    values = [hold_id, points_minor, order_source, order_id, at or now]
    answer = _call(_CAPTURE, values, now, hold_id)
    if answer.outcome == "short":
        raise _not_enough(answer)
    found = answer.hold
    if answer.outcome == "closed":
        _check_captured_so(found, points_minor, (order_source, order_id))
    return found


def cancel(*, hold_id: int, now: datetime, at: datetime | None = None) -> Hold:
    """Let a hold go: its points are back where they came from. One that is let go already stays as it is.

    One that timed out, though only after `at`, counts as cancelled: no capture brings it back.

    Raises NoSuchHold, and HoldClosed where it was captured.
    """
    found = _call(_CANCEL, [hold_id, at or now], now, hold_id).hold
    if found.state is HoldState.CAPTURED:
        raise HoldClosed(_("These points were spent; take the order back to have them returned."))
    return found


def _new(new: NewHold, owe: bool | None, now: datetime) -> _Answer:
    if new.points_minor <= 0 or not new.key:
        raise LoyaltyProblem(_("Say how many points, more than none, and give the request a key."))
    values = [new.key, new.profile_id, new.points_minor, new.at, new.lasts_until, new.order_source]
    return _call(_HOLD, [*values, new.order_id, new.branch_id, owe], now, None)


def _call(statement: str, values: list[Any], now: datetime, hold_id: int | None) -> _Answer:
    """Ask the database, in a transaction of its own where there is none; readers of the log are woken."""
    heard_at, backfill = events.heard(now=now)
    with prepared_cursor(binary=True) as cursor:
        cursor.execute(statement, [*values, now, heard_at, backfill])
        outcome, spendable, told, *row = cursor.fetchone()
    if outcome == "unknown":
        raise NoSuchHold(_("There is no hold with the number %(number)s.") % {"number": hold_id})
    events.wake(told or (), backfill=backfill)
    return _Answer(outcome, spendable, tuple(row))


def _check_same(new: NewHold, found: Hold) -> None:
    """The order may be told with the capture only, and the moments are those of the first time."""
    order = (new.order_source, new.order_id)
    if (new.profile_id, new.points_minor, new.branch_id) != (
        found.profile_id,
        found.points_minor,
        found.branch_id,
    ) or (new.order_id and found.order_id and order != (found.order_source, found.order_id)):
        raise _reused()


def _check_captured_so(found: Hold, points_minor: int | None, order: tuple[str, str]) -> None:
    if found.state is HoldState.CANCELLED:
        raise HoldClosed(_("This hold was cancelled; ask for a new one."))
    if found.state is not HoldState.CAPTURED:
        if points_minor is not None and points_minor > found.points_minor:
            raise HoldClosed(_("The hold is for fewer points; capture at most those."))
        raise HoldClosed(_("This hold has timed out; ask for a new one."))
    if found.spent_minor != (points_minor or found.points_minor):
        raise HoldClosed(_("This hold was captured already, with another number of points."))
    if order[1] and order != (found.order_source, found.order_id):
        raise HoldClosed(_("This hold was captured already, for another order."))


def _not_enough(answer: _Answer) -> NotEnough:
    there = f"{Decimal(answer.spendable_minor) / MINOR:f}"
    return NotEnough(
        _("There are not enough points: %(points)s can be spent.") % {"points": there},
        spendable_minor=answer.spendable_minor,
    )


def _reused() -> KeyReused:
    return KeyReused(_("This key was used before with something else; make up a new one for a new hold."))
