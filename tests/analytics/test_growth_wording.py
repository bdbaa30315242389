"""Growth points in words: every group, every outcome of the test, every reason to leave one out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import get_args

import pytest
from django.utils import translation
from tests.analytics.audits import audit, growth_point

from regulars.analytics import types
from regulars.analytics.wording.growth import REASONS, growth_words, left_out_words
from regulars.analytics.wording.numbers import Formats

GROWTH = Path(__file__).resolve().parents[2] / "src" / "regulars" / "analytics" / "compute" / "growth"
UNFILLED = re.compile(r"%\(|\bNone\b|\{\w*\}")
CYRILLIC = re.compile("[а-яё]")
KEYS = get_args(types.GrowthKey)
COUNTS: dict[str, str | int | float] = {
    "customers": 3, "precedents": 2, "responders": 1, "needed": 10, "days": 40, "needed_days": 182,
    "months": 1, "needed_months": 7, "value": 100.0, "low": 50.0, "high": 150.0,
}  # fmt: skip


@pytest.fixture(params=["ru", "en"])
def formats(request: pytest.FixtureRequest) -> Iterator[Formats]:
    with translation.override(request.param):
        yield Formats(request.param, "RUB")


@pytest.mark.parametrize("customers", [1, 22, 512])
@pytest.mark.parametrize("key", KEYS)
def test_every_group_is_told_whole(key: types.GrowthKey, customers: int, formats: Formats) -> None:
    words = growth_words(growth_point(key=key, customers=customers), audit(), formats)
    for name in (
        "title",
        "value",
        "outlook",
        "short",
        "who",
        "action",
        "how",
        "verdict",
        "backtest",
        "extra",
    ):
        text = getattr(words, name)
        assert text, name
        assert not UNFILLED.search(text), text
        told = text.replace("Чайник", "").replace("Чай", "")
        assert bool(CYRILLIC.search(told)) == (formats.language == "ru"), text
    assert str(customers) in words.who
    assert "23" in words.how


def test_what_is_at_stake_is_not_called_expected() -> None:
    with translation.override("en"):
        words = growth_words(growth_point(key="keep_best"), audit(), Formats("en", "RUB"))
    assert "at stake" in words.outlook
    assert "expected" not in words.short


def backtest(actual: str) -> types.Backtest:
    low, high = Decimal("78000.00"), Decimal("104000.00")
    return types.Backtest(
        as_of=date(2023, 11, 1),
        days=181,
        customers=240,
        expected=types.Interval(Decimal("90000.00"), low, high),
        actual=Decimal(actual),
        inside=low <= Decimal(actual) <= high,
    )


@pytest.mark.parametrize(
    ("actual", "verdict"),
    [("99500.00", "Inside the range."), ("120000.00", "Outside the range, it became more."),
     ("50000.00", "Outside the range, it became less.")],
)  # fmt: skip
def test_the_test_on_the_past_is_told_as_it_ended(actual: str, verdict: str) -> None:
    with translation.override("en"):
        words = growth_words(growth_point(backtest=backtest(actual)), audit(), Formats("en", "GBP"))
    assert words.verdict == verdict
    shown = words.backtest.replace("\u00a0", " ")
    assert "1 November 2023 for the 181 days" in shown
    assert "£78,000 to £104,000" in shown


def test_no_verdict_without_a_test() -> None:
    with translation.override("en"):
        words = growth_words(growth_point(backtest=None), audit(), Formats("en", "GBP"))
    assert words.verdict == ""
    assert words.backtest.startswith("Not possible")


def test_another_pair_of_goods_in_the_past_is_named() -> None:
    point = growth_point(key="cross_sell")
    same = point.facts | {"backtest_a": "Чай", "backtest_b": "Чайник"}
    other = point.facts | {"backtest_a": "Чай", "backtest_b": "Мёд"}
    with translation.override("ru"):
        told = [
            growth_words(growth_point(key="cross_sell", facts=f), audit(), Formats("ru", "RUB")).backtest
            for f in (same, other)
        ]
    assert "пара" not in told[0]
    assert "«Чай» и «Мёд»" in told[1]


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_is_told(reason: str, formats: Formats) -> None:
    title, why = left_out_words(types.LeftOut("overdue", reason, COUNTS), audit(), formats)
    for text in (title, why):
        assert not UNFILLED.search(text), text
        assert bool(CYRILLIC.search(text)) == (formats.language == "ru"), text


def test_every_reason_of_the_source_is_known() -> None:
    """Reasons are literals: `NotFound("code", …)`, `LeftOut(key, "code", …)`."""
    found = set()
    for path in GROWTH.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {"NotFound", "LeftOut"}:
                place = 0 if ast.unparse(node.func) == "NotFound" else 1
                if len(node.args) > place and isinstance(node.args[place], ast.Constant):
                    found.add(node.args[place].value)
    assert found
    assert found <= set(REASONS)
