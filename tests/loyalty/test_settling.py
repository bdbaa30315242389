"""Settling brings the books to what orders earned, in whatever order it is told."""

from __future__ import annotations

import itertools
from datetime import datetime
from typing import Any

import pytest
from tests.loyalty.books_of_points import DAY, NOW, balances, customer, told, wanted

from regulars.loyalty import services
from regulars.loyalty.models import Lot
from regulars.loyalty.types import NewHold, Settled
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
    later = {"usable_at": NOW + 15 * DAY}
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
    customers = [customer(f"R-{number}") for number in range(6)]
    for steps, who in zip(itertools.permutations((700, 400, 150)), customers, strict=True):
        settle(wanted(who, 1_000, f"A{who}"), wanted(who, 100, f"B{who}"))
        spend(who, 900, key=f"s{who}")
        for points in (*steps, 250, 1_000, 400):
            settle(wanted(who, points, f"A{who}"), when_spent=when_spent)
    ends = {balances(who) for who in customers}
    assert len(ends) == 1
    assert ends == {{"owe": (0, 0, -400), "take": (0, 0, 0), "write_off": (0, 100, 0)}[when_spent]}
