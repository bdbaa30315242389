"""Points of a customer as people look at them: the card, the statement, giving and taking, deciding."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import Visit, overflow, serious_findings
from tests.console import shops

from regulars.customers.models import Profile
from regulars.kit import clock
from regulars.loyalty import services
from regulars.loyalty.types import NewHold, Programme, Wanted
from regulars.loyalty.types.programme import AtOnce
from regulars.team.models import User
from regulars.team.types import Role

pytestmark = pytest.mark.browser
DAY = timedelta(days=1)
LONG = "Екатерина-Мария Константинопольская-Вознесенская " + "ы" * 60


class Books:
    """A customer with a year of everything that can happen to points."""

    def __init__(self, owner: User) -> None:
        self.now = clock.now()
        self.person = shops.person(LONG, phone="+79161234567", orders=7)
        self.profile = Profile.objects.get(person_id=self.person).pk
        self.owner, self.agent = owner, shops.colleague(Role.AGENT, "Олег Константинопольский")
        programme = Programme(usable=AtOnce(), worth_minor=100)
        services.publish(programme=programme, since=None, now=self.now - 90 * DAY, user_id=None)
        self.earn("2024-000117", 1_250.5, ago=60, lasts=70)
        self.earn("2024-000118", 74, ago=20, usable_in=5)
        self.spend("2024-000119", 300, ago=15)
        self.earn("2024-000117", 900, ago=9, lasts=70)
        self.adjust(500, self.agent, "Посылка опоздала на неделю, а позвонить никто не догадался " + "а" * 80)
        self.adjust(4_000, shops.colleague(Role.MARKETER, "Ольга"), "Юбилей: десять лет с нами")

    def earn(self, order: str, points: float, *, ago: int, lasts: int = 400, usable_in: int = 0) -> None:
        at = self.now - ago * DAY
        one = Wanted(
            key=f"order:shop:{order}:cashback",
            profile_id=self.profile,
            points_minor=round(points * 100),
            at=at,
            earned_at=at,
            usable_at=self.now + usable_in * DAY if usable_in else at,
            expires_at=at + lasts * DAY,
            order_source="shop",
            order_id=order,
        )
        services.settle(wanted=[one], when_spent="owe", now=at)

    def spend(self, order: str, points: int, *, ago: int) -> None:
        at = self.now - ago * DAY
        new = NewHold(
            key=f"k-{order}",
            profile_id=self.profile,
            points_minor=points * 100,
            at=at,
            lasts_until=at + DAY,
            order_source="shop",
            order_id=order,
        )
        services.capture(hold_id=services.hold(new=new, now=at).id, now=at)

    def adjust(self, points: int, by: User, reason: str) -> None:
        services.adjust(
            profile_id=self.profile,
            points_minor=points * 100,
            reason=reason,
            key=f"form:{points}",
            user_id=by.pk,
            now=self.now,
        )


@pytest.fixture
def books(owner: User) -> Books:
    return Books(owner)


def test_points_are_given_after_a_look_and_taken_back(visit: Visit, books: Books) -> None:
    page = visit(language="en").enter(books.owner, f"/customers/{books.person}/")
    page.get_by_role("link", name="Give or take points").click()
    page.get_by_label("How many points").fill("120,5")
    page.get_by_label("Why").fill("A cold tea")
    page.get_by_role("button", name="See what would be").click()
    expect(page.get_by_text("Give 120.5 points?")).to_be_visible()
    page.get_by_role("button", name="Give them").click()
    expect(page.get_by_text("Given: 120.5 points.")).to_be_visible()
    expect(page.get_by_text("A cold tea")).to_be_visible()
    page.locator("[role=status]").get_by_role("button", name="Undo").click()
    expect(page.get_by_text("It is undone.")).to_be_visible()


def test_a_request_is_allowed_without_scripts(visit: Visit, books: Books) -> None:
    page = visit(language="en", scripts=False).enter(books.owner, "/my-day/")
    page.get_by_role("link", name="Look at it").click()
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_text("Given: 4,000 points.")).to_be_visible()
    expect(page.get_by_text("Nothing waits for a second colleague.")).to_be_visible()


def test_qr_is_a_picture_of_its_own(visit: Visit, books: Books) -> None:
    visitor = visit(language="en")
    page = visitor.enter(books.owner, f"/customers/{books.person}/")
    with visitor.context.expect_page() as opened:
        page.get_by_role("link", name="QR for the till").click()
    assert opened.value.locator("svg path").count() > 0


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("language", ["ru", "en"])
def test_pages_fit_and_axe_finds_nothing(
    visit: Visit, books: Books, language: str, width: int, theme: str
) -> None:
    visitor = visit(language=language, theme=theme, width=width)
    points = f"/customers/{books.person}/points/"
    page = visitor.enter(books.owner, points)
    for path in (
        points,
        f"{points}?moves=1",
        f"{points}adjust/",
        "/loyalty/by-hand/",
        f"/customers/{books.person}/",
    ):
        visitor.open(path)
        assert overflow(page) == 0, path
        assert serious_findings(page) == [], path
    visitor.open(f"{points}adjust/")
    page.locator("#how-many").fill("50")
    page.locator("#reason").fill("Чай остыл")
    page.locator("form.sheet button.btn-primary").click()
    page.wait_for_selector("[name=sure]")
    assert overflow(page) == 0
    assert serious_findings(page) == []
