"""Friends who come with a code: what both are given, when, and what takes it back."""

from __future__ import annotations

from datetime import datetime

import pytest
from tests.loyalty.friends_shop import HOUR, FriendsShop
from tests.loyalty.shop_with_points import DAY, NOW

from regulars.loyalty.errors import MayNotRefer, NoReferral, NoSuchCode
from regulars.loyalty.models import Grant
from regulars.loyalty.rules.referring import ALPHABET, code_in_path, code_of, link, written
from regulars.loyalty.types.referring import ReferralState

pytestmark = pytest.mark.django_db

PAST = NOW + 16 * DAY
"""The wait after an order of tomorrow is over."""


def test_both_are_given_when_the_wait_after_the_first_order_is_over() -> None:
    shop = FriendsShop()
    row = shop.comes(shop.boris)
    shop.bought(shop.boris, at=NOW + DAY)
    shop.pass_time(PAST - 2 * DAY)
    assert shop.referral(row.id).state is ReferralState.WAITING
    assert shop.given() == {}
    shop.pass_time(PAST)
    assert shop.referral(row.id).state is ReferralState.REWARDED
    assert shop.given() == {("referrer", shop.anna): "given", ("friend", shop.boris): "given"}
    assert shop.points(shop.anna, PAST) == 300
    # In the language of the shop's country, whatever that of the worker is.
    assert set(Grant.objects.filter(mechanic="referral").values_list("name", flat=True)) == {"Приведи друга"}


@pytest.mark.slow
def test_nothing_is_given_twice_however_often_it_is_looked_at() -> None:
    shop = FriendsShop(wait_days=0)
    for _again in range(3):
        shop.comes(shop.boris)
    for number in range(3):
        shop.bought(shop.boris, at=NOW + (1 + number) * DAY)
        shop.pass_time(NOW + (2 + number) * DAY)
    assert shop.points(shop.anna, PAST) == 300
    assert len(shop.given()) == 2


def test_the_wait_is_of_full_days_of_the_friends_calendar() -> None:
    shop = FriendsShop(wait_days=1)
    shop.comes(shop.boris)
    shop.bought(shop.boris, at=datetime.fromisoformat("2026-03-16T20:30:00+00:00"))  # 23:30 in Moscow
    shop.pass_time(datetime.fromisoformat("2026-03-17T20:59:59+00:00"))
    assert shop.given() == {}
    shop.pass_time(datetime.fromisoformat("2026-03-17T21:00:00+00:00"))
    assert len(shop.given()) == 2


@pytest.mark.slow
def test_a_cancelled_first_order_counts_for_nothing_and_the_next_does() -> None:
    shop = FriendsShop()
    shop.comes(shop.boris)
    first = shop.bought(shop.boris, at=NOW + DAY)
    shop.cancelled(first, NOW + 2 * DAY)
    shop.pass_time(PAST)
    assert shop.given() == {}
    shop.bought(shop.boris, at=PAST)
    shop.pass_time(PAST + 15 * DAY)
    assert len(shop.given()) == 2


@pytest.mark.slow
def test_an_order_below_the_sum_counts_for_nothing_and_the_next_does() -> None:
    shop = FriendsShop(order_from_minor=150_000)
    shop.comes(shop.boris)
    shop.bought(shop.boris, 1_499, at=NOW + DAY)
    shop.pass_time(PAST)
    assert shop.given() == {}
    shop.bought(shop.boris, 1_500, at=PAST)
    shop.pass_time(PAST + 15 * DAY)
    assert len(shop.given()) == 2


def test_what_is_given_back_is_not_bought() -> None:
    shop = FriendsShop(order_from_minor=150_000)
    row = shop.comes(shop.boris)
    order = shop.bought(shop.boris, 2_000, at=NOW + HOUR)
    shop.given_back(order, 600, NOW + 3 * DAY)
    shop.pass_time(PAST)
    assert shop.referral(row.id).state is ReferralState.WAITING
    assert shop.given() == {}


