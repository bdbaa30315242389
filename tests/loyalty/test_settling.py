"""Settling brings the books to what orders earned, in whatever order it is told."""

from __future__ import annotations

import itertools
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.loyalty.books_of_points import DAY, NOW, balances, customer, told, wanted

from regulars.customers import services as customers
from regulars.customers.models import Profile
from regulars.events.models import Event
from regulars.loyalty import services
from regulars.loyalty.models import Lot, Wallet
from regulars.loyalty.queries import verify
from regulars.loyalty.types import Account, Cause, NewHold, Settled
from regulars.loyalty.types.programme import WhenSpent

pytestmark = pytest.mark.django_db


@pytest.fixture
def profile(db: None) -> int:
    return customer("C-1")


def test_the_difference_is_posted_and_the_same_again_changes_nothing(profile: int) -> None:
    for points, change in ((1_000, 1_000), (1_000, None), (400, -600), (700, 300), (0, -700)):
        settled = services.settle(wanted=[wanted(profile, points)], when_spent="owe", now=NOW)
        assert [one.change_minor for one in settled] == ([] if change is None else [change])
        assert balances(profile) == (0, points, 0)


def settle(*told: Any, when_spent: WhenSpent = "owe", now: datetime = NOW) -> list[Settled]:
    return services.settle(wanted=told, when_spent=when_spent, now=now)


def spend(profile: int, points: int, *, at: datetime = NOW, key: str = "spent") -> None:
    new = NewHold(key=key, profile_id=profile, points_minor=points, at=at, lasts_until=at + DAY)
    services.capture(hold_id=services.hold(new=new, now=at).id, now=at)


def test_what_is_pending_is_taken_before_what_can_be_spent(profile: int) -> None:
    later: dict[str, Any] = {"usable_at": NOW + 15 * DAY}
    settle(wanted(profile, 1_000, **later), wanted(profile, 300, "2"))
    assert balances(profile) == (1_000, 300, 0)
    settle(wanted(profile, 200, **later))
    assert balances(profile) == (200, 300, 0)
    services.run_day(now=NOW + 15 * DAY, limit=100)
    settle(wanted(profile, 450, **later), now=NOW + 16 * DAY)
    assert balances(profile) == (0, 750, 0)
    assert Lot.objects.filter(settled_minor=450, revision=3).count() == 1


@pytest.mark.parametrize(
    ("when_spent", "left", "owed", "let_go"),
    [("owe", 0, 500, 0), ("take", 0, 0, 500), ("write_off", 200, 0, 700)],
)
def test_what_is_spent_already_is_owed_taken_or_let_go(
    profile: int, when_spent: WhenSpent, left: int, owed: int, let_go: int
) -> None:
    """erpnext #32951, odoo PR#257854: buy, spend the points, give the order back."""
    settle(wanted(profile, 1_000, expires_at=NOW + DAY), wanted(profile, 200, "2"))
    spend(profile, 700)
    [done] = settle(wanted(profile, 0), when_spent=when_spent)
    assert (done.change_minor, done.owed_minor, done.written_off_minor) == (-1_000, owed, let_go)
    assert balances(profile) == (0, left, -owed)
    [event] = told("points_taken_back")
    assert (event["points_minor"], event["owed_minor"], event["written_off_minor"]) == (1_000, owed, let_go)

    settle(wanted(profile, 1_000, expires_at=NOW + DAY), when_spent=when_spent)
    assert balances(profile) == (0, 500, 0), "the return is withdrawn: what was spent stays spent"


@pytest.mark.parametrize("when_spent", ["owe", "take", "write_off"])
def test_returns_by_line_in_any_order_end_where_the_order_does(profile: int, when_spent: WhenSpent) -> None:
    """erpnext PR#30242, odoo PR#212922: a return counted twice, or charged again."""
    people = [customer(f"R-{number}") for number in range(6)]
    for steps, who in zip(itertools.permutations((700, 400, 150)), people, strict=True):
        settle(wanted(who, 1_000, f"A{who}"), wanted(who, 100, f"B{who}"))
        spend(who, 900, key=f"s{who}")
        for points in (*steps, 250, 1_000, 400):
            settle(wanted(who, points, f"A{who}"), when_spent=when_spent)
    accounts = ("available_minor", "debt_minor")
    ends = set(Wallet.objects.filter(profile_id__in=people).values_list(*accounts))
    assert ends == {{"owe": (0, -400), "take": (0, 0), "write_off": (100, 0)}[when_spent]}
    assert verify().findings == ()


def test_points_of_an_order_that_are_held_stay_with_their_hold(profile: int) -> None:
    settle(wanted(profile, 1_000))
    new = NewHold(key="k", profile_id=profile, points_minor=600, at=NOW, lasts_until=NOW + DAY)
    hold = services.hold(new=new, now=NOW)
    [done] = settle(wanted(profile, 0))
    assert (done.owed_minor, balances(profile)) == (600, (0, 0, -600))
    services.cancel(hold_id=hold.id, now=NOW)
    assert balances(profile) == (0, 0, 0), "what comes back pays what is owed"


def test_an_order_of_another_customer_is_refused(profile: int) -> None:
    settle(wanted(profile, 100))
    with pytest.raises(ValueError, match=f"of profile {profile}"):
        settle(wanted(customer("C-2"), 100))
    assert balances(profile) == (0, 100, 0)


