from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from tests.together import together

from regulars.events import registry, services
from regulars.events.errors import NotBackfill
from regulars.events.models import Event, EventCount, EventKey
from regulars.events.types import EventType, NewEvent

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
LOAF = EventType("loaf_baked")
CRUST = EventType("crust_cut")
registry.register(LOAF, CRUST)


def loaf(key: str, profile_id: int | None = 1, days: int = 0, **values: Any) -> NewEvent:
    moment = NOW - timedelta(days=days)
    return NewEvent(
        **{"type": LOAF, "source": "test", "key": key, "occurred_at": moment, "profile_id": profile_id}
        | values
    )


def record(*events: NewEvent, backfill: bool = True, now: datetime = NOW) -> None:
    with transaction.atomic():
        services.record(events, now=now, backfill=backfill)


def counts() -> list[tuple[Any, ...]]:
    found = EventCount.objects.order_by("profile_id", "name")
    return list(found.values_list("profile_id", "name", "first_at", "last_at", "count"))


@pytest.mark.django_db
def test_what_is_taken_out_is_gone_and_the_counts_are_right_again() -> None:
    record(loaf("a", 1, 5), loaf("b", 1, 3), loaf("c", 1, 1), loaf("d", 2), loaf("e", None), loaf("f", 3))
    record(loaf("later", 1, 2), now=NOW + timedelta(days=40))
    record(loaf("a", 1, 9, source="elsewhere"), loaf("g", 1, type=CRUST))
    assert services.retract(source="test", keys=["a", "c", "d", "e", "c", "never recorded"]) == 4
    keys = set(Event.objects.values_list("source", "key"))
    assert keys == {("test", "b"), ("test", "f"), ("test", "later"), ("elsewhere", "a"), ("test", "g")}
    assert keys == set(EventKey.objects.values_list("source", "key"))
    day = timedelta(days=1)
    assert counts() == [
        (1, "crust_cut", NOW, NOW, 1),
        (1, "loaf_baked", NOW - 9 * day, NOW - 2 * day, 3),
        (3, "loaf_baked", NOW, NOW, 1),
    ]


@pytest.mark.django_db
def test_an_occasion_taken_out_may_be_recorded_again() -> None:
    record(loaf("a", 1, 5))
    before = counts()
    services.retract(source="test", keys=["a"])
    assert counts() == []
    record(loaf("a", 1, 5))
    assert counts() == before
    assert services.retract(source="test", keys=["a"]) == 1
    assert services.retract(source="test", keys=["a"]) == 0
    assert services.retract(source="test", keys=[]) == 0


@pytest.mark.django_db
def test_what_has_set_something_off_stays_and_so_does_the_rest() -> None:
    record(loaf("a"), loaf("b"))
    record(loaf("c"), backfill=False)
    with pytest.raises(NotBackfill):
        services.retract(source="test", keys=["a", "c"])
    assert Event.objects.count() == EventKey.objects.count() == 3
    assert counts() == [(1, "loaf_baked", NOW, NOW, 3)]


@pytest.mark.django_db(transaction=True)
def test_counts_hold_while_others_record_for_the_same_customers() -> None:
    record(*(loaf(f"old{n}", n % 5, n) for n in range(500)))
    batches = [[loaf(f"new{b}-{n}", n % 5, n) for n in range(300)] for b in range(3)]
    results = together(
        [
            *(partial(record, *batch) for batch in batches),
            *(
                partial(services.retract, source="test", keys=[f"old{n}" for n in range(start, start + 250)])
                for start in (0, 250)
            ),
        ]
    )
    assert [r for r in results if isinstance(r, Exception)] == []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT profile_id, name, min(occurred_at), max(occurred_at), count(*) FROM events"
            " GROUP BY profile_id, name ORDER BY profile_id, name"
        )
        assert counts() == cursor.fetchall()
    assert sum(count for *_, count in counts()) == 900
