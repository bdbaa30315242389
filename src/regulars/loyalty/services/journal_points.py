"""What a till did with points while it was cut off, done as of its own moments.

The discount was given, whatever the books say now. So points are taken as far as they are there, what is
missing goes by the programme's rule for points that are spent already, and only what names nobody, or was
let go before, is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from regulars.customers import queries as customers
from regulars.customers.types import SHOP
from regulars.loyalty.errors import EntryRefused, NotEnough
from regulars.loyalty.queries.holds import hold_by_key
from regulars.loyalty.queries.journal import hold_entry, short_of_hold
from regulars.loyalty.queries.programme import version_at
from regulars.loyalty.services.holding import cancel, capture, hold, spend
from regulars.loyalty.types import (
    Doing,
    Done,
    EntryKind,
    EntryReason,
    EntryState,
    Hold,
    HoldState,
    NewHold,
    Programme,
)

REST = "rest"
"""Of the key of what is spent beside a hold that does not reach."""


def do_hold(doing: Doing) -> Done:
    """Set points aside, as many as there are and a till may spend alone."""
    profile_id, programme = _customer(doing.body), _programme(doing.at)
    asked = int(doing.body["points_minor"])
    known = hold_by_key(_key(doing, doing.key))
    if known is not None:
        return _held(known, asked, _same(known, profile_id), programme)
    allowed = min(asked, programme.offline_minor)
    if not allowed:
        return _none(profile_id, asked, EntryReason.OFFLINE_LIMIT)
    new = _new(doing, doing.key, profile_id, allowed, programme)
    try:
        made = hold(new=new, now=doing.now)
    except NotEnough as error:
        if not error.spendable_minor:
            return _none(profile_id, asked, EntryReason.NOT_ENOUGH)
        made = hold(new=replace(new, points_minor=error.spendable_minor), now=doing.now)
    return _held(made, asked, profile_id, programme)


def do_spend(doing: Doing) -> Done:
    """Spend points for which the discount was given."""
    profile_id = _customer(doing.body)
    asked = int(doing.body["points_minor"])
    known = hold_by_key(_key(doing, doing.key))
    if known is not None:  # the till had asked us, and was cut off before it heard the answer
        _same(known, profile_id)
        if known.state is HoldState.CAPTURED and known.spent_minor != asked:
            raise EntryRefused(EntryReason.KEY_REUSED, "This key came before with another number of points.")
        return _captured(doing, known, asked)
    return _spent(doing, doing.key, profile_id, asked)


def do_capture(doing: Doing) -> Done:
    """Spend what had been set aside; beyond that, what is there."""
    told = doing.body.get("points_minor")
    key = str(doing.body["hold"])
    entry = hold_entry(journal_id=doing.journal_id, key=key)
    known = hold_by_key(_key(doing, key))
    if known is not None:
        whole = int(entry.body["points_minor"]) if entry else known.points_minor
        return _captured(doing, known, int(told or whole), alone=entry is not None)
    if entry is None or entry.profile_id is None:
        raise EntryRefused(EntryReason.NO_SUCH_HOLD, "There is no hold with this key.")
    # It could not be set aside, since nothing was there then.
    return _spent(doing, key, entry.profile_id, int(told or entry.body["points_minor"]))


def do_cancel(doing: Doing) -> Done:
    """Let go what had been set aside."""
    key = str(doing.body["hold"])
    known = hold_by_key(_key(doing, key))
    if known is None:
        entry = hold_entry(journal_id=doing.journal_id, key=key)
        if entry is None:
            raise EntryRefused(EntryReason.NO_SUCH_HOLD, "There is no hold with this key.")
        return Done(profile_id=entry.profile_id, outcome={"points_minor": 0})
    if known.state is HoldState.HELD:
        cancel(hold_id=known.id, now=doing.now, at=min(doing.at, known.lasts_until))
    elif known.state is HoldState.CAPTURED:
        raise _closed(known)
    elif known.state is HoldState.TIMED_OUT and doing.at < known.lasts_until:
        # We let it go ourselves before we heard of this; it cannot be brought back by a capture any more.
        cancel(hold_id=known.id, now=doing.now, at=doing.at)
    return Done(profile_id=known.profile_id, outcome={"points_minor": known.points_minor})


DOERS = {
    EntryKind.HOLD: do_hold,
    EntryKind.SPEND: do_spend,
    EntryKind.CAPTURE: do_capture,
    EntryKind.CANCEL: do_cancel,
}


def _captured(doing: Doing, known: Hold, asked: int, *, alone: bool = False) -> Done:
    """What becomes of points that were set aside, by the till `alone` or by a call, and of what is more."""
    if known.state is HoldState.CANCELLED:
        raise _closed(known)
    if known.state is HoldState.CAPTURED:
        if known.spent_minor not in {asked, min(asked, known.points_minor)}:
            raise _closed(known)
        rest = asked - known.spent_minor
    else:
        rest = asked - _capture(doing, known, min(asked, known.points_minor))
    if not rest:
        missing = short_of_hold(known.id)
        return _done(known.profile_id, asked - missing, missing)
    key, beside = f"{known.key.partition(':')[2]}:{REST}", asked - rest
    return _spent(doing, key, known.profile_id, rest, beside=beside, alone=beside if alone else 0)


def _capture(doing: Doing, known: Hold, points_minor: int) -> int:
    """Spend what is held; gives how much that was: nothing, if its time was up, or it is not there now."""
    if doing.at >= known.lasts_until:
        if known.state is HoldState.HELD:
            cancel(hold_id=known.id, now=doing.now, at=known.lasts_until)
        return 0
    try:
        capture(
            hold_id=known.id,
            points_minor=points_minor,
            now=doing.now,
            at=doing.at,
            order_source=SHOP if doing.body.get("order_id") else "",
            order_id=str(doing.body.get("order_id") or ""),
        )
    except NotEnough:
        return 0
    return points_minor


def _spent(doing: Doing, key: str, profile_id: int, asked: int, *, beside: int = 0, alone: int = 0) -> Done:
    """Spend as far as there are points, a till alone may, and the programme's rule allows to be owed.

    `beside`: what was spent of a hold already, for the same discount; `alone`: of it, by the till itself.
    """
    programme = _programme(doing.at)
    allowed = min(asked, max(0, programme.offline_minor - alone))
    over = {"reason": EntryReason.OFFLINE_LIMIT.value} if allowed < asked else {}
    if not allowed:
        return _done(profile_id, beside, asked, over)
    made = spend(
        new=_new(doing, key, profile_id, allowed, programme), now=doing.now, when_short=programme.when_spent
    )
    missing = short_of_hold(made.id)
    return _done(profile_id, beside + allowed - missing, missing + asked - allowed, over)


def _done(profile_id: int, spent: int, short: int, more: Mapping[str, Any] | None = None) -> Done:
    outcome: dict[str, Any] = {"points_minor": spent}
    if not short:
        return Done(profile_id=profile_id, outcome=outcome)
    outcome |= {"short_minor": short, "reason": EntryReason.NOT_ENOUGH.value, **(more or {})}
    return Done(state=EntryState.SHORT, profile_id=profile_id, outcome=outcome)


def _held(made: Hold, asked: int, profile_id: int, programme: Programme) -> Done:
    limited = made.points_minor == programme.offline_minor
    over = {"reason": EntryReason.OFFLINE_LIMIT.value} if limited else {}
    return _done(profile_id, made.points_minor, max(0, asked - made.points_minor), over)


def _none(profile_id: int, asked: int, reason: EntryReason) -> Done:
    outcome = {"reason": reason.value, "points_minor": 0, "short_minor": asked}
    return Done(state=EntryState.REFUSED, profile_id=profile_id, outcome=outcome)


def _new(doing: Doing, key: str, profile_id: int, points_minor: int, programme: Programme) -> NewHold:
    order_id = str(doing.body.get("order_id") or "")
    return NewHold(
        key=_key(doing, key),
        profile_id=profile_id,
        points_minor=points_minor,
        at=doing.at,
        lasts_until=doing.at + timedelta(minutes=programme.hold_minutes),
        order_source=SHOP if order_id else "",
        order_id=order_id,
        branch_id=doing.branch_id,
    )


def _key(doing: Doing, key: str) -> str:
    """As the calls of the branch's tills have it: what they asked before they were cut off is the same."""
    return f"{doing.branch_id}:{key}"


