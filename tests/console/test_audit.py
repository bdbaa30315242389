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
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from tests.analytics.audits import audit, changed
from tests.console.workbooks import rows_of

from regulars.analytics import queries, services
from regulars.analytics.types import Audit
from regulars.commerce import services as commerce
from regulars.commerce.types import Order, OrderLine, OrderStatus
from regulars.customers import services as customers
from regulars.customers.models import Profile
from regulars.customers.types import NewProfile
from regulars.kit import clock
from regulars.team.models import AuditLogEntry, User
from regulars.team.services import create_owner, save_shop
from regulars.team.types import ShopProfile

pytestmark = pytest.mark.django_db
AUDIT = "/audit/"
DAY = timedelta(days=1)
CHARTS = {"ru": {"revenue": '<svg class="rg-chart" id="ru"></svg>'}, "en": {"revenue": '<svg id="en"></svg>'}}
# The session, the user, what they may, the days with an audit, the last job, the audit, the names of
# persons, the shop.
QUERIES_OF_THE_PAGE = 9


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
    services.keep_audit(audit=audit(made_at=audit().made_at - DAY, customers=77777))
    services.keep_audit(audit=audit(), charts=CHARTS)
    page = _text(inside, AUDIT)
    assert "1,240" in page
    assert "77,777" not in page
    assert "As of 29 April 2024" in page
    assert '<svg id="en"></svg>' in page
    assert 'id="ru"' not in page


def test_page_speaks_the_language_asked_for(inside: Client) -> None:
    services.keep_audit(audit=audit(), charts=CHARTS)
    inside.cookies["regulars_language"] = "ru"
    page = _text(inside, AUDIT)
    assert '<html lang="ru"' in page
    assert 'id="ru"' in page
    assert "29 апреля 2024" in page


def test_time_of_making_is_that_of_the_shop(inside: Client) -> None:
    services.keep_audit(audit=audit(timezone="Asia/Vladivostok"))
    assert "made on 1 May 2024 at 19:00" in _text(inside, AUDIT)  # 9:00 in UTC


def test_names_stand_for_the_numbers_of_persons(inside: Client) -> None:
    new = NewProfile(source="demo", external_id="1", name="Анна <b>", created_at=clock.now())
    (profile,) = customers.upsert_profiles(profiles=[new], now=clock.now(), backfill=True).ids.values()
    services.keep_audit(audit=_of_person(str(_person(profile))))
    page = inside.get(AUDIT).text
    assert page.count("Анна &lt;b&gt;") == 2  # slipping away, and where to begin
    assert f'href="{reverse("customers-card", args=[_person(profile)])}"' in page
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


def test_demo_shop_says_that_it_is_one(inside: Client) -> None:
    services.keep_audit(audit=audit())
    assert "Demo shop" not in inside.get(AUDIT).text
    save_shop(shop=ShopProfile(), user_id=None, now=clock.now())
    assert "Demo shop" in inside.get(AUDIT).text


def test_report_is_called_by_the_name_of_the_shop(inside: Client, owner: User) -> None:
    services.keep_audit(audit=audit())
    save_shop(shop=ShopProfile(name="Лавка <b>"), user_id=owner.pk, now=clock.now())
    assert "Лавка &lt;b&gt;" in inside.get(reverse("audit-report")).text


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
    page = inside.get(AUDIT).text
    assert "regulars audit orders.csv" in page
    assert "hx-get" not in page


def test_page_with_orders_and_no_audit_offers_to_make_one(inside: Client) -> None:
    _sell("shop")
    page = inside.get(AUDIT).text
    assert reverse("audit-make") in page
    assert "regulars audit" not in page


def test_asking_for_an_audit_and_waiting_for_it(inside: Client) -> None:
    assert inside.post(reverse("audit-make"))["Location"] == AUDIT
    assert queries.figures_work() == "making"
    page = inside.get(AUDIT).text
    assert 'hx-get="/audit/state/?seen="' in page
    assert 'http-equiv="refresh"' in page
    poll = inside.get("/audit/state/?seen=")
    assert 'hx-get="/audit/state/?seen="' in poll.text
    services.keep_audit(audit=audit())
    assert inside.get("/audit/state/?seen=").headers["HX-Refresh"] == "true"


