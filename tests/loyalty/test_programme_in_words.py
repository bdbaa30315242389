"""Every rule of a programme is a sentence, in both languages."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import translation

from regulars.analytics.wording.numbers import Formats
from regulars.loyalty.types import Programme
from regulars.loyalty.types.programme import (
    AfterDays,
    AfterDelivery,
    AfterReturnWindow,
    AtOnce,
    Never,
    OnDay,
    WithoutPurchase,
)
from regulars.loyalty.wording.programme import differences, example, sentences

ENGLISH = Formats("en", "RUB")


def said(programme: Programme, rule: str, formats: Formats = ENGLISH) -> str:
    return {one.rule: one.text for one in sentences(programme, formats=formats, return_window_days=14)}[rule]


@pytest.mark.parametrize(
    ("rule", "programme", "text"),
    [
        ("earning", Programme(cashback_percent=Decimal("7.50")), "7.5% comes back as points, in whole"),
        ("earning", Programme(cashback_percent=Decimal(0)), "bring no points"),
        ("worth", Programme(worth_minor=250), "RUB 2.50 off"),
        ("spending", Programme(spend_percent=Decimal(100)), "paid with points entirely"),
        ("spending", Programme(spend_percent=Decimal(0)), "cannot be spent yet"),
        ("spending", Programme(spend_from_minor=10_000), "Not fewer than 100 points at once"),
        ("usable", Programme(usable=AtOnce()), "as soon as the order is paid"),
        ("usable", Programme(), "time for returns is over: 14 full days"),
        ("usable", Programme(usable=AfterReturnWindow(days=1)), "1 full day after the order"),
        ("usable", Programme(usable=AfterReturnWindow(days=0)), "as soon as the order is paid"),
        ("usable", Programme(usable=AfterDelivery()), "as soon as the order has arrived"),
        ("usable", Programme(usable=AfterDelivery(days=3)), "3 full days after the order has arrived"),
        ("expiry", Programme(expiry=Never()), "do not expire"),
        ("expiry", Programme(expiry=OnDay(month=2, day=31, years=0)), "February 29 of the year"),
        ("expiry", Programme(expiry=OnDay()), "December 31 of the next year"),
        ("expiry", Programme(expiry=OnDay(years=2)), "2 years after"),
        ("expiry", Programme(expiry=AfterDays(days=1)), "for 1 day, then"),
        ("expiry", Programme(expiry=WithoutPurchase(days=90)), "after 90 days without a purchase"),
        ("given_back", Programme(given_back_days=0), "are lost"),
        ("when_spent", Programme(when_spent="take"), "what is missing is forgiven"),
        ("factor", Programme(factor_above_minor=None), "Any number of points"),
        ("factor", Programme(factor_above_minor=0), "only with the customer's QR"),
        ("offline", Programme(offline_minor=0), "takes no points"),
        ("by_hand", Programme(adjust_minor={}), "Nobody gives"),
        ("second_eyes", Programme(second_eyes_minor=10**12), "no second colleague"),
    ],
)
def test_each_rule_is_said_plainly(rule: str, programme: Programme, text: str) -> None:
    assert text in said(programme, rule).replace("\u00a0", " ")


def test_a_stopped_programme_says_nothing_else() -> None:
    (only,) = sentences(Programme(running=False), formats=ENGLISH, return_window_days=14)
    assert only.rule == "running"


def test_what_differs_is_what_was_changed() -> None:
    before = Programme()
    after = before.model_copy(update={"cashback_percent": Decimal(7), "hold_minutes": 15})
    found = differences(before, after, formats=ENGLISH, return_window_days=14)
    assert [one.rule for one in found] == ["earning", "hold"]
    assert all(one.before and one.after and one.before != one.after for one in found)
    first = differences(None, after, formats=ENGLISH, return_window_days=14)
    assert len(first) == 12
    assert not any(one.before for one in first)


def test_an_example_reckons_as_an_order_does() -> None:
    found = example(Programme(currency="RUB"), formats=ENGLISH, total_minor=200_000)
    assert (found.earned_minor, found.payable_minor, found.discount_minor) == (10_000, 60_000, 60_000)
    assert found.text.replace("\u00a0", " ") == (
        "An order of RUB 2,000 brings 100 points. Up to 600 points of it can be paid with points: "
        "RUB 600 less to pay."
    )


def test_no_sentence_is_left_in_english_in_russian() -> None:
    programmes = [
        Programme(usable=usable, expiry=expiry, when_spent=spent, whole_points=spent == "owe")
        for usable in (AtOnce(), AfterReturnWindow(), AfterReturnWindow(days=3), AfterDelivery())
        for expiry in (Never(), OnDay(), OnDay(years=0), OnDay(years=3), AfterDays(), WithoutPurchase())
        for spent in ("owe", "take", "write_off")
    ]
    russian = Formats("ru", "RUB")
    with translation.override("ru"):
        told = {
            one.text
            for programme in programmes
            for one in sentences(programme, formats=russian, return_window_days=14)
        }
        told.add(example(Programme(currency="RUB"), formats=russian, total_minor=200_000).text)
    words = {
        word for text in told for word in text.replace("QR", "").split() if word.isascii() and word.isalpha()
    }
    assert words == set()
