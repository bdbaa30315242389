"""Points are set aside once, spent once, and let go to where they came from."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.loyalty.books_of_points import DAY, NOW, customer, told, wanted
from tests.loyalty.spending import ask, drawn, earn, has, lot, person

from regulars.customers import services as customers
from regulars.loyalty import queries, services
from regulars.loyalty.errors import HoldClosed, KeyReused, LoyaltyProblem, NoSuchHold, NotEnough
from regulars.loyalty.models import Hold, Lot, Posting
from regulars.loyalty.types import Balance, HoldState

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def anna(db: None) -> int:
    return customer("C-1")


def test_what_is_held_cannot_be_held_again(anna: int) -> None:
    earn(anna, 1000)
    services.hold(new=ask(anna, 700), now=NOW)
    with pytest.raises(NotEnough, match="3 can be spent") as refused:
        services.hold(new=ask(anna, 301, "l"), now=NOW)
    assert refused.value.spendable_minor == 300
    assert has(anna) == Balance(300, 0, 700, 0, 300, NOW + 364 * DAY)
    assert Hold.objects.count() == 1


def test_a_hold_asked_for_again_is_the_same(anna: int) -> None:
    earn(anna, 1000)
    made = services.hold(new=ask(anna, 700), now=NOW)
    later = NOW + MINUTE
    assert services.hold(new=ask(anna, 700, at=later), now=later) == made
    assert services.hold(new=ask(anna, 700, order_source="shop", order_id="7"), now=later) == made
    assert has(anna).held_minor == 700


@pytest.mark.parametrize("other", [{"points": 600}, {"branch_id": 3}, {"order_id": "8", "order_source": "s"}])
def test_a_key_that_came_with_something_else_is_refused(anna: int, other: dict[str, Any]) -> None:
    earn(anna, 1000)
    services.hold(new=ask(anna, 700, order_source="s", order_id="7"), now=NOW)
    with pytest.raises(KeyReused):
        services.hold(new=ask(anna, other.pop("points", 700), **other), now=NOW)


def test_a_key_of_another_customer_is_refused(anna: int) -> None:
    earn(anna, 1000)
    boris = customer("C-2")
    earn(boris, 1000, "2")
    services.hold(new=ask(anna, 700), now=NOW)
    with pytest.raises(KeyReused):
        services.hold(new=ask(boris, 700), now=NOW)
    assert has(boris).spendable_minor == 1000


@pytest.mark.parametrize("points", [0, -5])
def test_no_points_cannot_be_held_nor_captured(anna: int, points: int) -> None:
    earn(anna, 1000)
    with pytest.raises(LoyaltyProblem):
        services.hold(new=ask(anna, points), now=NOW)
    made = services.hold(new=ask(anna, 10), now=NOW)
    with pytest.raises(LoyaltyProblem):
        services.capture(hold_id=made.id, points_minor=points, now=NOW)


def test_who_never_had_points_can_spend_none(anna: int) -> None:
    assert has(anna) == Balance(0, 0, 0, 0)
    with pytest.raises(NotEnough):
        services.hold(new=ask(anna, 1), now=NOW)


def test_capture_spends_what_was_held_and_tells_of_it(anna: int) -> None:
    earn(anna, 1000)
    made = services.hold(new=ask(anna, 700, branch_id=4), now=NOW)
    done = services.capture(hold_id=made.id, now=NOW + MINUTE, order_source="shop", order_id="7")
    assert (done.state, done.spent_minor, done.closed_at) == (HoldState.CAPTURED, 700, NOW + MINUTE)
    assert (done.order_source, done.order_id) == ("shop", "7")
    assert queries.hold(made.id) == queries.hold_by_key("k") == done
    assert has(anna).spendable_minor == 300
    assert told("points_spent") == [
        {"hold_id": made.id, "points_minor": 700, "order": "7", "order_source": "shop", "branch_id": 4}
    ]


@pytest.mark.parametrize(("lots", "minutes_left"), [((700,), 30), ((700,), 1), ((300, 400), 30)])
def test_a_capture_ends_alike_by_each_way(anna: int, lots: tuple[int, ...], minutes_left: int) -> None:
    """The short way is of one lot and of a hold that cannot time out meanwhile."""
    for number, points in enumerate(lots):
        earn(anna, points, f"{number}")
    made = services.hold(new=ask(anna, 700), now=NOW)
    now = made.lasts_until - minutes_left * MINUTE
    captured = services.capture(hold_id=made.id, now=now, order_source="shop", order_id="7")
    assert (captured.state, captured.spent_minor, captured.order_id) == (HoldState.CAPTURED, 700, "7")
    assert [points for _lot, points in drawn(made.id, "spent")] == list(lots)
    assert drawn(made.id, "released") == []
    assert told("points_spent") == [
        {"hold_id": made.id, "points_minor": 700, "order": "7", "order_source": "shop", "branch_id": None}
    ]
    assert has(anna) == Balance(0, 0, 0, 0)


def test_the_same_capture_again_gives_the_same_answer(anna: int) -> None:
    earn(anna, 1000)
    made = services.hold(new=ask(anna, 700), now=NOW)
    done = services.capture(hold_id=made.id, points_minor=500, now=NOW, order_source="shop", order_id="7")
    late = NOW + DAY
    assert services.capture(hold_id=made.id, points_minor=500, now=late) == done
    for other in ({"points_minor": 400}, {}, {"points_minor": 500, "order_source": "shop", "order_id": "8"}):
        with pytest.raises(HoldClosed):
            services.capture(hold_id=made.id, now=NOW, **other)
    assert has(anna).spendable_minor == 500
    assert len(told("points_spent")) == 1


def test_part_of_a_hold_is_spent_out_of_what_expires_first_and_the_rest_goes_back(anna: int) -> None:
    later = earn(anna, 600, "1", expires_at=NOW + 9 * DAY)
    sooner = earn(anna, 400, "2", expires_at=NOW + 3 * DAY)
    never = earn(anna, 500, "3", expires_at=None)
    made = services.hold(new=ask(anna, 1200), now=NOW)
    assert drawn(made.id, "held") == [(sooner.id, 400), (later.id, 600), (never.id, 200)]
    services.capture(hold_id=made.id, points_minor=700, now=NOW)
    assert drawn(made.id, "spent") == [(sooner.id, 400), (later.id, 300)]
    assert drawn(made.id, "released") == [(later.id, 300), (never.id, 200)]
    assert has(anna) == Balance(800, 0, 0, 0, 300, NOW + 9 * DAY)


def test_more_than_was_held_cannot_be_captured(anna: int) -> None:
    earn(anna, 1000)
    made = services.hold(new=ask(anna, 700), now=NOW)
    with pytest.raises(HoldClosed, match="at most"):
        services.capture(hold_id=made.id, points_minor=701, now=NOW)
    assert has(anna).held_minor == 700


def test_a_cancelled_hold_gives_all_back_and_cannot_be_captured(anna: int) -> None:
    earn(anna, 1000)
    made = services.hold(new=ask(anna, 700), now=NOW)
    gone = services.cancel(hold_id=made.id, now=NOW)
    assert gone.state is HoldState.CANCELLED
    assert services.cancel(hold_id=made.id, now=NOW + MINUTE) == gone
    assert has(anna).spendable_minor == 1000
    with pytest.raises(HoldClosed, match="cancelled"):
        services.capture(hold_id=made.id, now=NOW)


def test_what_was_captured_cannot_be_cancelled(anna: int) -> None:
    earn(anna, 1000)
    made = services.hold(new=ask(anna, 700), now=NOW)
    services.capture(hold_id=made.id, now=NOW)
    with pytest.raises(HoldClosed):
        services.cancel(hold_id=made.id, now=NOW)
    assert has(anna).spendable_minor == 300


def test_there_is_no_hold_of_that_number(anna: int) -> None:
    with pytest.raises(NoSuchHold, match="99"):
        services.capture(hold_id=99, now=NOW)
    with pytest.raises(NoSuchHold):
        services.cancel(hold_id=99, now=NOW)
    assert queries.hold(99) is None
    assert queries.hold_by_key("no") is None


def test_holds_time_out_at_their_moment(anna: int) -> None:
    earn(anna, 1000)
    made = services.hold(new=ask(anna, 700), now=NOW)
    other = services.hold(new=ask(anna, 100, "l", lasts_until=NOW + DAY), now=NOW)
    until = made.lasts_until
    assert services.time_out_holds(until - MINUTE, 10) == 0
    with pytest.raises(HoldClosed, match="timed out"):  # whether or not the schedule got round to it
        services.capture(hold_id=made.id, now=until)
    assert services.time_out_holds(until, 10) == 1
    assert services.time_out_holds(until, 10) == 0
    found = queries.hold(made.id)
    assert found is not None
    assert (found.state, found.closed_at) == (HoldState.TIMED_OUT, until)
    with pytest.raises(HoldClosed, match="timed out"):
        services.capture(hold_id=made.id, now=until)
    assert services.cancel(hold_id=made.id, now=until) == found
    assert has(anna, until) == Balance(900, 0, 100, 0, 900, NOW + 364 * DAY)
    assert services.capture(hold_id=other.id, now=until).spent_minor == 100


def test_time_outs_are_done_as_far_as_the_limit_goes(anna: int) -> None:
    earn(anna, 1000)
    for number in range(3):
        services.hold(new=ask(anna, 10, f"{number}"), now=NOW)
    assert [services.time_out_holds(NOW + DAY, 2) for _ in range(3)] == [2, 1, 0]
    assert has(anna).spendable_minor == 1000


def test_a_hold_that_timed_out_after_the_till_captured_it_is_brought_back(anna: int) -> None:
    earn(anna, 1000)
    made = services.hold(new=ask(anna, 700), now=NOW)
    now = NOW + DAY
    services.time_out_holds(now, 10)
    done = services.capture(hold_id=made.id, points_minor=600, now=now, at=NOW + MINUTE)
    assert (done.state, done.spent_minor, done.closed_at) == (HoldState.CAPTURED, 600, NOW + MINUTE)
    assert has(anna).spendable_minor == 400
    assert services.capture(hold_id=made.id, points_minor=600, now=now, at=NOW + MINUTE) == done


def test_a_hold_that_timed_out_is_not_brought_back_where_the_points_are_gone(anna: int) -> None:
    earn(anna, 1000)
    made = services.hold(new=ask(anna, 700), now=NOW)
    now = NOW + DAY
    services.time_out_holds(now, 10)
    services.hold(new=ask(anna, 900, "l", at=now), now=now)
    with pytest.raises(NotEnough) as refused:
        services.capture(hold_id=made.id, now=now, at=NOW + MINUTE)
    assert refused.value.spendable_minor == 100
    assert has(anna, now).held_minor == 900


def test_a_hold_that_the_till_cancelled_before_it_timed_out_is_not_brought_back(anna: int) -> None:
    earn(anna, 1000)
    made = services.hold(new=ask(anna, 700), now=NOW)
    now = NOW + DAY
    services.time_out_holds(now, 10)
    gone = services.cancel(hold_id=made.id, now=now, at=NOW + MINUTE)
    assert (gone.state, gone.closed_at) == (HoldState.CANCELLED, NOW + MINUTE)
    with pytest.raises(HoldClosed, match="cancelled"):
        services.capture(hold_id=made.id, now=now, at=NOW + MINUTE)
    assert has(anna).spendable_minor == 1000


def test_points_let_go_after_their_end_expire(anna: int) -> None:
    earn(anna, 1000, expires_at=NOW + MINUTE)
    made = services.hold(new=ask(anna, 700), now=NOW)
    services.cancel(hold_id=made.id, now=NOW + MINUTE)
    assert lot("order:shop:1:cashback") == (0, 300, 0, 0, 700)
    assert told("points_expired") == [{"points_minor": 700}]
    assert has(anna, NOW + MINUTE).spendable_minor == 0


def test_points_of_a_hold_that_timed_out_after_their_end_expire(anna: int) -> None:
    earn(anna, 1000, expires_at=NOW + MINUTE)
    services.hold(new=ask(anna, 700), now=NOW)
    services.time_out_holds(NOW + DAY, 10)
    assert lot("order:shop:1:cashback") == (0, 300, 0, 0, 700)
    assert told("points_expired") == [{"points_minor": 700}]
    assert has(anna, NOW + MINUTE) == Balance(0, 0, 0, 0)


def test_points_let_go_pay_what_is_owed(anna: int) -> None:
    earn(anna, 1000)
    made = services.hold(new=ask(anna, 700), now=NOW)
    services.settle(wanted=[wanted(anna, 0, at=NOW)], when_spent="owe", now=NOW)
    assert has(anna) == Balance(0, 0, 700, 700)
    services.cancel(hold_id=made.id, now=NOW)
    assert has(anna) == Balance(0, 0, 0, 0)


def test_pending_points_whose_moment_came_are_spent_whether_or_not_the_schedule_ran(anna: int) -> None:
    opens = NOW + DAY
    earn(anna, 1000, usable_at=opens)
    with pytest.raises(NotEnough):
        services.hold(new=ask(anna, 100), now=opens - MINUTE)
    assert has(anna, opens - MINUTE) == Balance(0, 1000, 0, 0)
    assert has(anna, opens).spendable_minor == 1000
    services.hold(new=ask(anna, 100, at=opens), now=opens)
    assert lot("order:shop:1:cashback") == (0, 900, 100, 0, 0)
    assert told("points_became_usable") == [{"points_minor": 1000}]
    assert Lot.objects.get().usable_since == opens


def test_what_is_activated_on_the_way_pays_what_its_wallet_owes_first(anna: int) -> None:
    opens = NOW + DAY
    services.spend(new=ask(anna, 300, "s"), now=NOW, when_short="owe")
    earn(anna, 1000, usable_at=opens)
    assert has(anna, opens) == Balance(700, 0, 0, 300, 700, NOW + 364 * DAY)
    with pytest.raises(NotEnough):
        services.hold(new=ask(anna, 701, at=opens), now=opens)
    services.hold(new=ask(anna, 600, at=opens), now=opens)
    assert has(anna, opens) == Balance(100, 0, 600, 0, 100, NOW + 364 * DAY)


def test_nothing_is_spent_at_the_first_moment_after_its_end(anna: int) -> None:
    ends = NOW + DAY
    earn(anna, 1000, expires_at=ends)
    moment = timedelta(microseconds=1)
    services.hold(new=ask(anna, 100, at=ends - moment), now=ends - moment)
    with pytest.raises(NotEnough):
        services.hold(new=ask(anna, 100, "l", at=ends), now=ends)
    assert has(anna, ends).spendable_minor == 0


def test_what_the_run_expired_can_be_spent_at_a_moment_before(anna: int) -> None:
    ends, now = NOW + DAY, NOW + 2 * DAY
    earn(anna, 1000, expires_at=ends)
    services.run_day(now=now, limit=100)
    assert lot("order:shop:1:cashback") == (0, 0, 0, 0, 1000)
    assert (has(anna, NOW).spendable_minor, has(anna, now).spendable_minor) == (1000, 0)
    made = services.hold(new=ask(anna, 700), now=now)
    assert lot("order:shop:1:cashback") == (0, 0, 700, 0, 300)
    services.capture(hold_id=made.id, points_minor=500, now=now, at=NOW)
    assert lot("order:shop:1:cashback") == (0, 200, 0, 500, 300)
    services.run_day(now=now + MINUTE, limit=100)
    assert lot("order:shop:1:cashback") == (0, 0, 0, 500, 500)
    assert (has(anna, NOW).spendable_minor, has(anna, now).spendable_minor) == (500, 0)


def test_spending_at_once_is_hold_and_capture_in_one(anna: int) -> None:
    earn(anna, 1000)
    done = services.spend(new=ask(anna, 700, order_id="7"), now=NOW, when_short="owe")
    assert (done.state, done.spent_minor) == (HoldState.CAPTURED, 700)
    assert services.spend(new=ask(anna, 700, order_id="7"), now=NOW, when_short="owe") == done
    with pytest.raises(KeyReused):
        services.spend(new=ask(anna, 600), now=NOW, when_short="owe")
    assert has(anna).spendable_minor == 300
    assert len(told("points_spent")) == 1
    assert told("points_short") == []


def test_a_key_of_a_hold_is_no_key_of_a_spending(anna: int) -> None:
    earn(anna, 1000)
    services.hold(new=ask(anna, 700), now=NOW)
    with pytest.raises(KeyReused):
        services.spend(new=ask(anna, 700), now=NOW, when_short="owe")


def test_what_was_not_there_is_owed_and_reported(anna: int) -> None:
    earn(anna, 400)
    done = services.spend(new=ask(anna, 700), now=NOW, when_short="owe")
    assert (done.spent_minor, Hold.objects.get().short_minor) == (700, 300)
    assert has(anna) == Balance(0, 0, 0, 300)
    assert told("points_short") == [{"hold_id": done.id, "short_minor": 300}]
    earn(anna, 500, "2")
    assert has(anna).spendable_minor == 200


@pytest.mark.parametrize("when_short", ["take", "write_off"])
def test_what_was_not_there_is_written_off(anna: int, when_short: Any) -> None:
    earn(anna, 400)
    done = services.spend(new=ask(anna, 700), now=NOW, when_short=when_short)
    assert done.spent_minor == 700
    assert has(anna) == Balance(0, 0, 0, 0)
    assert [one["short_minor"] for one in told("points_short")] == [300]


def test_who_has_nothing_at_all_can_be_short(anna: int) -> None:
    services.spend(new=ask(anna, 700), now=NOW, when_short="owe")
    assert has(anna) == Balance(0, 0, 0, 700)


def test_a_person_spends_what_all_their_profiles_have(anna: int) -> None:
    other = customer("C-2")
    earn(anna, 400, "1")
    sooner = earn(other, 300, "2", expires_at=NOW + DAY)
    customers.merge(pairs=[(person(anna), person(other))], now=NOW)
    assert has(anna) == has(other) == Balance(700, 0, 0, 0, 300, NOW + DAY)
    made = services.hold(new=ask(anna, 500), now=NOW)
    assert drawn(made.id, "held")[0] == (sooner.id, 300)
    services.capture(hold_id=made.id, now=NOW)
    assert has(other).spendable_minor == 200


def test_what_one_profile_owes_lessens_what_the_person_can_spend(anna: int) -> None:
    other = customer("C-2")
    earn(anna, 400)
    services.spend(new=ask(other, 100, "s"), now=NOW, when_short="owe")
    customers.merge(pairs=[(person(anna), person(other))], now=NOW)
    assert has(anna) == Balance(300, 0, 0, 100, 300, NOW + 364 * DAY)
    with pytest.raises(NotEnough):
        services.hold(new=ask(anna, 301), now=NOW)
    services.hold(new=ask(other, 300), now=NOW)
    assert has(anna) == Balance(0, 0, 300, 100)


def test_balances_of_several_persons(anna: int) -> None:
    boris, nobody = customer("C-2"), customer("C-3")
    earn(anna, 400)
    earn(boris, 300, "2", expires_at=None)
    persons = [person(one) for one in (anna, boris, nobody)]
    found = queries.balances(person_ids=persons, at=NOW)
    assert [found[one] for one in persons] == [has(anna), Balance(300, 0, 0, 0), Balance(0, 0, 0, 0)]
    assert queries.balances(person_ids=[], at=NOW) == {}


def test_holding_and_reading_take_one_statement(anna: int, django_assert_num_queries: Any) -> None:
    earn(anna, 1000)
    with django_assert_num_queries(1):
        made = services.hold(new=ask(anna, 700), now=NOW)
    with django_assert_num_queries(1):  # with the event
        services.capture(hold_id=made.id, now=NOW)
    with django_assert_num_queries(1):
        queries.balance(profile_id=anna, at=NOW)


def test_every_posting_names_what_it_is_of(anna: int) -> None:
    earn(anna, 1000)
    made = services.hold(new=ask(anna, 700), now=NOW)
    services.capture(hold_id=made.id, points_minor=500, now=NOW)
    one = Lot.objects.get().id
    assert list(Posting.objects.filter(hold_id=made.id).order_by("id").values_list("key", flat=True)) == [
        f"hold:{made.id}:{one}:held:1",
        f"hold:{made.id}:{one}:spent:1",
        f"hold:{made.id}:{one}:released:1",
    ]
