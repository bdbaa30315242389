"""Figures, groups and sources in words, in both languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pytest
from django.utils import translation
from tests.analytics.audits import audit, changed
from tests.analytics.audits import headline as figures

from regulars.analytics import types
from regulars.analytics.wording import headline, notes, segments, source, summary
from regulars.analytics.wording.numbers import Formats, plain

SOURCE = Path(__file__).resolve().parents[2] / "src" / "regulars" / "analytics"
UNFILLED = re.compile(r"%\(|%s|\bNone\b|\{\w*\}|\bnan\b")
CYRILLIC = re.compile("[а-яё]")
RU, EN = Formats("ru", "RUB"), Formats("en", "GBP")


@pytest.fixture(params=["ru", "en"])
def formats(request: pytest.FixtureRequest) -> Iterator[Formats]:
    with translation.override(request.param):
        yield Formats(request.param, "RUB")


def in_russian(text: str) -> str:
    """The non-breaking spaces made visible, so that a test shows where they stand."""
    return text.replace("\u00a0", "_")


@pytest.mark.parametrize(
    ("amount", "russian", "english"),
    [
        ("1240.50", "1_240_₽", "£1,240"),
        ("99.99", "99,99_₽", "£99.99"),
        ("100", "100_₽", "£100"),
        ("5", "5,00_₽", "£5.00"),
        ("0", "0_₽", "£0"),
        ("-12.50", "−12,50_₽", "−£12.50"),
        ("8328420.77", "8_328_421_₽", "£8,328,421"),
    ],
)
def test_money_has_its_unit_and_cents_only_when_small(amount: str, russian: str, english: str) -> None:
    assert in_russian(RU.money(Decimal(amount))) == russian
    assert EN.money(Decimal(amount)) == english


def test_money_without_a_known_currency_is_a_number() -> None:
    assert in_russian(Formats("ru", None).money(Decimal("1240"))) == "1_240"


def test_currency_of_letters_stands_apart_from_the_figure() -> None:
    assert in_russian(Formats("en", "KZT").money(Decimal("1240"))) == "KZT_1,240"


def test_estimates_have_three_significant_figures() -> None:
    assert EN.about(Decimal("314159.27")) == "£314,000"
    assert EN.about(Decimal("8.3333")) == "£8.33"
    assert EN.about(Decimal("70.20")) == "£70"
    assert EN.about(Decimal(0)) == "£0"


def test_a_column_of_money_has_one_precision() -> None:
    assert EN.money_places([Decimal("4.95"), Decimal("120.00"), None]) == 0
    assert EN.money_places([Decimal("4.95"), Decimal("12.10")]) == 2
    assert EN.money_places([Decimal("4.00"), Decimal("12.00")]) == 2
    assert EN.money_places([None]) == 0


def test_shares_and_points() -> None:
    assert in_russian(RU.share(0.3421)) == "34,2_%"
    assert EN.share(0.3421) == "34.2%"
    assert EN.share(None) == "—"
    with translation.override("ru"):
        assert in_russian(RU.points(-0.0123)) == "−1,2_п. п."
    with translation.override("en"):
        assert in_russian(EN.points(0.0123)) == "+1.2_pp"


@pytest.mark.parametrize(
    ("days", "russian"),
    [
        (1, "1 день"),
        (2, "2 дня"),
        (5, "5 дней"),
        (11, "11 дней"),
        (21, "21 день"),
        (2.5, "2,5 дня"),
        (24.5, "25 дней"),
    ],
)
def test_days_in_russian(days: float, russian: str) -> None:
    with translation.override("ru"):
        assert RU.days(days) == russian


def test_counted_things_in_russian() -> None:
    with translation.override("ru"):
        assert [RU.orders(n) for n in (1, 2, 5, 101)] == ["1 заказ", "2 заказа", "5 заказов", "101 заказ"]
        assert in_russian(RU.customers(1240)) == "1_240 клиентов"


def test_dates_and_periods() -> None:
    assert in_russian(RU.day(date(2010, 12, 9))) == "9_декабря 2010"
    assert in_russian(EN.day(date(2010, 12, 9))) == "9_December 2010"
    assert RU.month("2010-12") == "декабрь 2010"
    with translation.override("ru"):
        assert in_russian(RU.period(date(2010, 1, 2), date(2010, 12, 9))) == "с 2_января по 9_декабря 2010"
        assert in_russian(RU.period(date(2009, 1, 2), date(2010, 1, 2))) == "с 2_января 2009 по 2_января 2010"
        assert in_russian(RU.period(date(2009, 1, 2), date(2009, 1, 2))) == "2_января 2009"


@pytest.mark.parametrize(
    ("share", "english"),
    [
        (0.667, "about 7 out of 10"),
        (0.1, "about 1 out of 10"),
        (0.943, "94 out of 100"),
        (1.0, "100 out of 100"),
        (0.057, "6 out of 100"),
        (0.0, "0 out of 100"),
        (0.0024, "about 1 out of 400"),
        (0.00001, "about 1 out of 10,000"),
    ],
)
def test_shares_as_people(share: float, english: str) -> None:
    with translation.override("en"):
        assert EN.out_of(share) == english


def test_plain_text_steers_no_terminal_and_no_direction() -> None:
    assert plain("a\x1b[31mb\u202ec\u200fd\r\ne\ud800") == "a [31mbcd  e"
    assert plain("  Ёлка 🎄 ") == "Ёлка 🎄"


def test_every_headline_figure_is_shown_once(formats: Formats) -> None:
    shown = [f.key for g in headline.figure_groups(audit(), formats) for f in g.figures]
    assert sorted(shown) == sorted(set(types.Headline.__struct_fields__) - {"retention_window_days"})


def nothing_known() -> types.Audit:
    """An audit in which no figure could be computed."""
    fields = {f.name: f for f in types.msgspec.structs.fields(types.Headline)}
    empty = {name: None for name, f in fields.items() if type(None) in get_args(f.type)}
    counts = {
        "customers": 0,
        "orders": 0,
        "revenue": Decimal(0),
        "one_time_customers": 0,
        "regulars": 0,
        "purchase_days": 0,
    }
    nobody = types.Slipping(customers=0, revenue=Decimal(0), top=[])
    return changed(audit(), **empty, **counts, previous=None, slipping=nobody, growth_points=[])


@pytest.mark.parametrize("document", [audit(), audit(margin=Decimal("0.3"), currency=None), nothing_known()])
def test_sentences_are_filled_and_in_the_language(document: types.Audit, formats: Formats) -> None:
    told = [(f.name, f.meaning) for g in headline.figure_groups(document, formats) for f in g.figures]
    told += [(line.question, line.answer) for line in summary.summary(document, formats)]
    told.append(("", headline.change_caption(document, formats)))
    for name, sentence in told:
        assert not UNFILLED.search(sentence), sentence
        assert sentence.endswith("."), name
        assert bool(CYRILLIC.search(sentence)) == (formats.language == "ru"), sentence


@pytest.mark.parametrize(
    ("key", "now", "before", "verdict"),
    [
        ("repeat_purchase_rate", 0.42, 0.40, "better"),
        ("repeat_purchase_rate", 0.40, 0.42, "worse"),
        ("churn_rate", 0.62, 0.60, "worse"),
        ("median_days_between_orders", 31.0, 33.0, "neutral"),
        ("average_order_value", Decimal("500.00"), Decimal("495.00"), "better"),
        ("revenue", Decimal("500.00"), Decimal("100.00"), "neutral"),
        ("new_customer_rate", 0.6, 0.5, "neutral"),
        ("retention_rate", 0.3811, 0.3812, "neutral"),
    ],
)
def test_change_says_whether_it_is_good(key: str, now: Any, before: Any, verdict: str) -> None:
    document = audit(**{key: now}, previous=types.Headline(**figures(**{key: before})))
    with translation.override("en"):
        found = headline.change(key, document, EN)
    assert found is not None
    assert found.verdict == verdict
    assert found.period == "in 90 days"


def test_no_change_without_both_values() -> None:
    earlier = types.Headline(**figures(retention_rate=None))
    assert headline.change("retention_rate", audit(previous=earlier), EN) is None
    assert headline.change("orders", audit(previous=None), EN) is None


def test_rates_of_windows_of_different_length_are_not_compared() -> None:
    document = audit(retention_window_days=365, previous=types.Headline(**figures(retention_window_days=90)))
    assert headline.change("retention_rate", document, EN) is None
    assert headline.change("orders", document, EN) is not None


def test_every_segment_stage_and_reason_has_words(formats: Formats) -> None:
    groups = [segments.segment_words(s) for s in get_args(types.Segment)]
    groups += [segments.stage_words(s, 62.0, formats) for s in get_args(types.Stage)]
    texts = [t for g in groups for t in (g.name, g.who, g.what_to_do)]
    texts += [source.reason_names()[r] for r in get_args(types.RejectReason)]
    for text in texts:
        assert text
        assert not UNFILLED.search(text)
        assert bool(CYRILLIC.search(text)) == (formats.language == "ru"), text
    assert set(segments.SEGMENT_ORDER) == set(get_args(types.Segment))
    assert set(segments.STAGE_ORDER) == set(get_args(types.Stage))


def test_what_was_left_out_is_counted_in_words() -> None:
    document = audit(duplicate_orders=21, duplicate_orders_differing=2)
    with translation.override("ru"):
        lines = source.left_out_lines(document, RU)
    assert [in_russian(line) for line in lines] == [
        "Строки без клиента — это ещё 10_300_₽; ни в один показатель они не входят.",
        "3 возврата на 1_500_₽ не подошли ни к одному заказу и ничего не уменьшили.",
        "5 заказов с нулевой суммой (отменены, возвращены целиком или бесплатные) не учитываются.",
        "21 заказ встречается в нескольких файлах или листах; он учтён один раз, как в первом. "
        "В файлах расходятся 2 из них: стоит взглянуть.",
    ]


def test_every_note_of_the_source_has_a_sentence() -> None:
    """Codes are written as literals where notes are made: `Note("code", …)`, `_note("code", …)`."""
    codes = set()
    for path in (SOURCE / "compute").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).lower().endswith("note"):
                given = [*node.args[:1], *(k.value for k in node.keywords if k.arg == "code")]
                codes |= {g.value for g in given if isinstance(g, ast.Constant)}
    assert len(codes) >= 4
    assert codes <= set(notes.CODES)
