"""The page of the audit: what it shows, asks for and gives away, and what it costs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from tests.analytics.audits import audit, changed

from regulars.analytics import queries, services
from regulars.analytics.types import Audit
from regulars.commerce import services as commerce
from regulars.commerce.types import Order, OrderLine, OrderStatus
from regulars.console.views.audit import DEMO_SOURCE
from regulars.customers import services as customers
from regulars.customers.models import Profile
from regulars.customers.types import NewProfile
from regulars.kit import clock
from regulars.simulator import demo
from regulars.team.models import User
from regulars.team.services import create_owner

pytestmark = pytest.mark.django_db
CHARTS = {"ru": {"revenue": '<svg class="rg-chart" id="ru"></svg>'}, "en": {"revenue": '<svg id="en"></svg>'}}
# The session, the user, the audit, the last job, the names of persons, whether this is the demo shop.
QUERIES_OF_THE_PAGE = 6


@pytest.fixture
def owner() -> User:
    return create_owner(email="anna@example.com", password="ветер-лампа-42", now=clock.now())


@pytest.fixture
def inside(client: Client, owner: User) -> Client:
    """A browser of the owner, in English."""
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["regulars_language"] = "en"
    return client


def _text(client: Client, path: str) -> str:
    """The page, with plain blanks in its dates and numbers."""
    return client.get(path).text.replace("\xa0", " ")


def test_page_shows_the_audit_made_last(inside: Client) -> None:
    services.keep_audit(audit=audit(made_at=audit().made_at - timedelta(days=1), customers=77777))
    services.keep_audit(audit=audit(), charts=CHARTS)
    page = _text(inside, "/")
    assert "1,240" in page
    assert "77,777" not in page
    assert "As of 29 April 2024" in page
    assert '<svg id="en"></svg>' in page
    assert 'id="ru"' not in page


def test_page_speaks_the_language_asked_for(inside: Client) -> None:
    services.keep_audit(audit=audit(), charts=CHARTS)
    inside.cookies["regulars_language"] = "ru"
    page = _text(inside, "/")
    assert '<html lang="ru"' in page
    assert 'id="ru"' in page
    assert "29 апреля 2024" in page


def test_time_of_making_is_that_of_the_shop(inside: Client) -> None:
    services.keep_audit(audit=audit(timezone="Asia/Vladivostok"))
    assert "made on 1 May 2024 at 19:00" in _text(inside, "/")  # 9:00 in UTC


def test_names_stand_for_the_numbers_of_persons(inside: Client) -> None:
    new = NewProfile(source="demo", external_id="1", name="Анна <b>", created_at=clock.now())
    (profile,) = customers.upsert_profiles(profiles=[new], now=clock.now(), backfill=True).ids.values()
    services.keep_audit(audit=_of_person(str(_person(profile))))
    page = inside.get("/").text
    assert page.count("Анна &lt;b&gt;") == 2  # slipping away, and where to begin
    assert "Анна" in inside.get(reverse("audit-report")).text
    assert "Анна" not in inside.get(reverse("audit-json")).text


def _person(profile: int) -> int:
    return Profile.objects.get(pk=profile).person_id


def _of_person(number: str) -> Audit:
    """An audit that names one person, where persons are named, and one nobody knows."""
    found = audit()
    top = [
        changed(found.slipping.top[0], customer_id=number),
        changed(found.slipping.top[1], customer_id="0009x"),
    ]
    points = [changed(found.growth_points[0], top=[number])]
    return changed(found, slipping=changed(found.slipping, top=top), growth_points=points)


def test_demo_shop_is_known_by_the_source_of_its_orders() -> None:
    assert DEMO_SOURCE == demo.SOURCE


def test_demo_shop_says_that_it_is_one(inside: Client) -> None:
    services.keep_audit(audit=audit())
    assert "Demo shop" not in inside.get("/").text
    _sell(DEMO_SOURCE)
    assert "Demo shop" in inside.get("/").text


def _sell(source: str) -> None:
    order = Order(
        source=source,
        external_id="1",
        profile_id=None,
        ordered_at=clock.now(),
        currency="RUB",
        lines=(OrderLine(product_id=None, quantity=Decimal(1), amount_minor=100),),
        returns=(),
        status=OrderStatus.COMPLETED,
        cancelled_at=None,
        channel="",
        branch_id=None,
    )
    commerce.record_orders(orders=[order], now=clock.now(), backfill=True)


def test_page_without_orders_says_what_to_do(inside: Client) -> None:
    page = inside.get("/").text
    assert "regulars audit orders.csv" in page
    assert "hx-get" not in page


def test_page_with_orders_and_no_audit_offers_to_make_one(inside: Client) -> None:
    _sell("shop")
    page = inside.get("/").text
    assert reverse("audit-make") in page
    assert "regulars audit" not in page


def test_asking_for_an_audit_and_waiting_for_it(inside: Client) -> None:
    assert inside.post(reverse("audit-make"))["Location"] == "/"
    assert queries.audit_work() == "making"
    page = inside.get("/").text
    assert 'hx-get="/audit/state/?seen="' in page
    assert 'http-equiv="refresh"' in page
    poll = inside.get("/audit/state/?seen=")
    assert 'hx-get="/audit/state/?seen="' in poll.text
    services.keep_audit(audit=audit())
    assert inside.get("/audit/state/?seen=").headers["HX-Refresh"] == "true"


def test_new_audit_replaces_the_one_that_was_seen(inside: Client) -> None:
    first = services.keep_audit(audit=audit())
    inside.post(reverse("audit-make"))
    assert f'hx-get="/audit/state/?seen={first}"' in inside.get("/").text
    assert "HX-Refresh" not in inside.get(f"/audit/state/?seen={first}").headers
    services.keep_audit(audit=audit())
    assert inside.get(f"/audit/state/?seen={first}").headers["HX-Refresh"] == "true"


def test_making_an_audit_takes_a_post(inside: Client) -> None:
    assert inside.get(reverse("audit-make")).status_code == 405
    assert queries.audit_work() == "idle"


def test_poll_after_the_session_ended_loads_the_page_anew(client: Client) -> None:
    services.request_audit()
    answer = client.get("/audit/state/?seen=")
    assert answer.headers["HX-Refresh"] == "true"
    assert answer.content == b""


def test_report_and_figures_are_files(inside: Client) -> None:
    services.keep_audit(audit=audit(), charts=CHARTS)
    report = inside.get(reverse("audit-report"))
    assert report["Content-Disposition"] == 'attachment; filename="audit-2024-04-29.html"'
    assert report.text.startswith("<!doctype html>")
    assert "Orders of the shop" in report.text
    figures = inside.get(reverse("audit-json"))
    assert figures["Content-Disposition"] == 'attachment; filename="audit-2024-04-29.json"'
    assert json.loads(figures.content)["customers"] == 1240


@pytest.mark.parametrize("name", ["audit-report", "audit-json"])
def test_there_is_no_file_without_an_audit(inside: Client, name: str) -> None:
    assert inside.get(reverse(name)).status_code == 404


def test_queries_of_the_page_are_counted(
    inside: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    services.keep_audit(audit=_of_person("1"), charts=CHARTS)
    with django_assert_num_queries(QUERIES_OF_THE_PAGE):
        inside.get("/")


def test_policy_of_the_page_allows_nothing_inline(inside: Client) -> None:
    services.keep_audit(audit=audit(), charts=CHARTS)
    answer = inside.get("/")
    assert "no-store" in answer["Cache-Control"]  # nobody sees it by going back after the sign-out
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert not [sign for sign in (" style=", "<style", "onclick=", "javascript:") if sign in answer.text]


LOADS = """
import sys
import django

django.setup()
from django.db import connection
from django.test import Client
from regulars.team.models import User

client = Client()
client.force_login(User.objects.get(), backend="django.contrib.auth.backends.ModelBackend")
for path in ("/", "/audit/report.html", "/audit/audit.json"):
    assert client.get(path).status_code == 200
print([name for name in sys.argv[1:] if name in sys.modules])
"""
HEAVY = ["duckdb", "pandas", "pyarrow", "ibis", "altair", "numpy", "vl_convert", "python_calamine"]


@pytest.mark.django_db(transaction=True)
def test_pages_load_nothing_heavy(owner: User) -> None:
    """In a process of its own, as another test may have loaded the data stack into this one."""
    services.keep_audit(audit=audit(), charts=CHARTS)
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path="/" + connection.settings_dict["NAME"])
    done = subprocess.run(
        [sys.executable, "-c", LOADS, *HEAVY],
        env=os.environ | {"DATABASE_URL": database.geturl(), "REGULARS_HOSTS": "testserver"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stderr == ""
    assert done.stdout.strip() == "[]"
