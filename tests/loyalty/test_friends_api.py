"""Friends over HTTP: the code somebody shows, and that a friend came with it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.api.rest_calls import Caller, caller, problem, told
from tests.loyalty.friends_shop import POINTS, FriendsShop
from tests.loyalty.shop_with_points import DAY

from regulars.api import keys, limits
from regulars.api.rest import loyalty_limits
from regulars.kit import clock
from regulars.loyalty import queries
from regulars.team.types import Scope

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    for module in (keys, limits, loyalty_limits):
        module.forget()
    queries.forget_versions()
    yield
    queries.forget_versions()


@pytest.fixture
def shop() -> FriendsShop:
    found = FriendsShop()
    now = clock.now()
    found.publish(
        since=now - DAY,
        cashback_percent=0,
        referral={"referrer": POINTS, "friend": POINTS, "url": "https://shop.example", "wait_days": 14},
    )
    queries.forget_versions()
    return found


@pytest.fixture
def api() -> Caller:
    return caller(scopes=(Scope.LOYALTY_READ, Scope.LOYALTY_WRITE))


def test_a_customer_gets_their_code_a_link_and_a_picture(shop: FriendsShop, api: Caller) -> None:
    made = told(api("POST", "/loyalty/customers/id:C-1/referral", Accept_Language="ru"))
    assert made["code"] == shop.code
    assert made["url"] == f"https://shop.example/r/{shop.code.replace('-', '')}"
    assert made["svg"].startswith("<svg")
    assert (made["waiting"], made["rewarded"]) == (0, 0)
    assert len(made["sentences"]) == 3
    assert told(api("POST", "/loyalty/customers/id:C-1/referral"))["code"] == shop.code


def test_a_friend_comes_with_a_code(shop: FriendsShop, api: Caller) -> None:
    body = {"code": shop.code.lower(), "customer": "id:C-2", "device": "phone-1"}
    came = told(api("POST", "/loyalty/referrals", body))
    assert (came["state"], came["reason"], came["due_at"]) == ("waiting", None, None)
    assert told(api("POST", "/loyalty/referrals", body))["id"] == came["id"]
    assert told(api("GET", f"/loyalty/referrals/{came['id']}"))["state"] == "waiting"
    listed = told(api("GET", "/loyalty/customers/id:C-1/friends"))["friends"]
    assert [one["id"] for one in listed] == [came["id"]]
    assert told(api("POST", "/loyalty/customers/id:C-1/referral"))["waiting"] == 1


def test_what_brings_nothing_says_why(shop: FriendsShop, api: Caller) -> None:
    came = told(api("POST", "/loyalty/referrals", {"code": shop.code, "customer": "id:C-1"}))
    assert (came["state"], came["reason"]) == ("refused", "self")
    assert came["explanation"]


def test_what_cannot_be_done_has_a_code(shop: FriendsShop, api: Caller) -> None:
    unknown = api("POST", "/loyalty/referrals", {"code": "00000-00000", "customer": "id:C-2"})
    assert problem(unknown) == (409, "referral_code_unknown")
    nobody = api("POST", "/loyalty/referrals", {"code": shop.code, "customer": "id:C-404"})
    assert problem(nobody) == (404, "not_found")
    assert problem(api("POST", "/loyalty/customers/id:C-2/referral")) == (409, "may_not_refer")
    assert problem(api("GET", "/loyalty/referrals/404")) == (404, "not_found")
    shop.publish(since=clock.now(), cashback_percent=5)
    queries.forget_versions()
    without = api("POST", "/loyalty/referrals", {"code": shop.code, "customer": "id:C-2"})
    assert problem(without) == (409, "no_referral")
    assert problem(api("POST", "/loyalty/customers/id:C-1/referral")) == (409, "no_referral")