def test_new_audit_replaces_the_one_that_was_seen(inside: Client) -> None:
    first = services.keep_audit(audit=audit())
    inside.post(reverse("audit-make"))
    assert f'hx-get="/audit/state/?seen={first}"' in inside.get(AUDIT).text
    assert "HX-Refresh" not in inside.get(f"/audit/state/?seen={first}").headers
    services.keep_audit(audit=audit())
    assert inside.get(f"/audit/state/?seen={first}").headers["HX-Refresh"] == "true"


def test_making_an_audit_takes_a_post(inside: Client) -> None:
    assert inside.get(reverse("audit-make")).status_code == 405
    assert queries.figures_work() == "idle"


def test_poll_after_the_session_ended_loads_the_page_anew(client: Client) -> None:
    services.request_figures()
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


# --- kept by date -------------------------------------------------------------------------------------
@pytest.fixture
def two_days(inside: Client) -> Client:
    """Audits of 30 April and, larger, of 1 May 2024."""
    services.keep_audit(audit=audit(made_at=audit().made_at - DAY, customers=1100, repeat_purchase_rate=0.41))
    services.keep_audit(audit=audit())
    return inside


def test_one_kept_audit_offers_no_choice_of_days(inside: Client) -> None:
    services.keep_audit(audit=audit())
    assert "Compare with" not in _text(inside, AUDIT)


def test_day_is_chosen(two_days: Client) -> None:
    page = _text(two_days, AUDIT)
    assert '<option value="2024-05-01" selected>1 May 2024</option>' in page
    assert '<option value="2024-04-30">30 Apr 2024</option>' in page
    page = _text(two_days, AUDIT + "?day=2024-04-30")
    assert "1,100 customers" in page
    assert "the latest was made on 1 May 2024" in page
    assert f'href="{reverse("audit-report")}?day=2024-04-30"' in page


def test_days_are_compared(two_days: Client) -> None:
    page = _text(two_days, AUDIT + "?day=2024-05-01&with=2024-04-30")
    compared = page[page.index('id="compared"') : page.index('id="rg-summary"')]
    assert "Compared with 30 April 2024" in compared
    assert ">1,240<" in compared
    assert ">1,100<" in compared
    assert "+140" in compared
    assert "+1.0 pp, better" in compared


def test_comparison_is_taken_away(two_days: Client) -> None:
    answer = two_days.get(reverse("audit-compared") + "?day=2024-05-01&with=2024-04-30")
    assert answer["Content-Disposition"] == 'attachment; filename="audit-2024-05-01-2024-04-30.xlsx"'
    header, *rows = rows_of(answer)
    assert [str(name).replace("\xa0", " ") for name in header] == [
        "Figure",
        "1 May 2024",
        "30 April 2024",
        "Unit",
    ]
    found = {row[0]: row[1:] for row in rows}
    assert found["Repeat purchase rate"] == [pytest.approx(42), pytest.approx(41), "%"]
    assert found["Customers"][:2] == [1240, 1100]
    assert two_days.get(reverse("audit-compared") + "?with=2020-01-01").status_code == 404


def test_amounts_in_another_currency_are_not_subtracted(inside: Client) -> None:
    services.keep_audit(audit=audit(made_at=audit().made_at - DAY, currency="EUR", revenue=Decimal("9.00")))
    services.keep_audit(audit=audit())
    page = _text(inside, AUDIT + "?with=2024-04-30")
    row = page[page.index('<th scope="row">Revenue</th>') :]
    row = row[: row.index("</tr>")]
    assert "€9.00" in row
    assert row.rstrip().endswith("—</td>")


def test_file_is_that_of_the_day(two_days: Client) -> None:
    figures = json.loads(two_days.get(reverse("audit-json") + "?day=2024-04-30").content)
    assert figures["customers"] == 1100
    assert "1,100 customers" in _text(two_days, reverse("audit-report") + "?day=2024-04-30")


@pytest.mark.parametrize("path", [AUDIT, "/audit/report.html", "/audit/audit.json"])
@pytest.mark.parametrize("day", ["2024-04-01", "yesterday", "%00"])
def test_day_without_an_audit_is_no_page(two_days: Client, path: str, day: str) -> None:
    assert two_days.get(f"{path}?day={day}").status_code == 404


