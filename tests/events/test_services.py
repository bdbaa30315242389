from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from tests.together import together

from regulars.events import registry, services
from regulars.events.errors import EventLoop, UnknownEvent
from regulars.events.models import Event, EventCount, EventKey
from regulars.events.types import EventClass, EventType, NewEvent, Recorded

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
CUP = EventType("cup_drunk")
LOOK = EventType("shelf_looked_at", EventClass.BROWSING)
registry.register(CUP, LOOK)


def cup(key: str, profile_id: int | None = 1, **values: Any) -> NewEvent:
    return NewEvent(
        **{"type": CUP, "source": "test", "key": key, "occurred_at": NOW, "profile_id": profile_id} | values
    )


def record(events: list[NewEvent], **values: Any) -> Recorded:
    with transaction.atomic():
        return services.record(events, now=NOW, **values)


def rows(query: str, *values: object) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


@pytest.mark.django_db
def test_an_event_is_stored_as_told() -> None:
    earlier = NOW - timedelta(days=400)
    event = cup("a", 7, occurred_at=earlier, properties={"чай": "улун", "n": 3}, caused=(99, 7))
    new = record([event], backfill=True)
    stored = Event.objects.get()
    assert new.ids == {("test", "a"): stored.id}
    assert (stored.name, stored.event_class, stored.profile_id) == ("cup_drunk", "fact", 7)
    assert (stored.occurred_at, stored.received_at) == (earlier, NOW)
    assert (stored.source, stored.key, stored.cause_id, stored.depth) == ("test", "a", 99, 8)
    assert stored.properties == {"чай": "улун", "n": 3}
    assert stored.backfill is True


@pytest.mark.django_db
def test_an_occasion_is_recorded_once() -> None:
    assert set(record([cup("a"), cup("b")]).ids) == {("test", "a"), ("test", "b")}
    assert set(record([cup("b"), cup("c"), cup("a")]).ids) == {("test", "c")}
    # The key belongs to its source.
    assert len(record([cup("a", source="elsewhere")])) == 1
    assert Event.objects.count() == EventKey.objects.count() == 4
    assert EventCount.objects.get().count == 4


@pytest.mark.django_db
def test_of_two_with_one_key_in_a_batch_the_first_is_taken() -> None:
    new = record([cup("a", properties={"n": 1}), cup("z"), cup("a", properties={"n": 2})])
    assert len(new) == 2
    assert Event.objects.get(key="a").properties == {"n": 1}
    assert EventCount.objects.get().count == 2


@pytest.mark.django_db
def test_ids_follow_the_order_of_the_batch() -> None:
    record([cup(key) for key in "zyxabc"])
    assert "".join(Event.objects.order_by("id").values_list("key", flat=True)) == "zyxabc"


@pytest.mark.django_db
def test_counts_keep_first_last_and_how_many_per_profile_and_name() -> None:
    registry.register(EventType("cup_spilt"))
    spilt = EventType("cup_spilt")
    days = [timedelta(days=n) for n in range(4)]
    record([cup("a", occurred_at=NOW - days[1]), cup("b", 2), cup("c", type=spilt), cup("d", None)])
    record([cup("e", occurred_at=NOW - days[3]), cup("f", occurred_at=NOW - days[2]), cup("b", 2)])
    counts = EventCount.objects.order_by("profile_id", "name")
    assert list(counts.values_list("profile_id", "name", "first_at", "last_at", "count")) == [
        (1, "cup_drunk", NOW - days[3], NOW - days[1], 3),
        (1, "cup_spilt", NOW, NOW, 1),
        (2, "cup_drunk", NOW, NOW, 1),
    ]


@pytest.mark.django_db
def test_nothing_of_a_refused_batch_is_written() -> None:
    with pytest.raises(EventLoop):
        record([cup("a"), cup("b", caused=(99, 8))])
    with pytest.raises(UnknownEvent):
        record([cup("a"), cup("b", type=EventType("cup_dreamt_of"))])
    assert not EventKey.objects.exists()
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_no_events_no_work() -> None:
    assert len(record([])) == 0


@pytest.mark.django_db(transaction=True)
def test_events_belong_to_a_transaction() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        services.record([cup("a")], now=NOW)

    with transaction.atomic():
        services.record([cup("a")], now=NOW)
        transaction.set_rollback(True)
    assert not EventKey.objects.exists()
    assert len(record([cup("a")])) == 1
    assert EventCount.objects.get().count == 1


