"""The year before and engagement as people meet them: on a phone, in the dark, without scripts."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import msgspec
import pytest
from django.db import transaction
from playwright.sync_api import expect
from tests.browser.conftest import Visit, overflow, serious_findings
from tests.console import loyalty_books as books
from tests.console import shops

from regulars.commerce import services as commerce
from regulars.commerce.types import Order, OrderLine
from regulars.customers.models import Profile
from regulars.kit import clock
from regulars.loyalty import queries, services
from regulars.loyalty.models import YearReplay
from regulars.loyalty.types import Programme
from regulars.loyalty.types.year import (
    Brought,
    Note,
    OfMonth,
    OfPart,
    OfPerson,
    OfTier,
    YearResult,
    YearState,
)
from regulars.team.models import User

pytestmark = pytest.mark.browser
LONG = "Каждая седьмая пачка свежеобжаренного кофе в зёрнах в подарок " + "а" * 18
PATHS = ("/loyalty/programme/year/", "/loyalty/engagement/")


@pytest.fixture
def lived(owner: User) -> None:
    """Rules with long names, what they would have cost, and a draft beside them that is being reckoned."""
    queries.forget_versions()
    with transaction.atomic():
        _shop(owner)


def _shop(owner: User) -> None:
    then = clock.now() - timedelta(days=300)
    gives = {"kind": "times", "factor": "2"}
    levels = [{"key": "gold", "name": LONG, "from_minor": 100}]
    rules = {"rules": [{"key": "tea", "name": LONG, "gives": gives}], "tiers": {"levels": levels}}
    programme = Programme.model_validate({"currency": "RUB", **rules})
    services.publish(programme=programme, since=then, now=then, user_id=owner.pk)
    person = shops.person(LONG)
    books.spend(books.lot(person, 12_345_678, at=clock.now()), 100, at=clock.now())
    profile = Profile.objects.get(person_id=person)
    order = Order(
        source="shop",
        external_id="1",
        profile_id=profile.pk,
        ordered_at=clock.now(),
        currency="RUB",
        lines=(OrderLine(amount_minor=100_000),),
    )
    commerce.record_orders(orders=[order], now=clock.now(), backfill=True)
    number = services.request_year(programme=programme, now=clock.now(), user_id=None)
    result = _result(person)
    YearReplay.objects.filter(pk=number).update(
        state=YearState.DONE.value, result=msgspec.to_builtins(result), finished_at=clock.now()
    )
    draft = programme.model_copy(update={"cashback_percent": Decimal(9)})
    services.keep_draft(programme=draft, seen=None, now=clock.now(), user_id=owner.pk)
    services.request_year(programme=draft, now=clock.now(), user_id=None)


def _result(person: int) -> YearResult:
    brought = Brought(
        people=1234, orders=56_789, points_minor=10**11, money_minor=10**11, expected_minor=10**11
    )
    parts = [("rule", "tea", []), ("day", "birthday", [Note.COUPONS]), ("referral", "referrer", [])]
    return YearResult(
        first=date(2025, 11, 22),
        last=date(2026, 11, 21),
        currency="RUB",
        orders=100_000,
        people=20_000,
        revenue_minor=10**13,
        spent_share=0.7,
        total=brought,
        parts=[OfPart(mechanic=m, part=p, name=LONG, brought=brought, notes=n) for m, p, n in parts],
        tiers=[OfTier(key="gold", name=LONG, revenue_minor=10**12, ordered=10, brought=brought)],
        months=[OfMonth(month=date(2026, n, 1), revenue_minor=1, brought=brought) for n in range(1, 12)],
        most=[
            OfPerson(
                person_id=person,
                orders=10,
                revenue_minor=10**11,
                points_minor=10**9,
                money_minor=10**9,
                tier="gold",
            )
        ],
        notes=[Note.PEOPLE_TODAY, Note.PERIOD_CAP],
    )


@pytest.mark.slow
@pytest.mark.usefixtures("lived")
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("dark", [False, True])
def test_pages_fit_and_can_be_read(visit: Visit, owner: User, width: int, dark: bool) -> None:
    seen = visit(width=width, theme="dark" if dark else "light")
    seen.enter(owner)
    for path in (*PATHS, "/loyalty/programme/year/?of=current"):
        page = seen.open(path)
        assert overflow(page) == 0, path
        assert serious_findings(page) == [], path
        expect(page.get_by_role("heading", level=1)).to_be_visible()


@pytest.mark.slow
@pytest.mark.usefixtures("lived")
def test_the_page_shows_by_itself_what_was_reckoned(visit: Visit, owner: User) -> None:
    page = visit().enter(owner, PATHS[0])
    expect(page.get_by_role("status")).to_be_visible()
    draft = YearReplay.objects.exclude(state=YearState.DONE.value)
    done = YearReplay.objects.get(state=YearState.DONE.value)
    draft.update(state=YearState.DONE.value, result=done.result, finished_at=done.finished_at)
    expect(page.locator(".figure-value").first).to_be_visible(timeout=15_000)