def test_what_was_given_is_taken_back_where_the_order_falls_later_and_given_again_for_the_next() -> None:
    shop = FriendsShop(wait_days=0)
    row = shop.comes(shop.boris)
    order = shop.bought(shop.boris, 2_000, at=NOW + HOUR)
    shop.pass_time(NOW + DAY)
    assert shop.points(shop.anna, NOW + DAY) == 300
    shop.given_back(order, 2_000, NOW + 3 * DAY)
    shop.pass_time(NOW + 3 * DAY)
    assert shop.points(shop.anna, NOW + 3 * DAY) == 0
    assert set(shop.given().values()) == {"withdrawn"}
    assert shop.referral(row.id).state is ReferralState.WAITING
    shop.bought(shop.boris, at=NOW + 4 * DAY)
    shop.pass_time(NOW + 5 * DAY)
    assert shop.points(shop.anna, NOW + 5 * DAY) == 300
    assert set(shop.given().values()) == {"given"}


def test_a_code_told_with_the_order_counts_though_the_order_came_a_moment_before() -> None:
    shop = FriendsShop(wait_days=0)
    shop.bought(shop.boris, at=NOW + HOUR)
    row = shop.comes(shop.boris, at=NOW + 1.5 * HOUR)
    shop.pass_time(NOW + 2 * HOUR)
    assert shop.referral(row.id).state is ReferralState.REWARDED


def test_what_was_promised_when_the_friend_came_is_given_though_the_programme_changed() -> None:
    shop = FriendsShop()
    shop.comes(shop.boris)
    shop.publish(since=NOW + 2 * HOUR, cashback_percent=0)
    shop.bought(shop.boris, at=NOW + DAY)
    shop.pass_time(PAST)
    assert shop.points(shop.anna, PAST) == 300


def test_a_person_has_one_code_and_it_is_read_however_it_is_typed() -> None:
    shop = FriendsShop()
    assert shop.code_of(shop.anna) == shop.code
    plain = code_of(shop.code)
    assert len(plain) == 10
    assert set(plain) <= set(ALPHABET)
    for typed in (shop.code.lower(), f" {plain} ", plain.replace("0", "O").replace("1", "l"), written(plain)):
        assert code_of(typed) == plain
    assert code_of(plain[:-1]) == code_of("") == code_of(plain + "A") == ""


def test_a_link_is_made_as_the_shop_wants_it_and_read_from_the_path() -> None:
    assert link("", "ABCDE12345") == ""
    assert link("https://shop.example/", "ABCDE12345") == "https://shop.example/r/ABCDE12345"
    assert link("https://shop.example/?ref=", "ABCDE12345") == "https://shop.example/?ref=ABCDE12345"
    assert link("https://shop.example/?from=qr", "A1") == "https://shop.example/?from=qr&ref=A1"
    assert link("https://shop.example/?", "A1") == "https://shop.example/?ref=A1"
    assert link("https://shop.example/f/{code}/x", "A1") == "https://shop.example/f/A1/x"
    assert code_in_path("/shop/r/ABCDE12345") == "ABCDE12345"
    assert code_in_path("/r/abcde-12345/") == "ABCDE12345"
    assert code_in_path("/r/coffee") == code_in_path("/r/ABCDE12345/more") == ""


def test_who_has_not_bought_has_no_code_and_nobody_has_where_friends_bring_nothing() -> None:
    shop = FriendsShop()
    with pytest.raises(MayNotRefer):
        shop.code_of(shop.boris)
    with pytest.raises(NoSuchCode):
        shop.comes(shop.boris, code="00000-00000")
    with pytest.raises(NoReferral):
        shop.comes(shop.boris, at=NOW - HOUR)
    shop.publish(since=NOW + DAY, cashback_percent=5)
    with pytest.raises(NoReferral):
        shop.code_of(shop.anna, now=NOW + DAY)
