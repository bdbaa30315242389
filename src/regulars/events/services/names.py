"""Names of events that outside systems made up: noted when first seen, and limited in number."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from regulars.events.models import EventName
from regulars.events.types import OUTSIDE_NAMES_MAX, EventType

# Held to the end of the caller's transaction; taken only for a name never seen before.
_LOCK = "LOCK TABLE event_names IN SHARE ROW EXCLUSIVE MODE"
_known: set[str] = set()
"""Names this process has seen in the table; they never leave it."""


def admit(types: Iterable[EventType], *, now: datetime) -> frozenset[str]:
    """Note the outside names among these types; gives those that are too many and cannot be recorded.

    In the transaction of what is recorded under them. Names of our own need nothing.
    """
    wanted = {type_.name for type_ in types if type_.is_outside} - _known
    if not wanted:
        return frozenset()
    if new := sorted(wanted - _found(wanted)):
        with connection.cursor() as cursor:
            cursor.execute(_LOCK)
        room = max(0, OUTSIDE_NAMES_MAX - EventName.objects.count())
        new = sorted(set(new) - _stored(new))
        EventName.objects.bulk_create(EventName(name=name, first_seen_at=now) for name in new[:room])
        return frozenset(new[room:])
    return frozenset()


def _found(names: set[str]) -> set[str]:
    found = _stored(names)
    _known.update(found)
    return found


def _stored(names: Iterable[str]) -> set[str]:
    return set(EventName.objects.filter(name__in=list(names)).values_list("name", flat=True))
