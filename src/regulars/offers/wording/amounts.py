"""Money, shares, moments and goods as offers say them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from decimal import Decimal

from babel.dates import format_datetime
from babel.lists import format_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.analytics.wording.numbers import NBSP, Formats
from regulars.kit.money import exponent, to_decimal
from regulars.offers.types import Goods

NAMED_MAX = 4
"""More names than that make nothing plainer."""


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


def goods_words(goods: Goods, voice: Voice) -> str:
    """ "“Cappuccino” or goods of the category “Coffee”"; empty for all goods."""
    parts = []
    if goods.products:
        parts.append(_names(goods.products, voice))
    if goods.categories:
        said = ngettext(
            "goods of the category %(names)s", "goods of the categories %(names)s", len(goods.categories)
        )
        parts.append(said % {"names": _names(goods.categories, voice)})
    if goods.brands:
        said = ngettext("goods of the brand %(names)s", "goods of the brands %(names)s", len(goods.brands))
        parts.append(said % {"names": _names(goods.brands, voice)})
    return voice.one_of(parts) if parts else ""


def _names(names: Sequence[str], voice: Voice) -> str:
    shown = [_("“%(name)s”") % {"name": name} for name in names[:NAMED_MAX]]
    if rest := len(names) - len(shown):
        shown.append(ngettext("%(n)s more", "%(n)s more", rest) % {"n": voice.number(rest)})
        return str(format_list(shown, style="standard", locale=voice.language))
    return voice.one_of(shown)
