"""The till over HTTP: quotes, points set aside and spent, and what must not be said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.api.rest_calls import Caller, caller, problem, told

from regulars.api import keys, limits
from regulars.api.rest import loyalty_limits
from regulars.commerce import services as trade
from regulars.commerce.types import NewBranch
from regulars.customers import queries as profiles
from regulars.customers import services as customers
from regulars.customers.types import SHOP, IdentityType, NewProfile, ProfileIdentity
from regulars.kit import clock
from regulars.loyalty import queries, services
from regulars.loyalty.models import Hold, Posting
from regulars.loyalty.types import Programme, Wanted
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
def _fresh() -> Iterator[None]:
    for module in (keys, limits, loyalty_limits):
        module.forget()
    queries.forget_versions()
    yield
    queries.forget_versions()


@pytest.fixture
def programme() -> None:
    publish()


def publish(**rules: Any) -> None:
    document = Programme.model_validate({"currency": "RUB", **rules})
    since = clock.now() - timedelta(days=2)
    services.publish(programme=document, since=since, now=since, user_id=None)
    queries.forget_versions()


@pytest.fixture
def anna() -> int:
    """Has 1,200 points, a card and a telephone."""
    now = clock.now()
    stored = customers.upsert_profiles(
        profiles=[NewProfile(source=SHOP, external_id="C-1", name="Анна Петрова")], now=now
    )
    id_ = stored.ids[SHOP, "C-1"]
    identities = [
        ProfileIdentity(id_, IdentityType.CARD, "200012345"),
        ProfileIdentity(id_, IdentityType.PHONE, "+79161234567"),
        ProfileIdentity(id_, IdentityType.EMAIL, "anna@example.com"),
    ]
    customers.add_identities(identities=identities, now=now)
    earn(id_, 120_000)
    return id_


def earn(profile_id: int, points: int, key: str = "opening", *, usable_at: datetime | None = None) -> None:
    at = clock.now() - timedelta(days=1)
    wanted = Wanted(
        key=f"{key}:{profile_id}",
        profile_id=profile_id,
        points_minor=points,
        at=at,
        earned_at=at,
        usable_at=usable_at or at,
        expires_at=(usable_at or at) + timedelta(days=365),
    )
    services.settle(wanted=[wanted], when_spent="owe", now=at)


def branch(name: str) -> int:
    new = NewBranch(source=SHOP, external_id=name, name=name)
    return trade.upsert_branches(branches=[new])[new.key]


def till(name: str = "north") -> Caller:
    return caller(KeyKind.TILL, SCOPES, branch(name))


def wish(points: int | None = 30_000, *, key: str | None = "k1", **more: Any) -> dict[str, Any]:
    body = {"customer": "card:200012345", "amount_minor": 149_000, "currency": "RUB", "points_minor": points}
    return body | ({"key": key} if key else {}) | more


def spendable(profile_id: int) -> int:
    assert queries.verify().findings == ()
    return queries.balance(profile_id=profile_id, at=clock.now()).spendable_minor


# --- quotes -------------------------------------------------------------------------------------------


def test_a_quote_says_what_a_cart_earns_and_may_be_paid_with(programme: None, anna: int) -> None:
    before = Posting.objects.count()
    answer = till()(
        "POST",
        "/loyalty/quote",
        CART | {"customer": "card:2000 123-45", "points_minor": 30_000},
        **{"Accept-Language": "ru-RU,ru;q=0.9"},
    )
    assert answer.status_code == 200, answer.content
    found = told(answer)
    assert found["customer"]["id"] == "C-1"
    assert found["customer"]["name"] == "Анна Петрова"
    assert found["customer"]["balance"]["spendable_minor"] == 120_000
    assert (found["total_minor"], found["payable_minor"], found["points_minor"]) == (149_000, 44_700, 30_000)
    assert (found["discount_minor"], found["pays_minor"], found["earns_minor"]) == (30_000, 119_000, 5_900)
    assert sum(line["amount_minor"] for line in found["lines"]) == 119_000
    assert found["sentences"]["earns"].startswith("За этот заказ вы получите 59")
    assert found["factor_needed"] is False
    waits = datetime.fromisoformat(found["earns_usable_at"]) - clock.now()
    assert timedelta(days=13) < waits <= timedelta(days=15)  # the shop's fourteen days for returns
    assert found["earns_after_delivery_days"] is None
    assert Posting.objects.count() == before


def test_pending_points_say_from_when_they_can_be_spent(programme: None, anna: int) -> None:
    day = datetime(2199, 3, 31, 21, tzinfo=UTC)
    earn(anna, 7_500, "later", usable_at=day)
    for balance in (
        told(till()("GET", "/loyalty/customers/id:C-1", Accept_Language="en"))["balance"],
        told(till()("POST", "/loyalty/quote", CART | {"customer": "id:C-1"}, Accept_Language="en"))[
            "customer"
        ]["balance"],
    ):
        assert (balance["pending_minor"], balance["comes_minor"]) == (7_500, 7_500)
        assert datetime.fromisoformat(balance["comes_at"]) == day
        said = balance["pending_sentence"].replace("\xa0", " ")
        assert said == "On the way: 75 points, to be spent from 1 April 2199 on"


def test_a_quote_goes_without_a_customer_and_without_a_programme() -> None:
    found = told(till()("POST", "/loyalty/quote", CART))
    assert (found["customer"], found["earns_minor"], found["payable_minor"]) == (None, 0, 0)
    assert found["sentences"]["earns"] == "The loyalty programme is not running now"


def test_who_is_named_by_a_phone_is_told_of_little(programme: None, anna: int) -> None:
    found = told(till()("POST", "/loyalty/quote", CART | {"customer": "phone:8 916 123-45-67"}))
    assert found["customer"] == {
        "id": None,
        "name": "Анна П.",
        "masked": True,
        "has_points": True,
        "balance": None,
    }
    assert (found["payable_minor"], found["points_minor"]) == (0, 0)
    assert found["earns_minor"] == 7_400
    assert "120" not in str(found["sentences"])


def test_a_phone_need_not_stand_in_an_address(anna: int) -> None:
    call = till()
    found = told(call("POST", "/loyalty/customers/find", {"customer": "phone:+7 916 123 45 67"}))
    assert found == told(call("GET", "/loyalty/customers/phone:+79161234567"))
    by_card = told(call("POST", "/loyalty/customers/find", {"customer": "card:200012345"}))
    assert by_card["balance"]["spendable_minor"] == 120_000
    assert problem(call("POST", "/loyalty/customers/find", {"customer": "C-1"})) == (422, "invalid")


@pytest.mark.django_db(transaction=True)
def test_a_quote_costs_a_few_questions(programme: None, anna: int, django_assert_num_queries: Any) -> None:
    """Outside of transactions, where the key, the programme and the offers that run are remembered."""
    call = till()
    quote = CART | {"customer": "card:200012345", "points_minor": 30_000}
    call("POST", "/loyalty/quote", quote)
    with django_assert_num_queries(2):  # who it is and what they have; what it earns
        call("POST", "/loyalty/quote", quote)
    with django_assert_num_queries(4):  # and what the goods are, and which offers it is of
        call("POST", "/loyalty/quote", quote | {"coupons": ["SPRING"]})


def test_somebody_who_is_nobody() -> None:
    call = till()
    for ref in ("id:C-9", "card:999", "phone:+79990000000", "qr:RG1-1-AAAAAAAAAAAAAAAA", "qr:x"):
        assert problem(call("GET", f"/loyalty/customers/{ref}")) == (404, "not_found")
    assert problem(call("GET", "/loyalty/customers/C-9")) == (422, "invalid")


def test_a_card_of_two_is_nobodys(anna: int) -> None:
    other = customers.find_or_create_profiles(keys=[(SHOP, "C-2")], now=clock.now())[SHOP, "C-2"]
    customers.add_identities(
        identities=[ProfileIdentity(other, IdentityType.CARD, "200012345")], now=clock.now()
    )
    call = till()
    assert problem(call("GET", "/loyalty/customers/card:200012345")) == (409, "several_customers")


def test_phones_that_are_tried_out_are_locked_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loyalty_limits, "UNKNOWN_MAX", 3)
    call = till()
    ask = "/loyalty/customers/phone:+7916000000"
    for last in "1222":
        assert problem(call("GET", ask + last)) == (404, "not_found")
    assert problem(call("GET", ask + "3")) == (404, "not_found")
    refused = call("GET", ask + "4")
    assert problem(refused) == (429, "locked_out")
    assert 0 < int(refused["Retry-After"]) <= 601
    assert problem(till("south")("GET", ask + "4")) == (404, "not_found")


def test_cards_that_are_tried_out_are_locked_out(anna: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loyalty_limits, "UNKNOWN_CARDS_MAX", 3)
    call = till()
    known, ask = "/loyalty/customers/card:2000 123 45", "/loyalty/customers/card:900000"
    for last in "1222":
        assert problem(call("GET", ask + last)) == (404, "not_found")
        assert call("GET", known).status_code == 200
    assert problem(call("GET", ask + "3")) == (404, "not_found")
    refused = call("GET", known)
    assert problem(refused) == (429, "locked_out")
    assert 0 < int(refused["Retry-After"]) <= 601
    assert call("GET", "/loyalty/customers/id:C-1").status_code == 200
    assert till("south")("GET", known).status_code == 200


def test_a_number_is_not_asked_for_by_many_keys(anna: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loyalty_limits, "KEYS_MAX", 2)
    tills = [till(name) for name in ("a", "b", "c")]
    path = "/loyalty/customers/phone:+79161234567"
    assert [call("GET", path).status_code for call in (*tills, *tills)] == [200, 200, 429, 200, 200, 429]


# --- points set aside ---------------------------------------------------------------------------------


def test_points_are_set_aside_and_spent(programme: None, anna: int) -> None:
    call = till()
    made = told(call("POST", "/loyalty/holds", wish()))
    assert (made["state"], made["points_minor"], made["discount_minor"]) == ("held", 30_000, 30_000)
    assert made["key"] == "k1"
    assert spendable(anna) == 90_000
    again = told(call("POST", "/loyalty/holds", wish()))
    assert again["id"] == made["id"]
    path = f"/loyalty/holds/{made['id']}"
    assert told(call("GET", path)) == made
    done = told(call("POST", f"{path}/capture", {"points_minor": 20_000, "order_id": "2026-1001"}))
    assert (done["state"], done["spent_minor"], done["order_id"]) == ("captured", 20_000, "2026-1001")
    assert done["discount_minor"] == 20_000
    assert spendable(anna) == 100_000
    repeated = call("POST", f"{path}/capture", {"points_minor": 20_000, "order_id": "2026-1001"})
    assert told(repeated) == done
    assert problem(call("POST", f"{path}/cancel")) == (409, "hold_closed")
    assert spendable(anna) == 100_000


def test_a_hold_is_let_go(programme: None, anna: int) -> None:
    call = till()
    made = told(call("POST", "/loyalty/holds", wish()))
    for _ in range(2):
        gone = told(call("POST", f"/loyalty/holds/{made['id']}/cancel"))
        assert gone["state"] == "cancelled"
    assert spendable(anna) == 120_000
    refused = call("POST", f"/loyalty/holds/{made['id']}/capture", {})
    assert problem(refused) == (409, "hold_closed")
    assert "is cancelled" in told(refused)["detail"]


def test_as_many_points_as_may_be_spent(programme: None, anna: int) -> None:
    made = told(till()("POST", "/loyalty/holds", wish(None)))
    assert made["points_minor"] == 44_700
    assert problem(till()("POST", "/loyalty/holds", wish(None, key="k2", amount_minor=100))) == (
        409,
        "not_enough_points",
    )


def test_more_than_there_is_and_more_than_is_taken(programme: None, anna: int) -> None:
    call = till()
    answer = call("POST", "/loyalty/holds", wish(130_000, amount_minor=10_000_000, factor=None))
    assert problem(answer)[1] in {"factor_needed", "not_enough_points"}
    publish_more = call("POST", "/loyalty/holds", wish(44_800))
    assert problem(publish_more) == (409, "too_many_points")
    assert told(publish_more)["payable_minor"] == 44_700
    assert told(call("POST", "/loyalty/holds", wish(99_000, amount_minor=10_000_000)))["state"] == "held"
    short = call("POST", "/loyalty/holds", wish(30_000, key="k2"))
    assert problem(short) == (409, "not_enough_points")
    assert told(short)["spendable_minor"] == 21_000
    assert spendable(anna) == 21_000


def test_without_a_programme_nothing_is_set_aside(anna: int) -> None:
    assert problem(till()("POST", "/loyalty/holds", wish())) == (409, "no_programme")
    publish(running=False)
    assert problem(till()("POST", "/loyalty/holds", wish())) == (409, "no_programme")


def test_a_hold_sent_again_after_the_programme_was_stopped(programme: None, anna: int) -> None:
    call = till()
    made = told(call("POST", "/loyalty/holds", wish()))
    now = clock.now()
    stopped = Programme(currency="RUB", running=False, worth_minor=50)
    services.publish(programme=stopped, since=None, now=now, user_id=None)
    queries.forget_versions()
    assert told(call("POST", "/loyalty/holds", wish())) == made
    assert problem(call("POST", "/loyalty/holds", wish(key="k2"))) == (409, "no_programme")
    # What was set aside is worth what it was then.
    assert told(call("POST", f"/loyalty/holds/{made['id']}/capture", {}))["discount_minor"] == 30_000


def test_a_hold_sent_again_after_two_became_one(programme: None, anna: int) -> None:
    call, key, now = till(), (SHOP, "C-2"), clock.now()
    bertha = customers.find_or_create_profiles(keys=[key], now=now)[key]
    earn(bertha, 50_000)
    card = ProfileIdentity(bertha, IdentityType.CARD, "300012345")
    customers.add_identities(identities=[card], now=now)
    same = wish(customer="card:300012345")
    made = told(call("POST", "/loyalty/holds", same))
    customers.add_identities(identities=[replace(card, profile_id=anna)], now=now)
    assert problem(call("POST", "/loyalty/holds", wish())) == (
        409,
        "hold_key_reused",
    )  # Anna's, who is another
    details = profiles.profiles([anna, bertha])
    customers.merge(pairs=[(details[anna].person_id, details[bertha].person_id)], now=now)
    assert told(call("POST", "/loyalty/holds", same)) == made
    assert Hold.objects.get().profile_id == bertha


def test_a_key_is_told_in_the_body_or_in_the_header(programme: None, anna: int) -> None:
    call = till()
    assert problem(call("POST", "/loyalty/holds", wish(key=None))) == (400, "bad_idempotency_key")
    first = call("POST", "/loyalty/holds", wish(key=None), **{"Idempotency-Key": "h1"})
    assert told(first)["key"] == "h1"
    again = call("POST", "/loyalty/holds", wish(key="h1"))
    assert told(again)["id"] == told(first)["id"]
    other = call("POST", "/loyalty/holds", wish(20_000, key="h1"))
    assert problem(other) == (409, "hold_key_reused")
    assert spendable(anna) == 90_000


def test_a_till_sees_holds_of_its_branch_only(programme: None, anna: int) -> None:
    made = told(till()("POST", "/loyalty/holds", wish()))
    path = f"/loyalty/holds/{made['id']}"
    south = till("south")
    for method, rest, body in (("GET", "", None), ("POST", "/capture", {}), ("POST", "/cancel", None)):
        assert problem(south(method, path + rest, body)) == (404, "not_found")
    assert told(caller()("GET", path))["state"] == "held"
    # Two branches may make up the same key.
    assert told(south("POST", "/loyalty/holds", wish(10_000)))["id"] != made["id"]
    assert Hold.objects.count() == 2


def test_a_hold_that_is_none() -> None:
    for id_ in (1, 2**63 - 1):
        assert problem(till()("GET", f"/loyalty/holds/{id_}")) == (404, "not_found")


def test_scopes_are_asked_for(programme: None, anna: int) -> None:
    reads = caller(KeyKind.TILL, [Scope.LOYALTY_READ], branch("north"))
    assert told(reads("GET", "/loyalty/customers/id:C-1"))["balance"]["spendable_minor"] == 120_000
    assert problem(reads("POST", "/loyalty/holds", wish())) == (403, "not_allowed")
    assert problem(caller(scopes=[Scope.ORDERS_READ])("POST", "/loyalty/quote", CART)) == (403, "not_allowed")


# --- what the customer has to allow -------------------------------------------------------------------


def dear(points: int = 110_000, **more: Any) -> dict[str, Any]:
    return wish(points, amount_minor=10_000_000, **more)


def shown(now_shift: timedelta = timedelta()) -> str:
    server = caller()
    token = told(server("GET", "/loyalty/customers/id:C-1/qr"))["token"]
    assert token
    return str(token)


def test_above_the_limit_a_qr_is_needed_and_does_once(programme: None, anna: int) -> None:
    call = till()
    assert problem(call("POST", "/loyalty/holds", dear())) == (403, "factor_needed")
    token = shown()
    made = told(call("POST", "/loyalty/holds", dear(factor={"qr": token})))
    assert made["state"] == "held"
    # Sent again it is the same hold, although the QR is used by now.
    assert told(call("POST", "/loyalty/holds", dear(factor={"qr": token}))) == made
    call("POST", f"/loyalty/holds/{made['id']}/cancel")
    again = call("POST", "/loyalty/holds", dear(key="k2", factor={"qr": token}))
    assert problem(again) == (403, "factor_refused")
    assert spendable(anna) == 120_000


def test_who_is_named_by_a_qr_has_allowed_it(programme: None, anna: int) -> None:
    call = till()
    token = shown().lower()
    assert told(call("GET", f"/loyalty/customers/qr:{token}"))["id"] == "C-1"
    made = told(call("POST", "/loyalty/holds", dear(customer=f"qr:{token}")))
    assert made["points_minor"] == 110_000


def test_a_qr_of_somebody_else_and_an_old_one(programme: None, anna: int) -> None:
    call = till()
    now = clock.now()
    other = customers.find_or_create_profiles(keys=[(SHOP, "C-2")], now=now)[SHOP, "C-2"]
    old = queries.customer_qr(profile_id=anna, now=now - timedelta(seconds=90)).token
    of_other = queries.customer_qr(profile_id=other, now=now).token
    for token in (old, of_other, "RG1-1-AAAAAAAAAAAAAAAA", ""):
        answer = call("POST", "/loyalty/holds", dear(factor={"qr": token}))
        assert problem(answer) in {(403, "factor_refused"), (403, "factor_needed")}
    assert problem(call("GET", f"/loyalty/customers/qr:{old}")) == (403, "factor_refused")
    assert spendable(anna) == 120_000


def test_a_tills_key_gets_no_qr(anna: int) -> None:
    assert problem(till()("GET", "/loyalty/customers/id:C-1/qr")) == (403, "not_allowed")
    assert problem(caller()("GET", "/loyalty/customers/phone:+79161234567/qr")) == (403, "not_allowed")


def test_who_is_named_by_a_phone_allows_every_spending(programme: None, anna: int) -> None:
    call = till()
    body = wish(100, customer="phone:+79161234567")
    assert problem(call("POST", "/loyalty/holds", body)) == (403, "factor_needed")
    # Nothing of what they have is said before they allow it.
    assert problem(call("POST", "/loyalty/holds", body | {"points_minor": None})) == (403, "factor_needed")
    greedy = body | {"points_minor": 900_000, "amount_minor": 100_000_000}
    assert problem(call("POST", "/loyalty/holds", greedy)) == (403, "factor_needed")
    made = told(call("POST", "/loyalty/holds", body | {"points_minor": None, "factor": {"qr": shown()}}))
    assert made["points_minor"] == 44_700


def test_a_till_does_not_fill_mailboxes(anna: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loyalty_limits, "CODES_MAX", 2)
    call = till()
    path = "/loyalty/customers/id:C-1/code"
    assert [call("POST", path).status_code for _ in range(3)] == [409, 409, 429]
    assert call("POST", path)["Retry-After"]
    assert till("south")("POST", path).status_code == 409


def test_without_smtp_it_is_said_what_to_set(anna: int) -> None:
    answer = till()("POST", "/loyalty/customers/id:C-1/code")
    assert problem(answer) == (409, "cannot_reach")
    assert "REGULARS_SMTP_HOST" in told(answer)["detail"]
