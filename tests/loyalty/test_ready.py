"""The six ready programmes: sensible in every currency, on a page in both languages, ready to publish."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.utils import translation

from regulars.analytics.wording.numbers import Formats
from regulars.kit.money import to_decimal
from regulars.loyalty import services
from regulars.loyalty.ready import Ready, beginning, programme, programmes, usual_order
from regulars.loyalty.types.benefits import CouponGiven, GiftGiven, PointsGiven
from regulars.loyalty.wording.as_read import Reading, as_read

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
CURRENCIES = ("RUB", "USD", "KZT", "JPY", "KWD", "BYN", "XAF")


def _read(ready: Ready, language: str) -> Reading:
    formats = Formats(language, ready.programme.currency)
    return as_read(ready.programme, title=ready.name, formats=formats, return_window_days=14)


@pytest.mark.parametrize("language", ["ru", "en"])
def test_each_fits_on_a_page(language: str) -> None:
    with translation.override(language):
        for ready in programmes("RUB"):
            read = _read(ready, language)
            assert read.fits, (ready.key, read.lines)
            assert read.parts
            assert "%(" not in read.plain


def test_russian_is_russian() -> None:
    """Whatever is not translated stays English: a customer would stumble over it."""
    with translation.override("ru"):
        for ready in programmes("RUB"):
            assert not re.search(r"[A-Za-z]{3,}", _read(ready, "ru").plain), _read(ready, "ru").plain
            assert not re.search(r"[A-Za-z]{3,}", ready.name + ready.trade)


@pytest.mark.parametrize("currency", CURRENCIES)
def test_a_point_is_worth_something_and_figures_are_round(currency: str) -> None:
    for ready in programmes(currency):
        document = ready.programme
        assert document.currency == currency
        assert document.worth_minor >= 1
        tiers = document.tiers
        if tiers is None or tiers.measure != "spend":
            continue
        for tier in tiers.levels:
            amount = to_decimal(tier.from_minor, currency)
            assert amount == amount.to_integral_value()
            assert amount % 10 == 0 or amount < 100


@pytest.mark.parametrize("currency", CURRENCIES)
def test_who_begins_without_one_has_points_of_the_same_worth(currency: str) -> None:
    """So the figures that forms offer, such as 300 points for a friend, are nowhere three hundred pounds."""
    document = beginning(currency)
    assert document.currency == currency
    assert {document.worth_minor} == {one.programme.worth_minor for one in programmes(currency)}


def test_examples_are_orders_as_they_are_made() -> None:
    orders = {code: to_decimal(usual_order(code), code) for code in ("RUB", "GBP", "KZT", "JPY")}
    assert orders == {"RUB": 2000, "GBP": 20, "KZT": 10_000, "JPY": 3000}


@pytest.mark.django_db
def test_each_is_published_as_it_is() -> None:
    for minute, ready in enumerate(programmes("RUB")):
        now = NOW.replace(minute=minute)
        version = services.publish(programme=ready.programme, since=None, now=now, user_id=None)
        assert version.programme == ready.programme


def test_cards_without_points_say_nothing_of_points() -> None:
    for key in ("stamps", "discount"):
        ready = programme(key, "RUB")
        assert ready is not None
        assert "point" not in _read(ready, "en").plain


def test_there_are_six_and_no_other() -> None:
    assert len({ready.key for ready in programmes("RUB")}) == 6
    assert programme("other", "RUB") is None


def test_what_a_birthday_brings_lasts_as_long_as_customers_read() -> None:
    """ "From 3 days before to 7 days after": who comes on the last of them must not be sent away."""
    for ready in programmes("RUB"):
        for day in ready.programme.personal_days:
            assert isinstance(day.benefit, PointsGiven | GiftGiven | CouponGiven)
            assert day.benefit.days is not None
            assert day.benefit.days >= day.before + day.after, ready.key
