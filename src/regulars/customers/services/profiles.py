"""Storing customers as their sources tell of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction

from regulars.customers.locks import lock_profiles
from regulars.customers.queries import profile_ids
from regulars.customers.queries.region import region_for
from regulars.customers.rules import fold, merged, normalise, words
from regulars.customers.services.creating import PROFILES_MAX, PROFILES_TABLE, insert_profiles
from regulars.customers.services.telling import created_event, identity_events
from regulars.customers.types import (
    ANONYMOUS,
    IDENTITY_ADDED,
    IdentityType,
    NewProfile,
    ProfileBefore,
    ProfileIdentity,
    ProfileKey,
    UpsertedProfiles,
)
from regulars.events import services as events
from regulars.events.types import WHOLE

# The rows are locked, so what `before` reads is what is overwritten. A row is written once in a transaction:
# for one written twice PostgreSQL looks again whether its person is there.
_RENAME = """
UPDATE customers_profile AS p
SET name = t.name, search_key = t.search_key, sort_key = t.sort_key, revision = p.revision + 1
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[]) AS t(id, name, search_key, sort_key)
JOIN customers_profile AS before ON before.id = t.id
WHERE p.id = t.id AND p.name <> t.name
RETURNING p.id, before.name, p.revision
"""
_NEXT_REVISION = """
UPDATE customers_profile SET revision = revision + 1 WHERE id = ANY(%s) RETURNING id, revision
"""
_NAMES = "SELECT id, name FROM customers_profile WHERE id = ANY(%s)"
_ADD_IDENTITIES = """
INSERT INTO customers_identity (profile_id, type, value)
SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS t(profile_id, type, value)
ORDER BY profile_id, type, value
ON CONFLICT (profile_id, type, value) DO NOTHING
RETURNING id, profile_id, type, value
"""


@transaction.atomic
def upsert_profiles(
    *, profiles: Sequence[NewProfile], now: datetime, backfill: bool = False
) -> UpsertedProfiles:
    """Store customers by (source, external id); a new one gets a person of its own.

    Rows of one customer are taken together, the last name given winning. The same batch twice changes
    nothing. Records `profile_created` for each new one but devices, `identity_added` for what known ones
    have more and marks the new and the changed.

    Raises ValueError above PROFILES_MAX.
    """
    if len(profiles) > PROFILES_MAX:
        raise ValueError(f"{len(profiles)} customers in one batch; the most is {PROFILES_MAX}")
    wanted = _one_of_each(profiles)
    created, known = _created_and_locked(wanted, now)
    ids = known | created
    names, revisions_of_renamed = _rename(
        [(known[key], wanted[key].name) for key in known if wanted[key].name]
    )
    new = _add_identities(wanted, ids)
    added: defaultdict[int, list[tuple[IdentityType, str]]] = defaultdict(list)
    for identity in new.values():
        added[identity.profile_id].append((identity.type, identity.value))
    before = _before(known, names, added)
    others = _next_revisions([known[key] for key in before if known[key] not in names])
    now_at = revisions_of_renamed | others
    revisions = dict.fromkeys(created, 1) | {key: now_at[known[key]] for key in before}
    told = [created_event(wanted[key], id_, now) for key, id_ in created.items() if key[0] != ANONYMOUS]
    fresh = set(created.values())
    more = {id_: identity for id_, identity in new.items() if identity.profile_id not in fresh}
    told += identity_events(IDENTITY_ADDED, more, now)
    events.record(told, now=now, backfill=backfill)
    events.touch(
        months=[(PROFILES_TABLE, WHOLE)] if created else [],
        profiles=[*created.values(), *(known[key] for key in before)],
    )
    return UpsertedProfiles(ids, len(created), len(names), revisions, before)


def _created_and_locked(
    wanted: Mapping[ProfileKey, NewProfile], now: datetime
) -> tuple[dict[ProfileKey, int], dict[ProfileKey, int]]:
    """Ids of those that had to be created, and of all others, locked.

    First what is new, then the locks: who locked first and then waited for a key that another is
    inserting could be what that other waits for.
    """
    known = profile_ids(wanted)
    created = insert_profiles([profile for key, profile in wanted.items() if key not in known], now)
    locked = lock_profiles([key for key in wanted if key not in created])
    # What was removed between the look and the lock.
    if gone := [profile for key, profile in wanted.items() if key not in created and key not in locked]:
        created |= insert_profiles(gone, now)
        locked |= lock_profiles([profile.key for profile in gone if profile.key not in created])
    return created, locked


def _one_of_each(profiles: Sequence[NewProfile]) -> dict[ProfileKey, NewProfile]:
    wanted: dict[ProfileKey, NewProfile] = {}
    for profile in profiles:
        told = wanted.get(profile.key)
        wanted[profile.key] = merged(told, profile) if told else profile
    return wanted


def _rename(names: Sequence[tuple[int, str]]) -> tuple[dict[int, str], dict[int, int]]:
    """Give locked profiles their names; tells of those that had another one what it was, and the revision."""
    if not names:
        return {}, {}
    with connection.cursor() as cursor:
        cursor.execute(
            _RENAME,
            [
                [id_ for id_, _ in names],
                [name for _, name in names],
                [words(name) for _, name in names],
                [fold(name) for _, name in names],
            ],
        )
        rows = cursor.fetchall()
    return {id_: name for id_, name, _ in rows}, {id_: revision for id_, _, revision in rows}


def _add_identities(
    profiles: Mapping[ProfileKey, NewProfile], ids: Mapping[ProfileKey, int]
) -> dict[int, ProfileIdentity]:
    """Add what is not known yet; tells what that was, by the ids of the rows."""
    region = region_for(identity for profile in profiles.values() for identity in profile.identities)
    rows = [
        (ids[key], type_.value, value)
        for key, profile in profiles.items()
        for type_, raw in profile.identities
        if (value := normalise(type_, raw, region))
    ]
    if not rows:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_ADD_IDENTITIES, [list(column) for column in zip(*rows, strict=True)])
        return {
            id_: ProfileIdentity(of, IdentityType(type_), value)
            for id_, of, type_, value in cursor.fetchall()
        }


def _before(
    known: Mapping[ProfileKey, int],
    names: Mapping[int, str],
    added: Mapping[int, Sequence[tuple[IdentityType, str]]],
) -> dict[ProfileKey, ProfileBefore]:
    """The state before of those known profiles that changed."""
    changed = {key: id_ for key, id_ in known.items() if id_ in names or id_ in added}
    kept = dict(names)
    if unnamed := [id_ for id_ in changed.values() if id_ not in names]:
        with connection.cursor() as cursor:
            cursor.execute(_NAMES, [unnamed])
            kept.update(cursor.fetchall())
    return {key: ProfileBefore(kept[id_], tuple(added.get(id_, ()))) for key, id_ in changed.items()}


def _next_revisions(ids: Sequence[int]) -> dict[int, int]:
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_REVISION, [list(ids)])
        return dict(cursor.fetchall())
