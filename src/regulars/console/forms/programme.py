"""The rules of the programme as a form; what it says is judged by `types.Programme` and the service."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from babel.dates import get_month_names
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from regulars.analytics.wording.numbers import Formats
from regulars.console import written
from regulars.console.voice import language
from regulars.kit.money import exponent, to_decimal, to_minor
from regulars.loyalty.types import MINOR, Programme
from regulars.loyalty.types.programme import (
    AfterDays,
    AfterDelivery,
    AfterReturnWindow,
    OnDay,
    WithoutPurchase,
)
from regulars.team.types import Role

AMOUNT_MAX = Decimal(10) ** 10
PARTS = ("rules", "caps", "tiers", "challenges", "personal_days", "referral")
"""What has forms of its own."""
ROLES = (Role.OWNER, Role.MARKETER, Role.AGENT)
"""Those who may give points by hand at all."""
_SHORT = {"inputmode": "decimal", "autocomplete": "off"}


class AmountField(forms.CharField):
    """A number as people write it; `places` digits behind the point at most."""

    def __init__(
        self, *, least: Decimal | int = 0, most: Decimal | int = AMOUNT_MAX, places: int = 2, **kwargs: Any
    ) -> None:
        self.least, self.most, self.places = Decimal(least), Decimal(most), places
        errors = {"required": _("Write a number.")}
        widget = forms.TextInput(attrs=_SHORT)
        super().__init__(max_length=20, widget=widget, error_messages=errors, **kwargs)

    def clean(self, value: Any) -> Decimal | None:
        text = str(super().clean(value) or "").strip()
        if not text:
            return None
        number = written.number(text)
        if number is None:
            raise ValidationError(gettext("Write a number, such as 5 or 2.5."))
        if number < self.least or number > self.most:  # first the size: a huge exponent has no end of digits
            raise ValidationError(
                gettext("Write a number from %(least)s to %(most)s.")
                % {"least": _said(self.least), "most": _said(self.most)}
            )
        if number != round(number, self.places):
            raise ValidationError(
                gettext("Write at most two decimals.") if self.places else gettext("Write a whole number.")
            )
        return number

    def prepare_value(self, value: Any) -> Any:
        return shown(value) if isinstance(value, Decimal) else value


def _days(*, least: int = 1, most: int = 3_650, **kwargs: Any) -> AmountField:
    return AmountField(least=least, most=most, places=0, **kwargs)


class ProgrammeForm(forms.Form):
    """All rules, step by step. Fields of a choice that was not made may hold anything."""

    running = forms.BooleanField(label=_("The programme runs"), required=False)
    cashback_percent = AmountField(label=_("Of what is paid, comes back as points"), most=100)
    worth = AmountField(label=_("A point takes off an order"))
    whole_points = forms.BooleanField(label=_("Whole points only, rounded down"), required=False)
    spend_percent = AmountField(label=_("Of an order, at most this much with points"), most=100)
    spend_from = AmountField(label=_("Not fewer points at once than"))
    usable = forms.ChoiceField(
        label=_("When can points be spent?"),
        widget=forms.RadioSelect,
        choices=[
            ("at_once", _("At once")),
            ("after_return_window", _("When the time for returns is over")),
            ("after_days", _("So many days after the order")),
            ("after_delivery", _("So many days after the delivery")),
        ],
    )
    usable_days = _days(label=_("Days after the order"), least=0, most=365, required=False)
    delivery_days = _days(label=_("Days after the delivery"), least=0, most=365, required=False)
    expiry = forms.ChoiceField(
        label=_("When do they expire?"),
        widget=forms.RadioSelect,
        choices=[
            ("after_days", _("So many days after they became usable")),
            ("without_purchase", _("When nothing was bought for so many days")),
            ("on_day", _("On a day of the year")),
            ("never", pgettext_lazy("points", "Never")),
        ],
    )
    expiry_days = _days(label=_("Days they can be spent"), required=False)
    without_days = _days(label=_("Days without a purchase"), required=False)
    expiry_day = _days(label=_("Day"), most=31, required=False)
    expiry_month = forms.TypedChoiceField(label=_("Month"), coerce=int, required=False)
    expiry_years = forms.TypedChoiceField(
        label=_("Of which year"),
        coerce=int,
        required=False,
        choices=[
            (0, _("the year they were earned in")),
            (1, _("the next year")),
            (2, _("the year after that")),
            (3, _("three years later")),
        ],
    )
    when_spent = forms.ChoiceField(
        label=_("An order is returned, and its points are spent already"),
        widget=forms.RadioSelect,
        choices=[
            ("owe", _("Take other points; what is missing is owed")),
            ("take", _("Take other points; what is missing is forgiven")),
            ("write_off", _("Take only what is left of its own points")),
        ],
    )
    given_back_days = _days(
        label=_("Points that come back after they expired, last this many days"), least=0, most=365
    )
    hold_minutes = _days(label=_("Points set aside at a till are let go after, minutes"), most=1_440)
    factor_above = AmountField(
        label=_("Above so many points ask for the customer’s QR or a code"), required=False
    )
    offline = AmountField(label=_("A till without a connection takes at most"))
    adjust_owner = AmountField(label=_("By hand at once: the owner"), required=False)
    adjust_marketer = AmountField(label=_("A marketer"), required=False)
    adjust_agent = AmountField(label=_("A support agent"), required=False)
    second_eyes = AmountField(label=_("Above so many points a second colleague decides"), required=False)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        months: Any = self.fields["expiry_month"]
        names = get_month_names("wide", locale=get_language() or "ru")
        months.choices = [(number, names[number]) for number in range(1, 13)]
        worth: Any = self.fields["worth"]
        worth.places = exponent(currency)
        worth.least = Decimal(1).scaleb(-worth.places)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        needed = {
            ("usable", "after_days"): ["usable_days"],
            ("usable", "after_delivery"): ["delivery_days"],
            ("expiry", "after_days"): ["expiry_days"],
            ("expiry", "without_purchase"): ["without_days"],
            ("expiry", "on_day"): ["expiry_day", "expiry_month", "expiry_years"],
        }
        kept = {
            name for (choice, value), names in needed.items() if said.get(choice) == value for name in names
        }
        for names in needed.values():
            for name in names:
                if name not in kept:
                    self.errors.pop(name, None)  # of a choice that was not made
                elif name not in self.errors and said.get(name) in (None, ""):
                    self.add_error(
                        name, gettext("Say how many.") if name.endswith("days") else gettext("Choose.")
                    )
        self._day_of_its_month(said)
        return said

    def programme(self, base: Programme | None = None) -> Programme:
        """What the form says, with the parts that `base` has beside. Only after it was found valid."""
        said = self.cleaned_data
        usable: dict[str, Any] = {"kind": said["usable"]}
        if said["usable"] == "after_days":
            usable = {"kind": "after_return_window", "days": int(said["usable_days"])}
        elif said["usable"] == "after_delivery":
            usable["days"] = int(said["delivery_days"])
        expiry: dict[str, Any] = {"kind": said["expiry"]}
        if said["expiry"] == "after_days":
            expiry["days"] = int(said["expiry_days"])
        elif said["expiry"] == "without_purchase":
            expiry["days"] = int(said["without_days"])
        elif said["expiry"] == "on_day":
            expiry |= {
                "day": int(said["expiry_day"]),
                "month": said["expiry_month"],
                "years": said["expiry_years"],
            }
        parts = {} if base is None else {name: getattr(base, name) for name in PARTS}
        return Programme.model_validate(
            parts
            | {
                "running": said["running"],
                "cashback_percent": said["cashback_percent"],
                "currency": self.currency,
                "worth_minor": to_minor(said["worth"], self.currency),
                "whole_points": said["whole_points"],
                "spend_percent": said["spend_percent"],
                "spend_from_minor": _minor(said["spend_from"]),
                "usable": usable,
                "expiry": expiry,
                "when_spent": said["when_spent"],
                "given_back_days": int(said["given_back_days"]),
                "hold_minutes": int(said["hold_minutes"]),
                "factor_above_minor": _minor_or_none(said["factor_above"]),
                "offline_minor": _minor(said["offline"]),
                "adjust_minor": {
                    role: _minor(said[f"adjust_{role.value}"], without=UNLIMITED if role is Role.OWNER else 0)
                    for role in ROLES
                },
                "second_eyes_minor": _minor(said["second_eyes"], without=UNLIMITED),
            }
        )

    def _day_of_its_month(self, said: Mapping[str, Any]) -> None:
        """29 February stands for the last of February; 31 April is a slip."""
        day, month = said.get("expiry_day"), said.get("expiry_month")
        if said.get("expiry") != "on_day" or not day or not month or "expiry_day" in self.errors:
            return
        try:
            date(2000, month, int(day))
        except ValueError:
            self.add_error("expiry_day", gettext("This month has no such day."))


UNLIMITED = 10**12
"""The most the document takes, which its sentences call "any number"."""


def filled(programme: Programme) -> dict[str, Any]:
    """What the fields hold for a programme; fields of choices not made hold what is usual."""
    usable, expiry = programme.usable, programme.expiry
    by_days = isinstance(usable, AfterReturnWindow) and usable.days is not None
    on_day = expiry if isinstance(expiry, OnDay) else OnDay()
    limits = programme.adjust_minor
    return {
        "running": programme.running,
        "cashback_percent": programme.cashback_percent,
        "worth": to_decimal(programme.worth_minor, programme.currency or "RUB"),
        "whole_points": programme.whole_points,
        "spend_percent": programme.spend_percent,
        "spend_from": _points(programme.spend_from_minor),
        "usable": "after_days" if by_days else usable.kind,
        "usable_days": usable.days if isinstance(usable, AfterReturnWindow) and by_days else 14,
        "delivery_days": usable.days if isinstance(usable, AfterDelivery) else 0,
        "expiry": expiry.kind,
        "expiry_days": expiry.days if isinstance(expiry, AfterDays) else 365,
        "without_days": expiry.days if isinstance(expiry, WithoutPurchase) else 365,
        "expiry_day": on_day.day,
        "expiry_month": on_day.month,
        "expiry_years": on_day.years,
        "when_spent": programme.when_spent,
        "given_back_days": programme.given_back_days,
        "hold_minutes": programme.hold_minutes,
        "factor_above": "" if programme.factor_above_minor is None else _points(programme.factor_above_minor),
        "offline": _points(programme.offline_minor),
        **{f"adjust_{role.value}": _limit(limits.get(role, 0)) for role in ROLES},
        "second_eyes": _limit(programme.second_eyes_minor),
    }


def _said(bound: Decimal) -> str:
    """A bound as it stands in a sentence: "10 000"."""
    exact = bound.normalize().as_tuple().exponent
    return Formats(language()).number(bound, max(0, -exact) if isinstance(exact, int) else 0)


def shown(number: Decimal) -> str:
    """A number as it stands in a field: "2,5" in Russian, without noughts at its end."""
    text = f"{number.normalize():f}"
    return text.replace(".", ",") if get_language() == "ru" else text


def _points(minor: int) -> Decimal:
    return Decimal(minor) / MINOR


def _limit(minor: int) -> Decimal | str:
    return "" if minor >= UNLIMITED else _points(minor)


def _minor(number: Decimal | None, without: int = 0) -> int:
    return without if number is None else int(number * MINOR)


def _minor_or_none(number: Decimal | None) -> int | None:
    return None if number is None else _minor(number)
