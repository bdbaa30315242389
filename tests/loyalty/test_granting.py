"""A benefit is given once for an occasion, and taken back as far as it is not used."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.loyalty.books_of_points import customer, told
from tests.loyalty.shop_with_points import LogReader
from tests.loyalty.shop_with_rewards import DAY, NOW, giving, lot_of, points_of, publish

from regulars.commerce import queries as commerce_queries
from regulars.commerce import services as commerce
from regulars.commerce.types import Cancellation, Order, OrderLine, OrderTold
from regulars.customers import services as customers
from regulars.customers.models import PersonAttributes, Profile
from regulars.events.models import Event
from regulars.loyalty import queries, services
from regulars.loyalty.models import Grant
from regulars.loyalty.types import MINOR, GrantState, NewHold
from regulars.loyalty.types.benefits import Badge, CouponGiven, GiftGiven, PointsGiven, TaskGiven
from regulars.offers import queries as offers
from regulars.offers import services as offer_services
from regulars.offers.types import Cart, CartLine, NewUse
from regulars.work import queries as tasks
from regulars.work import services as work

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(db: None) -> int:
    publish()
    return customer("C-1")


def person_of(profile_id: int) -> int:
    return Profile.objects.get(pk=profile_id).person_id


def test_points_are_given_once_and_can_be_spent_at_once(anna: int) -> None:
    first = services.grant(grants=[giving(anna)], now=NOW)
    again = services.grant(grants=[giving(anna)], now=NOW + DAY)
    assert first == again
    assert first["day:b:1:2026"].state is GrantState.GIVEN
    assert points_of(anna) == 200
    assert [event["points_minor"] for event in told("benefit_given")] == [200 * MINOR]
    assert queries.verify().findings == ()


def test_points_with_days_of_their_own_end_after_them_by_the_customers_calendar(anna: int) -> None:
    PersonAttributes.objects.create(person_id=person_of(anna), timezone="Asia/Vladivostok")
    services.grant(grants=[giving(anna), giving(anna, PointsGiven(points_minor=100), "year")], now=NOW)
    # 15 March is the day there, at 22:00; so all of the 29th, which ends at 14:00 of Greenwich.
    assert lot_of("day:b:1:2026").expires_at == datetime(2026, 3, 29, 14, tzinfo=UTC)
    assert lot_of("year").expires_at == datetime(2027, 3, 15, 14, tzinfo=UTC)


def test_of_points_taken_back_those_that_were_spent_stay_spent(anna: int) -> None:
    services.grant(grants=[giving(anna)], now=NOW)
    until = NOW + timedelta(minutes=5)
    new = NewHold(key="t", profile_id=anna, points_minor=150 * MINOR, at=NOW, lasts_until=until)
    services.capture(hold_id=services.hold(new=new, now=NOW).id, now=NOW)
    assert services.withdraw(keys=["day:b:1:2026", "nobody's"], now=NOW + DAY) == {"day:b:1:2026"}
    assert queries.balance(profile_id=anna, at=NOW + DAY).owed_minor == 0
    assert points_of(anna) == 0
    assert services.withdraw(keys=["day:b:1:2026"], now=NOW + DAY) == frozenset()
    assert len(told("benefit_withdrawn")) == 1
    assert queries.verify().findings == ()


def test_what_was_withdrawn_is_given_anew_when_it_is_reached_again(anna: int) -> None:
    for _ in range(3):
        services.grant(grants=[giving(anna), giving(anna, GiftGiven(name="Coffee"), "gift")], now=NOW)
        assert points_of(anna) == 200
        services.withdraw(keys=["day:b:1:2026", "gift"], now=NOW)
        assert points_of(anna) == 0
    services.grant(grants=[giving(anna), giving(anna, GiftGiven(name="Coffee"), "gift")], now=NOW)
    assert points_of(anna) == 200
    assert [row.name for row in queries.gifts_waiting(at=NOW, limit=5)] == ["Birthday"]
    assert len(told("benefit_given")) == 8
    assert queries.verify().findings == ()


def test_it_stays_the_profiles_it_was_given_to_when_persons_are_merged(anna: int) -> None:
    boris = customer("C-2")
    services.grant(grants=[giving(anna)], now=NOW)
    customers.merge(pairs=[(person_of(boris), person_of(anna))], now=NOW)
    again = services.grant(grants=[giving(boris)], now=NOW)
    assert again["day:b:1:2026"].profile_id == anna
    services.withdraw(keys=["day:b:1:2026"], now=NOW)
    assert services.grant(grants=[giving(boris)], now=NOW)["day:b:1:2026"].profile_id == anna
    assert points_of(boris) == points_of(anna) == 200


def test_a_coupon_is_a_code_of_the_customers_own_that_ends_with_its_days(anna: int) -> None:
    coupon = CouponGiven(percent=Decimal(10), days=14)
    given = services.grant(grants=[giving(anna, coupon)], now=NOW)["day:b:1:2026"]
    again = services.grant(grants=[giving(anna, coupon)], now=NOW + DAY)["day:b:1:2026"]
    assert given.code
    assert given.code == again.code
    (found,) = offers.coupons_of(person_of(anna))
    # All of 29 March in Moscow.
    assert (found.code, found.until) == (given.code, datetime(2026, 3, 29, 21, tzinfo=UTC))
    assert found.terms.name == "Birthday"


def test_customers_of_one_part_have_codes_of_one_offer(anna: int) -> None:
    boris = customer("C-2")
    ten, five = CouponGiven(percent=Decimal(10)), CouponGiven(percent=Decimal(5))
    both = [giving(anna, ten, "a"), giving(boris, ten, "b"), giving(boris, five, "c")]
    services.grant(grants=both, now=NOW)
    found = [*offers.coupons_of(person_of(anna)), *offers.coupons_of(person_of(boris))]
    assert len(found) == len({one.code for one in found}) == 3
    assert len({one.offer_id for one in found}) == 2


def test_a_coupon_that_was_withdrawn_is_no_good_and_the_next_is_another(anna: int) -> None:
    coupon = CouponGiven(amount_minor=50_000)
    first = services.grant(grants=[giving(anna, coupon)], now=NOW)["day:b:1:2026"].code
    assert services.withdraw(keys=["day:b:1:2026"], now=NOW) == {"day:b:1:2026"}
    second = services.grant(grants=[giving(anna, coupon)], now=NOW)["day:b:1:2026"].code
    assert first != second


def test_a_coupon_counts_as_used_when_it_was_and_waits_again_when_the_order_comes_back(anna: int) -> None:
    log = LogReader()
    grant = giving(anna, CouponGiven(percent=Decimal(10)))
    code = services.grant(grants=[grant], now=NOW)[grant.key].code
    cart = Cart(currency="RUB", lines=(CartLine(amount_minor=100_000),))
    until = NOW + timedelta(minutes=30)
    new = NewUse(key="u", cart=cart, codes=(code,), profile_id=anna, at=NOW, lasts_until=until)
    use = offer_services.reserve(new=new, now=NOW)
    assert services.withdraw(keys=[grant.key], now=NOW) == frozenset(), "it is being used"
    offer_services.capture(use_id=use.id, now=NOW, order_source="shop", order_id="1")
    assert services.withdraw(keys=[grant.key], now=NOW) == frozenset(), "before we heard of it"
    log.catch_up(NOW)
    (found,) = queries.grants_of(person_of(anna))
    assert (found.state, found.used_at) == (GrantState.USED, NOW)
    assert services.grant(grants=[grant], now=NOW)[grant.key].state is GrantState.USED
    lines = (OrderLine(amount_minor=90_000),)
    order = Order(
        source="shop", external_id="1", profile_id=anna, ordered_at=NOW, currency="RUB", lines=lines
    )
    commerce.record_orders(orders=[order], now=NOW)
    gone = Cancellation(source="shop", external_id="1", cancelled_at=NOW)
    commerce.cancel_orders(cancellations=[gone], now=NOW)
    seen = OrderTold(order_id=commerce_queries.order_ids([("shop", "1")])["shop", "1"], at=NOW)
    offer_services.see_orders(told=[seen], now=NOW)
    log.catch_up(NOW + DAY)
    assert queries.grants_of(person_of(anna))[0].state is GrantState.GIVEN


def test_a_task_waits_for_a_colleague_and_is_used_when_it_is_done(anna: int) -> None:
    log = LogReader()
    grant = giving(anna, TaskGiven(name="An hour of advice", due_days=5))
    services.grant(grants=[grant], now=NOW)
    (task,) = tasks.tasks_of(person_of(anna))
    assert (task.title, task.due_at) == ("An hour of advice", NOW + 5 * DAY)
    work.close_task(task_id=task.id, closed_by=None, now=NOW + DAY)
    log.catch_up(NOW + DAY)
    (found,) = queries.grants_of(person_of(anna))
    assert (found.state, found.used_at, found.task_id) == (GrantState.USED, NOW + DAY, task.id)
    assert services.withdraw(keys=[grant.key], now=NOW + DAY) == frozenset()


def test_a_task_that_is_withdrawn_is_closed(anna: int) -> None:
    services.grant(grants=[giving(anna, TaskGiven(name="An hour of advice"))], now=NOW)
    assert services.withdraw(keys=["day:b:1:2026"], now=NOW)
    (task,) = tasks.tasks_of(person_of(anna))
    assert task.closed_at == NOW
    LogReader().catch_up(NOW)
    assert queries.grants_of(person_of(anna))[0].state is GrantState.WITHDRAWN


def test_a_gift_is_handed_out_once_and_not_withdrawn_after_that(anna: int) -> None:
    services.grant(grants=[giving(anna, GiftGiven(name="Coffee", cost_minor=9_000, days=30))], now=NOW)
    (gift,) = queries.gifts_waiting(at=NOW, limit=5)
    assert gift.until == datetime(2026, 4, 14, 21, tzinfo=UTC)
    assert queries.count_gifts_waiting(at=gift.until) == 0
    assert not services.hand_out(grant_id=gift.id, now=gift.until)
    assert services.hand_out(grant_id=gift.id, now=NOW, user_id=7, branch_id=3)
    assert not services.hand_out(grant_id=gift.id, now=NOW)
    assert services.withdraw(keys=[gift.key], now=NOW) == frozenset()
    assert [event["branch_id"] for event in told("reward_handed_out")] == [3]
    assert services.undo_hand_out(grant_id=gift.id, now=NOW)
    assert not services.undo_hand_out(grant_id=gift.id, now=NOW)
    assert [row.id for row in queries.gifts_waiting(at=NOW, limit=5)] == [gift.id]


def test_what_was_given_says_what_led_to_it(anna: int) -> None:
    services.grant(grants=[giving(anna, caused=(5, 2))], now=NOW)
    event = Event.objects.get(name="benefit_given")
    assert (event.cause_id, event.depth) == (5, 3)
    assert event.properties["name"] == "Birthday"


def test_a_hundred_take_as_many_statements_as_two(anna: int) -> None:
    kinds = (
        PointsGiven(points_minor=1),
        CouponGiven(percent=Decimal(5)),
        GiftGiven(name="C"),
        TaskGiven(name="T"),
        Badge(),
    )
    people = [customer(f"P-{number}") for number in range(30)]

    def statements(first: int, last: int) -> int:
        grants = [giving(who, one, f"{who}:{one.kind}") for who in people[first:last] for one in kinds]
        with CaptureQueriesContext(connection) as captured:
            services.grant(grants=grants, now=NOW)
            services.withdraw(keys=[one.key for one in grants], now=NOW)
        return len(captured)

    statements(0, 1)
    few, many = statements(1, 3), statements(3, 30)
    assert many <= few


def test_the_same_key_twice_and_too_many_are_refused(anna: int) -> None:
    with pytest.raises(ValueError, match="2 grants, 1 different"):
        services.grant(grants=[giving(anna), giving(anna)], now=NOW)
    with pytest.raises(ValueError, match="the most is"):
        services.withdraw(keys=[f"k{number}" for number in range(services.GRANTS_MAX + 1)], now=NOW)
    assert services.grant(grants=[], now=NOW) == {}
    assert services.withdraw(keys=[], now=NOW) == frozenset()
    assert not Grant.objects.exists()
