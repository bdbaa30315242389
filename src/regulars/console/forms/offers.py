"""An offer in a form, one for each kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ValidationError as BadDocument

from regulars.console.forms.price_lists import read_prices, written_prices
from regulars.console.forms.programme import AmountField
from regulars.console.forms.programme_fields import (
    Around,
    Block,
    CountField,
    MoneyField,
    PartForm,
    Row,
    count,
    day_field,
    name_field,
    who_chosen,
    who_field,
    who_said,
)
from regulars.console.forms.programme_goods import filled_goods, goods_fields, goods_rows, read_goods
from regulars.kit.money import to_decimal, to_minor
from regulars.offers.types import OfferKind, OffPercent, OfPrices, Terms

PERCENT, AMOUNT = "percent", "amount"
PRICES_CHARACTERS_MAX = 1_000_000
_TOO_LONG = gettext_lazy("It has %(show_value)s signs; shorten it to %(limit_value)s.")


class OfferForm(PartForm):
    """What an offer is; `kind` is said before. `listed`: its prices, where they come as a list of a file."""

    def __init__(self, *args: Any, kind: OfferKind, listed: OfPrices | None = None, **kwargs: Any) -> None:
        self.kind = kind
        self.listed = listed
        super().__init__(*args, **kwargs)

    def build(self) -> None:
        self.fields["name"] = name_field(gettext_lazy("What it is called"))
        self.fields["name"].error_messages["max_length"] = _TOO_LONG
        if self.kind is OfferKind.SHARED:
            self.fields["code"] = forms.CharField(
                label=gettext_lazy("The code"),
                max_length=32,
                error_messages={
                    "required": gettext_lazy("Think of a code, such as SPRING."),
                    "max_length": _TOO_LONG,
                },
            )
        if self.kind is OfferKind.PRICES:
            self.fields["prices"] = forms.CharField(
                label=gettext_lazy("Prices"),
                max_length=PRICES_CHARACTERS_MAX,
                required=False,
                widget=forms.Textarea(attrs={"rows": 10}),
            )
        else:
            self.fields |= {
                "off": AmountField(label=gettext_lazy("It takes off"), required=False),
                "off_in": forms.ChoiceField(
                    label=gettext_lazy("Percent or money"),
                    choices=[(PERCENT, gettext_lazy("in percent")), (AMOUNT, gettext_lazy("in money"))],
                ),
                "most": MoneyField(label=gettext_lazy("But at most")),
                **goods_fields(),
            }
        self.fields |= {
            "total_from": MoneyField(label=gettext_lazy("For orders of at least")),
            "who": who_field(self.around),
            "first": day_field(gettext_lazy("From the day")),
            "last": day_field(gettext_lazy("To the day, all of it")),
            "uses": CountField(label=gettext_lazy("How often altogether"), most=10**9),
            "uses_each": CountField(label=gettext_lazy("How often for one customer"), most=10_000),
            "budget": MoneyField(label=gettext_lazy("It takes off altogether at most")),
            "with_offers": _flag(gettext_lazy("It adds up with other offers that allow it")),
            "with_tier": _flag(gettext_lazy("It adds up with the discount of a status")),
            "with_points": _flag(gettext_lazy("The rest may be paid with points")),
            "given_back": _flag(gettext_lazy("When all of the order is given back, it can be used again")),
        }

    def layout(self) -> tuple[Block, ...]:
        sign = self.around.sign
        names = [Row("name", help=_("Customers read it."))]
        if self.kind is OfferKind.SHARED:
            names.append(Row("code", help=_("Letters and digits. Case and blanks do not matter.")))
        return (
            Block(_("What it is called"), tuple(names)),
            self._takes(sign),
            Block(
                _("For whom and when"),
                (
                    Row("who", help=_("Make a segment for whoever is meant.")),
                    Row("first", help=_("Empty: from the moment you start it.")),
                    Row("last", help=_("Empty: until you stop it.")),
                ),
            ),
            Block(
                _("How often"),
                (
                    Row("uses", help=_("Empty: as often as somebody comes.")),
                    Row("uses_each", help=_("With a number here the customer has to be known at the till.")),
                    Row("budget", (), sign, _("Empty: no limit. What would go above it is refused.")),
                ),
            ),
            Block(
                _("Together with what"),
                (Row("with_offers"), Row("with_tier"), Row("with_points"), Row("given_back")),
            ),
        )

    def part(self, key: str = "", before: Any = None, /) -> Terms:
        """The terms; only after it was found valid. Raises ValidationError."""
        said, zone = self.cleaned_data, self.around.speak.zone
        last: date | None = said["last"]
        document: dict[str, Any] = {
            "name": said["name"],
            "kind": self.kind.value,
            "takes": self._taken(said),
            "total_from_minor": self._minor(said["total_from"]) or 0,
            "since": _beginning(said["first"], zone) if said["first"] else None,
            "until": _beginning(last + timedelta(days=1), zone) if last else None,
            "who": who_said(said["who"], self.around),
            "uses": count(said["uses"]),
            "uses_each": count(said["uses_each"]),
            "budget_minor": self._minor(said["budget"]) or None,
            **{name: said[name] for name in _FLAGS},
        }
        if self.kind is not OfferKind.PRICES:
            document["goods"] = read_goods(said)
        if isinstance(before, Terms):
            document["currency"] = before.currency
            was = self.filled(before, self.around)
            # Made by a program it may begin and end within a day; that stays where the day does.
            if said["first"] == was["first"]:
                document["since"] = before.since
            if last == was["last"]:
                document["until"] = before.until
        try:
            return Terms.model_validate(document)
        except BadDocument as error:
            raise ValidationError(str(error.errors()[0]["msg"])) from error

    def check(self, said: Mapping[str, Any]) -> None:
        if self.kind is OfferKind.PRICES:
            self._check_prices(said["prices"])
        elif not said["off"]:
            self.add_error("off", _("Write a number above 0."))
        elif said["off_in"] == PERCENT and said["off"] > 100:
            self.add_error("off", _("More than 100 percent cannot be taken off."))
        elif (
            said["off_in"] == AMOUNT
            and to_decimal(self._minor(said["off"]) or 0, self.around.currency) != said["off"]
        ):
            self.add_error("off", _("Write a whole number."))
        if said["first"] and said["last"] and said["first"] > said["last"]:
            self.add_error("last", _("It ends before it begins."))

    def _check_prices(self, text: str) -> None:
        if self.listed is not None:
            return
        try:
            prices = read_prices(text, self.around.currency)
        except ValueError as error:
            self.add_error("prices", str(error))
            return
        if not prices:
            self.add_error("prices", _("Write at least one price, such as: Green tea; 450"))

    @staticmethod
    def filled(part: Any, around: Around, /) -> dict[str, Any]:
        if not isinstance(part, Terms):
            return {"off": "10", "off_in": PERCENT, **dict.fromkeys(_FLAGS, True), "with_offers": False}
        zone = around.speak.zone
        last = part.until.astimezone(zone) - timedelta(microseconds=1) if part.until else None
        held: dict[str, Any] = {
            "name": part.name,
            "total_from": around.in_money(part.total_from_minor),
            "who": who_chosen(part.who, around),
            "first": part.since.astimezone(zone).date() if part.since else None,
            "last": last.date() if last else None,
            "uses": "" if part.uses is None else Decimal(part.uses),
            "uses_each": "" if part.uses_each is None else Decimal(part.uses_each),
            "budget": around.in_money(part.budget_minor),
            **filled_goods(part.goods),
            **{name: getattr(part, name) for name in _FLAGS},
        }
        if isinstance(part.takes, OfPrices):
            # Of a list only the first ones stand in the terms, and nobody writes in it by hand.
            held["prices"] = "" if part.takes.listed else written_prices(part.takes.prices, around.currency)
        elif isinstance(part.takes, OffPercent):
            most = around.in_money(part.takes.most_minor)
            held |= {"off": part.takes.percent, "off_in": PERCENT, "most": most}
        else:
            held |= {"off": around.in_money(part.takes.amount_minor), "off_in": AMOUNT}
        return held

    def _takes(self, sign: str) -> Block:
        least = Row("total_from", (), sign, _("Empty: for any."))
        if self.kind is OfferKind.PRICES:
            return Block(_("What it takes off"), (Row("prices"), least))
        least_goods, *other_goods = goods_rows()
        return Block(
            _("What it takes off"),
            (
                Row("off", needed=True),
                Row("off_in"),
                Row("most", (PERCENT,), sign, _("Empty: no limit.")),
                least,
                replace(least_goods, head=_("On which goods")),
                *other_goods,
            ),
            choice="off_in",
        )

    def _taken(self, said: Mapping[str, Any]) -> dict[str, Any]:
        if self.listed is not None:
            return self.listed.model_dump()
        if self.kind is OfferKind.PRICES:
            return {"kind": "prices", "prices": read_prices(said["prices"], self.around.currency)}
        if said["off_in"] == AMOUNT:
            return {"kind": "amount", "amount_minor": self._minor(said["off"])}
        return {"kind": "percent", "percent": said["off"], "most_minor": self._minor(said["most"]) or None}

    def _minor(self, value: Decimal | None) -> int | None:
        return None if value is None else to_minor(value, self.around.currency)


_FLAGS = ("with_offers", "with_tier", "with_points", "given_back")


def _flag(label: Any) -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False)


def _beginning(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)
