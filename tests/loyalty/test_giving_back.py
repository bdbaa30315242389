"""What was spent on an order comes back exactly, in any order and number of returns."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.loyalty.books_of_points import DAY, NOW, customer, told, wanted
from tests.loyalty.spending import ask, drawn, earn, has, lot, person, spent_on

from regulars.customers import services as customers
from regulars.loyalty import queries, services
from regulars.loyalty.errors import HoldClosed
from regulars.loyalty.models import Hold, Lot
from regulars.loyalty.types import Balance, GiveBack
from regulars.loyalty.types.programme import WhenSpent

pytestmark = pytest.mark.django_db
LOT = "order:shop:1:cashback"


@pytest.fixture
def anna(db: None) -> int:
    return customer("C-1")


def back(
    hold_id: int,
    points: int,
    *,
    at: datetime = NOW,
    days: int = 30,
    when_spent: WhenSpent = "owe",
    now: datetime | None = None,
) -> None:
    one = GiveBack(hold_id=hold_id, given_back_minor=points, at=at)
    services.give_back(wanted=[one], given_back_days=days, when_spent=when_spent, now=now or at)


def test_what_comes_back_goes_to_its_own_lots_the_last_drawn_first(anna: int) -> None:
    sooner = earn(anna, 400, "1", expires_at=NOW + 3 * DAY)
    later = earn(anna, 600, "2", expires_at=NOW + 9 * DAY)
    hold = spent_on(anna, 700, "7")
    back(hold, 350)
    assert drawn(hold, "spent_back") == [(later.id, 300), (sooner.id, 50)]
    back(hold, 700)
    assert has(anna) == Balance(1000, 0, 0, 0, 400, NOW + 3 * DAY)
    assert Hold.objects.get().given_back_minor == 700


def test_the_same_told_again_changes_nothing(anna: int) -> None:
    earn(anna, 1000)
    hold = spent_on(anna, 700, "7")
    for _ in range(3):
        back(hold, 300)
    assert has(anna).spendable_minor == 600
    assert [one["points_minor"] for one in told("points_given_back")] == [300]


def test_no_more_comes_back_than_was_spent(anna: int) -> None:
    earn(anna, 1000)
    hold = spent_on(anna, 700, "7")
    back(hold, 10_000)
    assert has(anna).spendable_minor == 1000
    held = services.hold(new=ask(anna, 200), now=NOW).id
    back(held, 100)  # which is not spent yet
    assert has(anna) == Balance(800, 0, 200, 0, 800, NOW + 364 * DAY)


def test_what_came_back_is_told_of_with_its_order(anna: int) -> None:
    earn(anna, 1000)
    hold = spent_on(anna, 700, "7")
    one = GiveBack(hold_id=hold, given_back_minor=300, at=NOW)
    services.give_back(wanted=[one], given_back_days=30, when_spent="owe", now=NOW, caused={hold: (17, 2)})
    event = {"hold_id": hold, "points_minor": 300, "order": "7", "order_source": "shop", "branch_id": None}
    assert told("points_given_back") == [event]


def test_out_of_a_lot_that_has_expired_it_is_given_anew(anna: int) -> None:
    earn(anna, 1000, expires_at=NOW + DAY)
    hold = spent_on(anna, 700, "7")
    at = NOW + 3 * DAY
    services.run_day(now=at, limit=100)
    back(hold, 500, at=at)
    anew = f"back:{hold}:{Lot.objects.get(key=LOT).id}:1"
    assert lot(LOT) == (0, 0, 0, 200, 800)
    assert lot(anew) == (0, 500, 0, 0, 0)
    found = Lot.objects.get(key=anew)
    assert (found.usable_at, found.order_id) == (at, "7")
    # Thirty whole days of the shop's calendar, as theirs is not known: 4 March in Moscow, to 3 April.
    assert found.expires_at == datetime(2026, 4, 4, tzinfo=ZoneInfo("Europe/Moscow"))
    assert has(anna, at).spendable_minor == 500


def test_where_the_programme_gives_nothing_anew_it_is_lost(anna: int) -> None:
    earn(anna, 1000, expires_at=NOW + DAY)
    hold = spent_on(anna, 700, "7")
    back(hold, 500, at=NOW + 3 * DAY, days=0)
    assert lot(LOT) == (0, 300, 0, 200, 500)
    assert has(anna, NOW + 3 * DAY).spendable_minor == 0
    assert Lot.objects.count() == 1


def test_what_came_back_to_an_expired_lot_is_not_there_at_moments_before(anna: int) -> None:
    earn(anna, 1000, expires_at=NOW + DAY)
    hold = spent_on(anna, 700, "7")
    now = NOW + 3 * DAY
    services.run_day(now=now, limit=100)
    back(hold, 500, at=now)
    assert lot(LOT) == (0, 0, 0, 200, 800)
    assert has(anna, NOW).spendable_minor == 300


def test_what_comes_back_pays_what_is_owed_first(anna: int) -> None:
    earn(anna, 1000)
    hold = spent_on(anna, 1000, "7")
    services.settle(wanted=[wanted(anna, 400)], when_spent="owe", now=NOW)
    assert has(anna).owed_minor == 600
    back(hold, 700)
    assert has(anna) == Balance(100, 0, 0, 0, 100, NOW + 364 * DAY)


def test_what_comes_back_anew_pays_what_is_owed_first(anna: int) -> None:
    earn(anna, 1000, expires_at=NOW + DAY)
    hold = spent_on(anna, 1000, "7")
    services.settle(wanted=[wanted(anna, 400)], when_spent="owe", now=NOW)
    back(hold, 700, at=NOW + 3 * DAY)
    assert has(anna, NOW + 3 * DAY).spendable_minor == 100
    assert has(anna, NOW + 3 * DAY).owed_minor == 0


def test_several_that_come_back_at_once_pay_a_debt_once(anna: int) -> None:
    earn(anna, 1000)
    holds = [spent_on(anna, 300, order) for order in "789"]
    earned = earn(anna, 500, "2")
    spent_on(anna, 600, "10")
    services.settle(wanted=[wanted(anna, 0, "2")], when_spent="owe", now=NOW)
    assert has(anna).owed_minor == 500
    several = [GiveBack(hold_id=hold, given_back_minor=300, at=NOW) for hold in holds]
    services.give_back(wanted=several, given_back_days=30, when_spent="owe", now=NOW)
    assert has(anna) == Balance(400, 0, 0, 0, 400, NOW + 364 * DAY)
    assert earned.id
    assert [one["points_minor"] for one in told("points_given_back")] == [300, 300, 300]


def test_what_was_owed_for_it_lessens_the_debt_first(anna: int) -> None:
    earn(anna, 400)
    hold = services.spend(new=ask(anna, 700), now=NOW, when_short="owe").id
    back(hold, 200)
    assert has(anna) == Balance(0, 0, 0, 100)
    back(hold, 500)
    assert has(anna) == Balance(200, 0, 0, 0, 200, NOW + 364 * DAY)
    back(hold, 700)
    assert has(anna) == Balance(400, 0, 0, 0, 400, NOW + 364 * DAY)


def test_what_was_owed_for_it_and_paid_meanwhile_is_given_anew(anna: int) -> None:
    hold = services.spend(new=ask(anna, 700), now=NOW, when_short="owe").id
    earn(anna, 600)  # which pays most of it
    back(hold, 700)
    assert has(anna).spendable_minor == 600
    assert has(anna).owed_minor == 0
    assert lot(f"back:{hold}:0:1") == (0, 600, 0, 0, 0)


def test_what_was_written_off_for_it_comes_back_to_nobody(anna: int) -> None:
    earn(anna, 400)
    hold = services.spend(new=ask(anna, 700), now=NOW, when_short="write_off").id
    back(hold, 300)
    assert has(anna).spendable_minor == 0
    back(hold, 700)
    assert has(anna).spendable_minor == 400


def test_a_withdrawn_return_is_spent_again(anna: int) -> None:
    earn(anna, 1000)
    hold = spent_on(anna, 700, "7")
    back(hold, 700)
    back(hold, 200)
    assert has(anna).spendable_minor == 500
    back(hold, 0)
    assert has(anna).spendable_minor == 300
    back(hold, 700)
    assert has(anna).spendable_minor == 1000
    assert [one["points_minor"] for one in told("points_spent")] == [700, 500, 200]
    assert [one["points_minor"] for one in told("points_given_back")] == [700, 700]


@pytest.mark.parametrize(("when_spent", "owed"), [("owe", 600), ("take", 0), ("write_off", 0)])
def test_a_withdrawn_return_whose_points_are_gone(anna: int, when_spent: WhenSpent, owed: int) -> None:
    earn(anna, 1000)
    hold = spent_on(anna, 700, "7")
    back(hold, 700)
    spent_on(anna, 900, "8")
    back(hold, 0, when_spent=when_spent)
    assert has(anna) == Balance(0, 0, 0, owed)
    back(hold, 700)
    assert has(anna).spendable_minor == 100
    assert has(anna).owed_minor == 0


def test_a_withdrawn_return_takes_first_what_was_lost_by_it(anna: int) -> None:
    earn(anna, 1000, expires_at=NOW + DAY)
    hold = spent_on(anna, 700, "7")
    at = NOW + 3 * DAY
    back(hold, 500, at=at, days=0)
    back(hold, 100, at=at, days=0)
    assert lot(LOT) == (0, 300, 0, 600, 100)
    assert has(anna, at) == Balance(0, 0, 0, 0)


def test_a_withdrawn_return_takes_what_was_given_anew(anna: int) -> None:
    earn(anna, 1000, expires_at=NOW + DAY)
    hold = spent_on(anna, 700, "7")
    at = NOW + 3 * DAY
    back(hold, 500, at=at)
    back(hold, 100, at=at)
    assert has(anna, at).spendable_minor == 100
    assert has(anna, at).owed_minor == 0


def test_after_an_unmerge_it_comes_back_to_whose_points_they_were(anna: int) -> None:
    boris = customer("C-2")
    earn(anna, 400, "1")
    earn(boris, 300, "2", expires_at=NOW + DAY)
    (merge,) = customers.merge(pairs=[(person(anna), person(boris))], now=NOW)
    hold = spent_on(anna, 500, "7")
    customers.unmerge(merge_id=merge, now=NOW, user_id=None)
    assert (has(anna).spendable_minor, has(boris).spendable_minor) == (200, 0)
    back(hold, 500)
    assert (has(anna).spendable_minor, has(boris).spendable_minor) == (400, 300)


def test_a_hold_that_came_back_is_still_captured(anna: int) -> None:
    earn(anna, 1000)
    hold = spent_on(anna, 700, "7")
    back(hold, 700)
    with pytest.raises(HoldClosed):
        services.cancel(hold_id=hold, now=NOW)
    assert services.capture(hold_id=hold, now=NOW).given_back_minor == 700


def test_giving_back_nothing_at_all() -> None:
    services.give_back(wanted=[], given_back_days=30, when_spent="owe", now=NOW)
    back(99, 100)
    assert queries.verify().findings == ()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    targets=st.lists(st.integers(0, 90), min_size=1, max_size=6),
    lots=st.lists(st.integers(1, 40), max_size=4),
)
def test_returns_in_any_order_and_number_end_where_the_last_one_says(
    anna: int, targets: list[int], lots: list[int]
) -> None:
    """What was spent and not given back is what the last target left, whatever came before it."""
    mark = f"{Hold.objects.count()}-{Lot.objects.count()}"
    had = has(anna)
    for number, points in enumerate(lots):
        earn(anna, points, f"{mark}-{number}", expires_at=NOW + (number + 2) * DAY)
    before = had.spendable_minor - had.owed_minor + sum(lots)
    new = ask(anna, 90, mark)
    hold = services.spend(new=new, now=NOW, when_short="owe").id
    for target in targets:
        back(hold, target, at=NOW + timedelta(minutes=1))
    after = has(anna, NOW + timedelta(minutes=1))
    assert after.spendable_minor - after.owed_minor == before - 90 + targets[-1]
