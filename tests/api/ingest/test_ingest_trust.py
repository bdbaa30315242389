"""A key in a browser is public: what anybody may do who reads it out of a page, and what not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.api.ingest.calling import NOW, browser_key, call, item, server_key, token, track

from regulars.api import identity
from regulars.commerce.models import Cart, Order, Product
from regulars.commerce.types import BROWSING_EVENTS
from regulars.customers.models import Consent, Identity, Person, Profile
from regulars.customers.queries import traits_of
from regulars.events import registry
from regulars.events.models import Event
from regulars.team.services import create_key, make_identity_secret
from regulars.team.types import KeyKind

pytestmark = pytest.mark.django_db


@pytest.fixture
def key() -> str:
    return browser_key()


@pytest.fixture
def secret() -> str:
    made = make_identity_secret(now=NOW, user_id=None)
    identity.forget()
    return made


@pytest.fixture
def anna() -> Profile:
    """A customer whom the shop's server told of, with an order."""
    server = server_key()
    call(
        "identify",
        item(userId="K1", traits={"email": "anna@example.com", "name": "Анна", "plan": "gold"}),
        server,
    )
    order = {"order_id": "O1", "revenue": "100.00", "currency": "RUB"}
    assert call("track", track("Order Completed", properties=order), server).counts == (1, 0, 0)
    return Profile.objects.get(source="shop", external_id="K1")


def of_browser(**fields: Any) -> dict[str, Any]:
    return item(anonymousId="a1", **fields)


def events_of(profile: Profile) -> list[str]:
    return list(Event.objects.filter(profile_id=profile.pk).order_by("id").values_list("name", flat=True))


@pytest.mark.parametrize("name", ["Order Completed", "Order Updated", "Order Cancelled", "Order Refunded"])
def test_it_cannot_create_change_cancel_or_refund_an_order(key: str, anna: Profile, name: str) -> None:
    before = list(Order.objects.values())
    for order_id in ("O1", "O2"):
        told = of_browser(event=name, properties={"order_id": order_id, "revenue": 1, "currency": "RUB"})
        assert call("t", told, key).codes == ["not_from_browser"]
    assert list(Order.objects.values()) == before


def test_it_cannot_give_or_take_back_a_consent(key: str, anna: Profile) -> None:
    for name in ("Consent Given", "Consent Withdrawn"):
        assert call("t", of_browser(event=name, properties={"channel": "email"}), key).counts == (0, 0, 1)
    call(
        "i",
        of_browser(type_="identify", userId="K1", traits={"consents": ["email"], "email_consent": True}),
        key,
    )
    assert not Consent.objects.exists()


def test_it_cannot_forge_a_fact_of_ours_nor_make_up_names(key: str) -> None:
    ours = {type_.name for type_ in registry.registered()}
    names = [*sorted(ours), "points_earned", "Signed Up"]
    answer = call("b", {"batch": [of_browser(event=name) for name in names]}, key)
    stored = set(Event.objects.values_list("name", flat=True))
    assert stored <= set(BROWSING_EVENTS) | {"cart_viewed", "cart_cleared", "checkout_started"}
    assert {"not_from_browser", "reserved_event_name"} <= set(answer.codes)
    assert not Event.objects.filter(event_class="fact").exists()


def test_it_cannot_speak_for_somebody(key: str, anna: Profile) -> None:
    before = events_of(anna)
    answer = call("p", of_browser(type_="page", userId="K1"), key)
    assert answer.counts == (1, 0, 0)
    assert answer.codes == ["identity_not_proven"]
    assert events_of(anna) == before
    assert Event.objects.get(name="page_viewed").profile_id == Profile.objects.get(source="anonymous").pk


def test_without_a_device_what_it_says_of_somebody_is_refused(key: str, anna: Profile) -> None:
    before = events_of(anna)
    assert call("p", item("page", userId="K1"), key).codes == ["identity_not_proven"]
    assert events_of(anna) == before


def test_it_cannot_take_the_device_into_somebodys_card(key: str, anna: Profile) -> None:
    call("p", of_browser(type_="page"), key)
    call("i", of_browser(type_="identify", userId="K1"), key)
    assert call("a", item("alias", previousId="a1", userId="K1"), key).codes == ["identity_not_proven"]
    device = Profile.objects.get(source="anonymous", external_id="a1")
    assert device.person_id != anna.person_id


def test_it_cannot_change_what_is_known_of_somebody_nor_claim_an_address(key: str, anna: Profile) -> None:
    before = traits_of([anna.pk])[anna.pk]
    traits = {
        "email": "anna@example.com",
        "phone": "+79160001122",
        "name": "Mallory",
        "plan": "vip",
        "theme": "dark",
    }
    told = of_browser(type_="identify", userId="K1", traits=traits)
    assert call("i", told, key).codes == ["identity_not_proven"]
    anna.refresh_from_db()
    assert anna.name == "Анна"
    assert traits_of([anna.pk])[anna.pk] == before
    device = Profile.objects.get(source="anonymous")
    assert not Identity.objects.filter(profile=device).exists()
    assert device.name == ""
    assert traits_of([device.pk])[device.pk].verified == {}
    assert traits_of([device.pk])[device.pk].unverified == {"plan": "vip", "theme": "dark"}


