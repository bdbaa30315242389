"""A reward of the catalogue as a form; what it says is judged by the service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from regulars.console.forms.programme import AmountField
from regulars.console.forms.programme_benefits import (
    benefit_fields,
    check_benefit,
    filled_benefit,
    read_benefit,
)
from regulars.console.forms.programme_fields import (
    Around,
    Block,
    CountField,
    MoneyField,
    PartForm,
    Row,
    count,
    day_field,
    in_points,
    points_minor,
)
from regulars.console.forms.programme_goods import PLACES, goods_rows
from regulars.loyalty.types.benefits import CouponGiven
from regulars.loyalty.types.rewards import (
    NAME_CHARACTERS_MAX,
    WORDS_CHARACTERS_MAX,
    NewReward,
    RewardKind,
    RewardRow,
)

KINDS = {
    RewardKind.THING: gettext_lazy("Something handed out at the counter"),
    RewardKind.COUPON: gettext_lazy("A coupon of their own, off a later purchase"),
    RewardKind.SERVICE: gettext_lazy("Something we do: an hour of advice, an audit"),
    RewardKind.CAUSE: gettext_lazy("Points given to a good cause"),
}
DUE_DAYS = 3
_MANY = 10**9
_OF_COUPON = ("off", "off_in", "off_from", "off_days", *PLACES)
_COSTS = (RewardKind.THING.value, RewardKind.SERVICE.value, RewardKind.CAUSE.value)
"""A coupon costs what it takes off."""


class RewardForm(PartForm):
    """`kind`: of a reward that is in the catalogue already, where it stays what it is."""

    name = forms.CharField(
        label=gettext_lazy("What does the customer get?"),
        max_length=NAME_CHARACTERS_MAX,
        error_messages={"required": gettext_lazy("Say in a few words what the customer gets.")},
    )
    words = forms.CharField(
        label=gettext_lazy("What else should they know?"),
        max_length=WORDS_CHARACTERS_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    price = AmountField(label=gettext_lazy("For how many points"), least=Decimal("0.01"))
    left = CountField(label=gettext_lazy("How many are there now"), least=0, most=_MANY)
    most_each = CountField(label=gettext_lazy("At most for one customer"), most=_MANY)
    cost = MoneyField(label=gettext_lazy("What one costs you"))
    first = day_field(gettext_lazy("Offered from"))
    last = day_field(gettext_lazy("Until, all that day"))
    due_days = CountField(label=gettext_lazy("Done within days"))
    due_attribute = forms.ChoiceField(
        label=gettext_lazy("Or on the day noted of the customer"), required=False
    )

    def __init__(
        self,
        *args: Any,
        around: Around,
        tiers: Sequence[tuple[str, str]],
        days: Sequence[tuple[str, str]],
        kind: RewardKind | None = None,
        **kwargs: Any,
    ) -> None:
        """`tiers`: keys and names of the programme's; `days`: attributes that are days, by key and words."""
        self.kind, self.tiers, self.days = kind, tiers, days
        super().__init__(*args, around=around, **kwargs)

    def build(self) -> None:
        if self.kind is None:
            self.fields["kind"] = forms.ChoiceField(
                label=gettext_lazy("What is it?"),
                choices=[(kind.value, words) for kind, words in KINDS.items()],
            )
        if self.kind in {None, RewardKind.COUPON}:
            self.fields |= {name: one for name, one in benefit_fields().items() if name in _OF_COUPON}
        if self.tiers:
            self.fields["tiers"] = forms.MultipleChoiceField(
                label=gettext_lazy("Only for customers with the tier"),
                required=False,
                choices=list(self.tiers),
                widget=forms.CheckboxSelectMultiple,
            )
        noted: Any = self.fields["due_attribute"]
        noted.choices = [("", gettext_lazy("no such day")), *self.days]

    def layout(self) -> tuple[Block, ...]:
        zone = self.around.speak.shop.timezone
        no_limit = _("Empty: no limit.")
        price = Row("price", unit=pgettext("after a number", "points"))
        tiers = (Row("tiers", help=_("None chosen: for everybody.")),) if self.tiers else ()
        first = Row("first", help=_("Empty: at once. By the clock of the shop (%(zone)s).") % {"zone": zone})
        return (
            Block(_("Reward"), self._of_kind(self._what()), choice="" if self.kind else "kind"),
            Block(
                _("Points and stock"),
                (price, Row("left", help=no_limit), Row("most_each", help=no_limit)),
            ),
            Block(_("For whom and when"), (*tiers, first, Row("last", help=_("Empty: no end.")))),
        )

    def _what(self) -> tuple[Row, ...]:
        coupon, service = (RewardKind.COUPON.value,), (RewardKind.SERVICE.value,)
        days, currency = pgettext("after a number", "days"), self.around.sign
        return (
            Row("kind"),
            Row("name", help=_("Customers read it, such as: Cup with our fox.")),
            Row("words"),
            Row("off", coupon, needed=True),
            Row("off_in", coupon),
            Row("off_from", coupon, currency, _("Empty: for any.")),
            Row("off_days", coupon, days, needed=True),
            *goods_rows(of=coupon),
            Row("due_days", service, days, _("Taking it makes a task for a colleague.")),
            Row(
                "due_attribute",
                service,
                help=_("An audit at the renewal of a contract is due on that day, where one is noted."),
            ),
            Row("cost", _COSTS, currency, _("For the reckoning; customers do not see it.")),
        )

    def _of_kind(self, rows: tuple[Row, ...]) -> tuple[Row, ...]:
        """Of a reward that is there, what its kind has."""
        if self.kind is None:
            return rows
        kept = [row for row in rows if row.name != "kind" and (not row.of or self.kind.value in row.of)]
        return tuple(replace(row, of=()) for row in kept)

    def _kind(self, said: Mapping[str, Any]) -> RewardKind:
        return self.kind or RewardKind(said["kind"])

    def check(self, said: Mapping[str, Any]) -> None:
        if self._kind(said) is RewardKind.COUPON:
            check_benefit(self, _as_benefit(said))

    def reward(self) -> NewReward:
        """What the form says; only after it was found valid."""
        said, zone = self.cleaned_data, self.around.speak.zone
        kind = self._kind(said)
        last: date | None = said["last"]
        is_coupon = kind is RewardKind.COUPON
        coupon = read_benefit(_as_benefit(said), self.around) if is_coupon else None
        return NewReward(
            name=said["name"],
            kind=kind,
            words=said["words"],
            price_minor=points_minor(said["price"]),
            cost_minor=self.around.money(said["cost"]) if said["cost"] and not is_coupon else 0,
            left=count(said["left"]),
            most_each=count(said["most_each"]),
            tiers=tuple(said.get("tiers") or ()),
            since=_beginning(said["first"], zone) if said["first"] else None,
            until=_beginning(last + timedelta(days=1), zone) if last else None,
            due_days=count(said["due_days"]) or DUE_DAYS,
            due_attribute=said["due_attribute"],
            coupon=coupon if isinstance(coupon, CouponGiven) else None,
        )


def filled_reward(row: RewardRow | None, around: Around) -> dict[str, Any]:
    """What the fields hold for a reward as it stands, or for a new one."""
    held = filled_benefit(row.coupon if row else None, around)
    usual = {"due_days": Decimal(DUE_DAYS)} | {name: held[name] for name in _OF_COUPON if name in held}
    if row is None:
        return usual
    zone = around.speak.zone
    last = row.until.astimezone(zone) - timedelta(microseconds=1) if row.until else None
    return usual | {
        "name": row.name,
        "words": row.words,
        "price": in_points(row.price_minor),
        "left": None if row.left is None else Decimal(row.left),
        "most_each": None if row.most_each is None else Decimal(row.most_each),
        "cost": around.in_money(row.cost_minor),
        "tiers": list(row.tiers),
        "first": row.since.astimezone(zone).date() if row.since else None,
        "last": last.date() if last else None,
        "due_days": Decimal(row.due_days),
        "due_attribute": row.due_attribute,
    }


def _as_benefit(said: Mapping[str, Any]) -> dict[str, Any]:
    return {**said, "benefit": RewardKind.COUPON.value}


def _beginning(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)
