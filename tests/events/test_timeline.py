from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.db import connection, transaction

from regulars.events import queries, registry, services
from regulars.events.models import Event
from regulars.events.queries.timeline import reading
from regulars.events.types import EventType, NewEvent

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
STEP = EventType("step_taken")
registry.register(STEP)


def step(key: str, profile_id: int, minutes: int) -> NewEvent:
    moment = NOW - timedelta(minutes=minutes)
    return NewEvent(type=STEP, source="test", key=key, occurred_at=moment, profile_id=profile_id)


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


@pytest.mark.django_db(transaction=True)
def test_an_index_for_names_comes_to_a_log_that_has_months() -> None:
    """As on an installation that is brought up to date, there after an interruption in the middle."""
    make = import_module("regulars.events.migrations.0003_timeline_by_name").make
    made = services.make_months(now=NOW)
    try:
        with connection.cursor() as cursor:
            cursor.execute("DROP INDEX events_by_name")
            cursor.execute(
                f"CREATE INDEX {made[0]}_by_name ON {made[0]} (profile_id, name, occurred_at, id)"
                " WHERE profile_id IS NOT NULL"
            )
        with connection.schema_editor(atomic=False) as editor:
            make(None, editor)
            make(None, editor)
        assert set(_indexes("events_by_name")) == {(2, True)}
        assert set(_indexes("events_fact_by_name") + _indexes("events_browsing_by_name")) == {(4, True)}
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
