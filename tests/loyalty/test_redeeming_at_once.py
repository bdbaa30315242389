"""Many customers take a reward at the same moment: what there is goes, once, and points go with it."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from functools import partial

import pytest
from django.db import connection
from tests.loyalty.shop_with_rewards import (
    DAY,
    MINOR,
    NOW,
    asking,
    coupon,
    cup,
    giving,
    points_of,
    publish,
    with_points,
)
from tests.together import together

from regulars.loyalty import queries, services
from regulars.loyalty.models import Grant, RewardOrder
from regulars.loyalty.services import redeeming
from regulars.loyalty.types.benefits import GiftGiven, PointsGiven
from regulars.loyalty.types.rewards import RewardOrderRow
from regulars.offers import services as offers
from regulars.offers.types import Cart, CartLine, NewUse, Use

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
AT_ONCE = 32
ROUNDS_MAX = 30
"""So often a race is looked for before it counts as not there."""


def outcomes(found: list[object]) -> Counter[str]:
    return Counter(getattr(one, "code", "") or type(one).__name__ for one in found)


def left_of(reward_id: int) -> int | None:
    found = queries.reward(reward_id)
    assert found is not None
    return found.left


def test_of_32_customers_who_want_the_last_ten_exactly_ten_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    publish()
    people = [with_points(f"C-{number}", 300) for number in range(AT_ONCE)]
    one = cup(left=10)
    asked = [partial(services.redeem, new=asking(who, one, str(who)), now=NOW) for who in people]
    assert outcomes(list(together(asked))) == {"RewardOrderRow": 10, "sold_out": AT_ONCE - 10}
    assert (left_of(one.id), RewardOrder.objects.count(), Grant.objects.count()) == (0, 10, 10)
    assert sum(points_of(who) for who in people) == (AT_ONCE - 10) * 300
    assert queries.verify().findings == ()
    # Who looks first and takes afterwards sells more than there is: the database refuses it then.
    careless = redeeming._TAKE.replace(' AND ("left" IS NULL OR "left" >= %(pieces)s)', "")
    assert careless != redeeming._TAKE
    monkeypatch.setattr(redeeming, "_TAKE", careless)
    rich = [with_points(f"R-{number}", 300 * ROUNDS_MAX) for number in range(AT_ONCE)]
    for number in range(ROUNDS_MAX):
        few = cup(left=10)
        asked = [partial(services.redeem, new=asking(who, few, f"{number}:{who}"), now=NOW) for who in rich]
        if outcomes(list(together(asked)))["IntegrityError"]:
            break
    else:
        pytest.fail("the race was not there to be won")
    assert left_of(few.id) == 0


def test_of_32_that_one_customer_sends_as_many_are_done_as_there_are_points_for() -> None:
    publish()
    anna = with_points("C-1", 1000)
    one = cup(left=None)
    asked = [partial(services.redeem, new=asking(anna, one, str(n)), now=NOW) for n in range(AT_ONCE)]
    assert outcomes(list(together(asked))) == {"RewardOrderRow": 3, "not_enough_points": AT_ONCE - 3}
    assert points_of(anna) == 100


def test_of_32_that_one_customer_sends_no_more_are_done_than_one_may_have() -> None:
    publish()
    anna = with_points("C-1", 100_000)
    one = cup(left=None, most_each=2)
    asked = [partial(services.redeem, new=asking(anna, one, str(n)), now=NOW) for n in range(AT_ONCE)]
    assert outcomes(list(together(asked))) == {"RewardOrderRow": 2, "enough": AT_ONCE - 2}


def test_the_same_request_sent_many_times_at_once_is_one_order() -> None:
    publish()
    anna = with_points("C-1", 1000)
    one = cup()
    found = together([partial(services.redeem, new=asking(anna, one), now=NOW)] * 8)
    assert len({order.id for order in found if not isinstance(order, Exception)}) == 1
    assert outcomes(list(found)) == {"RewardOrderRow": 8}
    assert points_of(anna) == 700


def test_handed_out_or_given_back_but_not_both() -> None:
    publish()
    anna = with_points("C-1", 100_000)
    one = cup(left=1000)
    for number in range(10):
        order = services.redeem(new=asking(anna, one, str(number)), now=NOW)
        before = points_of(anna)
        acts = [
            partial(services.hand_out, grant_id=order.grant_id or 0, now=NOW),
            partial(services.cancel_reward, order_id=order.id, now=NOW),
        ]
        handed_out = together(acts)[0] is True  # type: ignore[arg-type]
        assert points_of(anna) == before + (0 if handed_out else 300)
    assert queries.verify().findings == ()


def test_one_occasion_told_many_times_at_once_gives_once_and_nobody_waits_in_a_circle() -> None:
    publish()
    people = [with_points(f"C-{number}", 0) for number in range(6)]
    points, gift = PointsGiven(points_minor=100 * MINOR), GiftGiven(name="Coffee")
    grants = [giving(who, what, f"{who}:{what.kind}") for who in people for what in (points, gift)]
    keys = [one.key for one in grants]

    def give(turned: bool) -> object:
        return services.grant(grants=grants[::-1] if turned else grants, now=NOW)

    found = together([partial(give, bool(number % 2)) for number in range(16)])
    assert outcomes(list(found)) == {"dict": 16}
    assert [points_of(who) for who in people] == [100] * 6
    mixed = [partial(give, True), partial(services.withdraw, keys=keys, now=NOW)] * 8
    assert not [one for one in together(mixed) if isinstance(one, Exception)]  # type: ignore[arg-type]
    services.withdraw(keys=keys, now=NOW)
    assert [points_of(who) for who in people] == [0] * 6
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM loyalty_grant WHERE state <> 'withdrawn'")
        assert cursor.fetchone() == (0,)
    assert queries.verify().findings == ()


def test_of_32_customers_who_want_the_last_five_coupons_exactly_five_get_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    publish()
    # Who looks first and takes afterwards would issue more codes than there are.
    careless = redeeming._TAKE.replace(' AND ("left" IS NULL OR "left" >= %(pieces)s)', "")
    careless = careless.replace('"left" = "left" - %(pieces)s', '"left" = greatest(0, "left" - %(pieces)s)')
    rich = [with_points(f"R-{number}", 200 * ROUNDS_MAX) for number in range(AT_ONCE)]
    with monkeypatch.context() as patched:
        patched.setattr(redeeming, "_TAKE", careless)
        for number in range(ROUNDS_MAX):
            few = coupon(left=5)
            asked = [
                partial(services.redeem, new=asking(who, few, f"{number}:{who}"), now=NOW) for who in rich
            ]
            if outcomes(list(together(asked)))["RewardOrderRow"] > 5:
                break
        else:
            pytest.fail("the race was not there to be won")
    people = [with_points(f"C-{number}", 200) for number in range(AT_ONCE)]
    one = coupon(left=5)
    asked = [partial(services.redeem, new=asking(who, one, str(who)), now=NOW) for who in people]
    assert outcomes(list(together(asked))) == {"RewardOrderRow": 5, "sold_out": AT_ONCE - 5}
    codes = queries.reward_codes(queries.last_reward_orders(reward_id=one.id, limit=AT_ONCE))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM offers_code WHERE profile_id = ANY(%s)", [people])
        assert cursor.fetchone() == (5,)
    assert (len(set(codes.values())), left_of(one.id)) == (5, 0)
    assert sum(points_of(who) for who in people) == (AT_ONCE - 5) * 200
    assert queries.verify().findings == ()


def test_the_same_coupon_asked_for_many_times_at_once_is_one_code() -> None:
    publish()
    anna, one = with_points("C-1", 1000), coupon()
    found = together([partial(services.redeem, new=asking(anna, one), now=NOW)] * 8)
    assert outcomes(list(found)) == {"RewardOrderRow": 8}
    orders = [order for order in found if isinstance(order, RewardOrderRow)]
    assert len({queries.reward_codes([order])[order.id] for order in orders}) == 1
    assert (points_of(anna), left_of(one.id)) == (800, 4)


def test_a_coupon_is_used_or_given_back_but_not_both() -> None:
    publish()
    anna, one = with_points("C-1", 100_000), coupon(left=None)
    cart = Cart(currency="RUB", lines=(CartLine(amount_minor=100_000, quantity=Decimal(1)),))
    ends: Counter[bool] = Counter()
    for number in range(10):
        order = services.redeem(new=asking(anna, one, str(number)), now=NOW)
        before, code = points_of(anna), queries.reward_codes([order])[order.id]
        use = NewUse(
            key=str(number), profile_id=anna, cart=cart, codes=(code,), at=NOW, lasts_until=NOW + DAY
        )
        acts = [
            partial(offers.reserve, new=use, now=NOW),
            partial(services.cancel_reward, order_id=order.id, now=NOW),
        ]
        is_used = isinstance(together(acts)[0], Use)  # type: ignore[arg-type]
        assert points_of(anna) == before + (0 if is_used else 200)
        ends[is_used] += 1
    assert sum(ends.values()) == 10
    assert queries.verify().findings == ()
