from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.db import connection, transaction

from regulars.events import queries, registry, services
from regulars.events.models import Event
from regulars.events.queries.timeline import reading
from regulars.events.types import EventClass, EventType, NewEvent, TimelineEvent

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
STEP = EventType("step_taken")
LOOK = EventType("look_taken", EventClass.BROWSING)
TOUCH = EventType("touch_given", EventClass.BROWSING)
registry.register(STEP, LOOK, TOUCH)


def step(key: str, profile_id: int, minutes: float, type_: EventType = STEP) -> NewEvent:
    moment = NOW - timedelta(minutes=minutes)
    return NewEvent(type=type_, source="test", key=key, occurred_at=moment, profile_id=profile_id)


def looks(*minutes: float, profile_id: int = 1, type_: EventType = LOOK) -> list[NewEvent]:
    return [step(f"{type_.name}-{profile_id}-{at}", profile_id, at, type_) for at in minutes]


@pytest.mark.django_db
def test_newest_first_over_all_profiles_of_a_person() -> None:
    with transaction.atomic():
        services.record([step("a", 1, 50), step("b", 2, 40), step("x", 3, 35)], now=NOW)
        services.record([step("c", 1, 30), step("d", 2, 45), step("same", 1, 40)], now=NOW)
    keys = {e.id: e.key for e in Event.objects.all()}
    lines = queries.timeline([1, 2], limit=10)
    assert [keys[line.id] for line in lines] == ["c", "same", "b", "d", "a"]
    assert lines[0].name == "step_taken"
    assert lines[0].occurred_at == NOW - timedelta(minutes=30)
    assert {line.profile_id for line in lines} == {1, 2}


