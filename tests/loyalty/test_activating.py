"""Points become usable when their time comes, and pay what is owed first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.loyalty.books_of_points import DAY, NOW, balances, customer, told, wanted

from regulars.loyalty import queries, services
from regulars.loyalty.models import Lot, Posting
from regulars.loyalty.types import NewHold

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture
def profile(db: None) -> int:
    return customer("C-1")


def test_all_that_is_due_of_a_customer_is_told_once(profile: int) -> None:
    other = customer("C-2")
    services.settle(
        wanted=[
            wanted(profile, 100, "1", usable_at=NOW + DAY),
            wanted(profile, 200, "2", usable_at=NOW + 2 * DAY),
            wanted(profile, 400, "3", usable_at=NOW + 9 * DAY),
            wanted(other, 800, "4", usable_at=NOW + DAY),
        ],
        when_spent="owe",
        now=NOW,
    )
    assert services.run_day(now=NOW + 3 * DAY, limit=100) == 3
    assert balances(profile) == (400, 300, 0)
    assert balances(other) == (0, 800, 0)
    assert sorted(one["points_minor"] for one in told("points_became_usable")) == [300, 800]
    usable = Posting.objects.filter(cause="became_usable").order_by("at").values_list("at", flat=True)
    assert list(usable) == [NOW + DAY, NOW + DAY, NOW + 2 * DAY], "the moment is that at which it could be"


def test_a_limit_is_kept_and_the_rest_is_done_next(profile: int) -> None:
    services.settle(
        wanted=[wanted(customer(f"L-{n}"), 100, str(n), usable_at=NOW + DAY) for n in range(5)],
        when_spent="owe",
        now=NOW,
    )
    assert services.run_day(now=NOW + DAY, limit=2) == 2
    assert Lot.objects.filter(available_minor=100).count() == 2
    assert services.run_day(now=NOW + DAY, limit=100) == 3


def test_new_points_pay_a_debt_first(profile: int) -> None:
    services.settle(wanted=[wanted(profile, 500)], when_spent="owe", now=NOW)
    new = NewHold(key="k", profile_id=profile, points_minor=500, at=NOW, lasts_until=NOW + DAY)
    services.capture(hold_id=services.hold(new=new, now=NOW).id, now=NOW)
    services.settle(wanted=[wanted(profile, 0)], when_spent="owe", now=NOW)
    assert balances(profile) == (0, 0, -500)

    services.settle(
        wanted=[wanted(profile, 200, "2"), wanted(profile, 400, "3", usable_at=NOW + DAY)],
        when_spent="owe",
        now=NOW,
    )
    assert balances(profile) == (400, 0, -300), "what is pending pays nothing yet"
    services.run_day(now=NOW + DAY, limit=100)
    assert balances(profile) == (0, 100, 0)
    paid = Posting.objects.filter(cause="paid_off").order_by("id").values_list("amount_minor", flat=True)
    assert list(paid) == [200, 300]

    services.settle(wanted=[wanted(profile, 0, "2")], when_spent="owe", now=NOW + DAY)
    assert balances(profile) == (0, 0, -100), "what paid a debt is owed when its own order comes back"


def test_a_delivery_tells_when_points_can_be_spent_and_when_they_end(profile: int) -> None:
    waiting = [wanted(profile, 100, number, usable_at=None, expires_at=None) for number in ("1", "2")]
    services.settle(wanted=waiting, when_spent="owe", now=NOW)
    services.run_day(now=NOW + 500 * DAY, limit=100)
    assert balances(profile) == (200, 0, 0), "nothing is known of them yet"

    first, second = (one.key for one in waiting)
    ends = {first: NOW + 30 * DAY, second: NOW + 40 * DAY}
    services.set_usable(usable={first: NOW, second: NOW + 5 * DAY, "none": NOW}, expires=ends, now=NOW)
    assert balances(profile) == (100, 100, 0)
    services.set_usable(usable={first: NOW + 9 * DAY, second: NOW + 6 * DAY}, expires={}, now=NOW)
    assert balances(profile) == (100, 100, 0), "what can be spent stays so"
    services.run_day(now=NOW + 5 * DAY, limit=100)
    assert balances(profile) == (100, 100, 0)
    services.run_day(now=NOW + 6 * DAY, limit=100)
    assert balances(profile) == (0, 200, 0)
    assert dict(Lot.objects.values_list("key", "expires_at")) == ends
    assert [one["points_minor"] for one in told("points_became_usable")] == [100, 100]


def test_points_of_a_delivery_that_last_by_purchases_never_end_sooner(profile: int) -> None:
    end = NOW + 90 * DAY
    one = wanted(profile, 100, usable_at=None, expires_at=end, sliding_days=60)
    services.settle(wanted=[one], when_spent="owe", now=NOW)
    services.set_usable(usable={one.key: NOW}, expires={one.key: NOW + 60 * DAY}, now=NOW)
    assert Lot.objects.get().expires_at == end


def test_a_balance_goes_by_the_moment_before_the_schedule_does(profile: int) -> None:
    services.settle(wanted=[wanted(profile, 100, usable_at=NOW + DAY)], when_spent="owe", now=NOW)
    spendable = [
        queries.balance(profile_id=profile, at=NOW + DAY + d).spendable_minor for d in (-SECOND, 0 * DAY)
    ]
    assert spendable == [0, 100]


def test_what_a_hold_has_activated_is_left_alone(profile: int) -> None:
    services.settle(wanted=[wanted(profile, 100, usable_at=NOW + DAY)], when_spent="owe", now=NOW)
    at = NOW + DAY
    new = NewHold(key="k", profile_id=profile, points_minor=40, at=at, lasts_until=at + DAY)
    services.hold(new=new, now=at)
    assert services.run_day(now=at, limit=100) == 0
    assert balances(profile) == (0, 60, 0)


def test_the_soonest_to_end_pays_a_debt_whatever_the_order_of_the_telling(profile: int) -> None:
    services.settle(wanted=[wanted(profile, 100, "1")], when_spent="owe", now=NOW)
    new = NewHold(key="k", profile_id=profile, points_minor=100, at=NOW, lasts_until=NOW + DAY)
    services.capture(hold_id=services.hold(new=new, now=NOW).id, now=NOW)
    services.settle(wanted=[wanted(profile, 0, "1")], when_spent="owe", now=NOW)
    later = [wanted(profile, 60, "2", expires_at=None), wanted(profile, 60, "3")]
    services.settle(wanted=later, when_spent="owe", now=NOW)
    left = dict(Lot.objects.values_list("order_id", "available_minor"))
    assert left == {"1": 0, "2": 20, "3": 0}
