from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import transaction
from tests.events.reading import DRUM, rows

from regulars.events import registry, rules, services
from regulars.events.types import EventClass, EventType, NewEvent

LOOK = EventType("drum_looked_at", EventClass.BROWSING)
registry.register(LOOK)
NOW = datetime(2042, 5, 20, 12, tzinfo=UTC)


def record(key: str, now: datetime, type_: EventType = LOOK) -> None:
    with transaction.atomic():
        services.record(
            [NewEvent(type=type_, source="test", key=key, occurred_at=now, profile_id=1)], now=now
        )


def keys() -> set[str]:
    found = {key for (key,) in rows("SELECT key FROM events")}
    assert found == {key for (key,) in rows("SELECT key FROM event_keys")}
    return found


@pytest.mark.parametrize(
    ("now", "kept_from"),
    [
        (NOW, datetime(2041, 4, 1, tzinfo=UTC)),
        (datetime(2042, 1, 1, tzinfo=UTC), datetime(2040, 12, 1, tzinfo=UTC)),
        (datetime(2042, 1, 31, 23, 59, tzinfo=UTC), datetime(2040, 12, 1, tzinfo=UTC)),
        (datetime(2042, 2, 28, tzinfo=UTC), datetime(2041, 1, 1, tzinfo=UTC)),
    ],
)
def test_thirteen_whole_months_are_kept(now: datetime, kept_from: datetime) -> None:
    assert rules.browsing_kept_from(now) == kept_from


@pytest.mark.django_db
def test_browsing_goes_by_months_with_its_occasions_and_facts_stay() -> None:
    march, april = datetime(2041, 3, 31, 23, 59, 59, tzinfo=UTC), datetime(2041, 4, 1, tzinfo=UTC)
    services.make_months(now=march, ahead=1)
    for n in range(25):
        record(f"march{n}", march)
    record("april", april)
    record("fact", march, DRUM)
    # Of months that were never made, in the partition of all others.
    for n in range(5):
        record(f"older{n}", datetime(2040, 7, 1, n, tzinfo=UTC))
    record("newer", datetime(2041, 9, 1, tzinfo=UTC))

    assert services.drop_old_browsing(now=NOW, limit=10) == 10
    assert len(keys()) == 23
    assert rows("SELECT to_regclass('events_browsing_2041_03') IS NOT NULL") == [(True,)]
    assert services.drop_old_browsing(now=NOW, limit=10) == 10
    assert services.drop_old_browsing(now=NOW, limit=10) == 10
    assert services.drop_old_browsing(now=NOW, limit=10) == 0
    assert keys() == {"april", "fact", "newer"}
    tables = "SELECT to_regclass('events_browsing_2041_03'), to_regclass('events_fact_2041_03')::text"
    assert rows(tables) == [(None, "events_fact_2041_03")]
    # "Ever" is still known, and what comes late has a place.
    assert rows("SELECT count FROM event_counts WHERE name = 'drum_looked_at'") == [(32,)]
    record("late", march)
    assert "late" in keys()


@pytest.mark.django_db
def test_nothing_old_nothing_gone() -> None:
    services.make_months(now=NOW, ahead=0)
    record("now", NOW)
    assert services.drop_old_browsing(now=NOW, limit=10) == 0
    assert keys() == {"now"}
