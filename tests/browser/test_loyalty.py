"""The pages of loyalty as people meet them: on a phone, in the dark, without scripts."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import expect
from tests.browser.conftest import Visit, overflow, serious_findings
from tests.console import shops

from regulars.commerce import services as commerce
from regulars.customers.models import Profile
from regulars.kit import clock
from regulars.loyalty import queries, services
from regulars.loyalty.models import Journal, JournalEntry, LedgerCheck, Lot, Posting, Wallet
from regulars.loyalty.types import POINTS, Programme
from regulars.team.models import User

pytestmark = pytest.mark.browser
WIDTHS = (360, 1280)
LONG = "Общество с ограниченной ответственностью «Ромашка-Северо-Запад-Логистика»" + "а" * 60
PATHS = (
    "/loyalty/", "/loyalty/programme/", "/loyalty/programme/versions/", "/loyalty/liability/",
    "/loyalty/books/", "/loyalty/tills/",
)  # fmt: skip


@pytest.fixture(autouse=True)
def versions_anew() -> None:
    queries.forget_versions()


@pytest.fixture
def books(owner: User) -> None:
    """A programme with points of people with long names, in large numbers, and a till that was cut off."""
    with transaction.atomic():
        _shop(owner)


def _shop(owner: User) -> None:
    now = clock.now()
    for days, percent in ((300, 3), (100, 5)):
        then = now - timedelta(days=days)
        programme = Programme(currency="RUB", cashback_percent=Decimal(percent))
        services.publish(programme=programme, since=then, now=then, user_id=owner.pk)
    for number in range(12):
        person = shops.person(LONG if number == 5 else f"Имя {number}")
        _lot(person, 1_234_567_890 + number, now - timedelta(days=30 * number + 1))
    branch = commerce.save_branch(name=LONG)
    journal = Journal.objects.create(branch_id=branch, till="Касса " * 5, next_number=3)
    for number, outcome in enumerate(({"reason": "number_taken"}, {"reason": "not_enough_points"}), start=1):
        JournalEntry.objects.create(
            journal=journal, number=number, kind="spend", key=f"k{number}", at=now, state="refused",
            body={"order_id": "A" * 60}, outcome=outcome | {"short_minor": 10**12, "points_minor": 5},
            received_at=now, profile=Profile.objects.latest("pk"),
        )  # fmt: skip
    JournalEntry.objects.create(
        journal=journal, number=9, kind="spend", key="k9", at=now, state="waiting", body={}, received_at=now
    )
    finding: dict[str, Any] = {
        "kind": "wallet",
        "id": 7,
        "name": "available",
        "kept_minor": 1,
        "proved_minor": 2,
    }
    LedgerCheck.objects.create(at=now, postings=3, findings=[finding] * 25)


def _lot(person: int, minor: int, at: Any) -> None:
    wallet = Wallet.objects.create(profile=Profile.objects.get(person_id=person), currency=POINTS)
    lot = Lot.objects.create(
        wallet=wallet, key=f"test:{person}", order_source="shop", order_id="N" * 60, earned_at=at,
        usable_at=at, usable_since=at, expires_at=clock.now() + timedelta(days=10 * person),
    )  # fmt: skip
    moves = (
        ("earned", "issued", "available"), ("held", "available", "held"), ("spent", "held", "redeemed"),
    )  # fmt: skip
    for cause, source, target in moves:
        Posting.objects.create(
            wallet_id=wallet.pk, lot_id=lot.pk, currency=POINTS, key=f"test:{person}:{cause}", cause=cause,
            from_account=source, to_account=target, amount_minor=minor if cause == "earned" else minor // 3,
            at=at, recorded_at=at,
        )  # fmt: skip


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.slow
def test_pages_are_fit_for_everybody(
    visit: Visit, owner: User, books: None, language: str, theme: str
) -> None:
    visitor = visit(language=language, theme=theme)
    visitor.enter(owner)
    for path in PATHS:
        page = visitor.open(path)
        expect(page.locator("html")).to_have_attribute("lang", language)
        for summary in page.locator("main details:not(.help) summary").all():
            summary.click()
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert overflow(page) == 0, (path, width)
            assert serious_findings(page) == [], (path, width)


@pytest.mark.parametrize("path", ["/loyalty/", "/loyalty/liability/"])
def test_a_shop_without_points_is_fit_for_everybody(visit: Visit, owner: User, path: str) -> None:
    page = visit(language="ru", width=360).enter(owner, path)
    assert overflow(page) == 0
    assert serious_findings(page) == []


def test_on_a_phone_the_pages_of_loyalty_are_one_row_with_the_current_one_in_view(
    visit: Visit, owner: User
) -> None:
    page = visit(width=390, scripts=False).enter(owner, "/loyalty/by-hand/")
    pages = page.get_by_role("navigation", name="Разделы лояльности")
    here = pages.locator("[aria-current=page]")
    expect(here).to_be_in_viewport(ratio=1)
    whole, row = here.bounding_box(), pages.bounding_box()
    assert whole is not None
    assert row is not None
    assert row["height"] < 2 * whole["height"]
    # Not held there: the first can be reached.
    first = pages.get_by_role("link").first
    first.focus()
    expect(first).to_be_in_viewport(ratio=1)