def test_comparison_with_a_day_without_an_audit_is_left_out(two_days: Client) -> None:
    assert 'id="compared"' not in _text(two_days, AUDIT + "?with=2020-01-01")


# --- who may, and what is written down ----------------------------------------------------------------
@pytest.mark.parametrize(("role", "status"), [("analyst", 200), ("agent", 403)])
def test_audit_is_for_those_who_may_see_figures(inside: Client, owner: User, role: str, status: int) -> None:
    services.keep_audit(audit=audit())
    owner.groups.set([Group.objects.get_or_create(name=role)[0]])
    for path in (AUDIT, "/audit/report.html", "/audit/audit.json", "/audit/state/"):
        assert inside.get(path).status_code == status, path
    assert inside.post(reverse("audit-make")).status_code == (302 if status == 200 else 403)


def test_what_is_taken_out_and_asked_for_is_written_down(inside: Client, owner: User) -> None:
    services.keep_audit(audit=audit())
    inside.get(reverse("audit-report"))
    inside.get(reverse("audit-json"))
    inside.post(reverse("audit-make"))
    entries = AuditLogEntry.objects.filter(user=owner).order_by("pk").values_list("action", "details")
    assert list(entries) == [
        ("list_taken_out", {"list": "audit-html", "as_of": "2024-04-29"}),
        ("list_taken_out", {"list": "audit-json", "as_of": "2024-04-29"}),
        ("audit_asked_for", {}),
    ]


def test_asking_leads_back_to_the_page_the_form_stood_on(inside: Client) -> None:
    make = reverse("audit-make")
    assert inside.post(make, {"next": "/metrics/rfm/"})["Location"] == "/metrics/rfm/"
    assert inside.post(make, {"next": "https://elsewhere.example/"})["Location"] == AUDIT


@pytest.mark.parametrize("name", ["audit-report", "audit-json"])
def test_there_is_no_file_without_an_audit(inside: Client, name: str) -> None:
    assert inside.get(reverse(name)).status_code == 404


def test_queries_of_the_page_are_counted(
    inside: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    services.keep_audit(audit=_of_person("1"), charts=CHARTS)
    with django_assert_num_queries(QUERIES_OF_THE_PAGE):
        inside.get(AUDIT)


def test_policy_of_the_page_allows_nothing_inline(inside: Client) -> None:
    services.keep_audit(audit=audit(), charts=CHARTS)
    answer = inside.get(AUDIT)
    assert "no-store" in answer["Cache-Control"]  # nobody sees it by going back after the sign-out
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert not [sign for sign in (" style=", "<style", "onclick=", "javascript:") if sign in answer.text]


LOADS = """
import sys
import django

django.setup()
from django.test import Client
from regulars.team.models import User

client = Client()
client.force_login(User.objects.get(), backend="django.contrib.auth.backends.ModelBackend")
for path in sys.argv[1].split(","):
    assert client.get(path).status_code == 200
print([name for name in sys.argv[2:] if name in sys.modules])
"""
PATHS = [
    "/",
    "/audit/",
    "/audit/report.html",
    "/audit/audit.json",
    "/metrics/",
    "/metrics/cohorts/",
    "/metrics/rfm/",
    "/metrics/channels/",
    "/metrics/segments.xlsx",
    "/customers/",
    "/tasks/",
    "/imports/",
    "/settings/",
]
HEAVY = ["duckdb", "pandas", "pyarrow", "ibis", "altair", "numpy", "vl_convert", "python_calamine"]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_pages_load_nothing_heavy(owner: User) -> None:
    """In a process of its own, as another test may have loaded the data stack into this one."""
    services.keep_audit(audit=audit(), charts=CHARTS)
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path="/" + connection.settings_dict["NAME"])
    done = subprocess.run(
        [sys.executable, "-c", LOADS, ",".join(PATHS), *HEAVY],
        env=os.environ | {"DATABASE_URL": database.geturl(), "REGULARS_HOSTS": "testserver"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stderr == ""
    assert done.stdout.strip() == "[]"
