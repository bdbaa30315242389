"""What the owner says of the shop."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.core import get_global
from babel.numbers import get_territory_currencies
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from regulars.console import written, zones
from regulars.console.wording.team import TRADES
from regulars.kit import clock
from regulars.team.types import ShopProfile, Trade

NEAR = ("RUB", "BYN", "KZT", "UZS", "KGS", "AMD", "GEL", "AZN", "EUR", "USD", "GBP", "CNY", "TRY", "AED")
"""Currencies of those who are likely to be here, before all others."""
WINDOW_DAYS_MAX = 365


def currencies(kept: str = "") -> list[tuple[str, list[tuple[str, str]]]]:
    """What is paid with somewhere today, by name, the near ones first. `kept`: one that is chosen already,
    which stays even where it is withdrawn."""
    names = Locale(get_language() or "ru").currencies
    near = [*NEAR, *([kept] if kept and kept not in NEAR else [])]
    rest = _in_use(clock.now().date()).difference(near)

    def named(codes: Iterable[str]) -> list[tuple[str, str]]:
        return [(code, f"{names[code]} · {code}" if code in names else code) for code in codes]

    by_name = sorted(rest, key=lambda code: (code not in names, names.get(code, code).casefold()))
    return [(gettext("Often"), named(near)), (gettext("All others"), named(by_name))]


@lru_cache(maxsize=2)
def _in_use(day: date) -> frozenset[str]:
    """Legal tender of some country on that day: no withdrawn currency, no metal, no unit of account."""
    countries = get_global("territory_currencies")
    return frozenset(code for one in countries for code in get_territory_currencies(one, day, day))


class PercentField(forms.CharField):
    """A percentage as people write it, "35", "35,5" or "35 %", as a share of one."""

    def clean(self, value: Any) -> Decimal | None:
        text = str(super().clean(value) or "").strip()
        if not text:
            return None
        percent = written.number(text)
        if percent is None or not 0 < percent <= 100:
            raise ValidationError(gettext("Give a percentage above 0 and up to 100, such as 35."))
        return (percent / 100).quantize(Decimal("0.0001"))

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Decimal):
            text = f"{(value * 100).normalize():f}"
            return text.replace(".", ",") if get_language() == "ru" else text
        return value


class ShopForm(forms.Form):
    """Name, zone, currency, margin, trade, return window."""

    name = forms.CharField(
        label=_("Name of the shop"),
        max_length=120,
        error_messages={"required": _("Say what the shop is called.")},
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    timezone = forms.CharField(
        label=_("Time zone"),
        max_length=200,
        help_text=_("Begin to type the city. Days, months and night hours are counted by its clocks."),
        error_messages={"required": _("Choose the time zone: begin to type the city.")},
        widget=forms.TextInput(attrs={"list": "zones", "autocomplete": "off"}),
    )
    currency = forms.ChoiceField(
        label=_("Currency"),
        help_text=_("Orders in other currencies are kept, but not counted in the figures."),
    )
    margin = PercentField(
        label=_("Margin, %"),
        required=False,
        max_length=12,
        help_text=_(
            "What is left of 100 in revenue after the cost of goods. With it customer value and the payback "
            "of channels are counted in profit; without it, in revenue. A rough figure will do."
        ),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    trade = forms.ChoiceField(
        label=_("What you live by"),
        choices=[(trade.value, title) for trade, title in TRADES.items()],
        help_text=_("Decides which ready-made recipes are offered. The figures do not depend on it."),
    )
    return_window_days = forms.IntegerField(
        label=_("Return window, days"),
        min_value=0,
        max_value=WINDOW_DAYS_MAX,
        help_text=_("How long a customer may bring goods back. 0 if never."),
        error_messages={
            "required": _("Give the number of days, 0 if nothing is taken back."),
            "invalid": _("Give a whole number of days."),
            "min_value": _("Give a number of days from 0 to 365."),
            "max_value": _("Give a number of days from 0 to 365."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = str(self.initial.get("currency", ""))
        self.fields["currency"].choices = currencies(kept)  # type: ignore[attr-defined]

    def clean_timezone(self) -> str:
        found = zones.find(self.cleaned_data["timezone"])
        if found is None:
            raise ValidationError(
                gettext(
                    "No such time zone. Type a large city nearby, such as Yekaterinburg, and choose from "
                    "the list."
                )
            )
        return found

    def profile(self) -> ShopProfile:
        """What was said, once it is valid."""
        data = self.cleaned_data
        return ShopProfile(
            name=data["name"],
            timezone=data["timezone"],
            currency=data["currency"],
            margin=data["margin"],
            trade=Trade(data["trade"]),
            return_window_days=data["return_window_days"],
        )

    @classmethod
    def filled(cls, shop: ShopProfile, **initial: Any) -> ShopForm:
        """The form with what is known."""
        known = (
            {name: getattr(shop, name) for name in cls.base_fields} | {"trade": shop.trade.value} | initial
        )
        known["timezone"] = zones.label_of(known["timezone"], get_language() or "ru", clock.now())
        return cls(initial=known)
