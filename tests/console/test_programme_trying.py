"""The order that is tried on the draft: on a day, with a coupon; nothing is asked for needlessly."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from tests.console import loyalty_books as books
from tests.console import shops

from regulars.loyalty.types import Programme
from regulars.loyalty.types.earning import ByOrder, Rule, When
from regulars.loyalty.types.tiers import Privileges, Tier, Tiers
from regulars.offers import services as offers
from regulars.offers.types import Offer, Terms

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
NOW = shops.NOW


@pytest.fixture
def inside() -> Client:
    return shops.browser_of(shops.colleague())


def tried(client: Client, amount: str = "1000", **more: str) -> str:
    asked = {"amount": amount, **more}
    return shops.plain(client.get(reverse("loyalty-programme-tried"), asked).text)


def earns(client: Client, **more: str) -> str:
    return tried(client, **more).partition("<strong>")[2].partition("</strong>")[0]


def page(client: Client) -> str:
    return shops.plain(client.get(reverse("loyalty-programme")).text)


def offer(code: str, **values: object) -> str:
    takes = {"kind": "percent", "percent": 20}
    terms = Terms.model_validate({"name": "Spring", "kind": "shared", "takes": takes, **values})
    made: Offer = offers.make_offer(terms=terms, shared_code=code, now=NOW, user_id=None)
    return str(made.id)


def test_the_day_is_asked_for_where_a_rule_goes_by_it(inside: Client) -> None:
    books.publish(programme=Programme(currency="RUB"), days_ago=90)
    assert 'name="day"' not in page(inside)
    mondays = Rule(key="r1", name="Mondays", gives=ByOrder(points_minor=3_000), when=When(weekdays=(1,)))
    books.publish(programme=Programme(currency="RUB", rules=(mondays,)))
    assert 'name="day"' in page(inside)
    assert [earns(inside, day=day) for day in ("2024-05-06", "2024-05-07")] == ["80 points", "50 points"]


def test_a_coupon_is_tried_as_a_till_takes_it(inside: Client) -> None:
    gold = Tier(key="t1", name="Gold", from_minor=100, brings=Privileges(discount_percent=Decimal(10)))
    books.publish(programme=Programme(currency="RUB", tiers=Tiers(levels=(gold,))))
    assert 'name="coupon"' not in page(inside)  # there is none
    spring = offer("SPRING", with_tier=False, with_points=False, total_from_minor=100_000)
    assert 'name="day"' not in page(inside)
    winter = offer("WINTER", until=NOW - timedelta(days=1))
    assert "SPRING · Spring" in page(inside)
    assert 'name="day"' in page(inside)  # one of them has a last day
    taken = tried(inside, coupon=spring)
    assert "<strong>40 points</strong>" in taken  # 5 % of 800
    assert "The coupon “Spring” takes off RUB 200." in taken
    assert "With this coupon nothing can be paid with points." in taken
    # The coupon does not go with the discount of a tier: the better one counts.
    assert "takes off RUB 100" in tried(inside, tier="t1")
    both = tried(inside, coupon=spring, tier="t1")
    assert "takes off RUB 200" in both
    assert "takes off RUB 100" not in both
    assert "The order is too small for this offer." in tried(inside, "500", coupon=spring)
    assert "This code is over." in tried(inside, coupon=winter)
    assert "takes off RUB 200" in tried(inside, coupon=winter, day="2024-01-01")
    assert earns(inside, coupon="999999") == "50 points"  # what nobody offers is none
