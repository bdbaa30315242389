"""A coupon for points: points, stock and the code go together, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from tests.loyalty.books_of_points import customer, told
from tests.loyalty.shop_with_points import LogReader
from tests.loyalty.shop_with_rewards import (
    BEGAN,
    DAY,
    NOW,
    asking,
    coupon,
    cup,
    points_of,
    publish,
    with_points,
)

from regulars.customers.models import Profile
from regulars.loyalty import queries, services
from regulars.loyalty.errors import BadReward, CannotCancel, CannotRedeem, CouponOver
from regulars.loyalty.queries import engagement
from regulars.loyalty.types import MINOR, GrantState
from regulars.loyalty.types.benefits import CouponGiven
from regulars.loyalty.types.rewards import NewReward, RewardKind, RewardOrderRow
from regulars.offers import queries as offers
from regulars.offers import services as offer_services
from regulars.offers.queries.stored import forget
from regulars.offers.types import Cart, CartLine, Goods, NewUse

pytestmark = pytest.mark.django_db
CART = Cart(
    currency="RUB",
    lines=(
        CartLine(amount_minor=100_000, quantity=Decimal(1), product="Green tea", category="Tea"),
        CartLine(amount_minor=50_000, quantity=Decimal(1), product="Cup", category="Dishes"),
    ),
)


@pytest.fixture
def anna(db: None) -> int:
    forget()
    publish()
    return with_points("C-1", 1000)


def taken(profile_id: int, key: str = "k") -> tuple[RewardOrderRow, str]:
    """An order of a coupon of 10% off tea, and its code."""
    order = services.redeem(new=asking(profile_id, coupon(goods=Goods(categories=("Tea",))), key), now=NOW)
    return order, queries.reward_codes([order])[order.id]


def off(code: str, profile_id: int, at: datetime = NOW) -> int:
    """What the code takes off tea for 1,000 roubles and a cup for 500."""
    found = offers.apply(cart=CART, profile_id=profile_id, codes=[code], at=at)
    return sum(found.of_line(place) for place in range(len(CART.lines)))


def set_aside(code: str, profile_id: int, key: str = "till-1/1", at: datetime = NOW) -> int:
    new = NewUse(
        key=key,
        profile_id=profile_id,
        cart=CART,
        codes=(code,),
        at=at,
        lasts_until=at + timedelta(minutes=30),
    )
    return offer_services.reserve(new=new, now=at).id


def test_points_are_spent_stock_falls_and_the_code_takes_something_off(anna: int) -> None:
    order, code = taken(anna)
    assert (order.kind, order.state, order.points_minor) == (
        RewardKind.COUPON,
        GrantState.GIVEN,
        200 * MINOR,
    )
    assert points_of(anna) == 800
    (one,) = queries.rewards()
    assert (one.left, one.taken) == (4, 1)
    assert off(code, anna) == 10_000
    assert [event["kind"] for event in told("reward_ordered")] == ["coupon"]
    assert code not in str(told("reward_ordered") + told("coupon_issued"))
    assert queries.verify().findings == ()


def test_it_is_the_customers_own_and_good_for_as_many_days_as_was_said(anna: int) -> None:
    order, code = taken(anna)
    # Fourteen days of their calendar (Moscow), the last of them whole.
    assert order.until == datetime(2026, 3, 29, 21, tzinfo=UTC)
    assert off(code, anna, datetime(2026, 3, 29, 20, 59, tzinfo=UTC)) == 10_000
    assert off(code, anna, datetime(2026, 3, 29, 21, tzinfo=UTC)) == 0
    assert off(code, customer("C-2")) == 0


def test_the_same_key_gives_the_same_code(anna: int) -> None:
    one = coupon()
    first = services.redeem(new=asking(anna, one), now=NOW)
    again = services.redeem(new=asking(anna, one), now=NOW + DAY)
    other = services.redeem(new=asking(anna, one, "k2"), now=NOW)
    codes = queries.reward_codes([first, other])
    assert again == first
    assert queries.reward_codes([again]) == {first.id: codes[first.id]}
    assert codes[first.id] != codes[other.id]
    assert points_of(anna) == 600


def test_cancelled_it_is_good_for_nothing_and_points_and_stock_come_back(anna: int) -> None:
    order, code = taken(anna)
    back = services.cancel_reward(order_id=order.id, now=NOW + DAY)
    assert back.state is GrantState.WITHDRAWN
    assert (points_of(anna), queries.rewards()[0].left) == (1000, 5)
    assert off(code, anna) == 0
    assert queries.reward_codes([back]) == {}
    assert services.cancel_reward(order_id=order.id, now=NOW + 2 * DAY) == back
    assert points_of(anna) == 1000
    assert queries.verify().findings == ()


def test_what_is_used_or_set_aside_is_not_cancelled_and_what_is_let_go_is(anna: int) -> None:
    order, code = taken(anna)
    use = set_aside(code, anna)
    with pytest.raises(CannotCancel, match="The coupon was used, or a till has it"):
        services.cancel_reward(order_id=order.id, now=NOW)
    offer_services.capture(use_id=use, now=NOW)
    with pytest.raises(CannotCancel):
        services.cancel_reward(order_id=order.id, now=NOW)
    assert (points_of(anna), queries.rewards()[0].left) == (800, 4)
    other, code = taken(anna, "k2")
    offer_services.cancel(use_id=set_aside(code, anna, "till-1/2"), now=NOW)
    assert services.cancel_reward(order_id=other.id, now=NOW).state is GrantState.WITHDRAWN
    assert points_of(anna) == 800


def test_after_its_last_day_points_come_back_by_a_colleague_alone(anna: int) -> None:
    order, _code = taken(anna)
    assert order.until is not None
    with pytest.raises(CouponOver):
        services.cancel_reward(order_id=order.id, now=order.until)
    assert (points_of(anna), queries.rewards()[0].left) == (800, 4)
    back = services.cancel_reward(order_id=order.id, now=order.until, user_id=4)
    assert (points_of(anna, order.until), queries.rewards()[0].left) == (1000, 5)
    assert services.cancel_reward(order_id=order.id, now=order.until) == back
    # On its last day the customer still may.
    other, _code = taken(anna, "k2")
    assert other.until is not None
    services.cancel_reward(order_id=other.id, now=other.until - timedelta(seconds=1))
    assert points_of(anna) == 1000


def test_used_is_told_of_the_order_once_the_log_is_read(anna: int) -> None:
    order, code = taken(anna)
    reader = LogReader()
    offer_services.capture(use_id=set_aside(code, anna), now=NOW)
    reader.catch_up(NOW)
    found = queries.reward_order(order.id)
    assert found is not None
    assert found.state is GrantState.USED


def test_who_has_too_few_points_gets_no_code(anna: int) -> None:
    dear = coupon(price_minor=2000 * MINOR)
    with pytest.raises(Exception, match="not enough points"):
        services.redeem(new=asking(anna, dear), now=NOW)
    person = Profile.objects.get(pk=anna).person_id
    assert offers.coupons_of(person) == []
    assert queries.rewards()[0].left == 5


def test_they_are_taken_one_at_a_time(anna: int) -> None:
    with pytest.raises(CannotRedeem) as refused:
        services.redeem(new=asking(anna, coupon(), pieces=2), now=NOW)
    assert refused.value.code == "one_at_a_time"
    assert points_of(anna) == 1000


def test_codes_given_out_keep_their_terms_when_the_reward_is_changed(anna: int) -> None:
    one = coupon()
    order = services.redeem(new=asking(anna, one), now=NOW)
    seen = queries.reward(one.id)
    assert seen is not None
    new = NewReward(
        name="Better",
        kind=RewardKind.COUPON,
        price_minor=200 * MINOR,
        left=4,
        coupon=CouponGiven(amount_minor=30_000, days=3),
    )
    services.edit_reward(reward_id=one.id, new=new, seen=seen)
    later = services.redeem(new=asking(anna, one, "k2"), now=NOW)
    codes = queries.reward_codes([order, later])
    assert off(codes[order.id], anna) == 15_000
    assert off(codes[later.id], anna) == 30_000


@pytest.mark.parametrize("kind", [RewardKind.COUPON, RewardKind.THING])
def test_a_coupon_says_what_it_takes_off_and_nothing_else_does(db: None, kind: RewardKind) -> None:
    what = None if kind is RewardKind.COUPON else CouponGiven(percent=Decimal(10))
    with pytest.raises(BadReward, match="what the coupon takes off"):
        services.add_reward(new=NewReward(name="X", kind=kind, price_minor=1, coupon=what), now=BEGAN)


def test_what_used_coupons_took_off_is_what_the_reward_cost(anna: int) -> None:
    cup()
    order, code = taken(anna)
    offer_services.capture(use_id=set_aside(code, anna), now=NOW)
    parts = engagement.parts_doing(first=BEGAN.date(), since=BEGAN, until=NOW + DAY)
    found = {part.key: part for part in parts}[f"reward:{order.reward_id}"]
    assert (found.times, found.cash_minor) == (1, 10_000)
