"""What tills of other products got wrong, by the numbers of those reports, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from tests.api.rest_calls import Caller, caller, problem, told

from regulars.api import keys, limits
from regulars.customers import services as customers
from regulars.customers.types import SHOP
from regulars.kit import clock
from regulars.loyalty import queries, services
from regulars.loyalty.types import Programme, Wanted

CART: dict[str, Any] = {
    "customer": "id:C-1",
    "currency": "RUB",
    "lines": [{"amount_minor": 200_000}, {"amount_minor": 100_000}],
}


@pytest.fixture(autouse=True)
def _fresh(db: None) -> Iterator[None]:
    keys.forget()
    limits.forget()
    queries.forget_versions()
    yield
    queries.forget_versions()


def a_member(points: int, **rules: Any) -> int:
    since = clock.now() - timedelta(days=2)
    document = Programme.model_validate({"currency": "RUB", **rules})
    services.publish(programme=document, since=since, now=since, user_id=None)
    id_ = customers.find_or_create_profiles(keys=[(SHOP, "C-1")], now=since)[SHOP, "C-1"]
    opening = Wanted(
        key="opening:1",
        profile_id=id_,
        points_minor=points,
        at=since,
        earned_at=since,
        usable_at=since,
        expires_at=None,
    )
    services.settle(wanted=[opening], when_spent="owe", now=since)
    return id_


def wish(points: int, key: str, amount: int = 300_000) -> dict[str, Any]:
    return {
        "key": key,
        "customer": "id:C-1",
        "points_minor": points,
        "amount_minor": amount,
        "currency": "RUB",
    }


def spendable(profile_id: int) -> int:
    assert queries.verify().findings == ()
    return queries.balance(profile_id=profile_id, at=clock.now()).spendable_minor


@pytest.mark.django_db
def test_odoo_264931_the_cashier_chooses_how_many_points() -> None:
    anna = a_member(50_000)
    call = caller()
    for points in (1_000, 12_300):
        assert told(call("POST", "/loyalty/quote", CART | {"points_minor": points}))["points_minor"] == points
    call("POST", "/loyalty/holds", wish(12_300, "k"))
    assert spendable(anna) == 37_700


@pytest.mark.django_db
def test_odoo_150833_what_is_paid_with_points_earns_none() -> None:
    a_member(90_000, cashback_percent=10)
    call = caller()
    plain = told(call("POST", "/loyalty/quote", CART))
    paid = told(call("POST", "/loyalty/quote", CART | {"points_minor": 90_000}))
    assert (plain["earns_minor"], paid["earns_minor"]) == (30_000, 21_000)
    assert [line["amount_minor"] for line in paid["lines"]] == [140_000, 70_000]


@pytest.mark.django_db
def test_erpnext_31509_fractions_of_points_are_spent() -> None:
    anna = a_member(1_050, whole_points=False)
    call = caller()
    quote = told(call("POST", "/loyalty/quote", CART | {"points_minor": 1_050}))
    assert (quote["points_minor"], quote["discount_minor"]) == (1_050, 1_050)
    assert told(call("POST", "/loyalty/holds", wish(1_050, "k")))["state"] == "held"
    assert spendable(anna) == 0


@pytest.mark.django_db
def test_odoo_17_two_drafts_do_not_show_the_same_discount() -> None:
    """There all drafts showed it: nothing was set aside until the order was confirmed."""
    a_member(30_000)
    call = caller()
    assert told(call("POST", "/loyalty/holds", wish(30_000, "draft 1")))["state"] == "held"
    second = told(call("POST", "/loyalty/quote", CART | {"points_minor": 30_000}))
    assert (second["payable_minor"], second["discount_minor"]) == (0, 0)
    assert problem(call("POST", "/loyalty/holds", wish(30_000, "draft 2"))) == (409, "not_enough_points")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_odoo_17_48_tries_on_a_balance_for_ten_redeem_ten() -> None:
    """There a till checks first and writes then: 13 to 19 were redeemed, in six runs of six."""
    anna = a_member(100_000)
    secret = caller().secret

    def redeem(number: int) -> bool:
        call = Caller(secret)
        try:
            made = call("POST", "/loyalty/holds", wish(10_000, f"k{number}"))
            if made.status_code != 200:
                assert problem(made) == (409, "not_enough_points")
                return False
            done = call("POST", f"/loyalty/holds/{told(made)['id']}/capture", {"order_id": f"O-{number}"})
            return bool(done.status_code == 200)
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        redeemed = sum(pool.map(redeem, range(48)))
    assert (redeemed, spendable(anna)) == (10, 0)
