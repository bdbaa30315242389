"""Every write to customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction

from regulars.customers.locks import lock_profiles
from regulars.customers.rules import fold, merged, normalise, words
from regulars.customers.types import PROFILE_CREATED, NewProfile, ProfileKey, UpsertedProfiles
from regulars.events import services as events
from regulars.events.types import NewEvent

PROFILES_MAX = 5_000
"""Most customers in one transaction, a second's work: an open write holds the readers of the log back."""

# The person's id is drawn beforehand, so that only customers who are really new get a person; the
# foreign key is checked at the end of the transaction.
_INSERT = """
WITH fresh AS (
    INSERT INTO customers_profile (person_id, source, external_id, name, search_key, sort_key, created_at)
    SELECT nextval(pg_get_serial_sequence('customers_person', 'id')), t.*
    FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[])
        AS t(source, external_id, name, search_key, sort_key, created_at)
    ORDER BY source, external_id
    ON CONFLICT (source, external_id) DO NOTHING
    RETURNING id, person_id, source, external_id, created_at
), persons AS (
    INSERT INTO customers_person (id, created_at) SELECT person_id, created_at FROM fresh
)
SELECT id, source, external_id FROM fresh
"""
_RENAME = """
UPDATE customers_profile AS p
SET name = t.name, search_key = t.search_key, sort_key = t.sort_key
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[]) AS t(id, name, search_key, sort_key)
WHERE p.id = t.id AND p.name <> t.name
"""
_ADD_IDENTITIES = """
INSERT INTO customers_identity (profile_id, type, value)
SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS t(profile_id, type, value)
ORDER BY profile_id, type, value
ON CONFLICT (profile_id, type, value) DO NOTHING
"""


@transaction.atomic
def upsert_profiles(
    *, profiles: Sequence[NewProfile], now: datetime, backfill: bool = False
) -> UpsertedProfiles:
    """Store customers by (source, external id); a new one gets a person of its own.

    Rows of one customer are taken together, the last name given winning. The same batch twice changes
    nothing. Records `profile_created` for each new one.

    Raises ValueError above PROFILES_MAX.
    """
    if len(profiles) > PROFILES_MAX:
        raise ValueError(f"{len(profiles)} customers in one batch; the most is {PROFILES_MAX}")
    wanted = _one_of_each(profiles)
    known = lock_profiles(wanted)
    missing = [profile for key, profile in wanted.items() if key not in known]
    created = _insert(missing, now)
    # What another batch stored while we looked: it is there now.
    overtaken = [profile.key for profile in missing if profile.key not in created]
    known |= lock_profiles(overtaken)
    ids = known | created
    renamed = _rename([(known[key], wanted[key].name) for key in known if wanted[key].name])
    _add_identities(wanted, ids)
    events.record(
        [
            NewEvent(
                type=PROFILE_CREATED,
                source="customers",
                key=f"profile_created:{id_}",
                occurred_at=wanted[key].created_at or now,
                profile_id=id_,
            )
            for key, id_ in created.items()
        ],
        now=now,
        backfill=backfill,
    )
    return UpsertedProfiles(ids, len(created), renamed)


def _one_of_each(profiles: Sequence[NewProfile]) -> dict[ProfileKey, NewProfile]:
    wanted: dict[ProfileKey, NewProfile] = {}
    for profile in profiles:
        told = wanted.get(profile.key)
        wanted[profile.key] = merged(told, profile) if told else profile
    return wanted


def _insert(profiles: Sequence[NewProfile], now: datetime) -> dict[ProfileKey, int]:
    if not profiles:
        return {}
    columns: list[list[object]] = [
        [profile.source for profile in profiles],
        [profile.external_id for profile in profiles],
        [profile.name for profile in profiles],
        [words(profile.name) for profile in profiles],
        [fold(profile.name) for profile in profiles],
        [profile.created_at or now for profile in profiles],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, columns)
        return {(source, external_id): id_ for id_, source, external_id in cursor.fetchall()}


def _rename(names: Sequence[tuple[int, str]]) -> int:
    if not names:
        return 0
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
        return int(cursor.rowcount)


def _add_identities(profiles: Mapping[ProfileKey, NewProfile], ids: Mapping[ProfileKey, int]) -> None:
    rows = [
        (ids[key], type_.value, value)
        for key, profile in profiles.items()
        for type_, raw in profile.identities
        if (value := normalise(type_, raw))
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_ADD_IDENTITIES, [list(column) for column in zip(*rows, strict=True)])
