"""Which of some events of the log are what a condition asks for, for those who count events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.db import connection

from regulars.events.types import LoggedEvent
from regulars.segments.compiling.asking import Asking
from regulars.segments.compiling.asking import Known as Surrounded
from regulars.segments.compiling.happenings import ZONES, dated, of_names, passing
from regulars.segments.compiling.moments import ROW, OfRow
from regulars.segments.compiling.statements import Statement
from regulars.segments.errors import BadCondition
from regulars.segments.queries.live import Knowledge, knowledge
from regulars.segments.rules import parse
from regulars.segments.types import Did

# By their places in the log, which an index finds; each is asked as of its own moment.
_MATCHES = f"""
SELECT {{place}}, e.id, e.occurred_at
FROM unnest(%(lanes)s::int[], %(epochs)s::int[], %(xids)s::text[], %(ids)s::bigint[])
    AS k (lane, epoch, xid, id)
JOIN events AS e ON e.lane = k.lane AND e.epoch = k.epoch AND e.xid = k.xid::xid8 AND e.id = k.id
CROSS JOIN LATERAL (SELECT e.occurred_at AS at) AS {ROW}
{{zones}}
WHERE {{tests}}
"""  # noqa: S608 (a name of ours)


def happened(
    *, events: Sequence[LoggedEvent], conditions: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[int, datetime]]:
    """For each condition (a `Did` as JSON, of which only the event and its tests are asked), the ids of the
    events it counts and when they happened; one statement for all.

    Tests of days are of the customer's calendar as of the event. A condition that names what is no longer
    there counts none.
    """
    found: dict[str, dict[int, datetime]] = {name: {} for name in conditions}
    known = knowledge()
    statements: dict[str, Statement] = {}
    for name, condition in conditions.items():
        with suppress(BadCondition):
            parsed = parse(dict(condition))
            if isinstance(parsed, Did):
                statements[name] = _statement(parsed, known, len(statements))
    if not events or not statements:
        return found
    params: dict[str, Any] = {
        "lanes": [event.lane for event in events],
        "epochs": [event.epoch for event in events],
        "xids": [str(event.xid) for event in events],
        "ids": [event.id for event in events],
    }
    for statement in statements.values():
        params |= statement.params
    names = list(statements)
    with connection.cursor() as cursor:
        cursor.execute("\nUNION ALL\n".join(one.query for one in statements.values()), params)
        for place, id_, at in cursor.fetchall():
            found[names[place]][id_] = at
    return found


def _statement(condition: Did, known: Knowledge, place: int) -> Statement:
    asking = Asking(Surrounded(known.surroundings, known.attributes, known.relations), OfRow())
    tests = [*of_names(asking, [condition.event]), *passing(asking, condition.where)]
    zones = ""
    if dated(condition.where):
        zones = "JOIN facts_profiles AS p ON p.profile_id = e.profile_id" + ZONES.format(person="p.person_id")
    named = Statement(" AND ".join(tests), asking.values.params).named(f"c{place}_")
    query = _MATCHES.replace("{place}", str(place)).replace("{zones}", zones)
    return Statement(query.replace("{tests}", named.query), named.params)
