"""Recording what happened, in the transaction of the change it tells of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from django.db import connection
from django.utils.translation import gettext as _

from regulars.events import registry
from regulars.events.errors import EventLoop, TooManyNames
from regulars.events.services import history, names, promises, waking
from regulars.events.types import DEPTH_MAX, NewEvent, Recorded

# One statement, so that the key, the event and the count come into being together or not at all.
# - Keys are inserted in their own order: of two batches that overlap one waits for the other, and never
#   each for the other. The same holds for the counts.
# - Twice the same key in one batch is one event: the first.
# - The rows come as one JSON text: arrays of texts would be written item by item in Python, half of the work.
_RECORD = """
WITH input AS (
    SELECT DISTINCT ON (source, key) *
    FROM ROWS FROM (json_to_recordset(%s::json) AS (
            source text, key text, class text, name text, occurred_at timestamptz, profile_id bigint,
            properties jsonb, cause_id bigint, depth smallint))
        WITH ORDINALITY
        AS t(source, key, class, name, occurred_at, profile_id, properties, cause_id, depth, place)
    ORDER BY source, key, place
), fresh AS (
    INSERT INTO event_keys (source, key, received_at)
    SELECT source, key, %s FROM input ORDER BY source, key
    ON CONFLICT DO NOTHING
    RETURNING source, key
), stored AS (
    INSERT INTO events (class, name, source, key, occurred_at, received_at, profile_id, properties,
                        cause_id, depth, backfill, epoch)
    SELECT class, name, source, key, occurred_at, %s, profile_id, properties, cause_id, depth, %s,
           (SELECT coalesce(max(epoch), 1) FROM log_epochs)
    FROM input JOIN fresh USING (source, key)
    ORDER BY place
    RETURNING id, source, key, name, profile_id, occurred_at
), counted AS (
    INSERT INTO event_counts AS c (profile_id, name, first_at, last_at, count)
    SELECT profile_id, name, min(occurred_at), max(occurred_at), count(*)
    FROM stored WHERE profile_id IS NOT NULL
    GROUP BY profile_id, name ORDER BY profile_id, name
    ON CONFLICT (profile_id, name) DO UPDATE SET
        first_at = least(c.first_at, excluded.first_at),
        last_at = greatest(c.last_at, excluded.last_at),
        count = c.count + excluded.count
)
SELECT id, source, key FROM stored
"""


def record(events: Sequence[NewEvent], *, now: datetime, backfill: bool = False) -> Recorded:
    """Write events; those whose (source, key) was recorded before are left out.

    `backfill` events fill history and set nothing off. Call it once per transaction, or lock the persons
    concerned first, in id order: each call by itself cannot deadlock with another, several in a row can.

    Raises UnknownEvent for a type nobody registered, EventLoop past DEPTH_MAX and TooManyNames for outside
    names beyond their limit (ask `admit` first); no event is written then.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("events are recorded in the transaction of the change they tell of")
    if not events:
        return Recorded({})
    for event in events:
        registry.check(event.type)
        if event.depth > DEPTH_MAX:
            raise EventLoop(
                _("%(name)s was caused by a chain of more than %(depth)s events; that looks like a loop.")
                % {"name": event.type.name, "depth": DEPTH_MAX}
            )
    if heard_at := history.heard_at():
        now, backfill = heard_at, True
    promises.is_kept_by(backfill=backfill)
    if refused := names.admit({event.type for event in events}, now=now):
        raise TooManyNames(
            _("There are too many different names of events already; %(name)s is not taken.")
            % {"name": ", ".join(sorted(refused))}
        )
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, [_as_json(events), now, now, backfill])
        stored = Recorded({(source, key): id_ for id_, source, key in cursor.fetchall()})
    if stored.ids:
        waking.after_commit({event.profile_id for event in events}, backfill=backfill)
    return stored


def _as_json(events: Sequence[NewEvent]) -> str:
    rows = [
        {
            "source": event.source,
            "key": event.key,
            "class": event.type.class_.value,
            "name": event.type.name,
            "occurred_at": event.occurred_at,
            "profile_id": event.profile_id,
            "properties": event.properties,
            "cause_id": event.cause_id,
            "depth": event.depth,
        }
        for event in events
    ]
    return msgspec.json.encode(rows, enc_hook=_plain).decode()


def _plain(value: object) -> object:
    """What msgspec does not know by itself."""
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"properties of an event are JSON, not {type(value).__name__}")
