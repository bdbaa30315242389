"""What the log hears when lots are settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from regulars.events.types import EventType, NewEvent
from regulars.loyalty.types import SOURCE, Cause, Settled, Wanted
from regulars.loyalty.types.events import POINTS_ADJUSTED, POINTS_EARNED, POINTS_TAKEN_BACK, Caused


def settled_events(
    *, wanted: Sequence[Wanted], settled: Sequence[Settled], caused: Mapping[str, Caused] | None = None
) -> list[NewEvent]:
    """An event for each lot that changed; those by hand and opening balances tell of an adjustment.

    `caused`: by the key of a lot, the event that told of it.
    """
    told = {one.key: one for one in wanted}
    causes = caused or {}
    return [_event(told[one.key], one, causes.get(one.key)) for one in settled]


def _event(wanted: Wanted, settled: Settled, cause: Caused | None) -> NewEvent:
    type_, points = _type_of(wanted, settled)
    properties = {
        "points_minor": points,
        "order": wanted.order_id,
        "order_source": wanted.order_source,
        "rule": wanted.rule,
    }
    if settled.change_minor > 0:
        properties |= {"usable_at": _text(wanted.usable_at), "expires_at": _text(wanted.expires_at)}
    else:
        properties |= {"owed_minor": settled.owed_minor, "written_off_minor": settled.written_off_minor}
    return NewEvent(
        type=type_,
        source=SOURCE,
        key=f"{settled.key}:{settled.revision}",
        occurred_at=wanted.at,
        profile_id=settled.profile_id,
        properties=properties,
        caused=cause,
    )


def _type_of(wanted: Wanted, settled: Settled) -> tuple[EventType, int]:
    if wanted.cause is not Cause.EARNED:
        return POINTS_ADJUSTED, settled.change_minor
    if settled.change_minor > 0:
        return POINTS_EARNED, settled.change_minor
    return POINTS_TAKEN_BACK, -settled.change_minor


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
