"""Rewards as people look at them: the catalogue, its form, the counter, good causes, one customer's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import expect
from tests.browser.conftest import Visit, overflow, serious_findings
from tests.console import shops

from regulars.customers.models import Profile
from regulars.kit import clock
from regulars.loyalty import queries, services
from regulars.loyalty.types import MINOR, Mechanic, NewGrant, Programme, Wanted
from regulars.loyalty.types.benefits import GiftGiven, PointsGiven
from regulars.loyalty.types.rewards import NewReward, Redeeming, RewardKind
from regulars.team.models import User
from regulars.team.types import Role

pytestmark = pytest.mark.browser
DAY = timedelta(days=1)
LONG = "Екатерина-Мария Константинопольская-Вознесенская " + "ы" * 60
TIERS = {"levels": [{"key": "gold", "name": "Золотой", "from_minor": 100_000_00}]}


class Catalogue:
    """Rewards of every kind, and a customer who took one and was given another."""

    def __init__(self) -> None:
        self.now = clock.now()
        began = self.now - 90 * DAY
        document = Programme.model_validate({"currency": "RUB", "tiers": TIERS})
        services.publish(programme=document, since=None, now=began, user_id=None)
        self.person = shops.person(LONG, phone="+79161234567")
        self.profile = Profile.objects.get(person_id=self.person).pk
        lot = Wanted(
            key="opening:1",
            profile_id=self.profile,
            points_minor=2_000 * MINOR,
            at=began,
            earned_at=began,
            usable_at=began,
            expires_at=None,
        )
        services.settle(wanted=[lot], when_spent="owe", now=began)
        cup = self.add("Кружка с лисой", RewardKind.THING, 300, left=4, most_each=2, words="Ручная работа.")
        trees = self.add("Деревья для города", RewardKind.CAUSE, 50)
        self.add("Аудит при продлении", RewardKind.SERVICE, 1_500, tiers=("gold",))
        self.add("Полотенце " + "ы" * 60, RewardKind.THING, 2_500, left=0, until=self.now + 30 * DAY)
        self.take(cup, 1)
        self.take(trees, 3)
        self.give(GiftGiven(name="Чашка кофе", days=30), "Шестой кофе")
        self.give(PointsGiven(points_minor=200 * MINOR, days=14), "День рождения")

    def add(self, name: str, kind: RewardKind, points: int, **more: object) -> int:
        told = {"name": name, "kind": kind, "price_minor": points * MINOR} | more
        return services.add_reward(new=NewReward(**told), now=self.now - DAY).id  # type: ignore[arg-type]

    def take(self, reward: int, pieces: int) -> None:
        at = self.now - DAY
        new = Redeeming(key=f"k{reward}", reward_id=reward, profile_id=self.profile, at=at, pieces=pieces)
        services.redeem(new=new, now=at)

    def give(self, benefit: GiftGiven | PointsGiven, name: str) -> None:
        grant = NewGrant(
            key=f"challenge:{name}",
            profile_id=self.profile,
            mechanic=Mechanic.CHALLENGE,
            part="coffee",
            name=name,
            benefit=benefit,
            at=self.now - DAY,
        )
        services.grant(grants=[grant], now=self.now - DAY)

    def pages(self) -> list[str]:
        first = queries.rewards()[0].id
        return [
            reverse("loyalty-rewards"),
            reverse("loyalty-reward-new"),
            reverse("loyalty-reward", args=[first]),
            reverse("loyalty-rewards-waiting"),
            reverse("loyalty-rewards-causes"),
            reverse("customers-rewards", args=[self.person]),
        ]


@pytest.mark.parametrize(("width", "theme"), [(360, "light"), (1280, "dark")])
def test_everybody_can_read_the_pages(owner: User, visit: Visit, width: int, theme: str) -> None:
    shop = Catalogue()
    visitor = visit(width=width, theme=theme)
    visitor.enter(owner)
    for path in shop.pages():
        page = visitor.open(path)
        assert overflow(page) <= 0, path
        assert serious_findings(page) == [], path


def test_the_counter_works_by_keyboard_and_without_scripts(owner: User, visit: Visit) -> None:
    Catalogue()
    visitor = visit(scripts=False, language="en")
    page = visitor.enter(shops.colleague(Role.CASHIER), reverse("loyalty-rewards-waiting"))
    button = page.get_by_role("button", name="Чашка кофе")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Чашка кофе")).to_have_count(0)
    page.locator("form", has=page.locator("button", has_text="Undo")).locator("button").click()
    expect(page.get_by_role("button", name="Чашка кофе")).to_have_count(1)