@pytest.mark.django_db
def test_pages_neither_repeat_nor_leave_out() -> None:
    with transaction.atomic():
        # Three at each minute, so that pages break between events of one moment.
        services.record([step(str(n), n % 2, n // 3) for n in range(50)], now=NOW)
    everything = [line.id for line in queries.timeline([0, 1], limit=100)]
    assert len(everything) == 50
    paged: list[int] = []
    before = None
    while page := queries.timeline([0, 1], limit=7, before=before):
        paged += [line.id for line in page]
        before = (page[-1].occurred_at, page[-1].id)
    assert paged == everything


@pytest.mark.django_db
def test_a_page_is_never_too_long() -> None:
    with transaction.atomic():
        services.record([step(str(n), 1, n) for n in range(queries.TIMELINE_MAX + 1)], now=NOW)
    assert len(queries.timeline([1], limit=10_000)) == queries.TIMELINE_MAX


@pytest.mark.django_db
def test_a_page_of_a_long_timeline_reads_only_what_it_shows() -> None:
    with transaction.atomic():
        services.record([step(str(n), n % 20, n) for n in range(8000)], now=NOW)
    plan = _plan([3], before=(NOW - timedelta(minutes=4000), 5))
    assert "Index Scan" in plan
    assert "_profile_id_occurred_at_id_idx" in plan  # of whatever month has the rows
    assert "Seq Scan on events_fact" not in plan
    assert "Rows Removed by Filter" not in plan


def _plan(profile_ids: list[int], **wanted: Any) -> str:
    statement, values = reading("e.id, e.properties", profile_ids, limit=20, **wanted)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE events")
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF) {statement}", values)
        return "\n".join(line for (line,) in cursor.fetchall())


@pytest.mark.django_db
def test_one_class_or_some_names_of_all() -> None:
    with transaction.atomic():
        services.record([step("a", 1, 10), step("b", 2, 8), step("c", 3, 1)], now=NOW)
        services.record([*looks(9, 11), *looks(7, profile_id=2, type_=TOUCH)], now=NOW)
    assert queries.names_of([1, 2]) == {"step_taken", "look_taken", "touch_given"}
    assert queries.names_of([3]) == {"step_taken"}
    assert queries.names_of([]) == frozenset()
    assert _minutes(queries.timeline([1, 2], limit=9, class_=EventClass.FACT)) == [8, 10]
    assert _minutes(queries.timeline([1, 2], limit=9, names=["touch_given", "step_taken"])) == [7, 8, 10]
    assert _minutes(queries.timeline([1, 2], limit=2, names=["look_taken", "step_taken"])) == [8, 9]
    assert queries.timeline([1, 2], limit=9, names=[]) == []
    browsing = queries.timeline([1, 2], limit=9, class_=EventClass.BROWSING)
    oldest = (browsing[1].occurred_at, browsing[1].id)
    assert _minutes(queries.timeline([1, 2], limit=9, since=oldest)) == [7, 8, 9]


def _minutes(lines: list[TimelineEvent]) -> list[float]:
    return [(NOW - line.occurred_at) / timedelta(minutes=1) for line in lines]


@pytest.mark.django_db
def test_a_visit_ends_with_half_an_hour_of_nothing() -> None:
    with transaction.atomic():
        services.record([*looks(0, 5, 35, 65.5, 66), *looks(20, profile_id=2, type_=TOUCH)], now=NOW)
        services.record([step("fact", 1, 50)], now=NOW)  # browses nothing, holds no visit together
    found, more = queries.visits([1, 2], limit=5)
    assert not more
    assert [_stretch(visit) for visit in found] == [(0, 35), (65.5, 66)]
    assert found[0].counts == {"look_taken": 3, "touch_given": 1}
    found, more = queries.visits([1], limit=5, names=["touch_given"])
    assert found == []
    first, more = queries.visits([1, 2], limit=1)
    assert more
    (second,), more = queries.visits([1, 2], limit=1, before=first[0].first)
    assert (_stretch(second), more) == ((65.5, 66), False)


def _stretch(visit: queries.Visit) -> tuple[float, float]:
    return (NOW - visit.last[0]) / timedelta(minutes=1), (NOW - visit.first[0]) / timedelta(minutes=1)


@pytest.mark.django_db
def test_long_visits_come_whole_or_in_parts_and_nothing_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Visits of 4, 9 and 2 events, of which three are read at first and six where that is too few."""
    monkeypatch.setattr(import_module("regulars.events.queries.timeline"), "VISITS_READ", 3)
    monkeypatch.setattr(import_module("regulars.events.queries.timeline"), "VISITS_READ_MAX", 6)
    with transaction.atomic():
        services.record(looks(*range(4), *range(100, 109), *range(200, 202)), now=NOW)
    assert _pages(limit=10) == [[4], [6], [3, 2]]
    # Where one visit is half a page, it comes in parts of three: the second of them with what follows.
    assert _pages(limit=2) == [[3], [1], [3], [3], [3], [2]]


def _pages(limit: int) -> list[list[int]]:
    """How many events each visit of each page has."""
    pages: list[list[int]] = []
    before = None
    while True:
        found, more = queries.visits([1], limit=limit, before=before)
        pages.append([sum(visit.counts.values()) for visit in found])
        if not more:
            return pages
        before = found[-1].first


HISTORY = """
INSERT INTO events (class, name, source, key, occurred_at, received_at, profile_id, properties, epoch)
SELECT class, name, 'test', class || n, moment - n * interval '7 minutes', moment, 7, '{}', 1
FROM (VALUES ('browsing', 'look_taken', 45000), ('fact', 'step_taken', 5000)) AS of(class, name, count),
     generate_series(1, count) AS n, (SELECT %s::timestamptz AS moment) AS at
"""


@pytest.mark.slow
@pytest.mark.django_db
def test_fifty_thousand_events_of_one_customer_are_not_read_through() -> None:
    """45,000 views and 5,000 facts, among them three carts, of long ago."""
    with connection.cursor() as cursor:
        cursor.execute(HISTORY, [NOW])
        cursor.execute("INSERT INTO event_counts VALUES (7, 'look_taken', %s, %s, 45000)", [NOW, NOW])
    with transaction.atomic():
        services.record(looks(10, 100_000, 300_000, profile_id=7, type_=TOUCH), now=NOW)
    # What is shown, and of each partition at most the next row.
    assert _rows_read(class_=EventClass.FACT) <= 22
    assert _rows_read(class_=EventClass.BROWSING) <= 22
    assert _rows_read(before=(NOW - timedelta(days=20), 1)) <= 42  # 20 of each class
    assert _rows_read(class_=EventClass.BROWSING, names=["touch_given"]) <= 5
    assert _rows_read(names=["touch_given", "look_taken"]) <= 27
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX events_by_name, events_by_moment")
    # What was counted above is not so by itself.
    assert _rows_read(class_=EventClass.BROWSING, names=["touch_given"]) > 10_000


def _rows_read(**wanted: Any) -> int:
    """How many rows of the log the server looks at for a page of 20 lines."""
    statement, values = reading("e.id, e.properties", [7], limit=20, **wanted)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE events")
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, BUFFERS OFF, FORMAT JSON) {statement}", values)
        ((plan,),) = cursor.fetchall()
    scans = list(_scans(plan[0]["Plan"]))
    return sum(
        (scan["Actual Rows"] + scan.get("Rows Removed by Filter", 0)) * scan["Actual Loops"] for scan in scans
    )


def _scans(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The parts of a plan that read the log."""
    if str(node.get("Relation Name", "")).startswith("events_"):
        yield node
    for part in node.get("Plans", ()):
        yield from _scans(part)


@pytest.mark.parametrize(
    ("migration", "index", "columns"),
    [
        (
            "0003_timeline_by_name",
            "by_name",
            "(profile_id, name, occurred_at, id) WHERE profile_id IS NOT NULL",
        ),
        ("0005_by_moment", "by_moment", "(name, occurred_at) INCLUDE (profile_id)"),
    ],
)
@pytest.mark.django_db(transaction=True)
def test_an_index_comes_to_a_log_that_has_months(migration: str, index: str, columns: str) -> None:
    """As on an installation that is brought up to date, there after an interruption in the middle."""
    make = import_module(f"regulars.events.migrations.{migration}").make
    made = services.make_months(now=NOW)
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP INDEX events_{index}")
            cursor.execute(f"CREATE INDEX {made[0]}_{index} ON {made[0]} {columns}")
        with connection.schema_editor(atomic=False) as editor:
            make(None, editor)
            make(None, editor)
        assert set(_indexes(f"events_{index}")) == {(2, True)}
        months = _indexes(f"events_fact_{index}") + _indexes(f"events_browsing_{index}")
        assert set(months) == {(4, True)}
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE {', '.join(made)}")


def _indexes(parent: str) -> list[tuple[int, bool]]:
    """How many hang below an index of a partitioned table, and whether it is ready to be used."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM pg_inherits WHERE inhparent = indexrelid), indisvalid"
            " FROM pg_index WHERE indexrelid = %s::regclass",
            [parent],
        )
        return list(cursor.fetchall())
