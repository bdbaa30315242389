"""What somebody is given once, in a form."""

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
    CountField,
    MoneyField,
    PartForm,
    PointsField,
    Row,
    count,
    in_points,
    name_field,
    points_minor,
)
from regulars.console.forms.programme_goods import filled_goods, goods_fields, goods_rows, read_goods
from regulars.loyalty.types.benefits import Badge, Benefit, CouponGiven, GiftGiven, PointsGiven, TaskGiven

PERCENT, MONEY = "percent", "money"


def benefit_fields(prefix: str = "") -> dict[str, forms.Field]:
    """The fields of a benefit."""
    return {
        f"{prefix}benefit": forms.ChoiceField(
            label=gettext_lazy("What they get"),
            choices=[
                ("points", gettext_lazy("Points")),
                ("coupon", gettext_lazy("A coupon of their own")),
                ("gift", gettext_lazy("A gift that is handed out")),
                ("task", gettext_lazy("Something we do for them")),
                ("badge", gettext_lazy("A badge: nothing but honour")),
            ],
        ),
        f"{prefix}points": PointsField(label=gettext_lazy("How many points"), least="0.01"),
        f"{prefix}points_days": CountField(label=gettext_lazy("They last")),
        f"{prefix}off": AmountField(label=gettext_lazy("The coupon takes off"), required=False),
        f"{prefix}off_in": forms.ChoiceField(
            label=gettext_lazy("The coupon is in"),
            required=False,
            choices=[
                (PERCENT, pgettext_lazy("a coupon is in", "percent")),
                (MONEY, pgettext_lazy("a coupon is in", "money")),
            ],
        ),
        f"{prefix}off_from": MoneyField(label=gettext_lazy("For purchases of at least")),
        f"{prefix}off_days": CountField(label=gettext_lazy("It can be used for")),
        **goods_fields(prefix),
        f"{prefix}gift": name_field(gettext_lazy("What is handed out"), required=False),
        f"{prefix}gift_days": CountField(label=gettext_lazy("It can be fetched for")),
        f"{prefix}task": name_field(gettext_lazy("What we do"), required=False),
        f"{prefix}task_days": CountField(label=gettext_lazy("To be done within")),
        f"{prefix}cost": MoneyField(label=gettext_lazy("What it costs us")),
    }


def benefit_block(title: str, around: Around, prefix: str = "") -> Block:
    """How they are shown."""
    days = pgettext("after a number", "days")
    points = pgettext("after a number", "points")
    currency = around.sign
    return Block(
        title,
        (
            Row(f"{prefix}benefit"),
            Row(f"{prefix}points", ("points",), points, needed=True),
            Row(f"{prefix}points_days", ("points",), days, _("Empty: as long as other points do.")),
            Row(f"{prefix}off", ("coupon",), needed=True),
            Row(f"{prefix}off_in", ("coupon",)),
            Row(f"{prefix}off_from", ("coupon",), currency, _("Empty: for any.")),
            Row(f"{prefix}off_days", ("coupon",), days, needed=True),
            *goods_rows(prefix, ("coupon",)),
            Row(f"{prefix}gift", ("gift",), needed=True),
            Row(f"{prefix}gift_days", ("gift",), days, needed=True),
            Row(f"{prefix}task", ("task",), needed=True, help=_("It becomes a task for the team.")),
            Row(f"{prefix}task_days", ("task",), days, needed=True),
            Row(
                f"{prefix}cost", ("gift", "task"), currency, _("For the reckoning; customers do not see it.")
            ),
        ),
        choice=f"{prefix}benefit",
    )


def filled_benefit(benefit: Benefit | None, around: Around, prefix: str = "") -> dict[str, Any]:
    """What the fields hold; those of other kinds hold what is usual."""
    held: dict[str, Any] = {
        "benefit": benefit.kind if benefit else "points",
        "points": in_points(10_000),
        "off": "10",
        "off_in": PERCENT,
        "off_days": 14,
        "gift_days": 30,
        "task_days": 3,
    }
    match benefit:
        case PointsGiven(points_minor=minor, days=days):
            held |= {"points": in_points(minor), "points_days": days or ""}
        case CouponGiven():
            held |= {
                "off": benefit.percent
                if benefit.percent is not None
                else around.in_money(benefit.amount_minor),
                "off_in": PERCENT if benefit.percent is not None else MONEY,
                "off_from": around.in_money(benefit.total_from_minor),
                "off_days": benefit.days,
                **filled_goods(benefit.goods),
            }
        case GiftGiven():
            held |= {
                "gift": benefit.name,
                "gift_days": benefit.days,
                "cost": around.in_money(benefit.cost_minor),
            }
        case TaskGiven():
            held |= {
                "task": benefit.name,
                "task_days": benefit.due_days,
                "cost": around.in_money(benefit.cost_minor),
            }
    return {f"{prefix}{name}": value for name, value in held.items()}


def check_benefit(form: PartForm, said: Mapping[str, Any], prefix: str = "") -> None:
    """A coupon takes off some percent of a hundred, or money to its last coin."""
    if said.get(f"{prefix}benefit") != "coupon":
        return
    off = said[f"{prefix}off"]
    if not off:
        form.add_error(f"{prefix}off", _("Write a number above 0."))
    elif said[f"{prefix}off_in"] == MONEY:
        if form.around.in_money(form.around.money(off)) != off:
            form.add_error(f"{prefix}off", _("Write a whole number."))
    elif off > 100:
        form.add_error(f"{prefix}off", _("At most 100 percent."))


def read_benefit(said: Mapping[str, Any], around: Around, prefix: str = "") -> Benefit:
    """What the fields say; only after they were found valid."""

    def of(name: str) -> Any:
        return said.get(f"{prefix}{name}")

    def money(name: str) -> int:
        return around.money(of(name)) if of(name) else 0

    match of("benefit"):
        case "points":
            return PointsGiven(points_minor=points_minor(of("points")), days=count(of("points_days")))
        case "coupon":
            in_money = of("off_in") == MONEY
            return CouponGiven(
                percent=None if in_money else of("off"),
                amount_minor=money("off") if in_money else None,
                goods=read_goods(said, prefix),
                total_from_minor=money("off_from"),
                days=int(of("off_days")),
            )
        case "gift":
            return GiftGiven(name=of("gift"), cost_minor=money("cost"), days=int(of("gift_days")))
        case "task":
            return TaskGiven(name=of("task"), due_days=int(of("task_days")), cost_minor=money("cost"))
        case _:
            return Badge()
