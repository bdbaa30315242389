"""Who says the sentences of a programme: amounts, days and lists as the reader's language has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from babel.dates import format_skeleton
from babel.lists import format_list

from regulars.analytics.wording.numbers import Formats
from regulars.kit.money import to_decimal
from regulars.loyalty.types import Programme
from regulars.loyalty.wording import amounts

_LEAP_YEAR = 2000


@dataclass(frozen=True, slots=True)
class Speaker:
    """`formats` of the reader's language and the programme's money, and the shop's days for returns."""

    formats: Formats
    return_window_days: int

    def points(self, minor: int) -> str:
        """ "74 points", "1 балл"."""
        return amounts.points(minor, self.formats)

    def money(self, minor: int, programme: Programme) -> str:
        """Of the programme's currency; without hundredths where there are none."""
        currency = programme.currency or self.formats.currency or "RUB"
        amount = to_decimal(minor, currency)
        whole = amount == amount.to_integral_value()
        return Formats(self.formats.language, currency).money(amount, 0 if whole else None)

    def percent(self, value: Decimal) -> str:
        """ "5%", "2,5 %"."""
        sign = "\u00a0%" if self.formats.language == "ru" else "%"
        return self.decimal(value) + sign

    def decimal(self, value: Decimal) -> str:
        """A number without noughts at its end: "2", "1.5"."""
        shown = value.normalize()
        return self.formats.number(value, max(0, -int(shown.as_tuple().exponent)))

    def day_of_year(self, month: int, day: int) -> str:
        """ "31 December"; a day that the month does not have in any year is its last."""
        for known in range(day, 0, -1):
            try:
                found = date(_LEAP_YEAR, month, known)
            except ValueError:
                continue
            text = str(format_skeleton("MMMMd", found, locale=self.formats.language))
            return text.replace(" ", "\u00a0")
        raise AssertionError("each month has a first day")

    def one_of(self, words: Sequence[str]) -> str:
        """ "Monday, Tuesday or Friday"."""
        return str(format_list(list(words), style="or", locale=self.formats.language))

    def all_of(self, words: Sequence[str]) -> str:
        """ "a discount, free delivery and a manager"."""
        return str(format_list(list(words), style="standard", locale=self.formats.language))
