"""Tiers in forms: how they are reached, and one of them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from regulars.console.forms.programme import AmountField
from regulars.console.forms.programme_fields import (
    Around,
    Block,
    CountField,
    MoneyField,
    PartForm,
    Row,
    in_points,
    name_field,
    points_minor,
)
from regulars.loyalty.types.tiers import Measure, Privileges, SumOff, Tier, Tiers

NOTHING, PERCENT, AMOUNT = "nothing", "percent", "amount"
FLAGS = ("free_delivery", "early_access", "priority_service", "manager")


class TiersForm(PartForm):
    """How tiers are reached and kept."""

    measure = forms.ChoiceField(
        label=gettext_lazy("A tier is reached by"),
        choices=[
            ("spend", gettext_lazy("what was paid, less returns")),
            ("orders", gettext_lazy("how many orders there were")),
            ("points", gettext_lazy("points earned for orders")),
        ],
    )
    span = forms.ChoiceField(
        label=gettext_lazy("Over which time"),
        choices=[
            ("rolling_year", gettext_lazy("the last 365 days")),
            ("calendar_year", gettext_lazy("this year and the last")),
            ("ever", gettext_lazy("all time: a tier stays for good")),
        ],
    )
    grace = CountField(label=gettext_lazy("Who has too little keeps the tier for"), least=0, most=365)

    def layout(self) -> tuple[Block, ...]:
        return (
            Block(
                _("How tiers are reached"),
                (
                    Row(
                        "measure", help=_("With another one, say anew for each tier what it is reached with.")
                    ),
                    Row("span"),
                    Row(
                        "grace",
                        unit=pgettext("after a number", "days"),
                        help=_("They are warned when it begins, and who makes up for it keeps the tier."),
                        needed=True,
                    ),
                ),
            ),
        )

    def part(self, _key: str, before: Tiers | None) -> Tiers:
        """What the form says, with the tiers there are."""
        said = self.cleaned_data
        levels = before.levels if before else ()
        return Tiers.model_construct(
            measure=said["measure"], span=said["span"], grace_days=int(said["grace"]), levels=levels
        )

    @staticmethod
    def filled(tiers: Tiers | None, _around: Around) -> dict[str, Any]:
        """What the fields hold."""
        if tiers is None:
            return {"measure": "spend", "span": "rolling_year", "grace": 30}
        return {"measure": tiers.measure, "span": tiers.span, "grace": tiers.grace_days}


class TierForm(PartForm):
    """One tier."""

    name = name_field(gettext_lazy("Name"))
    start = AmountField(label=gettext_lazy("Reached from"))
    cashback = AmountField(label=gettext_lazy("Cashback instead of the usual"), most=100, required=False)
    factor = AmountField(label=gettext_lazy("So many times the points"), least=1, most=100, required=False)
    discount = forms.ChoiceField(
        label=gettext_lazy("A standing discount"),
        required=False,
        choices=[
            (NOTHING, pgettext_lazy("discount", "none")),
            (PERCENT, gettext_lazy("A percentage of each line")),
            (AMOUNT, gettext_lazy("A sum off the whole purchase")),
        ],
    )
    percent = AmountField(label=gettext_lazy("Percent"), most=100, required=False)
    off = MoneyField(label=gettext_lazy("It takes off"))
    off_from = MoneyField(label=gettext_lazy("For purchases of at least"))
    free_delivery = forms.BooleanField(label=gettext_lazy("Free delivery"), required=False)
    early_access = forms.BooleanField(label=gettext_lazy("New things earlier than others"), required=False)
    priority_service = forms.BooleanField(label=gettext_lazy("Served first"), required=False)
    manager = forms.BooleanField(label=gettext_lazy("A manager of their own"), required=False)

    def layout(self) -> tuple[Block, ...]:
        measure = self._measure
        units = {"spend": self.around.sign, "points": pgettext("after a number", "points")}
        unit = units.get(measure, pgettext("after a number", "orders"))
        return (
            Block(
                _("The tier"),
                (
                    Row("name", help=_("Customers see it.")),
                    Row("start", unit=unit, help=_("0: everybody has it from the beginning.")),
                ),
            ),
            Block(
                _("What it brings"),
                (
                    Row("cashback", unit="%", help=_("Empty: the same as without a tier.")),
                    Row("factor", help=_("Empty: once. The largest of all that apply counts.")),
                    Row("discount", help=_("It comes off at the till by itself, after coupons and offers.")),
                    Row("percent", (PERCENT,), "%", _("Rounded down on each line."), needed=True),
                    Row(
                        "off",
                        (AMOUNT,),
                        self.around.sign,
                        _("Spread over the lines by what they cost, and never more than all of them cost."),
                        needed=True,
                    ),
                    Row("off_from", (AMOUNT,), self.around.sign, _("Before any discount. Empty: for any.")),
                    *(Row(flag) for flag in FLAGS),
                ),
                choice="discount",
            ),
        )

    def check(self, said: Mapping[str, Any]) -> None:
        if self._measure == "orders" and said["start"] != int(said["start"]):
            self.add_error("start", _("Write a whole number."))
        field = {PERCENT: "percent", AMOUNT: "off"}.get(said["discount"])
        if field and not said[field]:
            self.add_error(field, _("Write a number above 0."))

    def part(self, key: str, _before: Tier | None) -> Tier:
        """What the form says; only after it was found valid."""
        said = self.cleaned_data
        return Tier(
            key=key,
            name=said["name"],
            from_minor=self._read_start(said["start"]),
            brings=Privileges(
                cashback_percent=said["cashback"],
                factor=said["factor"],
                discount_percent=said["percent"] if said["discount"] == PERCENT else None,
                discount_sum=self._read_sum(said) if said["discount"] == AMOUNT else None,
                **{flag: said[flag] for flag in FLAGS},
            ),
        )

    @staticmethod
    def filled(tier: Tier | None, around: Around) -> dict[str, Any]:
        """What the fields hold."""
        if tier is None:
            return {}
        measure = _measure(around)
        start: Any = {"spend": around.in_money(tier.from_minor) or 0, "points": in_points(tier.from_minor)}
        brings = tier.brings
        return {
            "name": tier.name,
            "start": start.get(measure, tier.from_minor),
            "cashback": brings.cashback_percent,
            "factor": brings.factor,
            **_filled_discount(brings, around),
            **{flag: getattr(brings, flag) for flag in FLAGS},
        }

    def _read_sum(self, said: Mapping[str, Any]) -> SumOff:
        least = said["off_from"]
        return SumOff(
            amount_minor=self.around.money(said["off"]),
            total_from_minor=self.around.money(least) if least else 0,
        )

    @property
    def _measure(self) -> Measure:
        return _measure(self.around)

    def _read_start(self, start: Decimal) -> int:
        if self._measure == "spend":
            return self.around.money(start)
        return points_minor(start) if self._measure == "points" else int(start)


def _filled_discount(brings: Privileges, around: Around) -> dict[str, Any]:
    if (off := brings.discount_sum) is not None:
        return {
            "discount": AMOUNT,
            "off": around.in_money(off.amount_minor),
            "off_from": around.in_money(off.total_from_minor),
        }
    if brings.discount_percent:
        return {"discount": PERCENT, "percent": brings.discount_percent}
    return {"discount": NOTHING}


def _measure(around: Around) -> Measure:
    tiers = around.programme.tiers
    return tiers.measure if tiers else "spend"