def test_more_than_a_transaction_bears_or_one_lot_twice_is_refused(profile: int) -> None:
    many = [wanted(profile, 1, str(number)) for number in range(5_001)]
    for told_wrongly in (many, [many[0], many[0]]):
        with pytest.raises(ValueError, match="lots to settle"):
            settle(*told_wrongly)


def test_many_are_settled_by_as_many_statements_as_one(profile: int) -> None:
    """One statement for each step, whatever comes: new, more, less, short, owed, paid."""
    counts = []
    for size in (2, 20):
        who = [customer(f"S{size}-{number}") for number in range(size)]
        settle(*(wanted(one, 100, f"A{one}") for one in who), *(wanted(one, 10, f"C{one}") for one in who))
        for one in who[::2]:
            spend(one, 105, key=f"s{one}")
        with CaptureQueriesContext(connection) as queries:
            settle(
                *(wanted(one, 0, f"A{one}") for one in who[::2]),
                *(wanted(one, 250, f"A{one}") for one in who[1::2]),
                *(wanted(one, 40, f"B{one}") for one in who),
            )
        counts.append(len(queries))
        found = Wallet.objects.filter(profile_id__in=who).values_list("available_minor", "debt_minor")
        assert set(found) == {(0, -55), (300, 0)}
    assert counts[0] == counts[1] <= 14
    assert verify().findings == ()


def test_what_two_orders_are_short_of_is_taken_from_other_lots_once(profile: int) -> None:
    settle(wanted(profile, 100, "1"), wanted(profile, 100, "2"), wanted(profile, 100, "3"))
    spend(profile, 200)
    done = settle(wanted(profile, 0, "1"), wanted(profile, 0, "2"))
    assert [one.owed_minor for one in done] == [0, 100]
    assert balances(profile) == (0, 0, -100)


def test_other_lots_are_those_of_the_whole_person_while_they_are_one(profile: int) -> None:
    other = customer("C-2")
    settle(wanted(profile, 100, "1"), wanted(other, 70, "2"))
    spend(profile, 100)
    persons = dict(Profile.objects.values_list("id", "person_id"))
    [merge] = customers.merge(pairs=[(persons[profile], persons[other])], now=NOW)
    settle(wanted(profile, 40, "1"))
    assert (balances(profile), balances(other)) == ((0, 0, 0), (0, 10, 0))
    customers.unmerge(merge_id=merge, now=NOW, user_id=None)
    settle(wanted(profile, 0, "1"))
    assert (balances(profile), balances(other)) == ((0, 0, -40), (0, 10, 0))


def test_an_order_that_moves_to_another_profile_of_the_person_leaves_no_debt(profile: int) -> None:
    other = customer("C-2")
    settle(wanted(profile, 100, "1"))
    spend(profile, 100)
    persons = dict(Profile.objects.values_list("id", "person_id"))
    customers.merge(pairs=[(persons[profile], persons[other])], now=NOW)
    done = settle(wanted(profile, 0, "1"), wanted(other, 100, "1 of the other"))
    assert [(one.change_minor, one.owed_minor) for one in done] == [(-100, 0), (100, 0)]
    assert (balances(profile), balances(other)) == ((0, 0, 0), (0, 0, 0))


def test_what_expired_since_is_taken_for_a_return_of_before(profile: int) -> None:
    settle(wanted(profile, 100, "1"), wanted(profile, 80, "2", expires_at=NOW + 5 * DAY))
    spend(profile, 180)
    settle(wanted(profile, 60, "3", expires_at=NOW + 5 * DAY))
    services.run_day(now=NOW + 5 * DAY, limit=100)
    assert balances(profile) == (0, 0, 0)
    settle(wanted(profile, 50, "1", at=NOW + DAY), now=NOW + 6 * DAY)
    assert balances(profile) == (0, 0, 0), "on that day there were points to take it from"
    settle(wanted(profile, 0, "1", at=NOW + 6 * DAY), now=NOW + 6 * DAY)
    assert balances(profile) == (0, 0, -50)


def test_the_event_names_its_cause_and_is_told_once(profile: int) -> None:
    one = wanted(profile, 100)
    caused = {one.key: (7, 2)}
    for _ in range(2):
        services.settle(wanted=[one], when_spent="owe", now=NOW, caused=caused)
    event = Event.objects.get(name="points_earned")
    assert (event.cause_id, event.depth, event.profile_id) == (7, 3, profile)
    assert event.properties == {
        "points_minor": 100,
        "order": "1",
        "order_source": "shop",
        "rule": "cashback",
        "usable_at": NOW.isoformat(),
        "expires_at": (NOW + 365 * DAY).isoformat(),
    }


def test_what_is_brought_over_is_told_as_an_adjustment(profile: int) -> None:
    more: dict[str, Any] = {"account": Account.ADJUSTMENTS, "cause": Cause.OPENING}
    settle(wanted(profile, 500, **more))
    spend(profile, 400)
    settle(wanted(profile, 0, **more), when_spent="take")
    assert [one["points_minor"] for one in told("points_adjusted")] == [500, -500]
    assert balances(profile) == (0, 0, 0)
    settle(wanted(profile, 500, **more), when_spent="take")
    assert balances(profile) == (0, 100, 0)
