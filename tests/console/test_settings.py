"""Settings: the shop, branches and tills, the demo shop."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import DjangoAssertNumQueries
from tests.console.people import browser_of, person, set_up_shop

from regulars.analytics import queries as analytics
from regulars.commerce import queries as commerce
from regulars.commerce import services as commerce_services
from regulars.console import demo
from regulars.console.forms.shop import ShopForm
from regulars.kit import clock
from regulars.loyalty import services as loyalty
from regulars.loyalty.types import Programme
from regulars.simulator import tasks as simulator
from regulars.team import queries, services
from regulars.team.models import AuditLogEntry, User
from regulars.team.types import Role, ShopProfile

pytestmark = pytest.mark.django_db
# Session, user, permissions, shop, branches' two, members, invitations, the removal's job, the programme's
# versions.
QUERIES_OF_THE_INDEX = 10


@pytest.fixture
def inside(db: None) -> Client:
    owner = person(Role.OWNER, name="Анна")
    set_up_shop()
    return browser_of(owner)


def _shop_as_sent(**changes: str) -> dict[str, str]:
    form = ShopForm.filled(queries.shop())
    return {name: str(form[name].value() or "") for name in form.fields} | changes


def test_index_says_how_things_stand(inside: Client) -> None:
    person(Role.AGENT)
    commerce_services.save_branch(name="Центр")
    page = inside.get(reverse("settings")).text
    for words in ("Чайная лавка", "1 branch,", "0 tills", "2 people", "without two-step sign-in: 2"):
        assert words in page
    assert "demo shop" not in page


def test_queries_of_the_index_are_counted(
    inside: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(QUERIES_OF_THE_INDEX):
        inside.get(reverse("settings"))


def test_loyalty_is_found_here_too(inside: Client) -> None:
    page = inside.get(reverse("settings")).text
    assert "None yet: six ready ones" in page
    assert f'href="{reverse("loyalty-programme-ready")}"' in page
    loyalty.publish(
        programme=Programme(cashback_percent=Decimal(7)), since=None, now=clock.now(), user_id=None
    )
    page = inside.get(reverse("settings")).text
    assert "7%" in page
    assert f'href="{reverse("loyalty-programme")}"' in page


@pytest.mark.parametrize(
    ("change", "said", "made_anew"),
    [
        ({"name": "Кофейня"}, "Saved.", False),
        ({"currency": "EUR"}, "orders in EUR only", True),
        ({"timezone": "Asia/Tokyo"}, "another day or month", True),
        ({"margin": "30"}, "worked out anew", True),
    ],
)
def test_change_says_what_it_means_for_the_figures(
    inside: Client, change: dict[str, str], said: str, made_anew: bool
) -> None:
    before = ProcrastinateJob.objects.count()
    answer = inside.post(reverse("settings-shop"), _shop_as_sent(**change))
    assert answer["Location"] == reverse("settings")
    assert said in inside.get(reverse("settings")).text
    assert (ProcrastinateJob.objects.count() > before) is made_anew
    assert (analytics.figures_work() == "making") is made_anew


def test_only_currencies_of_today_are_offered(inside: Client) -> None:
    page = inside.get(reverse("settings-shop")).text
    for code in ("RUB", "EUR", "CHF", "XAF"):
        assert f'value="{code}"' in page, code
    for code in ("SUR", "DEM", "HRK", "BYR", "XAU", "XTS"):  # withdrawn, a metal, none at all
        assert f'value="{code}"' not in page, code
    # Who has one that was withdrawn since keeps it until they choose another.
    services.save_shop(shop=replace(queries.shop(), currency="HRK"), user_id=None, now=clock.now())
    page = inside.get(reverse("settings-shop")).text
    assert 'value="HRK" selected' in page
    sent = _shop_as_sent(name="Кофейня")
    assert inside.post(reverse("settings-shop"), sent).status_code == 302
    assert (queries.shop().name, queries.shop().currency) == ("Кофейня", "HRK")


def test_form_sent_as_it_was_changes_nothing(inside: Client) -> None:
    before, noted = queries.shop(), AuditLogEntry.objects.count()
    inside.post(reverse("settings-shop"), _shop_as_sent())
    assert queries.shop() == before
    assert AuditLogEntry.objects.count() == noted


def test_branch_is_added_renamed_and_put_away(inside: Client) -> None:
    added = inside.post(reverse("settings-branches"), {"name": "Центр", "external_id": "B1"})
    (row,) = commerce.branches()
    page = reverse("settings-branch", args=[row.id])
    assert added["Location"] == page
    inside.post(page, {"do": "save", "name": "Центральный", "external_id": "B1"})
    inside.post(page, {"do": "till", "name": "Касса 1", "external_id": ""})
    (row,) = commerce.branches()
    assert (row.name, row.external_id, [till.name for till in row.tills]) == (
        "Центральный",
        "B1",
        ["Касса 1"],
    )
    inside.post(page, {"do": "archive-till", "till": row.tills[0].id})
    inside.post(page, {"do": "archive"})
    (row,) = commerce.branches()
    assert not row.active
    assert not row.tills[0].active
    inside.post(page, {"do": "restore"})
    assert commerce.branches()[0].active
    noted = AuditLogEntry.objects.filter(action="branch_changed", subject=f"branch:{row.id}")
    assert noted.count() == 6


def test_branch_says_what_is_wrong(inside: Client) -> None:
    one = commerce_services.save_branch(name="Центр")
    commerce_services.save_branch(name="Вокзал")
    page = reverse("settings-branch", args=[one])
    answer = inside.post(page, {"do": "save", "name": "Вокзал", "external_id": ""})
    assert "Вокзал" in " ".join(answer.context["form"].errors["name"])
    assert inside.post(page, {"do": "till", "name": ""}).context["till_form"].errors["name"]
    assert inside.post(page, {"do": "archive-till", "till": "999"}).status_code == 404
    assert inside.post(page, {"do": "something else"}).status_code == 404
    assert inside.get(reverse("settings-branch", args=[one + 999])).status_code == 404


@pytest.fixture
def inside_demo(db: None) -> Client:
    owner = person(Role.OWNER)
    services.save_shop(shop=ShopProfile(name="Demo shop"), user_id=None, now=clock.now())
    return browser_of(owner)


def test_job_that_takes_the_demo_shop_away_is_that_of_the_simulator() -> None:
    assert demo.REMOVE == simulator.CLEAR


def test_demo_shop_is_taken_away_after_a_question(inside_demo: Client) -> None:
    ask = reverse("settings-demo-remove")
    assert ask in inside_demo.get(reverse("settings")).text
    assert inside_demo.get(ask).status_code == 200
    assert queries.shop().set_up_at is not None
    assert inside_demo.post(ask)["Location"] == "/setup/"
    assert queries.shop().set_up_at is None
    assert ProcrastinateJob.objects.filter(task_name=demo.REMOVE).count() == 1
    progress = inside_demo.get("/setup/?step=shop").text
    assert "being removed" in progress
    assert f'hx-get="{reverse("settings-demo-state")}"' in progress
    inside_demo.post(ask)  # asked twice, done once
    assert ProcrastinateJob.objects.filter(task_name=demo.REMOVE).count() == 1
    assert AuditLogEntry.objects.filter(action="demo_removed").count() == 1


def test_end_of_the_removal_and_a_stop_halfway_are_said(inside_demo: Client) -> None:
    inside_demo.post(reverse("settings-demo-remove"))
    assert demo.removal() is not None
    state = reverse("settings-demo-state")
    assert "hx-get" in inside_demo.get(state).text
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed'")
    stopped = inside_demo.get(state).text
    assert "stopped halfway" in stopped
    assert "hx-get" not in stopped
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    assert "The demo shop is gone." in inside_demo.get(state).text
    assert "demo shop" not in inside_demo.get("/setup/?step=you").text


def test_own_shop_is_never_forgotten(inside: Client) -> None:
    assert inside.get(reverse("settings-demo-remove"))["Location"] == reverse("settings")
    inside.post(reverse("settings-demo-remove"))
    assert queries.shop().name == "Чайная лавка"


def test_own_name_and_language(inside: Client) -> None:
    answer = inside.post(reverse("account"), {"name": "Анна Белова", "language": "ru"})
    assert answer.cookies["regulars_language"].value == "ru"
    user = User.objects.get(email="owner@example.com")
    assert (user.name, user.language) == ("Анна Белова", "ru")
    assert "Сохранено." in inside.get(reverse("account")).text
