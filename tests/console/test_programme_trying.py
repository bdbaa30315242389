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
from regulars.loyalty.types.benefits import Badge, CouponGiven
from regulars.loyalty.types.challenges import Challenge, OfOrders
from regulars.loyalty.types.days import PersonalDay
from regulars.loyalty.types.earning import ByOrder, Rule, When
from regulars.loyalty.types.referring import Referral
from regulars.loyalty.types.tiers import Privileges, SumOff, Tier, Tiers
from regulars.offers import services as offers
from regulars.offers.types import Goods, Offer, Terms

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
    assert "works from RUB 1,000 on: RUB 500 are missing." in tried(inside, "500", coupon=spring)
    assert "This code is over: it worked until" in tried(inside, coupon=winter)
    assert "takes off RUB 200" in tried(inside, coupon=winter, day="2024-01-01")
    assert earns(inside, coupon="999999") == "50 points"  # what nobody offers is none


def test_coupons_that_the_draft_gives_are_tried_too(inside: Client) -> None:
    """None of them has been given to anybody yet, so there is no offer of it."""
    birthday = PersonalDay(key="d1", name="Birthday", benefit=CouponGiven(percent=Decimal(10)))
    tea = CouponGiven(amount_minor=15_000, total_from_minor=120_000, goods=Goods(categories=("Tea",)))
    card = Challenge(key="c1", name="Stamps", counted=OfOrders(), times=6, benefit=tea)
    friends = Referral(referrer=Badge(), friend=CouponGiven(percent=Decimal(20)))
    programme = Programme(currency="RUB", personal_days=(birthday,), challenges=(card,), referral=friends)
    books.publish(programme=programme)
    shown = page(inside)
    for name in ("Birthday · 10% off", "Stamps · RUB 150 off", "Bring a friend: the friend · 20% off"):
        assert name in shown
    assert 'value="referral:referrer"' not in shown  # that one is a badge
    assert '<option value="Tea">' in shown  # whoever tries it can name its goods
    taken = tried(inside, coupon="day:d1")
    assert "The coupon “Birthday” takes off RUB 100." in taken
    assert "<strong>45 points</strong>" in taken
    assert "RUB 200 are missing" in tried(inside, coupon="challenge:c1")
    assert "it is for goods of the category “Tea”" in tried(inside, "1200", coupon="challenge:c1")
    assert "takes off RUB 150" in tried(inside, "1200", coupon="challenge:c1", goods="Tea")


def test_a_tier_with_a_sum_is_tried_as_a_till_takes_it(inside: Client) -> None:
    off = SumOff(amount_minor=30_000, total_from_minor=200_000)
    gold = Tier(key="t1", name="Gold", from_minor=100, brings=Privileges(discount_sum=off))
    books.publish(programme=Programme(currency="RUB", tiers=Tiers(levels=(gold,))))
    taken = tried(inside, "2000", tier="t1")
    assert "The tier “Gold” takes off RUB 300." in taken
    assert "<strong>85 points</strong>" in taken  # 5 % of 1,700
    less = tried(inside, "1650", tier="t1")
    assert "RUB 350 more, and the tier “Gold” takes off RUB 300." in less
    assert "<strong>82 points</strong>" in less
    assert "Gold” takes" not in tried(inside, "1650")