def test_it_cannot_merge_two_known_people(key: str, secret: str, anna: Profile) -> None:
    server = server_key()
    call("identify", item(userId="K2", anonymousId="a1", traits={"email": "b@example.com"}), server)
    bert = Profile.objects.get(source="shop", external_id="K2")
    persons = Person.objects.count()
    proven = token(secret, sub="K1", email="b@example.com")
    call("p", of_browser(type_="page"), key, HTTP_X_IDENTITY_TOKEN=proven)
    call("a", item("alias", previousId="a1", userId="K1"), key, HTTP_X_IDENTITY_TOKEN=proven)
    call("a", item("alias", previousId="K2", userId="K1"), key, HTTP_X_IDENTITY_TOKEN=proven)
    anna.refresh_from_db()
    bert.refresh_from_db()
    assert anna.person_id != bert.person_id
    assert Profile.objects.get(source="anonymous", external_id="a1").person_id == bert.person_id
    assert Person.objects.count() == persons


def test_it_cannot_take_the_message_ids_of_a_server(key: str) -> None:
    told = track("Order Completed", properties={"order_id": "O1", "revenue": 100, "currency": "RUB"})
    page = of_browser(type_="page") | {"messageId": told["messageId"]}
    assert call("p", page, key).counts == (1, 0, 0)
    assert call("track", told, server_key()).counts == (1, 0, 0)
    assert Order.objects.count() == 1


def test_it_teaches_the_catalogue_nothing(key: str) -> None:
    call(
        "track",
        track("Product Viewed", properties={"product_id": "P1", "name": "Чай", "price": 5}),
        server_key(),
    )
    before = list(Product.objects.values())
    for name in ("Product Viewed", "Product Added", "Product List Viewed"):
        for id_ in ("P1", "P2"):
            told = {
                "product_id": id_,
                "name": "Hacked",
                "price": 0.01,
                "products": [{"product_id": id_, "name": "x"}],
            }
            call("t", of_browser(event=name, properties=told), key)
    assert list(Product.objects.values()) == before
    assert Cart.objects.count() == 1


def test_what_it_may_do(key: str) -> None:
    call(
        "track",
        track("Product Viewed", properties={"product_id": "P1", "name": "Чай", "price": 5}),
        server_key(),
    )
    items = [
        of_browser(type_="page", name="Home"),
        of_browser(type_="screen", name="Home"),
        of_browser(event="Product Viewed", properties={"product_id": "P1"}),
        of_browser(event="Products Searched", properties={"query": "чай"}),
        of_browser(event="Product Added", properties={"product_id": "P1", "quantity": 2, "price": 5}),
        of_browser(event="Checkout Started"),
        of_browser(type_="identify", traits={"theme": "dark"}),
    ]
    answer = call("b", {"batch": items}, key)
    assert (answer.counts, answer.codes) == ((7, 0, 0), [])
    device = Profile.objects.get(source="anonymous")
    assert Cart.objects.get().profile_id == device.pk
    assert {"page_viewed", "screen_viewed", "product_viewed", "product_added", "checkout_started"} <= set(
        events_of(device)
    )


def test_a_token_of_the_shops_server_proves_who_it_is(key: str, secret: str, anna: Profile) -> None:
    proven = token(secret, sub="K1", phone="+79160001122")
    call("p", of_browser(type_="page"), key)
    for told in (
        of_browser(type_="page", context={"identityToken": proven}),
        of_browser(type_="page", userId="K1", context={"identityToken": proven}),
        of_browser(
            type_="identify", userId="K1", traits={"theme": "dark"}, context={"identityToken": proven}
        ),
    ):
        answer = call("b", {"batch": [told]}, key)
        assert (answer.counts, answer.codes) == ((1, 0, 0), [])
    assert events_of(anna).count("page_viewed") == 2
    assert Profile.objects.get(source="anonymous").person_id == anna.person_id
    assert Identity.objects.filter(profile=anna, value="+79160001122").exists()
    told = traits_of([anna.pk])[anna.pk]
    assert (told.verified["plan"], told.unverified) == ("gold", {"theme": "dark"})


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "K2"},
        {"sub": "K1", "exp": int((NOW - timedelta(hours=1)).timestamp())},
        {"sub": "K1", "exp": int((NOW + timedelta(days=30)).timestamp())},
        {},
    ],
)
def test_a_token_of_another_or_of_another_time_proves_nothing(
    key: str, secret: str, anna: Profile, claims: dict[str, Any]
) -> None:
    before = events_of(anna)
    told = of_browser(type_="page", userId="K1")
    answer = call("p", told, key, HTTP_X_IDENTITY_TOKEN=token(secret, **claims))
    assert answer.codes == ["identity_not_proven"]
    assert call(
        "p", of_browser(type_="page", userId="K1"), key, HTTP_X_IDENTITY_TOKEN=token("x" * 40, sub="K1")
    ).codes
    assert events_of(anna) == before


def test_a_proven_customer_still_cannot_tell_of_orders(key: str, secret: str, anna: Profile) -> None:
    told = of_browser(event="Order Completed", properties={"order_id": "O9", "revenue": 1})
    answer = call("t", told, key, HTTP_X_IDENTITY_TOKEN=token(secret, sub="K1"))
    assert answer.codes == ["not_from_browser"]
    assert not Order.objects.filter(external_id="O9").exists()


def test_a_key_of_a_till_sends_no_events() -> None:
    till = create_key(name="till", kind=KeyKind.TILL, branch_id=1, now=NOW).secret
    assert call("track", track("Table Booked"), till).status == 403
