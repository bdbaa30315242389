"""What happened to customers, newest first: single events, and browsing as visits."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from regulars.events.types import EventClass, TimelineEvent

TIMELINE_MAX = 200
"""Most events of a timeline read at once: more than a page shows before one asks for the next."""
VISIT_PAUSE = timedelta(minutes=30)
"""Who does nothing for longer than this has left; what comes then is another visit (as GA4 counts)."""
VISITS_READ = 500
"""So many browsing events are folded into visits at first: about a page of visits."""
VISITS_READ_MAX = 2_000
"""So many where that was less than half a page; a longer visit comes out in parts of this size."""

Place = tuple[datetime, int]
"""Where an event stands in a timeline: when it happened, and its id."""

# Each profile's newest are read in order from the index and then merged; `profile_id = ANY` would read a
# customer's whole history to sort it. With names, so are each name's: which of them a profile has at all
# is known from the counts. A condition on the class leaves out the partitions of the other one.
_READ = """
SELECT {columns} FROM {wanted}
CROSS JOIN LATERAL (
    SELECT id, name, occurred_at, profile_id, properties FROM events
    WHERE {conditions}
    ORDER BY {order}
    LIMIT %(limit)s
) AS e
ORDER BY e.occurred_at DESC, e.id DESC
LIMIT %(limit)s
"""
_IN_TIME = (
    "(occurred_at, id) < (%(before)s::timestamptz, %(before_id)s::bigint)"
    " AND (occurred_at, id) >= (%(since)s::timestamptz, %(since_id)s::bigint)"
)
# Not `name = w.name`: how often a name comes is not known when the statement is planned, and by the index
# of all names the whole history would be read for three carts. In this order only that of the names helps.
_NAMED_IN_TIME = (
    "(name, occurred_at, id) < (w.name, %(before)s::timestamptz, %(before_id)s::bigint)"
    " AND (name, occurred_at, id) >= (w.name, %(since)s::timestamptz, %(since_id)s::bigint)"
)
_OF_PROFILES = "unnest(%(profiles)s::bigint[]) AS w(profile_id)"
_OF_NAMES = (
    "(SELECT profile_id, name FROM event_counts"
    " WHERE profile_id = ANY(%(profiles)s::bigint[]) AND name = ANY(%(names)s::text[])) AS w"
)
_AT = """
SELECT e.id, e.name, e.occurred_at, e.profile_id, e.properties::text
FROM unnest(%s::timestamptz[], %s::bigint[]) AS w(occurred_at, id)
CROSS JOIN unnest(%s::bigint[]) AS p(profile_id)
JOIN events AS e
    ON e.profile_id = p.profile_id AND e.occurred_at = w.occurred_at AND e.id = w.id AND e.class = %s
