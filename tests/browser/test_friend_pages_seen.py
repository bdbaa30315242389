"""Friends as people look at them: the page, one customer's code, and the card."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import expect
from tests.browser.conftest import Visit, overflow, serious_findings
from tests.console import shops

from regulars.commerce import services as commerce
from regulars.commerce.types import Order, OrderLine
from regulars.customers.models import Profile
from regulars.kit import clock
from regulars.loyalty import queries, services
from regulars.loyalty.types import Programme
from regulars.loyalty.types.referring import ReferralSource, ToldReferral
from regulars.team.models import User

pytestmark = pytest.mark.browser
DAY = timedelta(days=1)
LONG = "Екатерина-Мария Константинопольская-Вознесенская " + "ы" * 60
REFERRAL = {
    "referrer": {"kind": "points", "points_minor": 50_000},
    "friend": {"kind": "coupon", "percent": 10, "days": 30},
    "order_from_minor": 100_000,
    "url": "https://shop.example/welcome",
}


class Friends:
    """Who brought three friends: one bought, one has not yet, one is refused."""

    def __init__(self) -> None:
        self.now = clock.now()
        document = Programme.model_validate({"currency": "RUB", "referral": REFERRAL})
        services.publish(programme=document, since=None, now=self.now - 90 * DAY, user_id=None)
        queries.forget_versions()
        self.person = shops.person(LONG, phone="+79161234567")
        self.order(self.person, self.now - 80 * DAY)
        code = services.referral_code(profile_id=self.profile(self.person), now=self.now)
        friends = [shops.person("Борис"), shops.person(LONG), self.person]
        for number, friend in enumerate(friends):
            at = self.now - (40 - 15 * number) * DAY
            told = ToldReferral(code=code, profile_id=self.profile(friend), at=at, source=ReferralSource.API)
            services.refer(told=told, now=at)
        self.order(friends[0], self.now - 39 * DAY)
        services.see_to_referrals(now=self.now, limit=100)

    def profile(self, person: int) -> int:
        return Profile.objects.filter(person_id=person).order_by("id")[0].pk

    def order(self, person: int, at: datetime) -> None:
        told = Order(
            source="shop",
            external_id=f"{person}-{at:%Y%m%d}",
            profile_id=self.profile(person),
            ordered_at=at,
            currency="RUB",
            lines=(OrderLine(amount_minor=300_000),),
        )
        commerce.record_orders(orders=[told], now=at)

    def pages(self) -> list[str]:
        return [
            reverse("loyalty-friends"),
            reverse("customers-friends", args=[self.person]),
            reverse("customers-card", args=[self.person]),
        ]


@pytest.mark.parametrize(("width", "theme"), [(360, "light"), (1280, "dark")])
def test_everybody_can_read_the_pages(owner: User, visit: Visit, width: int, theme: str) -> None:
    shop = Friends()
    visitor = visit(width=width, theme=theme)
    visitor.enter(owner)
    for path in shop.pages():
        page = visitor.open(path)
        assert overflow(page) <= 0, path
        assert serious_findings(page) == [], path
        if folder := os.environ.get("FRIENDS_SHOTS"):
            name = f"{width}-{path.strip('/').replace('/', '-')}.png"
            page.screenshot(path=str(Path(folder) / name), full_page=True)


def test_somebody_decides_otherwise_without_scripts_by_keyboard(owner: User, visit: Visit) -> None:
    Friends()
    visitor = visit(scripts=False, language="en")
    page = visitor.enter(owner, reverse("loyalty-friends"))
    button = page.get_by_role("button", name="Refuse Борис")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("a colleague said no").first).to_be_visible()
    expect(page.get_by_role("button", name="Count it all the same Борис")).to_have_count(1)
