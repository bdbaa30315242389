"""Rewards over HTTP: the catalogue for a customer, taking one, giving it back, gifts at the counter."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from tests.api.rest_calls import caller, problem, told
from tests.api.test_rest_loyalty import SCOPES, anna, publish, spendable, till  # noqa: F401 (a fixture)

from regulars.api import keys, limits
from regulars.api.rest import loyalty_limits
from regulars.kit import clock
from regulars.loyalty import queries, services
from regulars.loyalty.models import Grant
from regulars.loyalty.types import MINOR
from regulars.loyalty.types.benefits import CouponGiven
from regulars.loyalty.types.rewards import NewReward, RewardKind, RewardRow, RewardState
from regulars.team.types import KeyKind, Scope

pytestmark = pytest.mark.django_db
CARD = "card:200012345"


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    for module in (keys, limits, loyalty_limits):
        module.forget()
    queries.forget_versions()
    yield
    queries.forget_versions()


def cup(**more: Any) -> RewardRow:
    wanted: dict[str, Any] = {"name": "Cup", "kind": RewardKind.THING, "price_minor": 300 * MINOR, "left": 10}
    return services.add_reward(new=NewReward(**wanted | more), now=clock.now())


def wish(key: str = "k1", **more: Any) -> dict[str, Any]:
    return {"key": key, "customer": CARD} | more


def test_the_catalogue_says_what_there_is_and_what_a_customer_can_have(anna: int) -> None:  # noqa: F811
    publish()
    first, second = cup(), cup(name="Towel", price_minor=1500 * MINOR, most_each=1)
    services.set_reward_state(reward_id=cup(name="Paused").id, state=RewardState.PAUSED)
    call = till()
    everybody = told(call("GET", "/loyalty/rewards", Accept_Language="ru"))["rewards"]
    assert [(one["id"], one["can_have"]) for one in everybody] == [(first.id, None), (second.id, None)]
    assert "300" in everybody[0]["sentence"]
    theirs = told(call("GET", f"/loyalty/rewards?customer={CARD}"))["rewards"]
    assert [(one["can_have"], one["why_not"], one["missing_minor"]) for one in theirs] == [
        (True, None, 0),
        (False, "points", 300 * MINOR),
    ]
    assert theirs[1]["sentence"] == "“Towel” for 1,500 points, at most 1 for each customer."
    assert problem(call("GET", "/loyalty/rewards?customer=phone:%2B79161234567")) == (403, "not_allowed")


def test_a_reward_is_redeemed_handed_out_and_given_back(anna: int) -> None:  # noqa: F811
    publish()
    one, call = cup(), till()
    order = told(call("POST", f"/loyalty/rewards/{one.id}/redeem", wish(pieces=2)))
    assert (order["points_minor"], order["state"], order["key"]) == (600 * MINOR, "given", "k1")
    assert told(call("POST", f"/loyalty/rewards/{one.id}/redeem", wish(pieces=2))) == order
    assert problem(call("POST", f"/loyalty/rewards/{one.id}/redeem", wish())) == (409, "reward_key_reused")
    assert spendable(anna) == 600 * MINOR
    assert told(call("GET", f"/loyalty/rewards/orders/{order['id']}")) == order
    waiting = told(call("GET", f"/loyalty/rewards/waiting?customer={CARD}"))
    assert [(gift["id"], gift["name"]) for gift in waiting["gifts"]] == [(order["gift_id"], "Cup × 2")]
    other = told(call("POST", f"/loyalty/rewards/{one.id}/redeem", wish("k2")))
    back = told(call("POST", f"/loyalty/rewards/orders/{other['id']}/cancel"))
    assert back["state"] == "withdrawn"
    assert spendable(anna) == 600 * MINOR
    done = told(call("POST", f"/loyalty/rewards/gifts/{order['gift_id']}/hand-out"))
    assert done["state"] == "used"
    gone = call("POST", f"/loyalty/rewards/gifts/{order['gift_id']}/hand-out")
    assert problem(gone) == (409, "gift_not_waiting")
    late = call("POST", f"/loyalty/rewards/orders/{order['id']}/cancel")
    assert problem(late) == (409, "reward_handed_out")


def test_gifts_come_in_pages(anna: int) -> None:  # noqa: F811
    publish()
    one, call = cup(price_minor=MINOR), till()
    for number in range(3):
        call("POST", f"/loyalty/rewards/{one.id}/redeem", wish(f"k{number}"))
    first = told(call("GET", "/loyalty/rewards/waiting?limit=2"))
    second = told(call("GET", f"/loyalty/rewards/waiting?limit=2&after={first['next']}"))
    assert (len(first["gifts"]), len(second["gifts"]), second["next"]) == (2, 1, None)
    assert problem(call("GET", "/loyalty/rewards/waiting?after=nonsense")) == (400, "bad_cursor")


@pytest.mark.parametrize(
    ("reward", "more", "code"),
    [
        ({"left": 0}, {}, "reward_sold_out"),
        ({"price_minor": 5000 * MINOR}, {}, "not_enough_points"),
        ({"most_each": 1}, {"pieces": 2}, "reward_limit"),
        ({"tiers": ("gold",)}, {}, "reward_other_tier"),
    ],
)
def test_a_refusal_has_a_code_of_its_own(
    anna: int,  # noqa: F811
    reward: dict[str, Any],
    more: dict[str, Any],
    code: str,
) -> None:
    publish(factor_above_minor=None)
    answer = till()("POST", f"/loyalty/rewards/{cup(**reward).id}/redeem", wish(**more))
    assert problem(answer) == (409, code)
    assert spendable(anna) == 1200 * MINOR


def test_without_a_programme_nothing_is_taken(anna: int) -> None:  # noqa: F811
    answer = till()("POST", f"/loyalty/rewards/{cup().id}/redeem", wish())
    assert problem(answer) == (409, "no_programme")
    publish()
    assert problem(till()("POST", "/loyalty/rewards/999/redeem", wish())) == (404, "not_found")


def test_above_the_limit_and_by_a_phone_the_customer_has_to_allow_it(anna: int) -> None:  # noqa: F811
    publish(factor_above_minor=250 * MINOR)
    one, call = cup(), till()
    path = f"/loyalty/rewards/{one.id}/redeem"
    assert problem(call("POST", path, wish())) == (403, "factor_needed")
    assert problem(call("POST", path, wish(customer="phone:+79161234567"))) == (403, "factor_needed")
    qr = queries.customer_qr(profile_id=anna, now=clock.now()).token
    order = told(call("POST", path, wish(factor={"qr": qr})))
    assert order["points_minor"] == 300 * MINOR
    assert told(call("POST", path, wish(factor={"qr": qr}))) == order


def test_a_till_sees_orders_of_its_branch_only_and_a_key_needs_the_scope(anna: int) -> None:  # noqa: F811
    publish()
    one = cup()
    order = told(till("north")("POST", f"/loyalty/rewards/{one.id}/redeem", wish()))
    path = f"/loyalty/rewards/orders/{order['id']}"
    assert problem(till("south")("GET", path)) == (404, "not_found")
    assert problem(till("south")("POST", f"{path}/cancel")) == (404, "not_found")
    assert told(caller(KeyKind.SERVER, SCOPES)("GET", path))["id"] == order["id"]
    reader = caller(KeyKind.SERVER, (Scope.LOYALTY_READ,))
    assert problem(reader("POST", f"{path}/cancel")) == (403, "not_allowed")


def test_a_coupon_comes_with_its_code_and_is_given_back_until_it_is_used(anna: int) -> None:  # noqa: F811
    publish()
    off = CouponGiven(percent=Decimal(10), days=14)
    one, call = cup(name="10% off", kind=RewardKind.COUPON, coupon=off), till()
    (shown,) = told(call("GET", f"/loyalty/rewards?customer={CARD}"))["rewards"]
    assert (shown["kind"], shown["can_have"]) == ("coupon", True)
    assert shown["sentence"] == "“10% off” for 300 points: a coupon for 10% off, valid for 14 days."
    path = f"/loyalty/rewards/{one.id}/redeem"
    order = told(call("POST", path, wish()))
    assert (order["state"], order["gift_id"], len(order["code"])) == ("given", None, 11)
    assert order["until"] is not None
    assert told(call("POST", path, wish())) == order
    assert told(call("GET", f"/loyalty/rewards/orders/{order['id']}")) == order
    lines = [{"name": "Tea", "quantity": 1, "amount_minor": 100_000}]
    sale = {"customer": CARD, "currency": "RUB", "lines": lines, "coupons": [order["code"]]}
    (taken,) = told(call("POST", "/loyalty/quote", sale))["discounts"]
    assert taken["amount_minor"] == 10_000
    use = told(call("POST", "/offers/uses", sale | {"key": "sale-1"}))
    cancel = f"/loyalty/rewards/orders/{order['id']}/cancel"
    assert problem(call("POST", cancel)) == (409, "reward_coupon_used")
    told(call("POST", f"/offers/uses/{use['id']}/cancel"))
    back = told(call("POST", cancel))
    assert (back["state"], back["code"]) == ("withdrawn", None)
    assert spendable(anna) == 1200 * MINOR
    again = told(call("POST", "/loyalty/quote", sale))
    assert again["discounts"] == []
    assert problem(call("POST", path, wish("k9", pieces=2))) == (409, "reward_one_at_a_time")
    late = told(call("POST", path, wish("k2")))["id"]
    Grant.objects.filter(state="given").update(until=clock.now())
    assert problem(call("POST", f"/loyalty/rewards/orders/{late}/cancel")) == (409, "reward_coupon_over")
