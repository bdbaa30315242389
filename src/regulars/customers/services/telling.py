"""What the log hears of customers: that they came, and by what else they are known. Never an address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from regulars.customers.types import IDENTITY_ADDED, PROFILE_CREATED, NewProfile, ProfileIdentity
from regulars.events.types import EventType, NewEvent

EVENT_SOURCE = "customers"


def created_event(profile: NewProfile, id_: int, now: datetime) -> NewEvent:
    """That a customer is known from now on, or has been since the source says so."""
    return NewEvent(
        type=PROFILE_CREATED,
        source=EVENT_SOURCE,
        key=created_key(id_),
        occurred_at=profile.created_at or now,
        profile_id=id_,
    )


def created_key(profile_id: int) -> str:
    """The occasion of a profile's `profile_created`."""
    return f"profile_created:{profile_id}"


def added_key(identity_id: int) -> str:
    """The occasion of an identity's `identity_added`, by the id of its row."""
    return f"{IDENTITY_ADDED.name}:{identity_id}"


def identity_events(
    type_: EventType, identities: Mapping[int, ProfileIdentity], now: datetime
) -> list[NewEvent]:
    """That profiles have, or no longer have, identities, by the ids of their rows; without what they are."""
    return [
        NewEvent(
            type=type_,
            source=EVENT_SOURCE,
            key=f"{type_.name}:{id_}",
            occurred_at=now,
            profile_id=identity.profile_id,
            properties={"type": identity.type.value},
        )
        for id_, identity in identities.items()
    ]
