"""What time does to points, minute by minute."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import pytest
from django.db import IntegrityError, OperationalError
from pytest_django import DjangoAssertNumQueries
from tests.loyalty.books_of_points import DAY, NOW, balances, customer, told, wanted
from tests.together import together

from regulars.loyalty import locks, services
from regulars.loyalty.models import Lot, Posting
from regulars.loyalty.queries import verify
from regulars.loyalty.services import day

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def profile(db: None) -> int:
    return customer("C-1")


def test_points_become_usable_are_warned_of_and_expire(profile: int) -> None:
    usable, end = NOW + 15 * DAY, NOW + 100 * DAY
    lot = wanted(profile, 500, usable_at=usable, expires_at=end)
    services.settle(wanted=[lot], when_spent="owe", now=NOW)
    for now, done, expected in (
        (usable - MINUTE, 0, (500, 0, 0)),
        (usable, 1, (0, 500, 0)),
        (end - 30 * DAY - MINUTE, 0, (0, 500, 0)),
        (end - 30 * DAY, 1, (0, 500, 0)),
        (end - 29 * DAY, 0, (0, 500, 0)),
        (end - 7 * DAY, 1, (0, 500, 0)),
        (end - MINUTE, 0, (0, 500, 0)),
        (end, 1, (0, 0, 0)),
        (end + DAY, 0, (0, 0, 0)),
    ):
        assert services.run_day(now=now, limit=100) == done
        assert balances(profile) == expected
    assert told("points_became_usable") == [{"points_minor": 500}]
    assert [(t["days"], t["points_minor"]) for t in told("points_expiring")] == [(30, 500), (7, 500)]
    assert told("points_expired") == [{"points_minor": 500}]


def test_nothing_expires_before_all_is_usable_that_is_to_be_by_then(profile: int) -> None:
    """Points that end at the moment at which they become usable are told of in that order."""
    moment = NOW + 5 * DAY
    lot = wanted(profile, 500, usable_at=moment, expires_at=moment)
    services.settle(wanted=[lot], when_spent="owe", now=NOW)
    assert services.run_day(now=moment, limit=100) == 2
    causes = Posting.objects.order_by("id").values_list("cause", flat=True)
    assert list(causes) == ["earned", "became_usable", "expired"]


def test_tiers_are_looked_at_after_points_became_usable_and_after_they_expired(
    profile: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[int, int, int]] = []

    def look(*, now: datetime, limit: int) -> int:
        seen.append(balances(profile))
        return 0

    monkeypatch.setattr(day, "run_tiers", look)
    moment = NOW + 5 * DAY
    lots = [
        wanted(profile, 500, "1", usable_at=moment),
        wanted(profile, 70, "2", expires_at=moment),
    ]
    services.settle(wanted=lots, when_spent="owe", now=NOW)
    services.run_day(now=moment, limit=100)
    assert seen == [(0, 570, 0), (0, 500, 0)]


def test_a_run_that_did_as_much_as_it_may_is_asked_again(profile: int) -> None:
    """What is due of one customer is done whole, whatever the limit."""
    lots = [wanted(profile, 10, str(number), expires_at=NOW + DAY) for number in range(9)]
    services.settle(wanted=lots, when_spent="owe", now=NOW)
    assert [services.run_day(now=NOW + DAY, limit=5) for _ in range(2)] == [5, 0]
    assert told("points_expired") == [{"points_minor": 90}]


def test_when_nothing_is_due_a_minute_costs_few_looks(
    profile: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    services.settle(wanted=[wanted(profile, 500)], when_spent="owe", now=NOW)
    # One at each step; tiers are looked at twice, for whose turn it is and whether they are others.
    with django_assert_num_queries(10):
        services.run_day(now=NOW + MINUTE, limit=100)


CUSTOMERS = 40
ROUNDS_MAX = 20
"""So often a race is looked for before it counts as not there."""


def _runs_at_once(first: datetime) -> list[object]:
    """Several workers' runs within a second, one after the other by their clocks, and what became of each."""
    runs = [
        partial(services.run_day, now=first + n * timedelta(milliseconds=1), limit=1_000) for n in range(4)
    ]
    return together(list(runs))


def _due(round_: int) -> list[int]:
    people = [customer(f"D{round_}-{number}") for number in range(CUSTOMERS)]
    lots = [wanted(one, 100, f"{one}", expires_at=NOW + DAY) for one in people]
    services.settle(wanted=lots, when_spent="owe", now=NOW)
    return people


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_runs_want_the_same_points(monkeypatch: pytest.MonkeyPatch) -> None:
    """The race is there; what keeps the books then is the CHECK, and one of the runs fails."""
    monkeypatch.setattr(locks, "_LOCK", locks._LOCK.replace("FOR NO KEY UPDATE", ""))
    for round_ in range(ROUNDS_MAX):
        _due(round_)
        if any(isinstance(one, IntegrityError | OperationalError) for one in _runs_at_once(NOW + DAY)):
            break
    else:
        pytest.fail("no two runs met")
    assert verify().findings == ()


@pytest.mark.django_db(transaction=True)
def test_of_several_runs_at_once_each_customer_hears_once() -> None:
    for round_ in range(2):
        _due(round_)
        outcomes = _runs_at_once(NOW + DAY)
        assert not [one for one in outcomes if isinstance(one, Exception)]
        assert not Lot.objects.filter(open=True).exists()
        assert len(told("points_expired")) == CUSTOMERS * (round_ + 1)
    assert verify().findings == ()
