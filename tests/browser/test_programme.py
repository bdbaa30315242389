"""The editor of the programme as people meet it: sentences while one types, on a phone, without scripts."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import transaction
from playwright.sync_api import expect
from tests.browser.conftest import Visit, overflow, serious_findings

from regulars.events import registry
from regulars.events import services as events
from regulars.events.types import EventClass, NewEvent
from regulars.kit import clock
from regulars.loyalty import queries, services
from regulars.loyalty.types import Programme
from regulars.loyalty.types.benefits import CouponGiven, GiftGiven, PointsGiven
from regulars.loyalty.types.challenges import Challenge, OfOrders
from regulars.loyalty.types.days import PersonalDay
from regulars.loyalty.types.earning import ByOrder, ByPercent, Caps, Rule, Times, When
from regulars.loyalty.types.programme import Never
from regulars.loyalty.types.referring import Referral
from regulars.loyalty.types.tiers import Privileges, Tier, Tiers
from regulars.offers.types import Goods
from regulars.team.models import User

pytestmark = pytest.mark.browser
LONG = "Неделя кофе, чая и всего, что к ним подают в филиале «Северо-Запад» по буд"
WORD = "а" * 80
FULL = Programme(
    currency="RUB",
    rules=(
        Rule(key="r1", name=LONG, gives=ByPercent(percent=Decimal(7)), goods=Goods(categories=(WORD, LONG))),
        Rule(key="r2", name="Вдвое", gives=Times(factor=Decimal(2)), when=When(weekdays=(6,), tiers=("t2",))),
        Rule(key="r3", name=WORD, gives=ByOrder(points_minor=10**11)),
    ),
    caps=Caps(order_minor=100_000, period_minor=500_000),
    tiers=Tiers(
        levels=(
            Tier(key="t1", name="Серебряный", from_minor=1_000_000),
            Tier(key="t2", name=WORD, from_minor=5_000_000, brings=Privileges(discount_percent=Decimal(5))),
        )
    ),
    challenges=(
        Challenge(
            key="c1", name="Шестой кофе", shape="stamps", counted=OfOrders(pieces=True), times=6,
            benefit=GiftGiven(name=LONG),
        ),
    ),
    personal_days=(PersonalDay(key="d1", name="День рождения", benefit=CouponGiven(percent=Decimal(10))),),
    referral=Referral(referrer=PointsGiven(points_minor=10_000), friend=PointsGiven(points_minor=10_000)),
)  # fmt: skip
PATHS = (
    "", "basics/", "look/", "parts/rules/new/", "parts/rules/r1/", "parts/caps/all/", "parts/reaching/all/",
    "parts/tiers/t2/", "parts/challenges/c1/", "parts/days/d1/", "parts/friends/all/",
)  # fmt: skip


@pytest.fixture(autouse=True)
def versions_anew() -> None:
    queries.forget_versions()


@pytest.mark.parametrize(("language", "theme", "width"), [("ru", "light", 360), ("en", "dark", 1280)])
@pytest.mark.slow
def test_pages_are_fit_for_everybody(
    visit: Visit, owner: User, language: str, theme: str, width: int
) -> None:
    services.keep_draft(programme=FULL, seen=None, now=clock.now(), user_id=owner.pk)
    visitor = visit(language=language, theme=theme, width=width)
    visitor.enter(owner)
    for path in PATHS:
        page = visitor.open(f"/loyalty/programme/{path}")
        expect(page.locator("html")).to_have_attribute("lang", language)
        assert overflow(page) == 0, path
        assert serious_findings(page) == [], path


@pytest.mark.slow
def test_a_part_says_what_it_is_while_one_types(visit: Visit, owner: User) -> None:
    page = visit(language="en").enter(owner, "/loyalty/programme/")
    page.get_by_role("link", name="Add a rule").click()
    says = page.locator("#says")
    page.get_by_label("Name").fill("Coffee")
    page.get_by_label("Percent", exact=True).fill("7,5")
    expect(says).to_contain_text("7.5% more comes back as points.")
    page.get_by_label("Categories, 1").fill("Coffee")
    page.get_by_label("Saturday").check()
    expect(says).to_contain_text(
        "On Saturdays, 7.5% more comes back as points for goods of the category “Coffee”."
    )
    factor = page.get_by_label("So many times", exact=True)
    expect(factor).to_be_hidden()
    page.get_by_label("What it brings").select_option("times")
    expect(factor).to_be_visible()
    expect(page.get_by_label("Categories, 1")).to_be_hidden()
    expect(says).to_contain_text("On Saturdays, twice the points.")
    factor.fill("0")
    expect(says).to_contain_text("So many times: Write a number from 1 to 100.")
    page.get_by_label("What it brings").select_option("percent")
    expect(says).to_contain_text("“Coffee”")  # what was typed is still there
    page.get_by_role("button", name="Add it to the draft").click()
    expect(page.get_by_role("link", name="Coffee")).to_be_visible()
    page.get_by_label("Product, category or brand, 1").fill("coffee")
    page.get_by_label("Ordered on").fill("2026-11-21")  # a Saturday
    expect(page.locator("#tried")).to_contain_text("250 points")
    page.get_by_label("Ordered on").fill("2026-11-20")
    expect(page.locator("#tried")).to_contain_text("100 points")
    page.get_by_role("button", name="Remove: Coffee").click()
    expect(page.get_by_role("link", name="Coffee")).to_have_count(0)
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_role("link", name="Coffee")).to_be_visible()


@pytest.mark.slow
def test_what_an_event_has_to_be_like_is_chosen_row_by_row(visit: Visit, owner: User) -> None:
    told = NewEvent(
        type=registry.outside("review_left", EventClass.FACT), source="site", key="1",
        occurred_at=clock.now(), properties={"rating": 5, "topic": "tea"},
    )  # fmt: skip
    with transaction.atomic():
        events.record([told], now=clock.now())
    page = visit(language="en").enter(owner, "/loyalty/programme/")
    page.get_by_role("link", name="Points for a review").click()
    page.get_by_label("Name", exact=True).fill("Reviews")
    rows = page.get_by_label("Which detail")
    how, values = page.get_by_label("How it is tested"), page.get_by_label("Value, 1")
    expect(how.first).to_be_hidden()  # before it is said what of
    rows.first.select_option("rating")
    expect(rows).to_have_count(2)  # there is one more to add
    expect(how.first).to_have_value("at_least")
    values.first.fill("4")
    says = page.locator("#says")
    expect(says).to_contain_text("For every review (rating: 4 or more), once a month: 100 points.")
    rows.nth(1).select_option("topic")
    values.nth(1).fill("tea")
    expect(says).to_contain_text("(rating: 4 or more; topic: tea)")
    expect(page.get_by_label("Value, 2").nth(1)).to_be_visible()
    how.nth(1).select_option("known")
    expect(values.nth(1)).to_be_hidden()
    rows.first.select_option("-")
    expect(says).to_contain_text("For every review (topic: known)")
    page.get_by_role("button", name="Add it to the draft").click()
    kept = page.get_by_text("Kept in the draft. Nothing is published yet.")
    expect(kept).to_be_in_viewport()  # though the page stands at its part
    expect(page.get_by_text("For every review (topic: known), once a month: 100 points.")).to_be_visible()


def test_a_programme_in_three_clicks_with_what_it_says_beside_it(visit: Visit, owner: User) -> None:
    page = visit(language="en").enter(owner, "/loyalty/")
    page.get_by_role("link", name="Begin with these rules").click()
    page.get_by_role("link", name="Change: The basics").click()
    says = page.locator("#says")
    page.get_by_label("Of what is paid, comes back as points").fill("12")
    expect(says).to_contain_text("12% comes back as points")  # by itself, while one types
    days = page.get_by_label("Days they can be spent")
    expect(days).to_be_visible()
    page.get_by_label("Never").check()
    expect(says).to_contain_text("Points do not expire.")
    expect(days).to_be_hidden()
    page.get_by_role("button", name="Keep it in the draft").click()
    page.get_by_role("link", name="Look it over and publish").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Are these the rules you mean?")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Published. The rules hold for orders from now on.")).to_be_visible()
    (version,) = queries.versions()
    assert version.programme.cashback_percent == 12
    assert version.programme.expiry == Never()


def test_a_programme_without_scripts(visit: Visit, owner: User) -> None:
    page = visit(language="ru", width=360, scripts=False).enter(owner, "/loyalty/programme/")
    page.locator("a[href$='parts/challenges/new/?begin=stamps']").click()
    page.locator("[name=name]").fill("Шестой кофе")
    page.locator("[name=given_gift]").fill("Чашка кофе")
    page.locator("form.prog-form button.btn-primary").click()
    expect(page.get_by_role("link", name="Шестой кофе")).to_be_visible()
    page.locator("a[href$='/look/']").click()
    page.locator("form.loy-over button.btn-primary").click()
    expect(page.get_by_text("действует сейчас")).to_be_visible()
    (version,) = queries.versions()
    assert version.programme.challenges[0].benefit == GiftGiven(name="Чашка кофе")
