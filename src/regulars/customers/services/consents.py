"""Keeping who agreed to what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from regulars.customers.locks import lock_profiles_by_id
from regulars.customers.rules import wrong_with
from regulars.customers.services.creating import PROFILES_MAX
from regulars.customers.services.telling import EVENT_SOURCE
from regulars.customers.types import CONSENT_GIVEN, CONSENT_WITHDRAWN, NewConsent, RecordedConsents
from regulars.events import services as events
from regulars.events.types import NewEvent

_ADD = """
INSERT INTO customers_consent (profile_id, channel, topic, granted, at, source, proof, recorded_at)
SELECT t.*, %s FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::boolean[], %s::timestamptz[], %s::text[],
    %s::jsonb[]) AS t(profile_id, channel, topic, granted, at, source, proof)
ORDER BY profile_id, channel, topic, at
ON CONFLICT (profile_id, channel, topic, at, granted, source) DO NOTHING
RETURNING id, profile_id, channel, topic, granted, least(at, recorded_at)
"""


@transaction.atomic
def record_consents(
    *, consents: Sequence[NewConsent], now: datetime, backfill: bool = False
) -> RecordedConsents:
    """Add to the history of consents. The same again (all but the proof) changes nothing.

    What is told late goes to its place in time: `queries.consents_of` says what holds. Records
    `consent_given` and `consent_withdrawn` for each, at its moment.

    Raises ValueError above PROFILES_MAX.
    """
    if len(consents) > PROFILES_MAX:
        raise ValueError(f"{len(consents)} consents in one batch; the most is {PROFILES_MAX}")
    refused = {place: reason for place, c in enumerate(consents) if (reason := wrong_with(c, now))}
    profiles = lock_profiles_by_id(c.profile_id for place, c in enumerate(consents) if place not in refused)
    for place, consent in enumerate(consents):
        if consent.profile_id not in profiles:
            refused.setdefault(place, "unknown_profile")
    wanted = [consent for place, consent in enumerate(consents) if place not in refused]
    if not wanted:
        return RecordedConsents(0, refused)
    columns: list[list[object]] = [
        [consent.profile_id for consent in wanted],
        [consent.channel for consent in wanted],
        [consent.topic for consent in wanted],
        [consent.granted for consent in wanted],
        [consent.at for consent in wanted],
        [consent.source.strip() for consent in wanted],
        [Jsonb(dict(consent.proof)) for consent in wanted],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [now, *columns])
        added = cursor.fetchall()
    events.record([_event(*row) for row in added], now=now, backfill=backfill)
    return RecordedConsents(len(added), refused)


@transaction.atomic
def remove_consents(*, profile_ids: Sequence[int]) -> int:
    """Remove all that these profiles consented to, as when a made-up shop is cleared; says how much."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM customers_consent WHERE profile_id = ANY(%s)", [list(profile_ids)])
        return int(cursor.rowcount)


def _event(id_: int, profile_id: int, channel: str, topic: str, granted: bool, at: datetime) -> NewEvent:
    return NewEvent(
        type=CONSENT_GIVEN if granted else CONSENT_WITHDRAWN,
        source=EVENT_SOURCE,
        key=f"consent:{id_}",
        occurred_at=at,
        profile_id=profile_id,
        properties={"channel": channel, "topic": topic},
    )
