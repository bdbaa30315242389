from __future__ import annotations

from datetime import date
from functools import partial
from threading import Barrier

import pytest
from django.db import transaction
from tests.together import together

from regulars.events import queries, services
from regulars.events.models import TouchedMonth, TouchedProfile

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


@pytest.mark.django_db
def test_marks_are_distinct_within_a_call_and_come_back_oldest_first() -> None:
    services.touch(
        months=[("order_lines", date(2026, 4, 9)), ("order_lines", APRIL), ("channel_costs", MARCH)],
        profiles=[7, 3, 7],
    )
    services.touch(months=[("order_lines", APRIL)], profiles=iter([3]))
    months = [(table, month) for _, table, month in queries.touched_months(10)]
    assert months == [("channel_costs", MARCH), ("order_lines", APRIL), ("order_lines", APRIL)]
    assert [profile for _, profile in queries.touched_profiles(10)] == [3, 7, 3]
    assert queries.touched_months(1) == queries.touched_months(10)[:1]
    assert queries.touched_profiles(2) == queries.touched_profiles(10)[:2]


@pytest.mark.django_db
def test_only_the_marks_that_were_seen_to_are_forgotten() -> None:
    services.touch(months=[("order_lines", MARCH)], profiles=[1])
    months, profiles = queries.touched_months(10), queries.touched_profiles(10)
    services.touch(months=[("order_lines", MARCH)], profiles=[1, 2])
    services.forget_touched(months=[id_ for id_, _, _ in months], profiles=[id_ for id_, _ in profiles])
    assert [(table, month) for _, table, month in queries.touched_months(10)] == [("order_lines", MARCH)]
    assert [profile for _, profile in queries.touched_profiles(10)] == [1, 2]
    services.forget_touched()
    assert (TouchedMonth.objects.count(), TouchedProfile.objects.count()) == (1, 2)


@pytest.mark.django_db
def test_nothing_touched_no_marks() -> None:
    services.touch()
    assert queries.touched_months(10) == []
    assert queries.touched_profiles(10) == []


def _touch_and_wait(barrier: Barrier) -> None:
    with transaction.atomic():
        services.touch(months=[("order_lines", MARCH)], profiles=[1])
        barrier.wait(10)  # both stand here with their marks uncommitted: neither waits for the other


@pytest.mark.django_db(transaction=True)
def test_two_writers_of_one_month_do_not_wait_for_each_other() -> None:
    barrier = Barrier(2)
    assert together([partial(_touch_and_wait, barrier)] * 2) == [None, None]
    assert TouchedMonth.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_marks_go_with_the_change_they_tell_of() -> None:
    with transaction.atomic():
        services.touch(months=[("order_lines", MARCH)], profiles=[1])
        transaction.set_rollback(True)
    assert not TouchedMonth.objects.exists()
    assert not TouchedProfile.objects.exists()
