"""Numbers, money, shares, days and dates as people of a language write them.

Babel knows the patterns; what is decided here is how much precision helps a reader: cents only under a
hundred, estimates to three significant figures, a true minus sign, one dash for what is not known.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, cached_property, lru_cache

from babel import Locale
from babel.dates import format_date
from babel.numbers import (
    NumberPattern,
    format_compact_decimal,
    format_currency,
    format_decimal,
    parse_pattern,
)
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

DASH = "—"
MINUS = "\u2212"
NBSP = "\u00a0"
CENTS_BELOW = 100  # an amount under this is read with its cents, a larger one without
_BLANK = {"Cc", "Zl", "Zp"}  # control characters and breaks of lines
_NOTHING = {"Cf", "Cs"}  # marks of direction, halves of surrogate pairs
_DENOMINATORS = (100, 150, 200, 300, 400, 500, 1000, 2000, 5000, 10000)

Number = Decimal | int | float


def plain(text: str) -> str:
    """Text of a file without control, direction and other invisible characters, so that it steers nothing."""
    kept = []
    for character in text:
        category = unicodedata.category(character)
        kept.append(" " if category in _BLANK else "" if category in _NOTHING else character)
    return "".join(kept).strip()


@dataclass(frozen=True)
class Formats:
    """How figures are written in one language ("ru" or "en") and for one currency (None: not known)."""

    language: str
    currency: str | None = None

    @cached_property
    def _locale(self) -> Locale:
        return Locale.parse(self.language)

    # --- numbers --------------------------------------------------------------------------------------
    def number(self, value: Number | None, places: int = 0) -> str:
        """1240.5 -> "1 241" or, with one place, "1 240,5"."""
        if value is None:
            return DASH
        text: str = format_decimal(
            value, format=_pattern(_figure(places)), locale=self._locale, decimal_quantization=True
        )
        return _typeset(text)

    def compact(self, value: Number) -> str:
        """For an axis: "200K", "1,2 млн"."""
        text: str = format_compact_decimal(
            value, locale=self._locale, fraction_digits=1 if _size(value) >= 1000 else 2
        )
        return _typeset(text)

    def ratio(self, value: Number | None) -> str:
        """Two places for what is about one, one for what is larger: 0.83, 6.3, 214."""
        if value is None:
            return DASH
        size = _size(value)
        return self.number(value, 2 if size < 2 else 1 if size < 100 else 0)

    def share(self, value: float | None, places: int = 1) -> str:
        """0.342 -> "34.2%"; in Russian with a space before the sign."""
        if value is None:
            return DASH
        return self.number(value * 100, places) + self._percent_sign

    def rough_share(self, value: float) -> str:
        """For a sentence: whole percents, tenths where there are only a few of them."""
        return self.share(value, 0 if value >= 0.1 or value == 0 else 1)

    def out_of(self, share: float) -> str:
        """A share as people: "about 7 out of 10", "94 out of 100", "1 out of 400"."""
        if 0.1 <= share < 0.9:
            said, count, of = _("about %(count)s out of %(of)s"), round(share * 10), 10
        elif share >= 0.01 or share == 0:
            said, count, of = _("%(count)s out of %(of)s"), round(share * 100), 100
        else:
            said, count = _("about %(count)s out of %(of)s"), 1
            of = min(_DENOMINATORS, key=lambda d: abs(d - 1 / share))
        return said % {"count": self.number(count), "of": self.number(of)}

    def points(self, difference: float) -> str:
        """A difference of two shares in percentage points, with its sign: "+1.2 pp"."""
        number = self.signed(difference * 100, 1)
        return number + NBSP + pgettext("percentage points, short", "pp")

    def signed(self, value: Number, places: int = 0) -> str:
        text = self.number(_size(value), places)
        if not any(c in "123456789" for c in text):
            return text
        return ("+" if value > 0 else MINUS) + text

    @property
    def _percent_sign(self) -> str:
        return NBSP + "%" if self.language == "ru" else "%"

    # --- money ----------------------------------------------------------------------------------------
    def money(self, value: Decimal | None, places: int | None = None) -> str:
        """An amount with its currency, cents only where they matter: "1 240 ₽", "£4.95"."""
        if value is None:
            return DASH
        digits = self.money_places([value]) if places is None else places
        pattern = _figure(digits)
        if self.currency is None:
            return self.number(value, digits)
        if self.language == "ru":
            pattern += NBSP + "¤"
        else:
            # A code of letters needs a space before the figure, a sign of its own does not.
            pattern = ("¤" if self._has_sign else "¤" + NBSP) + pattern
        text: str = format_currency(
            value, self.currency, format=_pattern(pattern), locale=self._locale, currency_digits=False
        )
        return _typeset(text)

    @cached_property
    def _has_sign(self) -> bool:
        symbol: str = self._locale.currency_symbols.get(self.currency or "", self.currency or "")
        return not symbol[-1:].isalpha()

    def money_places(self, values: Iterable[Decimal | None]) -> int:
        """One precision for a whole column: cents where even the largest amount is small."""
        largest = max((abs(v) for v in values if v is not None), default=Decimal(0))
        return 2 if 0 < largest < CENTS_BELOW else 0

    @staticmethod
    def amount(fact: str | float) -> Decimal:
        """Money that stands among the facts of a sentence; only shown, never reckoned with."""
        return Decimal(str(fact))

    def about(self, value: Decimal) -> str:
        """An estimate, to three significant figures and no cents from 10 on: nobody knows more of it."""
        rounded = Decimal(f"{value:.3g}")
        return self.money(rounded, 2 if 0 < abs(rounded) < 10 else 0)

    def money_change(self, difference: Decimal) -> str:
        text = self.money(abs(difference))
        return ("+" if difference > 0 else MINUS if difference < 0 else "") + text

    # --- time -----------------------------------------------------------------------------------------
    def day(self, value: date) -> str:
        """9 December 2010."""
        return str(format_date(value, "d MMMM y", locale=self._locale)).replace(" ", NBSP, 1)

    def day_from(self, value: date, today: date) -> str:
        """9 December; with the year where it is not that of today."""
        if value.year != today.year:
            return self.day(value)
        return _day_of_year(value, self.language)

    def day_short(self, value: date) -> str:
        return str(format_date(value, "d MMM y", locale=self._locale)).replace(" ", NBSP)

    def month(self, month: str) -> str:
        """ "2010-12" -> "December 2010"."""
        return str(format_date(date.fromisoformat(month + "-01"), "LLLL y", locale=self._locale))

    def month_short(self, month: str) -> str:
        return str(format_date(date.fromisoformat(month + "-01"), "LLL y", locale=self._locale)).replace(
            " ", NBSP
        )

    def days(self, value: float | None) -> str:
        """ "57 days", "1 день", "2,5 дня"; halves only where they are a visible part."""
        if value is None:
            return DASH
        whole = value == int(value) or value >= 10
        nearest = int(value + 0.5)
        shown = self.number(nearest if whole else value, 0 if whole else 1)
        form = nearest if whole else 2  # a fraction takes the form of two: 2,5 дня
        return ngettext("%(n)s day", "%(n)s days", form) % {"n": shown}

    def period(self, first: date, last: date) -> str:
        """Both days included; the year is named twice only where it differs."""
        if first == last:
            return self.day(first)
        start = self.day(first)
        if first.year == last.year:
            start = _day_of_year(first, self.language)
        return _("%(first)s to %(last)s") % {"first": start, "last": self.day(last)}

    def months(self, value: int | None) -> str:
        if value is None:
            return DASH
        return ngettext("%(n)s month", "%(n)s months", value) % {"n": self.number(value)}

    # --- counted things -------------------------------------------------------------------------------
    def customers(self, n: int) -> str:
        return ngettext("%(n)s customer", "%(n)s customers", n) % {"n": self.number(n)}

    def orders(self, n: int) -> str:
        return ngettext("%(n)s order", "%(n)s orders", n) % {"n": self.number(n)}

    def rows(self, n: int) -> str:
        return ngettext("%(n)s row", "%(n)s rows", n) % {"n": self.number(n)}


def _size(value: Number) -> Number:
    return value if value >= 0 else -value


def _typeset(text: str) -> str:
    """The space between thousands must not break a line, and minus is not a hyphen."""
    return text.replace("\u202f", NBSP).replace(" ", NBSP).replace("-", MINUS)


def _figure(places: int) -> str:
    return "#,##0" + ("." + "0" * places if places else "")


@lru_cache(maxsize=1_000)
def _day_of_year(value: date, language: str) -> str:
    """Kept, as the same few are written with every cart."""
    return str(format_date(value, "d MMMM", locale=language)).replace(" ", NBSP)


@cache
def _pattern(text: str) -> NumberPattern:
    """Read once: there are few of them, and figures are written with every cart."""
    return parse_pattern(text)
