"""How profiles come into being."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import connection, transaction

from regulars.customers.queries import profile_ids
from regulars.customers.rules import fold, words
from regulars.customers.services.telling import created_event
from regulars.customers.types import ANONYMOUS, NewProfile, ProfileKey
from regulars.events import services as events
from regulars.events.types import WHOLE

PROFILES_TABLE = "profiles"
"""The lake table that says whose each profile is."""
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
    INSERT INTO customers_person (id, created_at, known)
    SELECT person_id, created_at, source <> 'anonymous' FROM fresh
)
SELECT id, source, external_id FROM fresh
"""


def find_or_create_profiles(
    *, keys: Collection[ProfileKey], now: datetime, backfill: bool = False
) -> dict[ProfileKey, int]:
    """Ids of profiles by (source, external id); those that are missing come into being.

    Known ones are read without a lock. Records `profile_created` for new ones and marks them, but not
    anonymous ones: what they look at is dropped some day, and nothing else is known of them. Call it
    before anything is locked in the same transaction.

    Raises ValueError above PROFILES_MAX and for an empty id.
    """
    if len(keys) > PROFILES_MAX:
        raise ValueError(f"{len(keys)} customers in one batch; the most is {PROFILES_MAX}")
    ids = profile_ids(keys)
    missing = [NewProfile(source=source, external_id=id_) for source, id_ in keys if (source, id_) not in ids]
    return ids | _create(missing, now, backfill) if missing else ids


@transaction.atomic
def _create(missing: Sequence[NewProfile], now: datetime, backfill: bool) -> dict[ProfileKey, int]:
    created = insert_profiles(missing, now)
    told = [profile for profile in missing if profile.key in created and profile.source != ANONYMOUS]
    events.record(
        [created_event(profile, created[profile.key], now) for profile in told], now=now, backfill=backfill
    )
    if created:
        marked = [created[profile.key] for profile in told]
        events.touch(months=[(PROFILES_TABLE, WHOLE)], profiles=marked)
    if overtaken := [profile.key for profile in missing if profile.key not in created]:
        created |= profile_ids(overtaken)
    return created


def insert_profiles(profiles: Sequence[NewProfile], now: datetime) -> dict[ProfileKey, int]:
    """Store those that nobody stored meanwhile, each with a person of its own; gives their ids."""
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
