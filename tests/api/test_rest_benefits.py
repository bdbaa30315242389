"""What a till learns of a customer's benefits, and what it does not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from tests.api.rest_calls import Caller, caller, problem, told

from regulars.api import keys, limits
from regulars.api.rest import loyalty_limits
from regulars.commerce import services as commerce
from regulars.commerce.types import Order, OrderLine
from regulars.customers import services as customers
from regulars.customers.types import SHOP, IdentityType, NewProfile, ProfileIdentity
from regulars.kit import clock
from regulars.loyalty import queries, services
from regulars.loyalty.types import Programme
from regulars.loyalty.types.benefits import TaskGiven
from regulars.loyalty.types.grants import Mechanic, NewGrant
from regulars.team.types import KeyKind, Scope
from regulars.work.models import Task

pytestmark = pytest.mark.django_db
TIERS: dict[str, Any] = {
    "levels": [
        {"key": "silver", "name": "Silver", "from_minor": 1_000_00, "brings": {"discount_percent": "2.5"}},
        {"key": "gold", "name": "Gold", "from_minor": 5_000_00, "brings": {"free_delivery": True}},
    ]
}


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    for module in (keys, limits, loyalty_limits):
        module.forget()
    queries.forget_versions()
    yield
    queries.forget_versions()


@pytest.fixture
def till() -> Caller:
    return caller(KeyKind.SERVER, [Scope.LOYALTY_READ])


@pytest.fixture
def anna() -> int:
    """Has silver, and a card with four stamps of six."""
    now = clock.now() - timedelta(days=1)
    card = {
        "key": "card",
        "name": "Coffee card",
        "shape": "stamps",
        "counted": {"kind": "orders"},
        "times": 6,
        "benefit": {"kind": "gift", "name": "A coffee"},
    }
    programme = Programme.model_validate({"currency": "RUB", "tiers": TIERS, "challenges": [card]})
    services.publish(programme=programme, since=now, now=now, user_id=None)
    queries.forget_versions()
    stored = customers.upsert_profiles(
        profiles=[NewProfile(source=SHOP, external_id="A-1", name="Anna")], now=now
    )
    profile = stored.ids[SHOP, "A-1"]
    identities = [
        ProfileIdentity(profile, IdentityType.CARD, "2000123"),
        ProfileIdentity(profile, IdentityType.PHONE, "+79161234567"),
    ]
    customers.add_identities(identities=identities, now=now)
    line = OrderLine(amount_minor=3_000_00)
    order = Order(
        source="shop", external_id="1", profile_id=profile, ordered_at=now, currency="RUB", lines=(line,)
    )
    commerce.record_orders(orders=[order], now=now)
    services.reckon_tiers(profile_ids=[profile], now=now)
    return profile


@pytest.mark.usefixtures("anna")
def test_tier_and_what_is_missing_in_the_language_asked_for(till: Caller) -> None:
    found = told(till("GET", "/loyalty/customers/card:2000123/benefits", Accept_Language="ru"))
    assert found["tier"]["name"] == "Silver"
    assert found["tier"]["discount_percent"] == "2.5"
    assert (found["tier"]["discount_minor"], found["tier"]["discount_from_minor"]) == (None, None)
    assert found["tier"]["last_day"] is None
    assert found["tier"]["free_delivery"] is False
    (tier, card) = found["missing"]
    assert (tier["kind"], tier["key"], tier["left"]) == ("tier", "gold", 2_000_00)
    assert tier["text"].replace("\xa0", " ") == "ещё 2 000 ₽ до статуса «Gold»"
    assert (card["kind"], card["of"]) == ("challenge", 6)
    assert (found["coupons"], found["gifts"], found["badges"]) == ([], [], [])


@pytest.mark.usefixtures("anna")
def test_a_discount_card_of_a_sum(till: Caller) -> None:
    off = {"amount_minor": 300_00, "total_from_minor": 2_000_00}
    silver = TIERS["levels"][0] | {"brings": {"discount_sum": off}}
    programme = Programme.model_validate({"currency": "RUB", "tiers": {"levels": [silver]}})
    services.publish(programme=programme, since=None, now=clock.now(), user_id=None)
    queries.forget_versions()
    found = told(till("GET", "/loyalty/customers/card:2000123/benefits", Accept_Language="en"))["tier"]
    assert (found["discount_minor"], found["discount_from_minor"]) == (300_00, 2_000_00)
    assert found["discount_percent"] is None
    assert [words.replace("\xa0", " ") for words in found["brings"]] == [
        "RUB 300 off every purchase of RUB 2,000 or more"
    ]


def test_what_was_promised_is_told_until_it_is_done(till: Caller, anna: int) -> None:
    """An hour of advice is a task of ours; whoever won it must see that it is not forgotten."""
    hour = TaskGiven(name="An hour of advice")
    now = clock.now()
    new = NewGrant(
        key="k",
        profile_id=anna,
        mechanic=Mechanic.CHALLENGE,
        part="five",
        name="Five orders",
        benefit=hour,
        at=now,
    )
    services.grant(grants=[new], now=now)
    found = told(till("GET", "/loyalty/customers/card:2000123/benefits"))
    assert [one["name"] for one in found["promised"]] == ["An hour of advice"]
    assert found["gifts"] == []
    services.note_tasks_done(task_ids=Task.objects.values_list("id", flat=True), now=now)
    assert told(till("GET", "/loyalty/customers/card:2000123/benefits"))["promised"] == []


@pytest.mark.usefixtures("anna")
def test_who_is_named_by_a_phone_learns_nothing(till: Caller) -> None:
    answer = till("GET", "/loyalty/customers/phone:+79161234567/benefits")
    assert problem(answer)[1] == "not_allowed"


def test_without_a_programme_there_is_nothing(till: Caller) -> None:
    customers.find_or_create_profiles(keys=[(SHOP, "B-1")], now=clock.now())
    found = told(till("GET", "/loyalty/customers/id:B-1/benefits"))
    assert found == {"tier": None, "missing": [], "coupons": [], "gifts": [], "promised": [], "badges": []}
