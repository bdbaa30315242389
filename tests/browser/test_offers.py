"""Offers as people look at them and make them: 360 px to wide, light and dark, with a keyboard."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import expect
from tests.browser.conftest import Visit, overflow, serious_findings
from tests.console import shops
from tests.offers.coupon_shop import cart, terms

from regulars.customers.models import Profile
from regulars.kit import clock
from regulars.offers import queries, services
from regulars.offers.queries.stored import forget
from regulars.offers.types import NewUse, OfferKind
from regulars.team.models import User

pytestmark = pytest.mark.browser
LONG = "Весенняя распродажа-для-самых-верных " + "ы" * 40


@pytest.fixture
def offers() -> list[int]:
    """One of each kind; the first was used by somebody with a long name."""
    forget()
    now = clock.now()
    person = shops.person("Екатерина-Мария Константинопольская-Вознесенская " + "ы" * 60)
    profile = Profile.objects.get(person_id=person).pk
    prices = {"kind": "prices", "prices": {f"Чай номер {number}": 45_000 for number in range(40)}}
    whats = [
        terms(name=LONG, uses=100, uses_each=5, budget_minor=10_000_000, until=now + timedelta(days=9)),
        terms(kind="codes", amount=300, with_offers=True, name="Cards"),
        terms(kind="personal", goods={"categories": ["Чай", "Кофе"]}, name="Come back"),
        terms(kind="prices", takes=prices, name="Wholesale"),
    ]
    made = [
        services.make_offer(terms=one, shared_code="SPRING" * 5, now=now, user_id=None).id for one in whats
    ]
    for number in made[:3]:
        services.start(offer_id=number)
    for number in range(3):
        new = NewUse(
            key=str(number),
            cart=cart(),
            codes=("SPRING" * 5,),
            profile_id=profile,
            at=now - timedelta(days=number * 4),
            lasts_until=now + timedelta(days=1),
            order_source="shop",
            order_id="2026-" + "1" * 30,
        )
        services.capture(use_id=services.reserve(new=new, now=now).id, now=now)
    services.order_codes(offer_id=made[1], count=500)
    services.fill_codes(now=now, limit=200)
    return made


@pytest.mark.parametrize(("width", "theme"), [(360, "dark"), (1280, "light")])
def test_pages_of_offers_fit_and_can_be_used_by_everybody(
    visit: Visit, owner: User, offers: list[int], width: int, theme: str
) -> None:
    here = visit(width=width, theme=theme)
    page = here.enter(owner)
    paths = [reverse("offers"), reverse("offers-new")]
    paths += [reverse("offers-new-kind", args=[kind.value]) for kind in OfferKind]
    paths += [reverse("offers-one", args=[number]) for number in offers]
    paths += [reverse("offers-change", args=[offers[3]])]
    for path in paths:
        here.open(path)
        assert overflow(page) == 0, path
        assert serious_findings(page) == [], path


def test_an_offer_is_written_with_its_sentence_beside_it(visit: Visit, owner: User) -> None:
    forget()
    here = visit(language="en")
    page = here.enter(owner, reverse("offers-new"))
    page.get_by_role("link", name="One code for everybody").click()
    page.get_by_label("What it is called").fill("Spring")
    page.get_by_label("The code").fill("spring")
    page.get_by_label("It takes off", exact=True).fill("15")
    aside = page.locator("#aside")
    expect(aside).to_contain_text("15% off the order.")
    expect(aside).to_contain_text("With the code SPRING.")
    page.get_by_label("Costs, 1").fill("3000")
    expect(aside).to_contain_text("2,550")
    page.get_by_role("button", name="Keep it as a draft").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Spring")
    page.get_by_role("button", name="Start it").click()
    expect(page.get_by_role("button", name="Pause it")).to_be_visible()
    (offer,) = queries.offers()
    assert offer.state == "running"
