"""Coupons over HTTP: checked, set aside, used, let go; and guessing locked out."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api.rest_calls import Caller, caller, problem, told
from tests.offers.coupon_shop import terms

from regulars.api import keys, limits
from regulars.api.rest import loyalty_limits, offers_limits
from regulars.commerce import services as trade
from regulars.commerce.types import NewBranch
from regulars.customers import services as customers
from regulars.customers.types import SHOP, IdentityType, NewProfile, ProfileIdentity
from regulars.kit import clock
from regulars.loyalty import queries as loyalty
from regulars.loyalty import services as programme
from regulars.loyalty.types import Programme
from regulars.offers import services
from regulars.offers.queries.stored import forget
from regulars.offers.types import Issue, Offer, Terms
from regulars.team.types import KeyKind, Scope

pytestmark = pytest.mark.django_db
SCOPES = (Scope.LOYALTY_READ, Scope.LOYALTY_WRITE)
CART: dict[str, Any] = {
    "currency": "RUB",
    "lines": [
        {"product_id": "TEA-1", "name": "Green tea", "quantity": 2, "amount_minor": 100_000},
        {"product_id": "CUP-1", "amount_minor": 49_000},
    ],
}


@pytest.fixture(autouse=True)
def _fresh() -> None:
    for module in (keys, limits, loyalty_limits, offers_limits):
        module.forget()
    forget()


@pytest.fixture
def anna() -> int:
    now = clock.now()
    profile = NewProfile(source=SHOP, external_id="C-1", name="Анна Петрова")
    id_ = customers.upsert_profiles(profiles=[profile], now=now).ids[SHOP, "C-1"]
    identities = [
        ProfileIdentity(id_, IdentityType.CARD, "200012345"),
        ProfileIdentity(id_, IdentityType.PHONE, "+79161234567"),
    ]
    customers.add_identities(identities=identities, now=now)
    return id_


@pytest.fixture
def till() -> Caller:
    return till_of("shop-1")


def till_of(branch: str) -> Caller:
    known = trade.record_branches(branches=[NewBranch(source=SHOP, external_id=branch, name=branch)])
    return caller(KeyKind.TILL, branch_id=known.ids[SHOP, branch])


def offer(what: Terms | None = None, code: str = "SPRING", **values: Any) -> Offer:
    made = services.make_offer(terms=what or terms(**values), shared_code=code, now=clock.now(), user_id=None)
    return services.start(offer_id=made.id)


def coupon(profile_id: int, **values: Any) -> str:
    made = offer(kind="codes", **values)
    wanted = [Issue(key="birthday", profile_id=profile_id)]
    return services.issue(offer_id=made.id, wanted=wanted, now=clock.now())["birthday"]


def test_a_cart_is_checked_line_by_line(till: Caller) -> None:
    offer(goods={"products": ["green TEA"]})
    found = told(till("POST", "/offers/check", CART | {"coupons": ["spring", "NOSUCH"]}))
    assert (found["total_minor"], found["discount_minor"], found["pays_minor"]) == (149_000, 10_000, 139_000)
    assert [line["discount_minor"] for line in found["lines"]] == [10_000, 0]
    assert [(one["coupon"], one["amount_minor"]) for one in found["discounts"]] == [("spring", 10_000)]
    assert found["discounts"][0]["sentence"].startswith("10% off “green TEA”.")
    assert [(one["coupon"], one["reason"]) for one in found["refused"]] == [("NOSUCH", "unknown")]
    assert found["refused"][0]["sentence"]


def test_sentences_are_in_the_language_asked_for(till: Caller) -> None:
    offer(total_from_minor=10_000_000)
    body = CART | {"coupons": ["SPRING"]}
    found = told(till("POST", "/offers/check", body, Accept_Language="en"))["refused"][0]
    assert {name: value for name, value in found.items() if value is not None} == {
        "coupon": "SPRING",
        "reason": "too_small",
        "sentence": "This offer works from RUB\xa0100,000 on: RUB\xa098,510 are missing.",
        "total_from_minor": 10_000_000,
        "missing_minor": 9_851_000,
    }
    (quoted,) = told(till("POST", "/loyalty/quote", body, Accept_Language="en"))["refused_coupons"]
    assert quoted == found
    refused = told(till("POST", "/offers/uses", body | {"key": "17"}, Accept_Language="en"))["errors"][0]
    assert refused == {
        "field": "coupons.0",
        "code": "too_small",
        "detail": found["sentence"],
        "total_from_minor": 10_000_000,
        "missing_minor": 9_851_000,
    }


def test_a_coupon_is_set_aside_and_used(till: Caller, anna: int) -> None:
    code = coupon(anna)
    body = CART | {"key": "17", "customer": "card:200012345", "coupons": [code], "discount_minor": 14_900}
    use = told(till("POST", "/offers/uses", body))
    assert (use["state"], use["discount_minor"], use["key"]) == ("reserved", 14_900, "17")
    assert use["offers"][0]["coupon"] == code
    assert told(till("POST", "/offers/uses", body)) == use
    again = till("POST", "/offers/uses", body | {"key": "18"})
    assert problem(again) == (409, "coupons_refused")
    assert told(again)["errors"][0]["code"] == "used"
    captured = told(till("POST", f"/offers/uses/{use['id']}/capture", {"order_id": "2026-1"}))
    assert (captured["state"], captured["order_id"]) == ("captured", "2026-1")
    assert told(till("GET", f"/offers/uses/{use['id']}")) == captured
    assert problem(till("POST", f"/offers/uses/{use['id']}/cancel")) == (409, "use_closed")


def test_what_is_let_go_can_be_used_again(till: Caller, anna: int) -> None:
    code = coupon(anna)
    body = CART | {"customer": "id:C-1", "coupons": [code]}
    use = told(till("POST", "/offers/uses", body | {"key": "17"}))
    assert told(till("POST", f"/offers/uses/{use['id']}/cancel"))["state"] == "cancelled"
    assert told(till("POST", "/offers/uses", body | {"key": "18"}))["state"] == "reserved"


def test_a_sum_that_changed_is_told(till: Caller) -> None:
    offer()
    answer = till("POST", "/offers/uses", CART | {"key": "17", "coupons": ["SPRING"], "discount_minor": 1})
    assert problem(answer) == (409, "discount_changed")
    assert told(answer)["discount_minor"] == 14_900


def test_a_quote_a_check_and_a_use_count_the_same_beside_a_status(till: Caller, anna: int) -> None:
    """By itself 10% in place of the status; the code takes 9% off, and the status 15% of the rest."""
    level = {"key": "gold", "name": "Gold", "from_minor": 0, "brings": {"discount_percent": 15}}
    running = Programme.model_validate({"usable": {"kind": "at_once"}, "tiers": {"levels": [level]}})
    programme.publish(programme=running, since=None, now=clock.now(), user_id=None)
    loyalty.forget_versions()
    offer(kind="personal", percent=10, with_tier=False)
    offer(percent=9)
    body = CART | {"customer": "id:C-1", "coupons": ["SPRING"]}
    quote = told(till("POST", "/loyalty/quote", body))
    checked = told(till("POST", "/offers/check", body))
    assert quote["discounts"] == checked["discounts"]
    assert (quote["pays_minor"], checked["pays_minor"]) == (115_252, 115_252)
    assert checked["tier_minor"] == quote["tier"]["amount_minor"] == 20_338
    assert [line["tier_minor"] for line in checked["lines"]] == [13_650, 6_688]
    use = told(
        till("POST", "/offers/uses", body | {"key": "17", "discount_minor": checked["discount_minor"]})
    )
    assert (use["discount_minor"], use["offers"][0]["coupon"]) == (13_410, "SPRING")
    # Nobody else has the status.
    nobody = told(till("POST", "/offers/check", CART | {"coupons": ["SPRING"]}))
    assert (nobody["pays_minor"], nobody["tier_minor"]) == (134_100, 0)


def test_a_status_with_a_sum_counts_the_same_in_a_quote_a_check_and_a_use(till: Caller, anna: int) -> None:
    """200 off the 1,341 that 10% leave, as the cart came to 1,490 before."""
    off = {"amount_minor": 20_000, "total_from_minor": 149_000}
    level = {"key": "gold", "name": "Gold", "from_minor": 0, "brings": {"discount_sum": off}}
    running = Programme.model_validate({"usable": {"kind": "at_once"}, "tiers": {"levels": [level]}})
    programme.publish(programme=running, since=None, now=clock.now(), user_id=None)
    loyalty.forget_versions()
    offer(percent=10)
    body = CART | {"customer": "id:C-1", "coupons": ["SPRING"]}
    quote = told(till("POST", "/loyalty/quote", body))
    checked = told(till("POST", "/offers/check", body))
    assert (quote["pays_minor"], checked["pays_minor"]) == (114_100, 114_100)
    assert checked["tier_minor"] == quote["tier"]["amount_minor"] == 20_000
    assert [line["tier_minor"] for line in checked["lines"]] == [13_423, 6_577]
    use = told(
        till("POST", "/offers/uses", body | {"key": "17", "discount_minor": checked["discount_minor"]})
    )
    assert use["discount_minor"] == 14_900
    fewer = body | {"lines": CART["lines"][:1]}
    quote = told(till("POST", "/loyalty/quote", fewer, Accept_Language="en"))
    assert quote["tier"]["amount_minor"] == 0
    assert quote["tier"]["sentence"].endswith("more to a discount of RUB\xa0200")


def test_a_key_is_for_one_cart(till: Caller) -> None:
    offer()
    till("POST", "/offers/uses", CART | {"key": "17", "coupons": ["SPRING"]})
    answer = till("POST", "/offers/uses", CART | {"key": "17", "coupons": []})
    assert problem(answer) == (409, "use_key_reused")


def test_a_till_sees_the_uses_of_its_branch(till: Caller) -> None:
    offer()
    use = told(till("POST", "/offers/uses", CART | {"key": "17", "coupons": ["SPRING"]}))
    other = till_of("shop-2")
    assert problem(other("GET", f"/offers/uses/{use['id']}")) == (404, "not_found")
    assert problem(other("POST", f"/offers/uses/{use['id']}/cancel")) == (404, "not_found")


def test_who_is_named_by_a_phone_is_not_known_well_enough(till: Caller, anna: int) -> None:
    code = coupon(anna)
    body = CART | {"customer": "phone:+79161234567", "coupons": [code]}
    found = told(till("POST", "/offers/check", body))
    assert found["refused"][0]["reason"] == "customer_needed"


def test_guessing_is_locked_out_and_the_same_code_is_no_new_guess(
    till: Caller, anna: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offers_limits, "GUESSES_MAX", 8)
    offer()
    for _time in range(20):
        assert till("POST", "/offers/check", CART | {"coupons": ["NOSUCH"]}).status_code == 200
    codes = [f"NOSUCH{number}" for number in range(8)]
    assert till("POST", "/offers/check", CART | {"coupons": codes}).status_code == 200
    refused = till("POST", "/offers/check", CART | {"coupons": ["SPRING"]})
    assert problem(refused) == (429, "locked_out")
    assert int(refused["Retry-After"]) > 0
    assert till("POST", "/offers/check", CART).status_code == 200
    assert till_of("shop-2")("POST", "/offers/check", CART | {"coupons": ["SPRING"]}).status_code == 200


def test_guessing_for_one_customer_is_locked_out_at_all_tills(
    till: Caller, anna: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offers_limits, "OF_PERSON_MAX", 4)
    codes = [f"NOSUCH{number}" for number in range(4)]
    body = CART | {"customer": "id:C-1"}
    assert till("POST", "/offers/check", body | {"coupons": codes}).status_code == 200
    other = till_of("shop-2")
    assert problem(other("POST", "/offers/check", body | {"coupons": ["X1234"]})) == (429, "locked_out")
    assert other("POST", "/offers/check", CART | {"coupons": ["X1234"]}).status_code == 200