@pytest.mark.django_db
def test_a_row_knows_its_transaction_epoch_and_lane() -> None:
    record([cup("a", 12345), cup("b", None)])
    assert rows("SELECT bool_and(xid = pg_current_xact_id()), min(epoch), max(epoch) FROM events") == [
        (True, 1, 1)
    ]
    # Written down: a lane may not change with a release, because cursors are kept per lane.
    record([cup(f"p{id_}", id_) for id_ in (1, 2, 3, 64, 2**31 + 5, 2**62)])
    lanes = dict(rows("SELECT coalesce(profile_id, 0), lane FROM events"))
    assert lanes == {id_: ((id_ % 2**31) * 2654435761 // 2**26) % 64 for id_ in lanes}
    assert lanes[1] == 39


@pytest.mark.django_db
def test_profiles_are_spread_evenly_over_the_lanes() -> None:
    record([cup(str(id_), id_) for id_ in range(1, 6401)])
    sizes = [size for (size,) in rows("SELECT count(*) FROM events GROUP BY lane")]
    assert len(sizes) == 64
    assert min(sizes) > 80
    assert max(sizes) < 120


# --- months -------------------------------------------------------------------------------------------


def places() -> dict[str, str]:
    return dict(rows("SELECT key, tableoid::regclass::text FROM events"))


@pytest.mark.django_db
def test_months_are_made_ahead_and_once() -> None:
    made = services.make_months(now=datetime(2031, 11, 20, tzinfo=UTC), ahead=2)
    assert made == [
        f"events_{class_}_{month}"
        for month in ("2031_11", "2031_12", "2032_01")
        for class_ in ("fact", "browsing")
    ]
    assert services.make_months(now=datetime(2031, 11, 20, tzinfo=UTC), ahead=2) == []
    with transaction.atomic():
        services.record([cup("a"), cup("b", type=LOOK)], now=datetime(2031, 12, 31, 23, 59, 59, tzinfo=UTC))
        services.record([cup("c")], now=datetime(2032, 1, 1, tzinfo=UTC))
    assert places() == {
        "a": "events_fact_2031_12",
        "b": "events_browsing_2031_12",
        "c": "events_fact_2032_01",
    }


@pytest.mark.django_db
def test_what_came_before_its_month_was_made_is_moved_into_it() -> None:
    late, early = datetime(2033, 5, 31, 23, tzinfo=UTC), datetime(2033, 6, 1, tzinfo=UTC)
    with transaction.atomic():
        services.record([cup("may"), cup("look", type=LOOK)], now=late)
        services.record([cup("june", 5, properties={"n": 1})], now=early, backfill=True)
    assert set(places().values()) == {"events_fact_other", "events_browsing_other"}
    everything = "SELECT id, xid, lane, received_at, key, properties, backfill FROM events ORDER BY id"
    before = rows(everything)
    services.make_months(now=early, ahead=0)
    assert places() == {
        "may": "events_fact_other",
        "look": "events_browsing_other",
        "june": "events_fact_2033_06",
    }
    services.make_months(now=late, ahead=0)
    assert places()["may"] == "events_fact_2033_05"
    assert rows(everything) == before


@pytest.mark.django_db(transaction=True)
def test_a_month_is_made_while_others_write() -> None:
    try:
        results = together(
            [
                *(partial(record, [cup(f"{n}-{i}", i) for i in range(300)]) for n in range(4)),
                partial(services.make_months, now=NOW, ahead=0),
            ]
        )
        assert [r for r in results if isinstance(r, Exception) and not isinstance(r, OperationalError)] == []
        assert rows("SELECT count(*) FROM events") == [(1200,)]
        services.make_months(now=NOW, ahead=0)
        assert set(places().values()) == {"events_fact_2026_03"}
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS events_fact_2026_03, events_browsing_2026_03")


# --- at the same time ---------------------------------------------------------------------------------


def _look_then_write(barrier: Barrier) -> None:
    """What a naive log would do."""
    with transaction.atomic():
        found = Event.objects.filter(source="test", key="a").exists()
        barrier.wait(10)
        if not found:
            with connection.cursor() as cursor:
                cursor.execute(
                    """
                    INSERT INTO events (class, name, source, key, occurred_at, received_at, epoch, properties)
                    VALUES ('fact', 'cup_drunk', 'test', 'a', %s, %s, 1, '{}')
                    """,
                    [NOW, NOW],
                )


@pytest.mark.django_db(transaction=True)
def test_looking_first_and_writing_then_does_record_twice() -> None:
    barrier = Barrier(2)
    assert together([partial(_look_then_write, barrier)] * 2) == [None, None]
    assert Event.objects.filter(key="a").count() == 2


@pytest.mark.django_db(transaction=True)
def test_the_same_batch_by_eight_at_once_is_recorded_once() -> None:
    batch = [cup(f"k{n}", n % 50) for n in range(500)]
    results = together([partial(record, batch if n % 2 else batch[::-1]) for n in range(8)])
    assert [r for r in results if not isinstance(r, Recorded)] == []
    assert sum(len(r) for r in results if isinstance(r, Recorded)) == 500
    assert Event.objects.count() == EventKey.objects.count() == 500
    assert set(EventCount.objects.values_list("count", flat=True)) == {10}


def _insert_keys(keys: list[str], barrier: Barrier) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for key in keys:
            cursor.execute(
                "INSERT INTO event_keys VALUES ('test', %s, %s) ON CONFLICT DO NOTHING", [key, NOW]
            )
            if key == keys[0]:
                barrier.wait(10)


@pytest.mark.django_db(transaction=True)
def test_keys_inserted_in_any_order_do_deadlock() -> None:
    barrier = Barrier(2)
    results = together([partial(_insert_keys, list(keys), barrier) for keys in ("ab", "ba")])
    assert [type(r) for r in results if r is not None] == [OperationalError]
    assert "deadlock" in str(next(r for r in results if r is not None))


@pytest.mark.django_db(transaction=True)
def test_overlapping_batches_in_opposite_order_do_not_deadlock() -> None:
    def batch(keys: range) -> list[NewEvent]:
        return [cup(f"k{n:04}", n % 7) for n in keys]

    functions: list[Callable[[], Recorded]] = []
    for round_ in range(3):
        start = round_ * 500
        functions += [
            partial(record, batch(range(start, start + 1500))),
            partial(record, batch(range(start + 1500, start, -1))),
        ]
    results = together(functions)
    assert [r for r in results if not isinstance(r, Recorded)] == []
    assert Event.objects.count() == 2501
    assert sum(EventCount.objects.values_list("count", flat=True)) == 2501
