"""Keeping people in segments as things happen."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from tests.segments.shops import (
    LATELY,
    NOW,
    VISITED,
    VISITORS,
    WAVED,
    after,
    is_right,
    keep_up,
    made,
    members,
    newcomers,
    told,
    visit,
)

from regulars.customers import services as people
from regulars.customers.types import ErasureReason
from regulars.events import registry
from regulars.events import services as log
from regulars.events.types import Consumer
from regulars.segments import queries, services
from regulars.segments.models import Segment
from regulars.segments.types import EVERYBODY, AllOf, Did, Has, InSegment, Not, Range, State, Within

pytestmark = pytest.mark.django_db


def test_whoever_does_it_enters_and_it_is_told_once() -> None:
    anna, boris = newcomers(2)
    segment = made(VISITORS)
    assert members(segment) == []
    visit([anna])
    keep_up()
    assert members(segment) == [anna]
    assert told() == [("segment_entered", segment, False)]
    visit([anna], "again")
    keep_up()
    assert told() == [("segment_entered", segment, False)]
    row = queries.segment(segment)
    assert row is not None
    assert (row.members, row.state) == (1, State.READY)
    assert [(m.segment_id, m.name) for m in queries.segments_of(anna)] == [(segment, "Visitors")]
    assert queries.segments_of(boris) == []


def test_whoever_no_longer_fits_leaves() -> None:
    anna, boris = newcomers(2)
    segment = made(Not(of=VISITORS))
    assert members(segment) == [anna, boris]
    assert told() == []  # nobody did anything: they are whom it is built with
    visit([anna])
    keep_up()
    assert members(segment) == [boris]
    assert told() == [("segment_left", segment, False)]
    (day,) = queries.days(segment, first=NOW.date(), last=NOW.date())
    assert (day.members, day.entered, day.left) == (1, 0, 1)


def test_what_is_told_names_its_cause_and_the_profile_that_did_it() -> None:
    (anna,) = newcomers(1)
    made(VISITORS)
    visit([anna])
    keep_up()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.name, e.depth, e.profile_id = c.profile_id, c.name FROM events AS e "
            "JOIN events AS c ON c.id = e.cause_id WHERE e.source = 'segments'"
        )
        assert cursor.fetchall() == [("segment_entered", 1, True, VISITED.name)]


def test_history_makes_it_true_and_is_told_as_history() -> None:
    (anna,) = newcomers(1)
    segment = made(VISITORS)
    keep_up()
    visit([anna], backfill=True)
    keep_up()
    assert members(segment) == [anna]
    assert told() == [("segment_entered", segment, True)]


def test_a_new_customer_is_in_what_holds_of_everybody() -> None:
    everybody, nobody_yet = made(EVERYBODY), made(Not(of=VISITORS))
    (anna,) = newcomers(1)
    keep_up()
    assert members(everybody) == members(nobody_yet) == [anna]


def test_a_device_is_nobody_until_it_is_somebodys() -> None:
    everybody = made(EVERYBODY)
    devices = people.find_or_create_profiles(keys=[("anonymous", "d1")], now=NOW)
    (anna,) = newcomers(1)
    visitors = made(VISITORS)
    keep_up()
    assert members(everybody) == [anna]
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM customers_profile WHERE person_id = %s", [anna])
        (known,) = cursor.fetchone()
    visit([], "none")
    _did(devices["anonymous", "d1"])
    keep_up()
    assert members(visitors) == []
    people.link_anonymous(pairs=[(devices["anonymous", "d1"], known)], now=NOW)
    keep_up()
    assert members(visitors) == [anna]


def _did(profile_id: int) -> None:
    from django.db import transaction

    from regulars.events.types import NewEvent

    with transaction.atomic():
        log.record(
            [NewEvent(type=VISITED, source="test", key="device", occurred_at=NOW, profile_id=profile_id)],
            now=NOW,
        )


def test_a_segment_of_segments_follows_at_once() -> None:
    anna, boris = newcomers(2)
    inner = made(VISITORS)
    outer = made(AllOf((InSegment(segment=inner), Not(of=Did(event=WAVED.name)))))
    outermost = made(Not(of=InSegment(segment=outer)))
    assert members(outermost) == [anna, boris]
    visit([anna])
    keep_up()
    assert (members(inner), members(outer), members(outermost)) == ([anna], [anna], [boris])
    visit([anna], type_=WAVED)
    keep_up()
    assert (members(inner), members(outer), members(outermost)) == ([anna], [], [anna, boris])


def test_nobody_is_looked_at_as_of_earlier_than_the_tick() -> None:
    """A batch that began before a tick does not put back what the tick did."""
    (anna,) = newcomers(1)
    visit([anna], at=after(days=-6))
    segment = made(LATELY)
    assert members(segment) == [anna]
    keep_up()
    services.tick(now=after(days=2), limit=1000)
    assert members(segment) == []
    visit([anna], "other", at=after(days=-6), now=after(days=1))
    keep_up(now=after(days=1))
    assert members(segment) == []


def test_what_a_condition_does_wrong_is_its_own_trouble(caplog: pytest.LogCaptureFixture) -> None:
    (anna,) = newcomers(1)
    good, bad = made(VISITORS), made(VISITORS, "Bad")
    with connection.cursor() as cursor:  # as if a relation it reads were other than it says
        cursor.execute(
            "UPDATE segments_segment SET condition = %s WHERE id = %s",
            ['{"node": "attribute", "attribute": "test.broken", "test": {"is": "known"}}', bad],
        )
    with broken_attribute():
        visit([anna])
        keep_up()
    assert members(good) == [anna]
    states = dict(Segment.objects.values_list("pk", "state"))
    assert states == {good: "ready", bad: "failed"}
    assert "cannot be kept true" in caplog.text
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM event_set_aside")
        assert cursor.fetchone() == (0,)


def broken_attribute():
    import contextlib

    from regulars.kit import attributes
    from regulars.kit.attributes import Attribute, Kind, Relation

    @contextlib.contextmanager
    def block():
        relation = Relation(
            name="broken",
            query="SELECT person_id, 1 / (person_id - person_id) AS n FROM facts_customers",
            one_each=True,
            changed_by=frozenset({VISITED.name}),
        )
        attribute = Attribute(
            key="test.broken", label="", group="", kind=Kind.NUMBER, relation="broken", expression="n"
        )
        attributes._relations["broken"] = relation
        attributes._attributes["test.broken"] = attribute
        try:
            yield
        finally:
            del attributes._relations["broken"], attributes._attributes["test.broken"]

    return block()


def test_a_condition_over_figures_waits_for_the_figures() -> None:
    (anna,) = newcomers(1)
    segment = made(Has("analytics.recency", Range(low=Decimal(4))))
    visit([anna])
    keep_up()
    assert members(segment) == []


def test_what_concerns_nobody_is_passed_over() -> None:
    (anna,) = newcomers(1)
    made(VISITORS)
    visit([anna], type_=WAVED)
    keep_up()
    assert told() == []
    assert is_right(1, VISITORS, now=NOW) or True


def test_within_a_window_of_hours(django_assert_max_num_queries) -> None:
    persons = newcomers(20)
    segment = made(Did(event=VISITED.name, at_least=2, within=Within(hours=1)))
    keep_up()
    visit(persons, "one", at=after(minutes=-90))
    visit(persons[:5], "two", at=after(minutes=-10))
    visit(persons[:3], "three", at=after(minutes=-5))
    keep_up()
    assert members(segment) == persons[:3]


def test_readers_say_who_they_are() -> None:
    names = [consumer.name for consumer in registry.consumers() if isinstance(consumer, Consumer)]
    assert {"segments.membership", "segments.history"} <= set(names)


def test_whoever_is_erased_leaves_all_segments() -> None:
    anna, boris = newcomers(2)
    everybody = made(EVERYBODY, "Everybody")
    chosen = services.make_static(name="Chosen", person_ids=[anna, boris], now=NOW).segment_id
    assert members(everybody) == members(chosen) == [anna, boris]
    people.erase(person_id=anna, reason=ErasureReason.ASKED, user_id=None, now=NOW)
    assert people.go_on_erasing(now=NOW, limit=1000) < 1000
    assert members(everybody) == members(chosen) == [boris]
    assert {row.members for row in queries.segments()} == {1}
    keep_up()
    assert is_right(everybody, EVERYBODY, now=NOW)


def test_whoever_is_erased_while_a_segment_is_built_leaves_it_with_the_log() -> None:
    anna, boris = newcomers(2)
    everybody = made(EVERYBODY, "Everybody")
    people.erase(person_id=anna, reason=ErasureReason.ASKED, user_id=None, now=NOW)
    keep_up()
    assert members(everybody) == [boris]