"""
_KNOWN = "SELECT DISTINCT name FROM event_counts WHERE profile_id = ANY(%s::bigint[])"


@dataclass(frozen=True, slots=True)
class Visit:
    """Browsing events with no pause longer than VISIT_PAUSE between them."""

    first: Place
    last: Place
    counts: Mapping[str, int]
    """How many of each name."""


def names_of(profile_ids: Sequence[int]) -> frozenset[str]:
    """The names of all that ever happened to these profiles, though browsing may be dropped since."""
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [list(profile_ids)])
        return frozenset(name for (name,) in cursor.fetchall())


def timeline(
    profile_ids: Sequence[int],
    *,
    limit: int,
    before: Place | None = None,
    since: Place | None = None,
    class_: EventClass | None = None,
    names: Collection[str] | None = None,
) -> list[TimelineEvent]:
    """What happened to these profiles, newest first, at most `limit` (up to TIMELINE_MAX).

    `before` is the place of the last line of the page above, `since` that of the oldest event wanted. Of
    one class or of these names only, an index answers too.
    """
    statement, values = reading(
        "e.id, e.name, e.occurred_at, e.profile_id, e.properties::text",
        profile_ids,
        limit=min(limit, TIMELINE_MAX),
        before=before,
        since=since,
        class_=class_,
        names=names,
    )
    return _events(statement, values)


def browsing_at(profile_ids: Sequence[int], places: Collection[Place]) -> dict[Place, TimelineEvent]:
    """The browsing events of these profiles at these places."""
    moments, ids = [moment for moment, _ in places], [id_ for _, id_ in places]
    found = _events(_AT, [moments, ids, list(profile_ids), EventClass.BROWSING.value])
    return {(event.occurred_at, event.id): event for event in found}


def _events(statement: str, values: Any) -> list[TimelineEvent]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [
            TimelineEvent(id_, name, occurred_at, profile_id, json.loads(properties))
            for id_, name, occurred_at, profile_id, properties in cursor.fetchall()
        ]


def visits(
    profile_ids: Sequence[int],
    *,
    limit: int,
    before: Place | None = None,
    names: Collection[str] | None = None,
) -> tuple[list[Visit], bool]:
    """The newest visits of these profiles, at most `limit`, and whether there are more below the last one.

    At most VISITS_READ_MAX events are looked at: after long visits fewer than `limit` are found, but one
    at least. `names`: browsing events of these names only.
    """
    found, cut = _visits(profile_ids, VISITS_READ, before, names)
    if cut and len(found) * 2 < limit:
        found, cut = _visits(profile_ids, VISITS_READ_MAX, before, names)
    return found[:limit], cut or len(found) > limit


def _visits(
    profile_ids: Sequence[int], most: int, before: Place | None, names: Collection[str] | None
) -> tuple[list[Visit], bool]:
    """The visits among the newest events, at most so many of these, and whether there are more of them."""
    statement, values = reading(
        "e.occurred_at, e.id, e.name",
        profile_ids,
        limit=most,
        before=before,
        class_=EventClass.BROWSING,
        names=names,
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows = cursor.fetchall()
    found = list(_folded(rows))
    cut = len(rows) == most
    if cut and len(found) > 1:
        found.pop()  # it may go on below what was read: the next page has it whole
    return found, cut


def reading(
    columns: str,
    profile_ids: Sequence[int],
    *,
    limit: int,
    before: Place | None = None,
    since: Place | None = None,
    class_: EventClass | None = None,
    names: Collection[str] | None = None,
) -> tuple[str, dict[str, Any]]:
    """The statement that reads a timeline, and its parameters; tests look at its plan."""
    conditions = ["events.profile_id = w.profile_id"]
    if class_ is not None:
        conditions.append("events.class = %(class)s")
    conditions.append(_IN_TIME if names is None else _NAMED_IN_TIME)
    statement = _READ.format(
        columns=columns,
        wanted=_OF_PROFILES if names is None else _OF_NAMES,
        conditions=" AND ".join(conditions),
        order="occurred_at DESC, id DESC" if names is None else "name DESC, occurred_at DESC, id DESC",
    )
    upper, upper_id = before or ("infinity", 0)
    lower, lower_id = since or ("-infinity", 0)
    return statement, {
        "profiles": list(profile_ids),
        "names": sorted(names or ()),
        "class": class_.value if class_ else None,
        "before": upper,
        "before_id": upper_id,
        "since": lower,
        "since_id": lower_id,
        "limit": limit,
    }


def _folded(rows: Iterable[tuple[datetime, int, str]]) -> Iterable[Visit]:
    """Visits out of (occurred_at, id, name), newest first."""
    counts: Counter[str] = Counter()
    first = last = None
    for moment, id_, name in rows:
        if first is not None and last is not None and first[0] - moment > VISIT_PAUSE:
            yield Visit(first, last, counts)
            counts, last = Counter(), None
        first = (moment, id_)
        last = last or first
        counts[name] += 1
    if first is not None and last is not None:
        yield Visit(first, last, counts)
