"""How a page speaks: the language of who reads it, the shop's currency, its calendar and what time it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from zoneinfo import ZoneInfo

from babel.dates import format_date
from django.conf import settings
from django.utils.translation import get_language

from regulars.analytics.wording.numbers import Formats
from regulars.kit import clock
from regulars.kit.money import to_decimal
from regulars.team import queries as team
from regulars.team.types import ShopProfile


@dataclass(frozen=True)
class Voice:
    """What every sentence of a page needs; made once a request by `voice`."""

    language: str
    shop: ShopProfile
    now: datetime

    @cached_property
    def formats(self) -> Formats:
        return Formats(self.language, self.shop.currency)

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.shop.timezone)

    @cached_property
    def today(self) -> date:
        """The day of the shop's calendar."""
        return self.now.astimezone(self.zone).date()

    def day_of(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def time(self, moment: datetime) -> str:
        """ "14:05" by the shop's clock."""
        return f"{moment.astimezone(self.zone):%H:%M}"

    def day(self, day: date) -> str:
        """ "5 March", with the year where it is not this one."""
        if day.year != self.today.year:
            return self.formats.day_short(day)
        return self.formats.day(day).rsplit(" ", 1)[0].removesuffix(",")

    def money(self, minor: int, currency: str = "") -> str:
        """Minor units with their currency, by default the shop's."""
        code = currency or self.shop.currency
        formats = self.formats if code == self.shop.currency else Formats(self.language, code)
        return formats.money(to_decimal(minor, code))

    def month_of(self, day: date) -> str:
        """ "March 2024", as it stands after "since"."""
        return str(format_date(day, "MMMM y", locale=self.language))

    @staticmethod
    def amount(minor: int, currency: str) -> Decimal:
        """Minor units as a number for a workbook."""
        return to_decimal(minor, currency)


def language() -> str:
    """One of settings.LANGUAGES, as the middleware found it."""
    return get_language() or settings.LANGUAGE_CODE


def voice() -> Voice:
    """How to speak in this request."""
    return Voice(language=language(), shop=team.shop(), now=clock.now())
