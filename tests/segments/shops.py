"""A small shop for tests of segments: customers, what they do, and workers that keep up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from tests.events.reading import settled

from regulars.customers import queries as customers
from regulars.customers import services as people
from regulars.customers.types import SHOP, NewProfile
from regulars.events import registry
from regulars.events import services as log
from regulars.events.types import Batch, EventType, LoggedEvent, NewEvent
from regulars.segments import queries, services
from regulars.segments.handlers import CONSUMERS
from regulars.segments.types import Condition, Did, Within

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
VISITED = EventType("fair_visited")
WAVED = EventType("hand_waved")
registry.register(VISITED, WAVED)
VISITORS = Did(event=VISITED.name)
LATELY = Did(event=VISITED.name, within=Within(days=7))


def newcomers(count: int, prefix: str = "c", *, now: datetime = NOW, backfill: bool = False) -> list[int]:
    """Ids of new persons."""
    keys = [(SHOP, f"{prefix}{n}") for n in range(count)]
    people.upsert_profiles(
        profiles=[NewProfile(source=source, external_id=id_) for source, id_ in keys],
        now=now,
        backfill=backfill,
    )
    ids = customers.profile_ids(keys)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, person_id FROM customers_profile WHERE id = ANY(%s)", [list(ids.values())])
        whose = dict(cursor.fetchall())
    return [whose[ids[key]] for key in keys]


def profile_of(person_id: int) -> int:
    person = customers.person(person_id)
    assert person is not None
    return person.profiles[0].id


def visit(
    persons: Sequence[int],
    tag: str = "",
    *,
    type_: EventType = VISITED,
    at: datetime = NOW,
    now: datetime | None = None,
    backfill: bool = False,
    **properties: Any,
) -> None:
    """Each of them does something once."""
    with transaction.atomic():
        log.record(
            [
                NewEvent(
                    type=type_,
                    source="test",
                    key=f"{type_.name}:{tag}:{person}:{at}",
                    occurred_at=at,
                    profile_id=profile_of(person),
                    properties=properties,
                )
                for person in persons
            ],
            now=now or at,
            backfill=backfill,
        )


def made(condition: Condition, name: str = "Visitors", *, now: datetime = NOW) -> int:
    """A live segment that is ready."""
    segment_id = services.make_segment(name=name, condition=condition, now=now)
    assert services.build(segment_id=segment_id, now=now)
    return segment_id


_LOGGED = """
SELECT lane, epoch, xid::text::bigint, id, name, profile_id, backfill, depth, NULL FROM events
WHERE id > %s ORDER BY id
"""
_seen = [0]


def keep_up(now: datetime = NOW) -> None:
    """All that is in the log by now has been seen to.

    In a test that is rolled back nobody can read the log, so the handlers are given it by hand.
    """
    if not connection.in_atomic_block:
        settled()
        log.drain(now=now)
        return
    while events := logged(after=_seen[0]):
        _seen[0] = events[-1].id
        for consumer in CONSUMERS:
            consumer.handle(Batch([one for one in events if consumer.backfill or not one.backfill], now))


def logged(*, after: int = 0) -> list[LoggedEvent]:
    """What the log holds, as readers get it who are brief."""
    with connection.cursor() as cursor:
        cursor.execute(_LOGGED, [after])
        return [LoggedEvent._make(row) for row in cursor.fetchall()]


def members(segment_id: int) -> list[int]:
    return queries.member_ids(segment_id)


def told(name: str = "") -> list[tuple[str, int, bool]]:
    """What the log says of segments: name, segment and whether it is backfill, in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, (properties ->> 'segment_id')::bigint, backfill FROM events "
            "WHERE source = 'segments' AND name LIKE %s ORDER BY id",
            [f"%{name}"],
        )
        return list(cursor.fetchall())


def is_right(segment_id: int, condition: Condition, *, now: datetime) -> bool:
    """Whether those kept in a segment are those that one look at everybody finds."""
    found = queries.count(condition, now=now, examples=100)
    assert found.members <= 100
    return sorted(found.examples) == members(segment_id)


def after(**by: int) -> datetime:
    return NOW + timedelta(**by)
