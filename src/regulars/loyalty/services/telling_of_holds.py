"""What the log is told as spent points come back; of spending itself the database tells (migrations)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from regulars.events import services as events
from regulars.events.types import EventType, NewEvent
from regulars.loyalty.types import Hold
from regulars.loyalty.types.events import (
    POINTS_BECAME_USABLE,
    POINTS_EXPIRED,
    POINTS_GIVEN_BACK,
    POINTS_SPENT,
    SOURCE,
    Caused,
)


def given_back(
    found: Hold, number: int, points_minor: int, *, at: datetime, cause: Caused | None
) -> NewEvent:
    """That something of it came back, or (negative) is spent again, as a return was withdrawn.

    `number` counts these changes of the hold.
    """
    type_ = POINTS_GIVEN_BACK if points_minor > 0 else POINTS_SPENT
    properties = {"points_minor": abs(points_minor), "order": found.order_id}
    properties |= {"order_source": found.order_source, "branch_id": found.branch_id}
    key = f"given_back:{found.id}:{number}"
    return _of_hold(type_, found, key, at, properties, cause)


def on_the_way(
    hold_id: int, *, activated: Mapping[str, int] | None, expired: Mapping[str, int] | None, at: datetime
) -> list[NewEvent]:
    """What happened to other points meanwhile, by profile: some became usable, some let go had expired."""
    return [
        NewEvent(
            type=type_,
            source=SOURCE,
            key=f"hold:{hold_id}:{type_.name}:{profile}:{at.isoformat()}",
            occurred_at=at,
            profile_id=int(profile),
            properties={"points_minor": points},
        )
        for type_, found in ((POINTS_BECAME_USABLE, activated), (POINTS_EXPIRED, expired))
        for profile, points in sorted((found or {}).items())
    ]


def tell(told: Sequence[NewEvent], *, now: datetime) -> None:
    """Record what there is to tell, last in the transaction."""
    if told:
        events.record(told, now=now)


def _of_hold(
    type_: EventType,
    found: Hold,
    key: str,
    at: datetime,
    properties: Mapping[str, object],
    cause: Caused | None,
) -> NewEvent:
    return NewEvent(
        type=type_,
        source=SOURCE,
        key=key,
        occurred_at=at,
        profile_id=found.profile_id,
        properties={"hold_id": found.id, **properties},
        caused=cause,
    )
