"""How many a condition would find; how a segment grew; who passed lately."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from tests.segments.shops import NOW, VISITORS, after, keep_up, made, members, newcomers, visit

from regulars.segments import queries, services
from regulars.segments.errors import CountTooSlow
from regulars.segments.queries import counting
from regulars.segments.types import EVERYBODY, DayCount, Not, Passage

pytestmark = pytest.mark.django_db


def test_a_condition_is_counted_without_a_segment() -> None:
    persons = newcomers(5)
    visit(persons[:2])
    found = queries.count(VISITORS, now=NOW)
    assert (found.members, found.everybody, sorted(found.examples)) == (2, 5, persons[:2])
    some = queries.count(EVERYBODY, now=NOW, examples=3)
    assert some.members == 5
    assert len(some.examples) == 3
    assert queries.count(EVERYBODY, now=NOW, examples=3) == some
    assert queries.count(Not(of=EVERYBODY), now=NOW).examples == ()
    assert queries.count(EVERYBODY, now=NOW, examples=0).examples == ()


def test_counting_that_takes_too_long_is_given_up_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    newcomers(1)
    monkeypatch.setattr(counting, "COUNT_SECONDS_MAX", 0.05)
    monkeypatch.setattr(counting, "_EVERYBODY", "SELECT pg_sleep(20)")
    with pytest.raises(CountTooSlow, match="saved all the same"):
        queries.count(VISITORS, now=NOW)
    with connection.cursor() as cursor:  # the connection goes on, with its usual patience
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() != ("50ms",)


def test_days_without_changes_have_the_number_of_the_day_before() -> None:
    anna, boris = newcomers(2)
    segment = made(VISITORS)
    visit([anna])
    keep_up()
    visit([boris], at=after(days=3))
    keep_up(after(days=3))
    day = NOW.date()
    found = queries.days(segment, first=day - timedelta(days=2), last=day + timedelta(days=4))
    assert found == [
        DayCount(day, 1, 1, 0),
        DayCount(day + timedelta(days=1), 1, 0, 0),
        DayCount(day + timedelta(days=2), 1, 0, 0),
        DayCount(day + timedelta(days=3), 2, 1, 0),
        DayCount(day + timedelta(days=4), 2, 0, 0),
    ]
    later = queries.days(segment, first=day + timedelta(days=2), last=day + timedelta(days=2))
    assert later == [DayCount(day + timedelta(days=2), 1, 0, 0)]


def test_who_came_and_went_lately() -> None:
    anna, boris = newcomers(2)
    segment, others = made(Not(of=VISITORS)), made(VISITORS)
    assert members(segment) == [anna, boris]
    visit([anna])
    keep_up()
    visit([boris], at=after(hours=1))
    keep_up(after(hours=1))
    left = [Passage(boris, after(hours=1), False), Passage(anna, NOW, False)]
    assert queries.passages(segment, since=after(days=-1), limit=5) == left
    assert queries.passages(segment, since=after(days=-1), limit=1) == left[:1]
    assert [one.entered for one in queries.passages(others, since=after(minutes=1), limit=5)] == [True]


def test_pages_of_people() -> None:
    persons = newcomers(5)
    segment = services.make_static(name="All", person_ids=persons, now=NOW).segment_id
    page = queries.members_page(segment, limit=2)
    assert [row.person_id for row in page] == persons[:2]
    rest = queries.members_page(segment, after=page[-1].person_id, limit=10)
    assert [row.person_id for row in rest] == persons[2:]
    assert queries.member_ids(segment, after=persons[3]) == persons[4:]
    assert queries.is_member(segment, persons[0])
    assert not queries.is_member(segment + 1, persons[0])
