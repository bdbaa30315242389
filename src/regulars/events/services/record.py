"""Recording what happened, in the transaction of the change it tells of."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import msgspec
from django.db import connection
from django.utils.translation import gettext as _

from regulars.events import registry
from regulars.events.errors import EventLoop, TooManyNames
from regulars.events.services import history, names, promises, waking
from regulars.events.types import DEPTH_MAX, NewEvent, Recorded

# The statement is in the migrations. The rows come as one JSON text: arrays of texts would be written item by
# item in Python, half of the work.
_RECORD = "SELECT id, source, key FROM events_record(%s::json, %s, %s)"


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
    now, backfill = heard(now=now, backfill=backfill)
    if refused := names.admit({event.type for event in events}, now=now):
        raise TooManyNames(
            _("There are too many different names of events already; %(name)s is not taken.")
            % {"name": ", ".join(sorted(refused))}
        )
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, [_as_json(events), now, backfill])
        stored = Recorded({(source, key): id_ for id_, source, key in cursor.fetchall()})
    if stored.ids:
        waking.after_commit({event.profile_id for event in events}, backfill=backfill)
    return stored


def heard(*, now: datetime, backfill: bool = False) -> tuple[datetime, bool]:
    """When what is told at `now` counts as heard of, and whether as backfill.

    For who has a statement of theirs call `events_record` in the database, with events of their own types,
    so that the change and the event are one round trip; `wake` comes after it. Raises RuntimeError where the
    block around promised to record nothing but backfill.
    """
    if heard_at := history.heard_at():
        now, backfill = heard_at, True
    promises.is_kept_by(backfill=backfill)
    return now, backfill


def wake(profile_ids: Collection[int], *, backfill: bool) -> None:
    """Tell the readers, after the commit, that `events_record` wrote something about these profiles."""
    if profile_ids:
        waking.after_commit(profile_ids, backfill=backfill)


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
