"""The setting up: from a made-up sign-in to the first file."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from tests.console.people import BACKEND, PASSWORD, browser_of, person

from regulars.commerce import queries as commerce
from regulars.kit import clock
from regulars.team import queries, services
from regulars.team.models import User
from regulars.team.types import Role, Trade

pytestmark = pytest.mark.django_db
SETUP = "/setup/"
NEW = "море-чайник-17"
SHOP = {
    "name": "Чайная лавка",
    "timezone": "Екатеринбург, Россия · UTC+5",
    "currency": "KZT",
    "margin": "42,5 %",
    "trade": "restaurant",
    "return_window_days": "0",
}
# The session, the user, the permissions, the shop, the branches' two, the removal of the demo shop.
QUERIES_OF_A_STEP = 6


@pytest.fixture
def owner(db: None) -> User:
    """As `regulars up` makes the first one."""
    return services.create_owner(
        email="owner@regulars.local", password=PASSWORD, now=clock.now(), made_up=True
    )


def test_whole_way(owner: User) -> None:
    client = browser_of(owner)
    assert client.get(SETUP)["Location"] == "/setup/?step=you"
    you = {"name": "Анна Белова", "email": " Anna@Example.com", "password1": NEW, "password2": NEW}
    assert client.post("/setup/?step=you", you)["Location"] == "/setup/?step=shop"
    owner.refresh_from_db()
    assert (owner.email, owner.name, owner.made_up_password) == ("anna@example.com", "Анна Белова", False)
    assert owner.check_password(NEW)
    assert owner.language == "en"  # that of the page, whatever the terminal's was
    assert client.get(SETUP)["Location"] == "/setup/?step=shop"  # the session goes on
    assert client.post("/setup/?step=shop", SHOP)["Location"] == "/setup/?step=places"
    shop = queries.shop()
    assert (shop.name, shop.timezone, shop.currency) == ("Чайная лавка", "Asia/Yekaterinburg", "KZT")
    assert (shop.margin, shop.trade, shop.return_window_days) == (Decimal("0.425"), Trade.RESTAURANT, 0)
    assert shop.set_up_at is not None
    branch = {"name": "Центр", "tills": "Касса 1, Касса 2,, Касса 1"}
    assert client.post("/setup/?step=places", branch)["Location"] == "/setup/?step=places"
    (row,) = commerce.branches()
    assert (row.name, [till.name for till in row.tills]) == ("Центр", ["Касса 1", "Касса 2"])
    page = client.get("/setup/?step=orders")
    assert reverse("imports-upload") in page.text


def test_an_own_password_is_not_asked_for_again() -> None:
    client = browser_of(person(Role.OWNER))
    page = client.get("/setup/?step=you")
    assert "password1" not in page.context["form"].fields
    you = {"name": "Анна", "email": "owner@example.com"}
    assert client.post("/setup/?step=you", you)["Location"] == "/setup/?step=shop"


def test_address_of_the_made_up_sign_in_is_not_offered(owner: User) -> None:
    assert browser_of(owner).get("/setup/?step=you").context["form"]["email"].value() == ""


@pytest.mark.parametrize(
    ("step", "field", "value", "said"),
    [
        ("you", "name", "", "Say how your colleagues call you."),
        ("you", "email", "anna@", "name@example.com"),
        ("you", "email", "taken@example.com", "Choose another address"),
        ("you", "password1", "short", "too short"),
        ("you", "password2", "another one entirely", "another password than the one above"),
        ("shop", "name", " ", "Say what the shop is called."),
        ("shop", "timezone", "Лондонград", "No such time zone"),
        ("shop", "currency", "GOLD", "GOLD"),
        ("shop", "margin", "0", "above 0 and up to 100"),
        ("shop", "margin", "101", "above 0 and up to 100"),
        ("shop", "margin", "1e999999", "above 0 and up to 100"),
        ("shop", "margin", "NaN", "above 0 and up to 100"),
        ("shop", "return_window_days", "-1", "from 0 to 365"),
        ("shop", "return_window_days", "14.5", "whole number"),
        ("places", "name", "", "Say what the branch is called."),
    ],
)
def test_bad_input_is_named_at_its_field(owner: User, step: str, field: str, value: str, said: str) -> None:
    person(Role.AGENT, email="taken@example.com")
    right = {
        "you": {"name": "Анна", "email": "anna@example.com", "password1": NEW, "password2": NEW},
        "shop": SHOP,
        "places": {"name": "Центр", "tills": ""},
    }[step]
    answer = browser_of(owner).post(f"/setup/?step={step}", right | {field: value})
    assert answer.status_code == 200
    assert said in " ".join(answer.context["form"].errors[field])
    assert queries.shop().set_up_at is None
    owner.refresh_from_db()
    assert owner.check_password(PASSWORD)


def test_second_branch_of_a_name_is_refused_where_it_is_typed(owner: User) -> None:
    client = browser_of(owner)
    for _ in range(2):
        answer = client.post("/setup/?step=places", {"name": "Центр", "tills": ""})
    assert "Центр" in " ".join(answer.context["form"].errors["name"])
    assert len(commerce.branches()) == 1


def test_margin_is_shown_as_it_is_written(owner: User) -> None:
    client = browser_of(owner)
    client.post("/setup/?step=shop", SHOP)
    assert 'value="42.5"' in client.get("/setup/?step=shop").text
    client.cookies["regulars_language"] = "ru"
    page = client.get("/setup/?step=shop").text
    assert 'value="42,5"' in page
    assert 'value="Екатеринбург, Россия · UTC+5"' in page


def test_step_that_is_none_leads_to_the_one_that_is_open(owner: User) -> None:
    assert browser_of(owner).get("/setup/?step=nothing")["Location"] == "/setup/?step=you"


def test_queries_of_a_step_are_counted(
    owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = Client()
    client.force_login(owner, backend=BACKEND)
    with django_assert_num_queries(QUERIES_OF_A_STEP):
        client.get("/setup/?step=places")
