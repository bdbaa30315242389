"""A rule of earning in a form, and the limits of all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from regulars.console.forms.programme import AmountField
from regulars.console.forms.programme_fields import (
    Around,
    Block,
    MoneyField,
    NamesField,
    PartForm,
    PointsField,
    Row,
    day_field,
    in_points,
    name_field,
    points_minor,
    who_chosen,
    who_field,
    who_said,
)
from regulars.console.forms.programme_goods import filled_goods, goods_fields, goods_rows, read_goods
from regulars.loyalty.types.earning import (
    ByAmount,
    ByOrder,
    ByPercent,
    ByPiece,
    Caps,
    Gives,
    Rule,
    Times,
    When,
)
from regulars.offers.types import Goods

NOTHING = "nothing"
_OF_GOODS = ("percent", "amount", "piece", "order", NOTHING)

WEEKDAYS = [
    ("1", gettext_lazy("Monday")),
    ("2", gettext_lazy("Tuesday")),
    ("3", gettext_lazy("Wednesday")),
    ("4", gettext_lazy("Thursday")),
    ("5", gettext_lazy("Friday")),
    ("6", gettext_lazy("Saturday")),
    ("7", gettext_lazy("Sunday")),
]
PERIODS = [
    ("day", pgettext_lazy("period", "a day")),
    ("week", pgettext_lazy("period", "a week")),
    ("month", pgettext_lazy("period", "a month")),
    ("year", pgettext_lazy("period", "a year")),
]


class RuleForm(PartForm):
    """One rule."""

    name = name_field(gettext_lazy("Name"))
    gives = forms.ChoiceField(
        label=gettext_lazy("What it brings"),
        choices=[
            ("percent", gettext_lazy("Percent of what is paid")),
            ("amount", gettext_lazy("Points for each so much that is paid")),
            ("piece", gettext_lazy("Points for each piece")),
            ("order", gettext_lazy("Points for the order")),
            ("times", gettext_lazy("So many times the points")),
            (NOTHING, gettext_lazy("No cashback for these goods")),
        ],
    )
    percent = AmountField(label=gettext_lazy("Percent"), most=100, required=False)
    points = PointsField(label=gettext_lazy("Points"), least="0.01")
    per = MoneyField(label=gettext_lazy("For each full"))
    factor = AmountField(label=gettext_lazy("So many times"), least=1, most=100, required=False)
    instead = forms.BooleanField(label=gettext_lazy("Instead of the usual cashback"), required=False)
    weekdays = forms.MultipleChoiceField(
        label=gettext_lazy("On which days"),
        choices=WEEKDAYS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    first = day_field(gettext_lazy("From the day"))
    last = day_field(gettext_lazy("To, with that day"))
    total_from = MoneyField(label=gettext_lazy("In orders of at least"))
    channels = NamesField(label=gettext_lazy("Only orders that came through"), offers="channels")

    def build(self) -> None:
        around = self.around
        self.fields |= goods_fields()
        self.fields["tiers"] = forms.MultipleChoiceField(
            label=_("Only with the tier"),
            choices=around.tiers,
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )
        self.fields["branches"] = forms.MultipleChoiceField(
            label=_("Only in the branch"),
            choices=_with(around.branches, around.part.when.branches if around.part else ()),
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )
        self.fields["who"] = who_field(around)

    def layout(self) -> tuple[Block, ...]:
        currency = self.around.sign
        points = pgettext("after a number", "points")
        brings = (
            Row("name", help=_("Your team sees it, and it stands in statements.")),
            Row("gives"),
            Row("percent", ("percent",), "%", needed=True),
            Row("points", ("amount", "piece", "order"), points, needed=True),
            Row("per", ("amount",), currency, needed=True),
            Row(
                "factor", ("times",), help=_("Of what comes by percent and amount; 2 is twice."), needed=True
            ),
            Row(
                "instead",
                ("percent", "amount", "piece"),
                help=_(
                    "Else it comes on top. Where several such rules have a line, the first of them counts."
                ),
            ),
            *goods_rows(of=_OF_GOODS),
        )
        whom = [Row("who", help=_("Asked one moment before the order. Segments are made on their own page."))]
        if self.around.tiers:
            whom.append(Row("tiers", help=_("Nothing ticked: with any tier, and with none.")))
        when = [
            Row("weekdays", help=_("Nothing ticked: on all. By the customer’s calendar.")),
            Row("first"),
            Row("last", help=_("Empty: always.")),
            Row("total_from", unit=currency, help=_("Empty: in all.")),
        ]
        if self.fields["branches"].choices:  # type: ignore[attr-defined]
            when.append(Row("branches", help=_("Nothing ticked: in all, and online.")))
        when.append(Row("channels", help=_("Nothing written: through all.")))
        return (
            Block(_("What it brings"), brings, choice="gives"),
            Block(_("For whom"), tuple(whom)),
            Block(_("When"), tuple(when)),
        )

    def check(self, said: Mapping[str, Any]) -> None:
        if said["first"] and said["last"] and said["last"] < said["first"]:
            self.add_error("last", _("This is before the first day."))
        if said["gives"] == NOTHING and read_goods(said).is_all:
            self.add_error("categories", _("Say for which goods."))
        if said["gives"] == "amount" and not said["per"]:
            self.add_error("per", _("Write a number above 0."))

    def part(self, key: str, _before: Rule | None) -> Rule:
        """What the form says; only after it was found valid."""
        said = self.cleaned_data
        gives, instead = _read_gives(said, self.around)
        return Rule(
            key=key,
            name=said["name"],
            gives=gives,
            goods=Goods() if isinstance(gives, Times) else read_goods(said),
            when=When(
                who=who_said(said["who"], self.around),
                tiers=tuple(said["tiers"]),
                weekdays=tuple(int(day) for day in said["weekdays"]),
                first=said["first"],
                last=said["last"],
                branches=tuple(said["branches"]),
                channels=said["channels"],
                total_from_minor=self.around.money(said["total_from"]) if said["total_from"] else 0,
            ),
            instead=instead,
        )

    @staticmethod
    def filled(rule: Rule | None, around: Around) -> dict[str, Any]:
        """What the fields hold for a rule, or for a new one."""
        held: dict[str, Any] = {
            "gives": "percent",
            "percent": "5",
            "points": "50",
            "per": "1000",
            "factor": "2",
        }
        if rule is None:
            return held
        when = rule.when
        held |= {"name": rule.name, "gives": rule.gives.kind, "instead": rule.instead}
        match rule.gives:
            case ByPercent(percent=percent):
                held |= {"percent": percent} if percent or not rule.instead else {"gives": NOTHING}
            case ByAmount(points_minor=minor, per_minor=per):
                held |= {"points": in_points(minor), "per": around.in_money(per)}
            case ByPiece(points_minor=minor) | ByOrder(points_minor=minor):
                held |= {"points": in_points(minor)}
            case Times(factor=factor):
                held |= {"factor": factor}
        return (
            held
            | filled_goods(rule.goods)
            | {
                "who": who_chosen(when.who, around),
                "tiers": list(when.tiers),
                "weekdays": [str(day) for day in when.weekdays],
                "first": when.first,
                "last": when.last,
                "branches": list(when.branches),
                "channels": list(when.channels),
                "total_from": around.in_money(when.total_from_minor),
            }
        )


class CapsForm(PartForm):
    """The most that can be earned."""

    order = PointsField(label=gettext_lazy("For one order at most"), least="0.01")
    period_points = PointsField(label=gettext_lazy("In a period at most"), least="0.01")
    period = forms.ChoiceField(label=gettext_lazy("The period is"), choices=PERIODS)

    def layout(self) -> tuple[Block, ...]:
        points = pgettext("after a number", "points")
        return (
            Block(
                _("Limits"),
                (
                    Row("order", unit=points, help=_("Empty: no limit.")),
                    Row("period_points", unit=points, help=_("Empty: no limit.")),
                    Row("period", help=_("By the customer’s calendar.")),
                ),
            ),
        )

    def part(self, _key: str, _before: Caps | None) -> Caps:
        """What the form says; only after it was found valid."""
        said = self.cleaned_data
        return Caps(
            order_minor=points_minor(said["order"]) if said["order"] else None,
            period=said["period"],
            period_minor=points_minor(said["period_points"]) if said["period_points"] else None,
        )

    @staticmethod
    def filled(caps: Caps | None, _around: Around) -> dict[str, Any]:
        """What the fields hold."""
        caps = caps or Caps()
        return {
            "order": in_points(caps.order_minor),
            "period_points": in_points(caps.period_minor),
            "period": caps.period,
        }


def _read_gives(said: Mapping[str, Any], around: Around) -> tuple[Gives, bool]:
    match said["gives"]:
        case "percent":
            return ByPercent(percent=said["percent"]), said["instead"]
        case "amount":
            points = points_minor(said["points"])
            return ByAmount(points_minor=points, per_minor=around.money(said["per"])), said["instead"]
        case "piece":
            return ByPiece(points_minor=points_minor(said["points"])), said["instead"]
        case "order":
            return ByOrder(points_minor=points_minor(said["points"])), False
        case "times":
            return Times(factor=said["factor"]), False
        case _:
            return ByPercent.model_validate({"percent": 0}), True


def _with(offered: list[tuple[str, str]], chosen: tuple[str, ...]) -> list[tuple[str, str]]:
    """What is offered, and what was chosen and is offered no more."""
    known = {value for value, _name in offered}
    return [*offered, *((name, name) for name in chosen if name not in known)]
