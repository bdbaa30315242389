"""Friends who come by a link or are told of by events, as the log tells it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.loyalty.friends_shop import HOUR, FriendsShop
from tests.loyalty.shop_with_points import DAY, NOW

from regulars.api.ingest.types import PAGE_VIEWED
from regulars.customers import services as customers
from regulars.customers.types import ANONYMOUS
from regulars.events import registry
from regulars.events import services as events
from regulars.events.types import EventClass, EventType, NewEvent
from regulars.loyalty import services
from regulars.loyalty.models import FriendReferral
from regulars.loyalty.rules.referring import code_of
from regulars.loyalty.types.referring import ReferralSource, ReferralState, ToldReferral

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> FriendsShop:
    return FriendsShop(wait_days=0)


def device_of(name: str) -> int:
    key = (ANONYMOUS, name)
    return customers.find_or_create_profiles(keys=[key], now=NOW)[key]


def seen(
    shop: FriendsShop,
    profile_id: int,
    *,
    type_: EventType = PAGE_VIEWED,
    at: datetime = NOW + HOUR,
    **told: Any,
) -> None:
    """A page was looked at, or something else happened; the worker reads of it."""
    event = NewEvent(
        type=type_,
        source="site",
        key=f"{type_.name}:{profile_id}:{at}:{told}",
        occurred_at=at,
        profile_id=profile_id,
        properties=told,
    )
    events.record([event], now=at)
    shop.catch_up(at)


def test_a_link_is_followed_and_the_visitor_becomes_a_customer_and_buys(shop: FriendsShop) -> None:
    device = device_of("browser-1")
    seen(shop, device, path=f"/r/{code_of(shop.code)}", ip_hash="aa11")
    row = FriendReferral.objects.get()
    assert (row.friend_id, row.source, row.state) == (device, ReferralSource.SITE, ReferralState.WAITING)
    assert row.network not in {"", "aa11"}
    friend = shop.newcomer("C-9")
    customers.link_anonymous(pairs=[(device, friend)], now=NOW + 2 * HOUR)
    shop.bought(friend, at=NOW + 3 * HOUR, now=NOW + 3 * HOUR)
    shop.pass_time(NOW + DAY)
    assert shop.referral(row.pk).state is ReferralState.REWARDED
    assert shop.given() == {("referrer", shop.anna): "given", ("friend", friend): "given"}


@pytest.mark.slow
def test_a_link_is_told_of_once_however_often_it_is_looked_at(shop: FriendsShop) -> None:
    device = device_of("browser-1")
    for hours in range(1, 4):
        seen(shop, device, path="/", referral=shop.code.lower(), at=NOW + hours * HOUR)
    assert FriendReferral.objects.count() == 1


@pytest.mark.slow
def test_a_customer_of_before_who_looks_at_a_link_is_none(shop: FriendsShop) -> None:
    device = device_of("browser-1")
    seen(shop, device, path="/", referral=shop.code)
    shop.bought(shop.boris, at=NOW - 50 * DAY, now=NOW + HOUR)
    customers.link_anonymous(pairs=[(device, shop.boris)], now=NOW + 2 * HOUR)
    shop.pass_time(NOW + 2 * HOUR)
    assert FriendReferral.objects.get().reason == "known_customer"


@pytest.mark.parametrize(
    "told",
    [
        {"path": "/r/0000000000"},
        {"path": "/coffee", "referral": 12},
        {"path": "/r/short"},
        {"path": None},
        {},
    ],
)
def test_what_is_no_code_of_anybody_is_passed_over(shop: FriendsShop, told: dict[str, Any]) -> None:
    seen(shop, device_of("browser-1"), **told)
    assert not FriendReferral.objects.exists()


def test_an_event_of_another_system_tells_of_a_friend(shop: FriendsShop) -> None:
    signed_up = registry.outside("signed_up", EventClass.FACT)
    seen(shop, shop.boris, type_=signed_up, referral=shop.code)
    row = FriendReferral.objects.get()
    assert (row.friend_id, row.state) == (shop.boris, ReferralState.WAITING)


@pytest.mark.slow
def test_many_take_as_many_statements_as_one(shop: FriendsShop) -> None:
    def come_and_buy(*names: str) -> tuple[int, int]:
        friends = [shop.newcomer(name) for name in names]
        told = [
            ToldReferral(code=shop.code, profile_id=friend, at=NOW + HOUR, source=ReferralSource.SITE)
            for friend in friends
        ]
        with CaptureQueriesContext(connection) as come:
            services.refer_all(told=told, now=NOW + HOUR)
        orders = [
            shop.order(external_id=f"F-{friend}", profile_id=friend, ordered_at=NOW + 2 * HOUR)
            for friend in friends
        ]
        shop.tell(*orders, now=NOW + 2 * HOUR)
        with CaptureQueriesContext(connection) as looked_at:
            services.see_to_referrals(now=NOW + DAY, limit=100)
        return len(come), len(looked_at)

    one = come_and_buy("browser")
    many = come_and_buy(*[f"browser-{n}" for n in range(30)])
    assert FriendReferral.objects.filter(state=ReferralState.REWARDED).count() == 10  # a month's limit
    assert many[0] <= one[0]
    # Refusing those above the limit takes a few more, however many they are.
    assert many[1] <= one[1] + 6