def _programme(at: datetime) -> Programme:
    version = version_at(at)
    if version is None or not version.programme.running:
        raise EntryRefused(EntryReason.NO_PROGRAMME, "No loyalty programme was running then.")
    return version.programme


def customer_of_entry(body: Mapping[str, Any]) -> int | None:
    """The profile of whom an entry names as it is kept; None where it is nobody."""
    kind, _, value = str(body.get("customer", "")).partition(":")
    if kind == "profile":
        return int(value)
    found = customers.profile_ids([(SHOP, value)]) if kind == "id" else {}
    return found.get((SHOP, value))


def _customer(body: Mapping[str, Any]) -> int:
    profile_id = customer_of_entry(body)
    if profile_id is None:
        raise EntryRefused(EntryReason.UNKNOWN_CUSTOMER, "Nobody was known by this.")
    return profile_id


def _same(known: Hold, profile_id: int) -> int:
    persons = customers.profiles({known.profile_id, profile_id})
    if len({found.person_id for found in persons.values()}) > 1:
        raise EntryRefused(EntryReason.KEY_REUSED, "This key came before for another customer.")
    return profile_id


def _closed(known: Hold) -> EntryRefused:
    return EntryRefused(EntryReason.HOLD_CLOSED, f"This hold was {known.state.value.replace('_', ' ')}.")
