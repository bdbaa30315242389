"""A day of a customer's own in a form, and bringing friends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from babel.dates import get_month_names
from django import forms
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from regulars.console.forms.programme_benefits import (
    benefit_block,
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
    name_field,
    who_chosen,
    who_field,
    who_said,
)
from regulars.console.forms.programme_rules import PERIODS
from regulars.loyalty.types.benefits import PointsGiven
from regulars.loyalty.types.days import PersonalDay
from regulars.loyalty.types.referring import Referral

GIVEN = "given_"
THEIRS, FRIEND = "referrer_", "friend_"
_LEAP_YEAR = 2000
_ONCE_EACH = ("birthday", "first_order", "registered")
"""What a new day begins with: two birthdays would both give."""


class DayForm(PartForm):
    """One day of the year."""

    name = name_field(gettext_lazy("Name"))
    which = forms.ChoiceField(
        label=gettext_lazy("Which day"),
        choices=[
            ("birthday", gettext_lazy("Their birthday")),
            ("first_order", gettext_lazy("The day of their first order, each year")),
            ("registered", gettext_lazy("The day they came, each year")),
            ("date", gettext_lazy("A day for everybody")),
        ],
    )
    day = CountField(label=gettext_lazy("Day"), most=31)
    month = forms.TypedChoiceField(label=gettext_lazy("Month"), coerce=int, required=False)
    before = CountField(label=gettext_lazy("From so many days before"), least=0, most=60)
    after = CountField(label=gettext_lazy("Until so many days after"), least=0, most=60)

    def build(self) -> None:
        names = get_month_names("wide", locale=get_language() or "ru")
        months: Any = self.fields["month"]
        months.choices = [(number, names[number]) for number in range(1, 13)]
        self.fields |= benefit_fields(GIVEN)
        self.fields["who"] = who_field(self.around)

    def layout(self) -> tuple[Block, ...]:
        days = pgettext("after a number", "days")
        day = (
            Row("name", help=_("Customers see it.")),
            Row("which", help=_("Who was born on 29 February has the 28th in other years.")),
            Row("day", ("date",), needed=True),
            Row("month", ("date",), needed=True),
            Row("before", unit=days),
            Row("after", unit=days),
        )
        return (
            Block(_("The day"), day, choice="which"),
            Block(_("For whom"), (Row("who"),)),
            benefit_block(_("What it brings"), self.around, GIVEN),
        )

    def check(self, said: Mapping[str, Any]) -> None:
        check_benefit(self, said, GIVEN)
        if said["which"] == "date":
            try:
                date(_LEAP_YEAR, said["month"], int(said["day"]))
            except ValueError:
                self.add_error("day", _("This month has no such day."))

    def part(self, key: str, _before: PersonalDay | None) -> PersonalDay:
        """What the form says; only after it was found valid."""
        said = self.cleaned_data
        on_date = said["which"] == "date"
        return PersonalDay(
            key=key,
            name=said["name"],
            which=said["which"],
            month=said["month"] if on_date else None,
            day=int(said["day"]) if on_date else None,
            before=int(said["before"] or 0),
            after=int(said["after"] or 0),
            who=who_said(said["who"], self.around),
            benefit=read_benefit(said, self.around, GIVEN),
        )

    @staticmethod
    def filled(day: PersonalDay | None, around: Around) -> dict[str, Any]:
        """What the fields hold."""
        if day is None:
            taken = {one.which for one in around.programme.personal_days}
            which = next((one for one in _ONCE_EACH if one not in taken), "date")
            name = _("Birthday") if which == "birthday" else ""
            usual = {"name": name, "which": which, "before": 3, "after": 7, f"{GIVEN}benefit": "coupon"}
            return filled_benefit(None, around, GIVEN) | usual
        return {
            "name": day.name,
            "which": day.which,
            "month": day.month or 1,
            "day": day.day or 1,
            "before": day.before,
            "after": day.after,
            "who": who_chosen(day.who, around),
            **filled_benefit(day.benefit, around, GIVEN),
        }


class FriendsForm(PartForm):
    """Bring a friend."""

    order_from = MoneyField(label=gettext_lazy("The friend’s first order comes to at least"))
    wait = CountField(label=gettext_lazy("Given so many full days after that order"), least=0, most=365)
    most = CountField(label=gettext_lazy("Friends at most"), most=10_000)
    period = forms.ChoiceField(label=gettext_lazy("That many in"), choices=PERIODS)
    url = forms.URLField(
        label=gettext_lazy("Where a link leads"), max_length=500, required=False, assume_scheme="https"
    )

    def build(self) -> None:
        self.fields |= benefit_fields(THEIRS) | benefit_fields(FRIEND)
        self.fields["who"] = who_field(self.around)

    def layout(self) -> tuple[Block, ...]:
        window = self.around.speak.shop.return_window_days
        return (
            benefit_block(_("What the customer gets"), self.around, THEIRS),
            benefit_block(_("What the friend gets"), self.around, FRIEND),
            Block(
                _("When"),
                (
                    Row("order_from", unit=self.around.sign, help=_("Empty: to anything.")),
                    Row(
                        "wait",
                        unit=pgettext("after a number", "days"),
                        help=_("Empty: when the time for returns is over, now %(days)s days.")
                        % {"days": window},
                    ),
                    Row("most", help=_("Empty: any number.")),
                    Row("period", help=_("By the customer’s calendar.")),
                ),
            ),
            Block(
                _("Who may invite"),
                (
                    Row("who", help=_("Everybody is whoever has bought. Promoters are the ones to ask.")),
                    Row(
                        "url",
                        help=_(
                            "It leads to the address with /r/CODE behind it; for a page that does not know "
                            "such ones, write ?ref= at its end. Empty: codes and QR only."
                        ),
                    ),
                ),
            ),
        )

    def check(self, said: Mapping[str, Any]) -> None:
        check_benefit(self, said, THEIRS)
        check_benefit(self, said, FRIEND)

    def part(self, _key: str, _before: Referral | None) -> Referral:
        """What the form says; only after it was found valid."""
        said = self.cleaned_data
        return Referral(
            referrer=read_benefit(said, self.around, THEIRS),
            friend=read_benefit(said, self.around, FRIEND),
            order_from_minor=self.around.money(said["order_from"]) if said["order_from"] else 0,
            wait_days=count(said["wait"]),
            period=said["period"],
            most=count(said["most"]),
            who=who_said(said["who"], self.around),
            url=said["url"],
        )

    @staticmethod
    def filled(referral: Referral | None, around: Around) -> dict[str, Any]:
        """What the fields hold."""
        usual = PointsGiven(points_minor=30_000)
        if referral is None:
            referral = Referral(referrer=usual, friend=usual)
        return {
            "order_from": around.in_money(referral.order_from_minor),
            "wait": "" if referral.wait_days is None else referral.wait_days,
            "most": referral.most or "",
            "period": referral.period,
            "who": who_chosen(referral.who, around),
            "url": referral.url,
            **filled_benefit(referral.referrer, around, THEIRS),
            **filled_benefit(referral.friend, around, FRIEND),
        }
