"""Referrals that are none, one by one: what is tried, and by what it is seen."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from tests.loyalty.friends_shop import HOUR, POINTS, FriendsShop
from tests.loyalty.shop_with_points import DAY, NOW

from regulars.customers import services as customers
from regulars.customers.models import Profile
from regulars.customers.types import NewTraits
from regulars.events.models import Event
from regulars.loyalty import queries, services
from regulars.loyalty.errors import CannotDecide
from regulars.loyalty.models import FriendReferral
from regulars.loyalty.types.referring import ReferralRow, ReferralSource, ReferralState, ToldReferral

pytestmark = pytest.mark.django_db
SOON = NOW + 2 * HOUR


@pytest.fixture
def shop() -> FriendsShop:
    return FriendsShop(wait_days=0)


def person_of(profile_id: int) -> int:
    return Profile.objects.get(pk=profile_id).person_id


def merge(kept: int, gone: int, at: Any = SOON) -> int:
    (number,) = customers.merge(pairs=[(person_of(kept), person_of(gone))], now=at)
    return number


def says(profile_id: int, *, verified: bool = True, **traits: Any) -> None:
    told = NewTraits(profile_id=profile_id, values=traits, verified=verified, as_of=NOW)
    assert not customers.set_traits(traits=[told], now=NOW).refused


def brings_nothing(shop: FriendsShop, row: ReferralRow, reason: str) -> None:
    """It is refused for that reason, and an order changes nothing about it."""
    assert (row.state, row.reason) == (ReferralState.REFUSED, reason)
    shop.bought(row.friend_profile_id, at=SOON, now=SOON)
    shop.pass_time(NOW + DAY)
    assert shop.referral(row.id).reason == reason
    assert shop.given() == {}


def is_rewarded(shop: FriendsShop, row: ReferralRow, at: datetime = SOON) -> None:
    assert row.state is ReferralState.WAITING
    shop.bought(row.friend_profile_id, at=at, now=at)
    shop.pass_time(at + HOUR)
    assert shop.referral(row.id).state is ReferralState.REWARDED
    assert shop.given()["friend", row.friend_profile_id] == "given"


def test_somebody_brings_themselves(shop: FriendsShop) -> None:
    brings_nothing(shop, shop.comes(shop.anna), "self")


def test_somebody_brings_themselves_as_another_customer_who_is_one_with_them(shop: FriendsShop) -> None:
    other = shop.newcomer("C-9")
    merge(shop.anna, other, NOW)
    brings_nothing(shop, shop.comes(other), "self")


@pytest.mark.slow
def test_somebody_brings_themselves_by_the_code_of_who_became_one_with_them(shop: FriendsShop) -> None:
    shop.bought(shop.boris, at=NOW - DAY, now=NOW)
    code = shop.code_of(shop.boris)
    merge(shop.anna, shop.boris, NOW)
    brings_nothing(shop, shop.comes(shop.anna, code=code), "self")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("anna.ivanova@gmail.com", "AnnaIvanova@gmail.com"),
        ("anna@gmail.com", "an.na+friend@googlemail.com"),
        ("anna@shop.example", "anna+2@shop.example"),
        ("anna@yandex.ru", "anna@ya.ru"),
    ],
)
def test_both_have_the_same_email_but_for_what_its_owner_may_vary(
    shop: FriendsShop, one: str, other: str
) -> None:
    shop.known(shop.anna, email=one)
    brings_nothing(shop, shop.comes(shop.newcomer("C-9", email=other)), "same_address")


@pytest.mark.slow
def test_other_emails_at_one_domain_are_other_peoples(shop: FriendsShop) -> None:
    shop.known(shop.anna, email="anna@shop.example")
    is_rewarded(shop, shop.comes(shop.newcomer("C-9", email="boris@shop.example")))


@pytest.mark.parametrize("kind", ["phone", "whatsapp"])
def test_both_have_the_same_phone_however_it_is_written(shop: FriendsShop, kind: str) -> None:
    shop.known(shop.anna, phone="+7 916 123-45-67")
    brings_nothing(shop, shop.comes(shop.newcomer("C-9", **{kind: "8 (916) 1234567"})), "same_address")


@pytest.mark.slow
def test_what_is_nobodys_own_says_nothing(shop: FriendsShop) -> None:
    shop.known(shop.anna, phone="+70000000000", email="none@none.ru")
    is_rewarded(shop, shop.comes(shop.newcomer("C-9", phone="+70000000000", email="none@none.ru")))


def test_both_live_at_the_same_address(shop: FriendsShop) -> None:
    says(shop.anna, address_city="Москва", address_street="ул. Лесная, д. 5, кв. 17")
    says(shop.boris, verified=False, address="Лесная улица 5-17, г. Москва")
    brings_nothing(shop, shop.comes(shop.boris), "same_address")


@pytest.mark.slow
def test_both_live_in_the_same_town(shop: FriendsShop) -> None:
    says(shop.anna, address_city="Москва", address_postal_code="101000")
    says(shop.boris, address_city="Москва", address_postal_code="101000")
    is_rewarded(shop, shop.comes(shop.boris))


def test_the_friend_comes_on_the_device_of_who_brought_them(shop: FriendsShop) -> None:
    customers.find_or_create_profiles(keys=[("anonymous", "phone-1")], now=NOW)
    device = Profile.objects.get(source="anonymous", external_id="phone-1").pk
    customers.link_anonymous(pairs=[(device, shop.anna)], now=NOW)
    brings_nothing(shop, shop.comes(shop.boris, device="phone-1"), "same_device")


def test_the_friend_signed_in_on_the_device_of_who_brought_them(shop: FriendsShop) -> None:
    customers.find_or_create_profiles(keys=[("anonymous", "phone-1")], now=NOW)
    device = Profile.objects.get(source="anonymous", external_id="phone-1").pk
    customers.link_anonymous(pairs=[(device, shop.anna)], now=NOW)
    customers.link_anonymous(pairs=[(device, shop.boris)], now=NOW)  # refused: it is Anna's
    brings_nothing(shop, shop.comes(shop.boris), "same_device")


@pytest.mark.slow
def test_several_friends_come_on_one_device(shop: FriendsShop) -> None:
    first, second = shop.newcomer("C-8"), shop.newcomer("C-9")
    is_rewarded(shop, shop.comes(first, device="phone-1"))
    row = shop.comes(second, device="phone-1", at=SOON)
    assert row.reason == "same_device"


@pytest.mark.slow
def test_who_came_on_a_device_brings_nobody_on_it(shop: FriendsShop) -> None:
    is_rewarded(shop, shop.comes(shop.boris, device="phone-1"))
    code = shop.code_of(shop.boris, now=NOW + DAY)
    row = shop.comes(shop.newcomer("C-9"), code=code, device="phone-1", at=NOW + DAY)
    assert row.reason == "same_device"


@pytest.mark.slow
def test_many_friends_come_by_one_network(shop: FriendsShop) -> None:
    rows = [shop.comes(shop.newcomer(f"N-{n}"), network="192.0.2.7", at=NOW + HOUR) for n in range(5)]
    assert [row.reason for row in rows] == [None, None, None, "same_device", "same_device"]


def test_the_friend_had_bought_before(shop: FriendsShop) -> None:
    shop.bought(shop.boris, at=NOW - 100 * DAY, now=NOW)
    brings_nothing(shop, shop.comes(shop.boris), "known_customer")


@pytest.mark.slow
def test_a_cancelled_order_of_before_makes_nobody_a_customer(shop: FriendsShop) -> None:
    order = shop.bought(shop.boris, at=NOW - 100 * DAY, now=NOW)
    shop.cancelled(order, NOW)
    is_rewarded(shop, shop.comes(shop.boris))


@pytest.mark.slow
def test_an_order_of_before_that_is_told_later_makes_them_a_customer(shop: FriendsShop) -> None:
    row = shop.comes(shop.boris)
    shop.tell(
        shop.order(external_id="OLD", profile_id=shop.boris, ordered_at=NOW - 300 * DAY),
        now=NOW + HOUR,
        backfill=True,
    )
    shop.bought(shop.boris, at=SOON, now=SOON)
    shop.pass_time(NOW + DAY)
    assert shop.referral(row.id).reason == "known_customer"
    assert shop.given() == {}


def test_the_friend_turns_out_to_be_somebody_who_bought_before(shop: FriendsShop) -> None:
    is_rewarded(shop, row := shop.comes(shop.newcomer("C-9")))
    shop.bought(shop.boris, at=NOW - 100 * DAY, now=NOW + DAY)
    merge(shop.boris, row.friend_profile_id, NOW + 2 * DAY)
    shop.pass_time(NOW + 2 * DAY)
    assert shop.referral(row.id).reason == "known_customer"
    assert set(shop.given().values()) == {"withdrawn"}


def test_two_bring_the_same_friend_and_the_first_counts(shop: FriendsShop) -> None:
    shop.bought(shop.boris, at=NOW - DAY, now=NOW)
    friend = shop.newcomer("C-9")
    first = shop.comes(friend)
    second = shop.comes(friend, code=shop.code_of(shop.boris), at=NOW + 1.5 * HOUR)
    assert second.reason == "twice"
    is_rewarded(shop, first)
    assert shop.points(shop.boris, NOW + DAY) == 0


@pytest.mark.slow
def test_the_second_counts_where_the_first_brings_nothing_after_all(shop: FriendsShop) -> None:
    shop.bought(shop.boris, at=NOW - DAY, now=NOW)
    friend = shop.newcomer("C-9")
    first = shop.comes(friend)
    second = shop.comes(friend, code=shop.code_of(shop.boris), at=NOW + 1.5 * HOUR)
    services.decide_referral(number=first.id, allow=False, user_id=1, now=SOON)
    is_rewarded(shop, shop.referral(second.id))
    assert shop.points(shop.boris, NOW + DAY) == 300
    assert shop.points(shop.anna, NOW + DAY) == 0


@pytest.mark.slow
def test_two_friends_turn_out_to_be_one(shop: FriendsShop) -> None:
    one, other = shop.newcomer("C-8"), shop.newcomer("C-9")
    rows = [shop.comes(one), shop.comes(other)]
    for friend in (one, other):
        shop.bought(friend, at=SOON, now=SOON)
    shop.pass_time(NOW + DAY)
    assert shop.points(shop.anna, NOW + DAY) == 600
    merge(one, other, NOW + 2 * DAY)
    shop.pass_time(NOW + 2 * DAY)
    assert [shop.referral(row.id).reason for row in rows] == [None, "twice"]
    assert shop.points(shop.anna, NOW + 2 * DAY) == 300


def test_the_friend_turns_out_to_be_who_brought_them_and_is_somebody_else_again(shop: FriendsShop) -> None:
    is_rewarded(shop, row := shop.comes(shop.boris))
    assert shop.points(shop.anna, NOW + DAY) == 300
    number = merge(shop.anna, shop.boris, NOW + 2 * DAY)
    shop.pass_time(NOW + 2 * DAY)
    assert shop.referral(row.id).reason == "self"
    assert set(shop.given().values()) == {"withdrawn"}
    assert shop.points(shop.anna, NOW + 2 * DAY) == 0
    customers.unmerge(merge_id=number, now=NOW + 3 * DAY, user_id=None)
    shop.pass_time(NOW + 3 * DAY)
    assert shop.referral(row.id).state is ReferralState.REWARDED
    assert shop.points(shop.anna, NOW + 3 * DAY) == 300


@pytest.mark.slow
def test_what_is_refused_still_is_not_told_of_again(shop: FriendsShop) -> None:
    row = shop.comes(shop.anna)
    for number in range(3):
        merge(shop.anna, shop.newcomer(f"N-{number}"), NOW + number * DAY)
        shop.pass_time(NOW + number * DAY + HOUR)
    assert shop.referral(row.id).reason == "self"
    assert Event.objects.filter(name="friend_refused").count() == 1
    assert not FriendReferral.objects.filter(look_at__isnull=False).exists()


def test_two_bring_each_other(shop: FriendsShop) -> None:
    is_rewarded(shop, shop.comes(shop.boris))
    row = shop.comes(shop.anna, code=shop.code_of(shop.boris, now=NOW + DAY), at=NOW + DAY)
    assert row.reason == "circle"


@pytest.mark.slow
def test_three_bring_each_other_in_a_circle(shop: FriendsShop) -> None:
    third = shop.newcomer("C-9")
    is_rewarded(shop, shop.comes(shop.boris))
    row = shop.comes(third, code=shop.code_of(shop.boris, now=SOON), at=NOW + DAY)
    is_rewarded(shop, row, at=NOW + DAY)
    row = shop.comes(shop.anna, code=shop.code_of(third, now=NOW + 2 * DAY), at=NOW + 2 * DAY)
    assert row.reason == "circle"


@pytest.mark.slow
def test_more_friends_than_one_may_be_rewarded_for_in_a_month() -> None:
    shop = FriendsShop(wait_days=0, most=2)
    friends = [shop.newcomer(f"N-{n}") for n in range(3)]
    rows = [shop.comes(friend) for friend in friends]
    for friend in friends:
        shop.bought(friend, at=SOON, now=SOON)
    shop.pass_time(NOW + DAY)
    assert [shop.referral(row.id).reason for row in rows] == [None, None, "over_limit"]
    assert shop.points(shop.anna, NOW + DAY) == 600
    april = NOW + 20 * DAY
    later = shop.comes(shop.newcomer("N-9"), at=april)
    shop.bought(later.friend_profile_id, at=april, now=april)
    shop.pass_time(april + HOUR)
    assert shop.referral(later.id).state is ReferralState.REWARDED


def test_who_may_not_bring_friends_brings_nobody() -> None:
    kazan: dict[str, Any] = {
        "node": "attribute",
        "attribute": "customers.city",
        "test": {"is": "one_of", "values": ["казань"]},
    }
    shop = FriendsShop(wait_days=0)
    shop.publish(
        since=NOW + HOUR / 2,
        cashback_percent=0,
        referral={
            "referrer": POINTS,
            "friend": POINTS,
            "wait_days": 0,
            "who": kazan,
        },
    )
    brings_nothing(shop, shop.comes(shop.boris), "not_allowed")


def test_who_looks_at_their_own_link_is_not_reported(shop: FriendsShop) -> None:
    own = ToldReferral(code=shop.code, profile_id=shop.anna, at=SOON, source=ReferralSource.SITE)
    assert services.refer_all(told=[own], now=SOON) == []


def test_a_colleague_says_yes_to_what_was_refused(shop: FriendsShop) -> None:
    shop.known(shop.anna, phone="+7 916 123-45-67")
    row = shop.comes(shop.newcomer("C-9", phone="+7 916 123-45-67"))
    assert row.reason == "same_address"
    changed = services.decide_referral(number=row.id, allow=True, user_id=7, now=SOON)
    assert (changed.state, changed.decided_by) == (ReferralState.WAITING, 7)
    is_rewarded(shop, changed)


@pytest.mark.slow
def test_a_colleague_says_no_to_what_was_given(shop: FriendsShop) -> None:
    is_rewarded(shop, row := shop.comes(shop.boris))
    services.decide_referral(number=row.id, allow=False, user_id=7, now=NOW + 2 * DAY)
    assert shop.referral(row.id).reason == "decided"
    assert set(shop.given().values()) == {"withdrawn"}
    shop.bought(shop.boris, at=NOW + 3 * DAY)
    shop.pass_time(NOW + 3 * DAY)
    assert shop.points(shop.anna, NOW + 3 * DAY) == 0


@pytest.mark.parametrize("who", ["self", "twice"])
def test_nobody_can_say_yes_to_that(shop: FriendsShop, who: str) -> None:
    if who == "self":
        row = shop.comes(shop.anna)
    else:
        shop.bought(shop.boris, at=NOW - DAY, now=NOW)
        friend = shop.newcomer("C-9")
        shop.comes(friend)
        row = shop.comes(friend, code=shop.code_of(shop.boris), at=NOW + 1.5 * HOUR)
    assert row.reason == who
    with pytest.raises(CannotDecide):
        services.decide_referral(number=row.id, allow=True, user_id=7, now=SOON)


def test_what_came_is_seen_by_each_side(shop: FriendsShop) -> None:
    row = shop.comes(shop.boris)
    assert queries.friends_of(person_of(shop.anna), limit=5) == [row]
    assert queries.brought(person_of(shop.boris)).brought_by == person_of(shop.anna)
    assert queries.brought(person_of(shop.anna)).waiting == 1
