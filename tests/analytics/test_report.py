"""The report as a page: complete, safe, alone, and readable without seeing it."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import date
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from tests.analytics.audits import audit, channel, cohorts, growth_point
from tests.analytics.pages import Page, read

from regulars.analytics import types
from regulars.analytics.report import GENERATOR, render_report, report_context
from regulars.analytics.report.second_order import shown_curve, shown_within, watched_days

CHARTS = {
    name: f'<svg class="rg-chart" viewBox="0 0 4 2" aria-hidden="true"><g id="rg-test-{name}"></g></svg>'
    for name in ("revenue", "orders", "second_order", "lorenz")
}
HOSTILE = "</script><img src=x onerror=alert(1)>&<b>"
LANGUAGES = ["ru", "en"]


def page(language: str = "en", document: types.Audit | None = None, **options: Any) -> Page:
    options.setdefault("charts", CHARTS)
    found = read(
        render_report(document or audit(channels=[channel(None), channel("ads")]), language, **options)
    )
    assert found.is_whole
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_is_alone_and_runs_nothing(language: str) -> None:
    found = page(language)
    assert not found.all("script", "link", "iframe", "object", "img", "form", "base")
    for element in found.elements:
        for name, value in element.attributes.items():
            assert not name.startswith("on"), element
            assert name != "style", element
            assert name not in {"src", "srcset", "action"}, element
            if name == "href":
                assert value.startswith("#"), element
    style = "".join(e.text for e in found.all("style"))
    assert "@import" not in style
    assert all(address.startswith("data:") for address in re.findall(r"url\(\s*['\"]?([^)'\"]*)", style))


def test_policy_allows_this_style_and_nothing_else() -> None:
    found = page()
    (policy,) = [e.attributes["content"] for e in found.all("meta") if "http-equiv" in e.attributes]
    (style,) = found.all("style")
    digest = base64.b64encode(hashlib.sha256(style.text.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_can_be_read_without_seeing_it(language: str) -> None:
    found = page(language)
    (root,) = found.all("html")
    assert root.attributes["lang"] == language
    levels = [int(e.name[1]) for e in found.all("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))
    assert len(found.all("table")) == len(found.all("caption"))
    assert all(e.text.strip() for e in found.all("caption", "h1", "h2", "h3", "th"))
    assert all(e.attributes.get("scope") in {"col", "row"} for e in found.all("th"))
    assert all(e.attributes.get("aria-hidden") == "true" for e in found.all("svg"))


def test_names_stay_within_the_report() -> None:
    found = page()
    ids = [e.attributes["id"] for e in found.elements if "id" in e.attributes]
    assert len(ids) == len(set(ids))
    assert all(name.startswith("rg-") for name in ids)
    for element in found.elements:
        assert all(c == "rg" or c.startswith("rg-") for c in element.attributes.get("class", "").split()), (
            element
        )
    targets = {e.attributes["href"][1:] for e in found.all("a")}
    labels = {name for e in found.elements for name in e.attributes.get("aria-labelledby", "").split()}
    assert targets | labels <= set(ids)


def test_names_from_files_are_only_text() -> None:
    document = audit(
        source=[types.SourcePart(name=HOSTILE, rows=1)],
        mapping={"customer_id": HOSTILE},
        rejected_examples={"no_customer": [HOSTILE]},
        channels=[channel(None), channel(HOSTILE)],
        growth_points=[growth_point(top=[HOSTILE])],
    )
    top = [msgspec.structs.replace(document.slipping.top[0], customer_id=HOSTILE)]
    document = msgspec.structs.replace(document, slipping=msgspec.structs.replace(document.slipping, top=top))
    found = page(document=document)
    assert not found.all("script", "img", "b")
    assert len([e for e in found.all("td", "th", "span", "p", "title") if HOSTILE in e.text]) >= 6


def test_title_cannot_leave_the_style_sheet() -> None:
    found = page(title='"} body{background:url(http://example.com)} </style><img src=x>\n@import "x";')
    assert not found.all("img")
    (style,) = found.all("style")
    assert "example.com" not in style.text
    assert "@import" not in style.text


def test_shop_name_replaces_the_file_names() -> None:
    assert "orders.csv" in page().all("title")[0].text
    assert "Пекарня" in page(title="Пекарня").all("title")[0].text


def test_report_says_whose_it_is() -> None:
    generators = [
        e.attributes["content"] for e in page().all("meta") if e.attributes.get("name") == "generator"
    ]
    assert generators == [GENERATOR]


def test_figures_of_the_document_stand_in_the_page() -> None:
    text = page("en").all("main")[0].text.replace("\u00a0", " ")
    for expected in (
        "42.0%",
        "RUB 1,488,000",
        "0007",
        "RUB 21,000",
        "Nov 2023",
        "62 days",
        "orders.csv, row 17",
    ):
        assert expected in text, expected


def test_russian_page_writes_numbers_the_russian_way() -> None:
    text = page("ru").all("main")[0].text.replace("\u00a0", " ")
    for expected in ("42,0 %", "1 488 000 ₽", "21 000 ₽", "нояб. 2023", "62 дня"):
        assert expected in text, expected


def test_tables_stand_in_for_pictures_that_are_missing() -> None:
    assert not [e for e in page().all("details") if "open" in e.attributes]
    bare = page(charts=None)
    assert len([e for e in bare.all("details") if "open" in e.attributes]) == 3


def test_heat_map_marks_months_that_are_not_over() -> None:
    maps = report_context(audit(), "en")["heat_maps"]
    retention = maps[0]
    assert retention.columns == [1, 2, 3, 4, 5]
    first, last = retention.rows[0], retention.rows[-1]
    assert [c.text for c in first.cells] == ["27%", "24%", "21%", "18%", "15%"]
    assert [c.partial for c in first.cells] == [False, False, False, False, True]
    assert [c.text for c in last.cells] == [""] * 5
    assert first.cells[0].level == 8
    # 54+56+59+62 of 200+210+220+230 customers; the fifth month-1 is not over and does not count
    assert retention.average.cells[0].text == "27%"
    assert retention.average.cells[4].text == ""


def test_heat_map_of_revenue_adds_up() -> None:
    revenue = report_context(audit(), "en")["heat_maps"][1]
    # (200 + 54) customers' orders at 500 each, over 200 customers
    assert [c.text for c in revenue.rows[0].cells[:2]] == ["500", "635"]


def test_long_history_is_cut_to_what_a_page_holds() -> None:
    one = cohorts()[0]
    many = [msgspec.structs.replace(one, month=f"{2000 + n // 12}-{n % 12 + 1:02}") for n in range(60)]
    long = [
        msgspec.structs.replace(
            c, active=[10] * 60, revenue=c.revenue[:1] * 60, retention=[0.1] * 60, partial=[False] * 60
        )
        for c in many
    ]
    retention = report_context(audit(cohorts=long), "en")["heat_maps"][0]
    assert len(retention.rows) == 24
    assert retention.rows[-1].month == "Dec\u00a02004"
    assert retention.columns == [*range(1, 13), 15, 18, 21, 24, 30, 36, 48]


def test_first_month_alone_has_no_heat_map() -> None:
    first = types.Cohort(
        month="2024-04", size=3, active=[3], revenue=cohorts()[0].revenue[:1], retention=[1.0], partial=[True]
    )
    found = page(document=audit(cohorts=[first]))
    assert "rg-cohorts" not in {e.attributes.get("id") for e in found.elements}


@pytest.mark.parametrize(
    ("as_of", "sizes", "days"),
    [
        (date(2024, 4, 29), [200, 210, 220, 230, 240, 250], 150),  # from 1 December: the first 200 are enough
        (date(2024, 4, 29), [10, 210, 220, 230, 240, 250], 119),  # the first 10 of 1,240 are not
        (date(2023, 11, 20), [200], 0),
        (date(2024, 4, 29), [1, 1, 1, 1, 1, 1], 0),
    ],
)
def test_second_orders_are_shown_while_enough_were_watched(as_of: date, sizes: list[int], days: int) -> None:
    listed = [msgspec.structs.replace(c, size=n) for c, n in zip(cohorts(), sizes, strict=False)]
    document = audit(as_of=as_of, cohorts=listed)
    assert watched_days(document) == days
    assert all(shown <= days for shown in shown_within(document))
    assert all(point.x <= days for point in shown_curve(document))


def test_strip_of_stages_is_full() -> None:
    groups = report_context(audit(), "ru")["stages"]
    assert float(groups[0].start) == 0
    assert sum(float(g.bar) for g in groups) == pytest.approx(100, abs=0.01)
    for left, right in pairwise(groups):
        assert float(right.start) == pytest.approx(float(left.start) + float(left.bar), abs=0.002)


def test_no_channels_without_channels() -> None:
    assert report_context(audit(), "en")["channels"] is None
    only_all = [channel(None, cost=None, cac=None, ltv_to_cac=None, payback_months=None)]
    assert report_context(audit(channels=only_all), "en")["channels"] is None


def test_payback_counts_the_first_month_as_one() -> None:
    listed = [channel(None), channel("ads", payback_months=0), channel("sea", payback_months=None)]
    rows = report_context(audit(channels=listed), "en")["channels"].rows
    assert [r.payback for r in rows] == ["4 months", "1 month", "not yet"]


def test_places_on_the_range_are_on_one_scale() -> None:
    cards = report_context(audit(), "ru")["growth"]
    assert {c.high_at for c in cards} == {"100.00"}
    assert cards[0].low_at == "71.81"  # 180250 of 251000, with a point whatever the language
