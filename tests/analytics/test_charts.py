"""The drawings: well-formed, in the page's own colours and font, with our words on the axes."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest
from tests.analytics.audits import MONTHS, audit

from regulars.analytics import types
from regulars.analytics.compute.charts import draw_charts, draw_trend

COLOUR = re.compile(r"none|transparent|var\(--rg-[a-z-]+\)")


@pytest.fixture(scope="module")
def russian() -> dict[str, str]:
    return draw_charts(audit(), "ru")


def words(svg: str) -> list[str]:
    return [e.text or "" for e in ET.fromstring(svg).iter() if e.tag.endswith("text")]  # noqa: S314 (our own)


def test_all_pictures_are_there(russian: dict[str, str]) -> None:
    assert list(russian) == ["revenue", "orders", "second_order", "lorenz"]


def test_pictures_take_colours_font_and_words_from_the_page(russian: dict[str, str]) -> None:
    for name, svg in russian.items():
        root = ET.fromstring(svg)  # noqa: S314 (our own)
        assert root.attrib["aria-hidden"] == "true"
        for element in root.iter():
            for attribute in ("fill", "stroke"):
                if attribute in element.attrib:
                    assert COLOUR.fullmatch(element.attrib[attribute]), (name, element.attrib)
            assert not {"style", "font-family", "onclick", "href"} & set(element.attrib)


def test_axes_speak_the_language(russian: dict[str, str]) -> None:
    revenue = [w.replace("\u00a0", " ") for w in words(russian["revenue"])]
    assert revenue == [
        "нояб. 2023",
        "янв. 2024",
        "март 2024",
        "0",
        "100 тыс.",
        "200 тыс.",
        "300 тыс.",
        "400 тыс.",
    ]
    second = [w.replace("\u00a0", " ") for w in words(russian["second_order"])]
    # Until 150 days: by then the customers of the first month, 200 of 1,240, have been watched for so long.
    assert second == ["0", "30", "90", "0 %", "10 %", "20 %", "30 %", "40 %", "14 %", "29 %"]


def test_bars_are_as_high_as_the_figures(russian: dict[str, str]) -> None:
    """The bar of those who came back in the fifth month (200,000 of 400,000) reaches half the height."""
    paths = re.findall(r'd="(M[^"]*)"[^>]*fill="var\(--rg-accent\)"', russian["revenue"])
    heights = [abs(float(m[1])) for p in paths if (m := re.search(r"v(-?[\d.]+)", p))]
    full = max(heights) / 250_000 * 400_000  # the last month brought 250,000
    assert [round(h / full, 3) for h in heights] == [0.0, 0.125, 0.25, 0.375, 0.5, 0.625]


def test_nothing_is_drawn_without_figures() -> None:
    nobody = audit(
        months=[],
        second_order=types.SecondOrder(curve=[types.CurvePoint(0.0, 0.0)], within={}),
        lorenz=types.Lorenz(points=[], top_10_share=0.0, top_20_share=0.0),
    )
    assert draw_charts(nobody, "en") == {}


@pytest.mark.parametrize("months", [1, 2, 60, 130])
def test_any_number_of_months_is_drawn(months: int) -> None:
    listed = [
        types.Month(
            month=f"{2010 + n // 12}-{n % 12 + 1:02}",
            new_orders=1,
            returning_orders=n,
            new_revenue=types.Money(1),
            returning_revenue=types.Money(n),
            partial=False,
        )
        for n in range(months)
    ]
    labels = [w for w in words(draw_charts(audit(months=listed), "en")["orders"]) if re.search(r"[A-Z]", w)]
    assert 1 <= len(labels) <= 5
    assert len(MONTHS) == 6


def _points(count: int) -> list[types.TrendPoint]:
    return [
        types.TrendPoint(
            as_of=date(2024 + n // 12, n % 12 + 1, 1),
            customers=1000 + 100 * n,
            orders=2000 + 300 * n,
            revenue=Decimal(100_000 * (n + 1)),
            average_order_value=Decimal(50),
            repeat_purchase_rate=0.3 + n / 100,
            regulars_share=0.1,
            retention_rate=None if n < 6 else 0.4 + n / 200,
            churn_rate=None,
            new_customer_rate=0.5,
        )
        for n in range(count)
    ]


def test_a_trend_ends_with_its_figure_and_begins_where_it_is_known() -> None:
    drawn = draw_trend(_points(24), "RUB", "ru")
    assert list(drawn) == ["trend_repeat", "trend_retention", "trend_customers", "trend_revenue"]
    repeat, retention = (
        [w.replace("\u00a0", " ") for w in words(drawn[name])] for name in ("trend_repeat", "trend_retention")
    )
    assert repeat[0] == "дек. 2023"  # the month that ended
    assert retention[0] == "июнь 2024"
    assert repeat[-1] == "53 %"
    assert retention[-1] == "52 %"
    for svg in drawn.values():
        ET.fromstring(svg)  # noqa: S314 (our own)


def test_a_trend_of_one_point_is_not_drawn() -> None:
    assert draw_trend(_points(1), "RUB", "en") == {}
    assert "trend_retention" not in draw_trend(_points(7), "RUB", "en")
