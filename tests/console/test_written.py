"""Numbers as people write them: what stands in a form means what its writer means."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import translation

from regulars.console import written

BOTH = {
    "5": "5",
    "1 250,5": "1250.5",
    "1\u00a0250\u202f000": "1250000",
    "1,250.50": "1250.50",
    "1.250,50": "1250.50",
    "1,000,000": "1000000",
    "30 000 ₽": "30000",
    "£30": "30",
    "199,50 руб.": "199.50",
    "30 р": "30",
    "7,5 %": "7.5",
    "−5": "-5",
    "0,500": "0.500",
    "2.5": "2.5",
    "2.500": "2.500",
    "12,5": "12.5",
}


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize(("text", "meant"), BOTH.items())
def test_means_the_same_in_both_languages(language: str, text: str, meant: str) -> None:
    with translation.override(language):
        assert written.number(text) == Decimal(meant)


def test_a_comma_before_three_digits_is_read_as_the_reader_writes_it() -> None:
    """Else an English shop gives one and a half points where it means fifteen hundred."""
    with translation.override("en"):
        assert written.number("1,500") == 1500
        assert written.number("£12,000") == 12000
    with translation.override("ru"):
        assert written.number("1,500") == Decimal("1.5")


@pytest.mark.parametrize(
    "text", ["", "five", "1,2,3", "1.2.3", "12,34.5", "1,000,00", "NaN", "inf", "1-2", "5 баллов"]
)
def test_what_is_no_number(text: str) -> None:
    assert written.number(text) is None
