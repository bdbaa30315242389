"""The metrics pages: what each says, opens and gives away, and what it costs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from tests.analytics.audits import audit, channel
from tests.console.workbooks import rows_of

from regulars.analytics import services, types
from regulars.analytics.models import FiguresRun
from regulars.analytics.rules.rhythm import STAGES
from regulars.analytics.rules.segments import SEGMENTS
from regulars.kit import clock
from regulars.team.models import AuditLogEntry, User
from regulars.team.services import create_owner

pytestmark = pytest.mark.django_db
PAGES = ["metrics", "metrics-cohorts", "metrics-rfm", "metrics-channels"]
CELLS = [
    types.RfmCell(5, 5, 140, Decimal("700000.00")),
    types.RfmCell(1, 1, 659, Decimal("228000.00")),
    types.RfmCell(2, 4, 81, Decimal("120000.00")),
]
CHANNELS = [
    channel(None),
    channel("ads", ltv_to_cac=0.5, ltv=Decimal("600.00"), cac=Decimal("1200.00"), payback_months=None),
    channel("<b>partners</b>", ltv_to_cac=4.1, payback_months=0),
]


@pytest.fixture
def owner() -> User:
    return create_owner(email="anna@example.com", password="ветер-лампа-42", now=clock.now())


@pytest.fixture
def inside(client: Client, owner: User) -> Client:
    """A browser of the owner, in English."""
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["regulars_language"] = "en"
    return client


@pytest.fixture
def kept() -> int:
    return services.keep_audit(audit=audit(rfm_map=CELLS, channels=CHANNELS))


def _text(client: Client, name: str, query: str = "") -> str:
    answer = client.get(reverse(name) + query)
    assert answer.status_code == 200
    return answer.text.replace("\xa0", " ")


@pytest.mark.parametrize("name", PAGES)
def test_page_says_what_the_figures_rest_on_and_leads_to_the_others(
    inside: Client, kept: int, name: str
) -> None:
    page = _text(inside, name)
    assert "1,240 customers" in page
    assert "As of 29 April 2024" in page
    assert all(f'href="{reverse(other)}"' in page for other in PAGES)
    assert f'<a href="{reverse(name)}" aria-current="page">' in page


def test_first_page_leads_with_retention_and_its_change(inside: Client, kept: int) -> None:
    page = _text(inside, "metrics")
    assert "42.0%" in page
    assert "+2.0 pp, better" in page
    assert "All figures" in page
    assert "Bring first-time buyers to a second order" in page


def _point(day: date, **changes: Any) -> types.TrendPoint:
    values: dict[str, Any] = {
        "as_of": day,
        "customers": 900,
        "orders": 2000,
        "revenue": Decimal("990000.00"),
        "average_order_value": Decimal("495.00"),
        "repeat_purchase_rate": 0.4,
        "regulars_share": 0.14,
        "retention_rate": None,
        "churn_rate": None,
        "new_customer_rate": 0.6,
    }
    return types.TrendPoint(**(values | changes))


@pytest.fixture
def run(kept: int) -> FiguresRun:
    """The run behind the audit, with a trend of three points."""
    points = [
        _point(date(2024, 3, 1), customers=700),
        _point(date(2024, 4, 1)),
        _point(date(2024, 4, 29), repeat_purchase_rate=0.42, retention_rate=0.381),
    ]
    cuts = types.Cuts(recency=[None] * 4, frequency=[None] * 4, monetary=[None] * 4)
    return FiguresRun.objects.create(
        audit_id=kept,
        made_at=audit().made_at,
        snapshot_at=audit().made_at,
        as_of=audit().as_of,
        timezone="Europe/Moscow",
        currency="RUB",
        window_days=90,
        rhythm_days=62.0,
        cuts=msgspec.to_builtins(cuts),
        counts={"segments": dict.fromkeys(SEGMENTS, 0), "stages": dict.fromkeys(STAGES, 0)},
        trend=msgspec.to_builtins(points),
        charts={"en": {"trend_retention": '<svg id="drawn"></svg>'}, "ru": {}},
    )


def test_trend_is_drawn_said_and_listed(inside: Client, run: FiguresRun) -> None:
    page = _text(inside, "metrics")
    assert '<svg id="drawn"></svg>' in page
    assert "42.0% of customers have ordered again, up 2.0 pp from 40.0% on 29 February 2024." in page
    trend = page[page.index('id="trend"') : page.index('id="months"')]
    assert trend.index("28 Apr 2024") < trend.index("31 Mar 2024") < trend.index("29 Feb 2024")
    assert ">700<" in trend
    assert "—" in trend  # retention was not known then


def test_first_page_does_without_a_trend(inside: Client, kept: int) -> None:
    assert 'id="trend"' not in _text(inside, "metrics")


def test_trend_is_taken_away(inside: Client, run: FiguresRun) -> None:
    found = _cells(inside, "trend")
    assert [row[0] for row in found] == ["At the end of", 45351, 45382, 45410]  # days as a workbook counts
    assert found[1][1] == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("show", "cell"),
    [("", "27%"), ("retention", "27%"), ("active", ">54<"), ("turnover", ">27,000<"), ("revenue", ">635<")],
)
def test_cohorts_are_looked_at_in_four_ways(inside: Client, kept: int, show: str, cell: str) -> None:
    """200 customers came in November 2023; 54 of them ordered again a month later, for 500 each."""
    page = _text(inside, "metrics-cohorts", f"?show={show}" if show else "")
    heat = page[page.index("rg-heat") : page.index("</tbody>")]
    assert cell in heat
    assert f'<a href="?show={show or "retention"}#heat" aria-current="true">' in page


def test_unknown_way_of_looking_at_cohorts_is_the_first(inside: Client, kept: int) -> None:
    assert "27%" in _text(inside, "metrics-cohorts", "?show=%3Cscript%3E")


def test_worth_of_a_cohort_is_that_of_one_customer(inside: Client, kept: int) -> None:
    """December 2023: 210 customers; orders of 210, 56, 50, 44 and, unfinished, 37 of them for 500 each."""
    page = _text(inside, "metrics-cohorts")
    row = page[page.index('id="worth"') :]
    row = row[row.index(">Dec 2023<") :]
    row = row[: row.index("</tr>")]
    # The first month: 500; the third after it is over: (210 + 56 + 50 + 44) × 500 / 210.
    assert "₽500" in row or "RUB 500" in row
    assert "857" in row
    assert "—" in row  # the sixth month has not come


def test_worth_is_margin_where_one_is_given(inside: Client) -> None:
    services.keep_audit(audit=audit(margin=Decimal("0.5")))
    page = _text(inside, "metrics-cohorts")
    row = page[page.index('id="worth"') :]
    row = row[row.index(">Dec 2023<") :]
    assert "250" in row[: row.index("</tr>")]
    assert "The margin on all orders" in page


def test_places_of_the_map_open_their_people(inside: Client, kept: int) -> None:
    page = _text(inside, "metrics-rfm")
    people = reverse("customers")
    assert f'href="{people}?r=5&amp;f=5"' in page
    assert f'href="{people}?r=1&amp;f=1"' in page
    assert f"{people}?r=3&amp;f=3" not in page  # nobody is there
    assert page.count("rfm-cell") >= 25
    assert "Champions, R 5, F 5: 140 customers, 47.0% of revenue" in page


def test_all_eleven_segments_and_seven_stages_stand_in_lists(inside: Client, kept: int) -> None:
    page = _text(inside, "metrics-rfm")
    segments = page[page.index('id="segments"') : page.index('id="stages"')]
    assert segments.count("<tbody>") == 11
    assert f'href="{reverse("customers")}?segment=champions"' in segments
    assert page[page.index('id="stages"') :].count("<tbody>") == 7
    assert f'href="{reverse("customers")}?stage=at_risk"' in page


def test_map_says_whom_to_write_to_first(inside: Client, kept: int) -> None:
    page = _text(inside, "metrics-rfm")
    advice = page[page.index('id="advice"') :]
    assert "At risk" in advice
    assert "81 customers" in advice
    assert "?segment=at_risk" in advice


def test_channels_say_what_they_cost_and_bring(inside: Client, kept: int) -> None:
    page = _text(inside, "metrics-channels")
    assert "&lt;b&gt;partners&lt;/b&gt;" in page
    assert "<b>partners" not in page
    assert "“ads” has not earned its cost so far (0.50)" in page
    assert "has earned its cost 4.1 times over" in page
    assert "Bring in costs" not in page


def test_channels_without_costs_say_how_to_bring_them_in(inside: Client) -> None:
    without = [channel(n, cost=None, cac=None, ltv_to_cac=None, payback_months=None) for n in (None, "ads")]
    services.keep_audit(audit=audit(channels=without))
    page = _text(inside, "metrics-channels")
    assert "What did winning them cost?" in page
    assert f'href="{reverse("imports")}"' in page


def test_shop_without_channels_is_told_what_they_are_for(inside: Client) -> None:
    services.keep_audit(audit=audit())
    page = _text(inside, "metrics-channels")
    assert "There are no channels and no costs yet" in page


@pytest.mark.parametrize("name", PAGES)
def test_page_before_the_first_figures_says_what_to_do(inside: Client, name: str) -> None:
    page = _text(inside, name)
    assert "There are no orders yet" in page
    assert f'href="{reverse("imports")}"' in page
    services.request_figures()
    page = _text(inside, name)
    assert "hx-get" in page
    assert "There are no orders yet" not in page


@pytest.mark.parametrize("name", PAGES)
def test_page_speaks_russian(inside: Client, kept: int, name: str) -> None:
    inside.cookies["regulars_language"] = "ru"
    page = _text(inside, name)
    assert '<html lang="ru"' in page
    assert "29 апреля 2024" in page


@pytest.mark.parametrize("name", PAGES)
def test_policy_allows_nothing_inline(inside: Client, kept: int, name: str) -> None:
    answer = inside.get(reverse(name))
    assert "no-store" in answer["Cache-Control"]
    assert not [sign for sign in (" style=", "<style", "onclick=", "javascript:") if sign in answer.text]


@pytest.mark.parametrize(("role", "status"), [("analyst", 200), ("agent", 403), ("cashier", 403)])
@pytest.mark.parametrize("name", PAGES)
def test_figures_are_for_those_who_may_see_them(
    client: Client, owner: User, kept: int, name: str, role: str, status: int
) -> None:
    owner.groups.set([Group.objects.get_or_create(name=role)[0]])
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse(name)).status_code == status
    taken = client.get(reverse("metrics-export", args=["segments"]))
    taken.close()
    assert taken.status_code == status


# --- workbooks ----------------------------------------------------------------------------------------
def _cells(client: Client, table: str) -> list[list[str | float]]:
    """The rows of the workbook."""
    answer = client.get(reverse("metrics-export", args=[table]))
    assert answer["Content-Disposition"] == f'attachment; filename="{table}-2024-04-29.xlsx"'
    return rows_of(answer)


@pytest.mark.parametrize(
    ("table", "rows", "holds"),
    [
        ("segments", 6, ["Champions", 140, pytest.approx(140 / 1240), 700000]),
        ("stages", 7, ["Regular", 180]),
        ("rfm", 4, [5, 5, 140, 700000]),
        ("cohorts", 7, ["2023-11", 200, 200, 54]),
        ("cohort-shares", 7, ["2023-11", 200, 1, pytest.approx(0.27)]),
        ("cohort-revenue", 7, ["2023-11", 200, 100000, 27000]),
        ("channels", 4, ["All channels", 620, 744000, 1200, 310000, 500, 2.4, 4]),
        ("months", 7, ["2023-11", 100000, 0, 200, 0]),
        ("figures", 19, ["Repeat purchase rate", 42, 40, "%"]),
    ],
)
def test_tables_are_taken_away_as_numbers(
    inside: Client, kept: int, table: str, rows: int, holds: list[object]
) -> None:
    found = _cells(inside, table)
    assert len(found) == rows
    assert any(row[: len(holds)] == holds for row in found), found
    entry = AuditLogEntry.objects.get(action="list_taken_out")
    assert entry.details == {"list": f"metrics-{table}", "rows": rows - 1}


def test_table_of_worth_stops_where_months_are_not_over(inside: Client, kept: int) -> None:
    found = {row[0]: row for row in _cells(inside, "cohort-ltv")[1:]}
    assert found["2024-04"] == ["2024-04", 250]  # not even its first month is over
    assert found["2023-12"][2:] == pytest.approx([500, 857.142857], rel=1e-6)


def test_there_is_no_table_of_another_name_or_before_the_figures(inside: Client) -> None:
    assert inside.get(reverse("metrics-export", args=["segments"])).status_code == 404
    services.keep_audit(audit=audit())
    assert inside.get(reverse("metrics-export", args=["passwords"])).status_code == 404


# --- what it costs ------------------------------------------------------------------------------------
# The session, the user, what they may, the last audit with its drawings, the last job; the last run.
QUERIES = 5
QUERIES_MORE = {"metrics": 1}


@pytest.mark.parametrize("name", PAGES)
def test_queries_are_counted(
    inside: Client, kept: int, django_assert_num_queries: DjangoAssertNumQueries, name: str
) -> None:
    with django_assert_num_queries(QUERIES + QUERIES_MORE.get(name, 0)):
        inside.get(reverse(name))
