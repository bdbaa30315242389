"""Money, shares and moments as offers say them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from decimal import Decimal

from babel.dates import format_datetime
from babel.lists import format_list
from django.utils.translation import gettext as _

from regulars.analytics.wording.numbers import NBSP, Formats
from regulars.kit.money import exponent, to_decimal


@dataclass(frozen=True, slots=True)
class Voice:
    """The language ("ru" or "en"), the money and the clock of what is said; the language is active, too."""

    language: str
    currency: str
    zone: tzinfo

    @property
    def formats(self) -> Formats:
        return Formats(self.language, self.currency)

    def money(self, minor: int) -> str:
        """Without hundredths where there are none."""
        value = to_decimal(minor, self.currency)
        return self.formats.money(value, 0 if value == value.to_integral_value() else exponent(self.currency))

    def percent(self, value: Decimal) -> str:
        """ "5%", "2,5 %"."""
        shown = value.normalize()
        sign = NBSP + "%" if self.language == "ru" else "%"
        return self.formats.number(value, max(0, -int(shown.as_tuple().exponent))) + sign

    def number(self, value: int) -> str:
        return self.formats.number(value)

    def last_moment(self, until: datetime) -> str:
        """ "31 March 2026" for something usable before the midnight after it, else with the time."""
        local = until.astimezone(self.zone)
        if local.time() == time():
            return self.formats.day((local - timedelta(days=1)).date())
        return self.moment(until)

    def moment(self, at: datetime) -> str:
        """ "1 March 2026" for a midnight, else with the time."""
        local = at.astimezone(self.zone)
        day = self.formats.day(local.date())
        if local.time() == time():
            return day
        return _("%(day)s, %(time)s") % {
            "day": day,
            "time": format_datetime(local, "HH:mm", tzinfo=self.zone, locale=self.language),
        }

    def one_of(self, words: Sequence[str]) -> str:
        """ "“Tea” or “Coffee”"."""
        return str(format_list(list(words), style="or", locale=self.language))
