"""A refused code says the sum or the day it depends on, to people and to programs."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from tests.offers.coupon_shop import DAY, NOW, Shop, cart, line

from regulars.offers import services
from regulars.offers.types import CouponRefusal, Goods, Issue, Refused
from regulars.offers.wording import Voice, refusal_sentence

pytestmark = pytest.mark.django_db
MOSCOW = ZoneInfo("Europe/Moscow")


@pytest.fixture
def shop() -> Shop:
    return Shop()


def said(refused: Refused) -> str:
    with translation.override("en"):
        return refusal_sentence(refused, Voice("en", "RUB", MOSCOW)).replace("\N{NO-BREAK SPACE}", " ")


def test_what_is_missing_to_the_least_sum(shop: Shop) -> None:
    shop.offer(total_from_minor=200_000)
    refused = shop.apply(cart(1650), "SPRING").refused["SPRING"]
    assert refused == Refused(CouponRefusal.TOO_SMALL, total_from_minor=200_000, missing_minor=35_000)
    assert said(refused) == "This offer works from RUB 2,000 on: RUB 350 are missing."


def test_from_when_and_until_when(shop: Shop) -> None:
    midnight = NOW.astimezone(MOSCOW).replace(hour=0)
    shop.offer(since=midnight + DAY, until=midnight + 3 * DAY)
    early = shop.apply(cart(), "SPRING", at=NOW).refused["SPRING"]
    assert (early.since, said(early)) == (midnight + DAY, "This code works from 16 March 2026 on.")
    late = shop.apply(cart(), "SPRING", at=NOW + 5 * DAY).refused["SPRING"]
    assert late.until == midnight + 3 * DAY
    assert said(late) == "This code is over: it worked until 17 March 2026."


def test_a_code_of_ones_own_may_end_before_its_offer(shop: Shop) -> None:
    offer = shop.offer(kind="codes", until=NOW + 30 * DAY)
    wanted = [Issue(key="k1", profile_id=shop.anna, until=NOW + DAY)]
    code = services.issue(offer_id=offer.id, wanted=wanted, now=NOW)["k1"]
    assert shop.apply(cart(), code, whose=shop.anna, at=NOW + 2 * DAY).refused[code].until == NOW + DAY


def test_how_often_it_was_used_of_how_often_it_may_be(shop: Shop) -> None:
    shop.offer(uses_each=1)
    shop.reserve("till/1", "SPRING", profile_id=shop.anna)
    enough = shop.apply(cart(), "SPRING", whose=shop.anna).refused["SPRING"]
    assert enough == Refused(CouponRefusal.ENOUGH, uses=1, uses_most=1)
    assert said(enough) == "You have used this offer as often as one may: 1 of 1."
    shop.offer(code="SUMMER", uses=1)
    shop.reserve("till/2", "SUMMER")
    used_up = shop.apply(cart(), "SUMMER").refused["SUMMER"]
    assert used_up == Refused(CouponRefusal.USED_UP, uses=1, uses_most=1)
    assert said(used_up) == "This offer is used up: 1 of 1."


def test_what_is_left_of_a_budget(shop: Shop) -> None:
    shop.offer(budget_minor=25_000)
    shop.reserve("till/1", "SPRING", cart=cart(2000))
    refused = shop.apply(cart(), "SPRING").refused["SPRING"]
    assert refused == Refused(CouponRefusal.USED_UP, left_minor=5_000)
    assert said(refused) == "This offer has only RUB 50 left, and would take off more here."


def test_when_a_code_was_used_and_that_it_is_set_aside(shop: Shop) -> None:
    offer = shop.offer(kind="codes")
    wanted = [Issue(key="k1", profile_id=shop.anna)]
    code = services.issue(offer_id=offer.id, wanted=wanted, now=NOW)["k1"]
    use = shop.reserve("till/1", code, profile_id=shop.anna)
    aside = shop.apply(cart(), code, whose=shop.anna).refused[code]
    assert said(aside) == "This code is set aside for an order that is being paid."
    paid_at = NOW + timedelta(hours=10)
    services.capture(use_id=use.id, now=paid_at)
    used = shop.apply(cart(), code, whose=shop.anna).refused[code]
    assert (used.why, used.used_at) == (CouponRefusal.USED, paid_at)
    assert said(used) == "This code was used already: 16 March 2026."


def test_what_goods_it_is_for_and_what_it_would_take_off_alone(shop: Shop) -> None:
    shop.offer(goods={"products": ["Tea"]})
    refused = shop.apply(cart(line(500, "Cup")), "SPRING").refused["SPRING"]
    assert refused == Refused(CouponRefusal.OTHER_GOODS, goods=Goods(products=("Tea",)))
    assert said(refused) == "Nothing in the cart is of this offer: it is for “Tea”."
    shop.offer(code="LESS", percent=5)
    shop.offer(code="MORE", percent=15)
    weaker = shop.apply(cart(), "LESS", "MORE").refused["LESS"]
    assert weaker == Refused(CouponRefusal.NOT_TOGETHER, off_minor=5_000)
    assert "takes off RUB 50 and does not add up" in said(weaker)
