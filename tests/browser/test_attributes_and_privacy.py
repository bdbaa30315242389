"""Saying what to know of customers, and forgetting one, as people do it."""

from __future__ import annotations

import os
from itertools import product

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import Visit, overflow, serious_findings
from tests.console import shops

from regulars.customers import queries, services
from regulars.customers.models import Profile
from regulars.customers.types import NewTraits
from regulars.kit import clock
from regulars.kit.attributes import Kind
from regulars.team.models import User

pytestmark = pytest.mark.browser
LONG = "Екатерина-Мария Константинопольская-Вознесенская " + "ы" * 60


@pytest.fixture
def person(transactional_db: None) -> int:
    """Somebody of whom much is known, and attributes that fit and do not."""
    now = clock.now()
    choices = [f"Вариант {number} {'ы' * 20}" for number in range(9)]
    services.define_attribute(
        label="Любимый сорт чая", trait="favourite_tea", kind=Kind.CHOICE, choices=choices, now=now
    )
    services.define_attribute(label="Размер", trait="shoe_size", kind=Kind.NUMBER, now=now)
    person = shops.person(LONG, email=f"{'a' * 60}@example.com", orders=7)
    told = {"favourite_tea": "z" * 200, "shoe_size": 38, "city": "Казань", "pet": "кот", "w" * 60: True}
    new = NewTraits(
        profile_id=Profile.objects.get(person_id=person).pk, values=told, verified=True, as_of=now
    )
    services.set_traits(traits=[new], now=now)
    return person


def test_what_the_data_have_is_added_with_one_press(visit: Visit, owner: User, person: int) -> None:
    page = visit(language="en").enter(owner, "/settings/attributes/")
    page.get_by_role("link", name="pet").click()
    expect(page.get_by_label("Name in your data")).to_have_value("pet")
    page.get_by_role("button", name="Add the attribute").click()
    expect(page.get_by_text("It is kept from now on.")).to_be_visible()
    page.get_by_role("link", name="Любимый сорт чая").click()
    expect(page.get_by_text("This was sent lately and left out:")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_customer_is_handed_their_data_and_forgotten(
    visit: Visit, owner: User, person: int, scripts: bool
) -> None:
    page = visit(language="en", scripts=scripts).enter(owner, f"/customers/{person}/")
    page.get_by_role("link", name="All that is kept of this customer").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the file").click()
    assert download.value.suggested_filename.startswith(f"customer-{person}-")
    page.get_by_label("Why").select_option(label="The customer asked for it")
    page.get_by_label("I know that there is no way back").check()
    page.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_text("The customer is erased.")).to_be_visible()
    expect(page.get_by_text("Erased customer", exact=True)).to_be_visible()


@pytest.mark.parametrize(
    ("language", "theme", "width"),
    [*product(["ru", "en"], ["light", "dark"], [360]), ("ru", "light", 1280), ("en", "dark", 1920)],
)
def test_pages_fit_and_are_accessible(
    visit: Visit, owner: User, person: int, language: str, theme: str, width: int
) -> None:
    visitor = visit(language=language, theme=theme, width=width)
    page = visitor.enter(owner, "/settings/attributes/")
    _look(page, f"attributes-{language}-{theme}-{width}")
    for path in ("/settings/attributes/new/", "/settings/attributes/1/", f"/customers/{person}/data/"):
        number = path.replace("/1/", f"/{_first()}/")
        visitor.open(number)
        _look(page, f"{path.strip('/').split('/')[-1]}-{language}-{theme}-{width}")


def _first() -> int:
    return queries.definitions()[0].id


def _look(page: Page, name: str) -> None:
    if folder := os.environ.get("REGULARS_SCREENSHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
    assert overflow(page) <= 0, name
    assert serious_findings(page) == [], name
