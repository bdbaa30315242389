"""By what else customers can be known: adding and removing it one by one, as an API does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import connection, transaction

from regulars.customers.locks import lock_profiles_by_id
from regulars.customers.queries.region import region_for
from regulars.customers.rules import looks_right, normalise
from regulars.customers.services.creating import PROFILES_MAX
from regulars.customers.services.telling import identity_events
from regulars.customers.types import (
    IDENTITY_ADDED,
    IDENTITY_REMOVED,
    ChangedIdentities,
    IdentityType,
    ProfileIdentity,
)
from regulars.events import services as events
from regulars.events.types import EventType

IDENTITIES_MAX = 50
"""Most identities of a profile: who has more addresses is not one customer."""

_OF_PROFILES = "SELECT profile_id, type, value FROM customers_identity WHERE profile_id = ANY(%s)"
_ADD = """
INSERT INTO customers_identity (profile_id, type, value)
SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS t(profile_id, type, value)
ORDER BY profile_id, type, value
RETURNING id, profile_id, type, value
"""
_REMOVE = """
DELETE FROM customers_identity AS i
USING unnest(%s::bigint[], %s::text[], %s::text[]) AS t(profile_id, type, value)
WHERE i.profile_id = t.profile_id AND i.type = t.type AND i.value = t.value
RETURNING i.id, i.profile_id, i.type, i.value
"""
_NEXT_REVISION = "UPDATE customers_profile SET revision = revision + 1 WHERE id = ANY(%s)"


@transaction.atomic
def add_identities(
    *, identities: Sequence[ProfileIdentity], now: datetime, backfill: bool = False
) -> ChangedIdentities:
    """Add addresses and numbers to profiles; what they have already is passed over.

    Records `identity_added`, with the type only. Raises ValueError above PROFILES_MAX.
    """
    wanted, refused = _in_stored_form(identities)
    profiles = lock_profiles_by_id(identity.profile_id for identity in wanted.values())
    known = _of_profiles(profiles)
    new: list[ProfileIdentity] = []
    for place, identity in wanted.items():
        theirs = known.get(identity.profile_id)
        if theirs is None:
            refused[place] = "unknown_profile"
        elif identity not in theirs and len(theirs) >= IDENTITIES_MAX:
            refused[place] = "too_many"
        elif identity not in theirs:
            theirs.add(identity)
            new.append(identity)
    return _change(_ADD, new, IDENTITY_ADDED, refused, now=now, backfill=backfill)


@transaction.atomic
def remove_identities(
    *, identities: Sequence[ProfileIdentity], now: datetime, backfill: bool = False
) -> ChangedIdentities:
    """Take addresses and numbers from profiles; those they do not have are passed over.

    Records `identity_removed`, with the type only. Raises ValueError above PROFILES_MAX.
    """
    wanted, _refused = _in_stored_form(identities)
    lock_profiles_by_id(identity.profile_id for identity in wanted.values())
    return _change(_REMOVE, list(wanted.values()), IDENTITY_REMOVED, {}, now=now, backfill=backfill)


def _in_stored_form(
    identities: Sequence[ProfileIdentity],
) -> tuple[dict[int, ProfileIdentity], dict[int, str]]:
    """By place in the batch: those that are addresses or numbers, and why the others are none."""
    if len(identities) > PROFILES_MAX:
        raise ValueError(f"{len(identities)} identities in one batch; the most is {PROFILES_MAX}")
    wanted: dict[int, ProfileIdentity] = {}
    refused: dict[int, str] = {}
    region = region_for((identity.type, identity.value) for identity in identities)
    for place, identity in enumerate(identities):
        if looks_right(identity.type, identity.value, region):
            wanted[place] = replace(identity, value=normalise(identity.type, identity.value, region))
        else:
            refused[place] = "bad_value"
    return wanted, refused


def _of_profiles(profiles: Iterable[int]) -> dict[int, set[ProfileIdentity]]:
    found: dict[int, set[ProfileIdentity]] = {id_: set() for id_ in profiles}
    if found:
        with connection.cursor() as cursor:
            cursor.execute(_OF_PROFILES, [list(found)])
            for profile_id, type_, value in cursor.fetchall():
                found[profile_id].add(ProfileIdentity(profile_id, IdentityType(type_), value))
    return found


def _change(
    statement: str,
    identities: Sequence[ProfileIdentity],
    type_: EventType,
    refused: Mapping[int, str],
    *,
    now: datetime,
    backfill: bool,
) -> ChangedIdentities:
    if not identities:
        return ChangedIdentities((), refused)
    columns: list[list[int] | list[str]] = [
        [identity.profile_id for identity in identities],
        [identity.type.value for identity in identities],
        [identity.value for identity in identities],
    ]
    with connection.cursor() as cursor:
        cursor.execute(statement, columns)
        changed = {
            id_: ProfileIdentity(of, IdentityType(kind), value) for id_, of, kind, value in cursor.fetchall()
        }
        cursor.execute(_NEXT_REVISION, [sorted({identity.profile_id for identity in changed.values()})])
    events.record(identity_events(type_, changed, now), now=now, backfill=backfill)
    return ChangedIdentities(tuple(changed.values()), refused)
