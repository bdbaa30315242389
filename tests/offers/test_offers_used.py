"""Offers set aside, used, let go, given back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.offers.coupon_shop import DAY, HALF_AN_HOUR, NOW, Shop, cart, line, whys

from regulars.offers import queries, services
from regulars.offers.errors import CouponsRefused, DiscountChanged, UseClosed, UseKeyReused
from regulars.offers.types import CodeState, CouponRefusal, Issue, Offer, UseState

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return Shop()


def state_of(use_id: int) -> UseState:
    found = queries.use(use_id)
    assert found is not None
    return found.state


def stands(offer: Offer) -> tuple[int, int]:
    """How often it is used, and what it took off."""
    found = queries.offer(offer.id)
    assert found is not None
    return found.uses, found.taken_minor


def coupon(shop: Shop, offer: Offer, key: str = "k1", whose: int | None = None) -> str:
    wanted = [Issue(key=key, profile_id=whose or shop.anna, until=NOW + 7 * DAY)]
    return services.issue(offer_id=offer.id, wanted=wanted, now=NOW)[key]


def test_what_is_set_aside_is_used_when_the_order_is_paid(shop: Shop) -> None:
    offer = shop.offer(uses=1)
    use = shop.reserve("till/1", "spring")
    assert (use.state, use.discount_minor, use.offers[0].code) == (UseState.RESERVED, 10000, "SPRING")
    assert stands(offer) == (1, 10000)
    assert whys(shop.apply(cart(), "SPRING").refused) == {"SPRING": CouponRefusal.USED_UP}

    captured = services.capture(use_id=use.id, now=NOW, order_source="shop", order_id="1001")
    assert (captured.state, captured.order_id) == (UseState.CAPTURED, "1001")
    assert services.capture(use_id=use.id, now=NOW + DAY) == captured
    with pytest.raises(UseClosed):
        services.cancel(use_id=use.id, now=NOW)


def test_the_same_key_gives_the_same_and_with_something_else_a_conflict(shop: Shop) -> None:
    offer = shop.offer()
    use = shop.reserve("till/1", "SPRING")
    assert shop.reserve("till/1", "spring ") == use
    assert stands(offer) == (1, 10000)
    with pytest.raises(UseKeyReused):
        shop.reserve("till/1", "SPRING", cart=cart(999))
    with pytest.raises(UseKeyReused):
        shop.reserve("till/1", "SPRING", profile_id=shop.anna)


def test_the_same_key_gives_the_same_though_the_code_is_its_own_by_now(shop: Shop) -> None:
    code = coupon(shop, shop.offer(kind="codes"))
    use = shop.reserve("till/1", code, profile_id=shop.anna)
    assert shop.reserve("till/1", code, profile_id=shop.anna) == use
    services.capture(use_id=use.id, now=NOW)
    assert shop.reserve("till/1", code, profile_id=shop.anna).state is UseState.CAPTURED


def test_a_code_that_takes_nothing_off_is_refused_with_its_reason(shop: Shop) -> None:
    offer = shop.offer(total_from_minor=200000)
    with pytest.raises(CouponsRefused) as refused:
        shop.reserve("till/1", "SPRING", "NOSUCH")
    assert whys(refused.value.refused) == {"SPRING": CouponRefusal.TOO_SMALL, "NOSUCH": CouponRefusal.UNKNOWN}
    assert stands(offer) == (0, 0)


def test_another_discount_than_the_customer_was_told_is_refused(shop: Shop) -> None:
    shop.offer()
    with pytest.raises(DiscountChanged) as changed:
        shop.reserve("till/1", "SPRING", discount_minor=20000)
    assert changed.value.discount_minor == 10000


def test_what_is_cancelled_or_times_out_can_be_used_again(shop: Shop) -> None:
    offer = shop.offer(kind="codes", uses=1)
    code = coupon(shop, offer)
    first = shop.reserve("till/1", code, profile_id=shop.anna)
    assert services.cancel(use_id=first.id, now=NOW).state is UseState.CANCELLED
    assert services.cancel(use_id=first.id, now=NOW).state is UseState.CANCELLED
    assert stands(offer) == (0, 0)
    with pytest.raises(UseClosed):
        services.capture(use_id=first.id, now=NOW)

    second = shop.reserve("till/2", code, profile_id=shop.anna)
    assert services.time_out(now=NOW + HALF_AN_HOUR - timedelta(seconds=1), limit=10) == 0
    assert services.time_out(now=NOW + HALF_AN_HOUR, limit=10) == 1
    assert state_of(second.id) is UseState.TIMED_OUT
    assert stands(offer) == (0, 0)
    assert [one.state for one in queries.coupons_of(shop.person(), at=NOW)] == [CodeState.OPEN]


def test_what_timed_out_is_captured_late_unless_somebody_was_faster(shop: Shop) -> None:
    offer = shop.offer(uses=1)
    first = shop.reserve("till/1", "SPRING")
    services.time_out(now=NOW + DAY, limit=10)
    assert services.capture(use_id=first.id, now=NOW + DAY).state is UseState.CAPTURED
    assert stands(offer) == (1, 10000)

    other = shop.offer(code="SUMMER", uses=1)
    second = shop.reserve("till/2", "SUMMER")
    services.time_out(now=NOW + DAY, limit=10)
    shop.reserve("till/3", "SUMMER")
    with pytest.raises(UseClosed):
        services.capture(use_id=second.id, now=NOW + DAY)
    assert stands(other) == (1, 10000)


def test_an_order_captures_what_was_set_aside_for_it(shop: Shop) -> None:
    offer = shop.offer()
    use = shop.reserve("till/1", "SPRING", profile_id=shop.anna, order_source="shop", order_id="1001")
    shop.order()
    assert state_of(use.id) is UseState.CAPTURED
    late = shop.reserve("till/2", "SPRING", profile_id=shop.anna, order_source="shop", order_id="1002")
    services.time_out(now=NOW + DAY, limit=10)
    shop.order("1002")
    assert state_of(late.id) is UseState.CAPTURED
    assert stands(offer) == (2, 20000)
    assert shop.names() == ["coupon_used", "coupon_used"]


def test_all_of_an_order_given_back_lets_its_coupon_be_used_again(shop: Shop) -> None:
    offer = shop.offer(kind="codes")
    code = coupon(shop, offer)
    use = shop.reserve("till/1", code, profile_id=shop.anna, order_source="shop", order_id="1001")
    shop.order()
    assert whys(shop.apply(cart(), code, whose=shop.anna).refused) == {code: CouponRefusal.USED}
    shop.order(back=500)
    assert state_of(use.id) is UseState.CAPTURED
    shop.order(back=900)
    assert state_of(use.id) is UseState.GIVEN_BACK
    assert stands(offer) == (0, 0)
    assert whys(shop.apply(cart(), code, whose=shop.anna).refused) == {}
    shop.order()  # the return was a mistake
    assert state_of(use.id) is UseState.CAPTURED
    assert stands(offer) == (1, 10000)
    shop.order(cancelled=True)
    assert state_of(use.id) is UseState.GIVEN_BACK
    told = ["coupon_used", "coupon_returned", "coupon_used", "coupon_returned"]
    assert shop.names() == ["coupon_issued", *told]


def test_an_order_that_stands_again_leaves_a_coupon_that_was_used_elsewhere(shop: Shop) -> None:
    offer = shop.offer(kind="codes")
    code = coupon(shop, offer)
    first = shop.reserve("till/1", code, profile_id=shop.anna, order_source="shop", order_id="1001")
    shop.order()
    shop.order(back=900)
    shop.reserve("till/2", code, profile_id=shop.anna, order_source="shop", order_id="1002")
    shop.order("1002")
    shop.order()
    assert state_of(first.id) is UseState.GIVEN_BACK
    assert stands(offer) == (1, 10000)


def test_terms_may_say_that_a_use_is_not_given_back(shop: Shop) -> None:
    offer = shop.offer(given_back=False, with_offers=True)
    other = shop.offer(code="SUMMER", amount=50, with_offers=True)
    use = shop.reserve("till/1", "SPRING", "SUMMER", order_source="shop", order_id="1001")
    shop.order(back=900)
    assert state_of(use.id) is UseState.CANCELLED  # it was never more than set aside
    use = shop.reserve("till/2", "SPRING", "SUMMER", order_source="shop", order_id="1002")
    shop.order("1002")
    shop.order("1002", back=900)
    assert state_of(use.id) is UseState.GIVEN_BACK
    assert (stands(offer), stands(other)) == ((1, 10000), (0, 0))


def test_limits_count_persons_whatever_profiles_they_have(shop: Shop) -> None:
    shop.offer(uses_each=1)
    assert whys(shop.apply(cart(), "SPRING").refused) == {"SPRING": CouponRefusal.CUSTOMER_NEEDED}
    shop.reserve("till/1", "SPRING", profile_id=shop.anna)
    assert whys(shop.apply(cart(), "SPRING", whose=shop.boris).refused) == {}
    shop.merge()
    assert whys(shop.apply(cart(), "SPRING", whose=shop.boris).refused) == {"SPRING": CouponRefusal.ENOUGH}


def test_a_budget_is_never_overdrawn(shop: Shop) -> None:
    offer = shop.offer(budget_minor=25000)
    shop.reserve("till/1", "SPRING")
    shop.reserve("till/2", "SPRING")
    with pytest.raises(CouponsRefused) as refused:
        shop.reserve("till/3", "SPRING")
    assert whys(refused.value.refused) == {"SPRING": CouponRefusal.USED_UP}
    assert shop.reserve("till/4", "SPRING", cart=cart(500)).discount_minor == 5000
    assert stands(offer) == (3, 25000)


def test_issuing_is_once_for_a_key(shop: Shop) -> None:
    offer = shop.offer(kind="codes")
    code = coupon(shop, offer)
    assert coupon(shop, offer) == code
    assert coupon(shop, offer, "k2", shop.boris) != code
    assert shop.names() == ["coupon_issued", "coupon_issued"]
    assert whys(shop.apply(cart(), code, whose=shop.boris).refused) == {code: CouponRefusal.NOT_THEIRS}
    assert services.void(keys=["k1", "none"], now=NOW) == {"k1"}
    assert whys(shop.apply(cart(), code, whose=shop.anna).refused) == {code: CouponRefusal.STOPPED}
    found = queries.coupons_by_key(["k1", "k2"])
    assert {key: one.state for key, one in found.items()} == {"k1": CodeState.VOID, "k2": CodeState.OPEN}


def test_a_used_coupon_is_not_taken_back(shop: Shop) -> None:
    code = coupon(shop, shop.offer(kind="codes"))
    shop.reserve("till/1", code, profile_id=shop.anna)
    assert services.void(keys=["k1"], now=NOW) == set()


def test_prices_come_before_a_code(shop: Shop) -> None:
    prices = {"kind": "prices", "prices": {"Кофе": 9000}}
    shop.offer(kind="prices", takes=prices, with_offers=True, name="Prices")
    shop.offer(with_offers=True)
    found = shop.apply(cart(line(200, "КОФЕ", pieces=2)), "SPRING")
    assert [(one.name, one.amount_minor) for one in found.discounts] == [("Prices", 2000), ("Spring", 1800)]
