"""A reward of the catalogue as a form; what it says is judged by the service."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.console.forms.programme import AmountField
from regulars.kit.money import exponent, to_decimal, to_minor
from regulars.loyalty.types import MINOR
from regulars.loyalty.types.rewards import (
    NAME_CHARACTERS_MAX,
    WORDS_CHARACTERS_MAX,
    NewReward,
    RewardKind,
    RewardRow,
)

KINDS = {
    RewardKind.THING: _("Something handed out at the counter"),
    RewardKind.SERVICE: _("Something we do: an hour of advice, an audit"),
    RewardKind.CAUSE: _("Points given to a good cause"),
}
_MANY = 10**9


class DayField(forms.DateField):
    """A day of the shop's calendar."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(
            required=False, widget=widget, error_messages={"invalid": _("Choose a day.")}, **kwargs
        )


class RewardForm(forms.Form):
    """`kind` is said once, when a reward is added."""

    kind = forms.ChoiceField(
        label=_("What is it?"),
        widget=forms.RadioSelect,
        choices=[(kind.value, words) for kind, words in KINDS.items()],
        initial=RewardKind.THING.value,
    )
    name = forms.CharField(
        label=_("What does the customer get?"),
        max_length=NAME_CHARACTERS_MAX,
        error_messages={"required": _("Say in a few words what the customer gets.")},
    )
    words = forms.CharField(
        label=_("What else should they know?"),
        max_length=WORDS_CHARACTERS_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    price = AmountField(label=_("For how many points"), least=Decimal("0.01"))
    left = AmountField(label=_("How many are there now"), places=0, most=_MANY, required=False)
    most_each = AmountField(
        label=_("At most for one customer"), places=0, least=1, most=_MANY, required=False
    )
    cost = AmountField(label=_("What one costs you"), required=False)
    tiers = forms.MultipleChoiceField(
        label=_("Only for customers with the tier"), required=False, widget=forms.CheckboxSelectMultiple
    )
    first = DayField(label=_("Offered from"))
    last = DayField(label=_("Until, all that day"))
    due_days = AmountField(
        label=_("Done within days"), places=0, least=1, most=3_650, required=False, initial=Decimal(3)
    )
    due_attribute = forms.ChoiceField(label=_("Or on the day noted of the customer"), required=False)

    def __init__(
        self,
        *args: Any,
        currency: str,
        tiers: Sequence[tuple[str, str]],
        days: Sequence[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        """`tiers`: keys and names of the programme's; `days`: attributes that are days, by key and words."""
        super().__init__(*args, **kwargs)
        self.currency = currency
        cost: Any = self.fields["cost"]
        cost.places = exponent(currency)
        offered: Any = self.fields["tiers"]
        offered.choices = list(tiers)
        noted: Any = self.fields["due_attribute"]
        noted.choices = [("", _("no such day")), *days]

    def reward(self, zone: ZoneInfo) -> NewReward:
        """What the form says; only after it was found valid."""
        said = self.cleaned_data
        last: date | None = said["last"]
        return NewReward(
            name=said["name"],
            kind=RewardKind(said["kind"]),
            words=said["words"],
            price_minor=int(said["price"] * MINOR),
            cost_minor=to_minor(said["cost"], self.currency) if said["cost"] else 0,
            left=_whole(said["left"]),
            most_each=_whole(said["most_each"]),
            tiers=tuple(said["tiers"]),
            since=_beginning(said["first"], zone) if said["first"] else None,
            until=_beginning(last + timedelta(days=1), zone) if last else None,
            due_days=_whole(said["due_days"]) or 3,
            due_attribute=said["due_attribute"],
        )


def filled(row: RewardRow, currency: str, zone: ZoneInfo) -> dict[str, Any]:
    """What the fields hold for a reward as it stands."""
    last = row.until.astimezone(zone) - timedelta(microseconds=1) if row.until else None
    return {
        "kind": row.kind.value,
        "name": row.name,
        "words": row.words,
        "price": Decimal(row.price_minor) / MINOR,
        "left": None if row.left is None else Decimal(row.left),
        "most_each": None if row.most_each is None else Decimal(row.most_each),
        "cost": to_decimal(row.cost_minor, currency) if row.cost_minor else None,
        "tiers": list(row.tiers),
        "first": row.since.astimezone(zone).date() if row.since else None,
        "last": last.date() if last else None,
        "due_days": Decimal(row.due_days),
        "due_attribute": row.due_attribute,
    }


def _whole(number: Decimal | None) -> int | None:
    return None if number is None else int(number)


def _beginning(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)
