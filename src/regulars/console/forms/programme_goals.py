"""Challenges, stamp cards and occasions in a form: so many times something, then a benefit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

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
    day_field,
    name_field,
    who_chosen,
    who_field,
    who_said,
)
from regulars.console.forms.programme_goods import filled_goods, goods_fields, goods_rows, read_goods
from regulars.console.forms.programme_tests import ShownRow, TestsField, made_of, rows_of, shown_rows
from regulars.console.segment_builder.offers import Offers, Option, Options
from regulars.customers.types import PROFILE_CREATED
from regulars.kit.documents import Condition
from regulars.loyalty.types.challenges import Challenge, Counted, OfEvents, OfOrders

GIVEN = "given_"
"""Before the names of the fields of the benefit: it has goods of its own."""
_OF_ORDERS = ("orders", "pieces")

BEGINNINGS: Mapping[str, dict[str, Any]] = {
    "stamps": {"shape": "stamps", "counted": "pieces", "times": 6, "repeats": True,
               f"{GIVEN}benefit": "gift"},
    "challenge": {"shape": "challenge", "counted": "orders", "times": 3, "window": "month"},
    "visits": {"shape": "visits", "counted": "orders", "times": 4, "in_a_row": "weeks"},
    "review": {"shape": "review", "counted": "events", "event": "review_left", "times": 1, "repeats": True,
               "window": "month", "most": 1},
    "joining": {"name": gettext_lazy("Welcome"), "shape": "occasion", "counted": "events",
                "event": PROFILE_CREATED.name, "times": 1},
    "occasion": {"shape": "occasion", "counted": "events", "event": "", "times": 1},
    "invite": {"shape": "invite", "counted": "events", "event": "", "times": 1},
}  # fmt: skip
"""What a new one begins with, by its shape."""
TITLES: Mapping[str, Any] = {
    "stamps": gettext_lazy("A new stamp card"),
    "challenge": gettext_lazy("A new challenge"),
    "visits": gettext_lazy("A new series of visits"),
    "review": gettext_lazy("Points for a review"),
    "joining": gettext_lazy("Points for joining"),
}
ANOTHER = "*"
"""Chosen in place of an event that is not in the list; its name is written then."""
_CALLED: Mapping[str, Any] = {"review_left": gettext_lazy("Left a review")}
"""Events of sites that are asked for before the first of them has come."""


class EventField(forms.CharField):
    """The name of an event: one of a list, or `ANOTHER`."""

    shown_as = "event"


class ChallengeForm(PartForm):
    """One goal."""

    name = name_field(gettext_lazy("Name"))
    shape = forms.ChoiceField(
        label=gettext_lazy("What it is"),
        choices=[
            ("stamps", gettext_lazy("A stamp card")),
            ("challenge", gettext_lazy("A challenge")),
            ("visits", gettext_lazy("A series of visits")),
            ("review", gettext_lazy("A review")),
            ("invite", gettext_lazy("An invitation")),
            ("occasion", gettext_lazy("Another occasion")),
        ],
    )
    counted = forms.ChoiceField(
        label=gettext_lazy("What counts"),
        choices=[
            ("orders", gettext_lazy("Orders")),
            ("pieces", gettext_lazy("Pieces of goods")),
            ("events", gettext_lazy("Something they did")),
        ],
    )
    total_from = MoneyField(label=gettext_lazy("Orders of at least"))
    event = EventField(label=pgettext_lazy("of a goal", "What they do"), max_length=100, required=False)
    event_named = forms.CharField(label=gettext_lazy("Name of the event"), required=False)
    where = TestsField(label=gettext_lazy("Only if"), required=False)
    times = CountField(label=gettext_lazy("How many times"), most=1_000)
    in_a_row = forms.ChoiceField(
        label=gettext_lazy("In a row"),
        required=False,
        choices=[
            ("", gettext_lazy("No, just so many")),
            ("days", gettext_lazy("day after day")),
            ("weeks", gettext_lazy("week after week")),
            ("months", gettext_lazy("month after month")),
        ],
    )
    window = forms.ChoiceField(
        label=gettext_lazy("Within what time"),
        choices=[
            ("ever", gettext_lazy("No matter when")),
            ("day", gettext_lazy("A calendar day")),
            ("week", gettext_lazy("A week from Monday on")),
            ("month", gettext_lazy("A calendar month")),
            ("year", gettext_lazy("A calendar year")),
            ("days", gettext_lazy("So many days")),
            ("campaign", gettext_lazy("From a day to a day")),
        ],
    )
    days = CountField(label=gettext_lazy("Days"))
    first = day_field(gettext_lazy("From the day"))
    last = day_field(gettext_lazy("To, with that day"))
    repeats = forms.BooleanField(label=gettext_lazy("It begins anew each time"), required=False)
    most = CountField(label=gettext_lazy("At most so often within that time"), most=1_000)

    def build(self) -> None:
        self.fields |= goods_fields() | benefit_fields(GIVEN)
        self.fields["who"] = who_field(self.around)
        self.offers = Offers()
        self._where: tuple[Condition, ...] = ()
        self._wrong: Mapping[int, str] = {}

    @property
    def event_name(self) -> str:
        """The event, as it stands in the form."""
        chosen = str(self["event"].value() or "").strip()
        return str(self["event_named"].value() or "").strip() if chosen == ANOTHER else chosen

    def event_options(self) -> list[Options]:
        """Events in words."""
        chosen = str(self["event"].value() or "")
        found = self.offers.event_options("" if chosen == ANOTHER else chosen)
        named = [
            Options(
                group.words,
                tuple(Option(one.value, str(_CALLED.get(one.value, one.words))) for one in group.options),
            )
            for group in found
        ]
        return [*named, Options("", (Option(ANOTHER, _("Another event…")),))]

    def tests(self) -> list[ShownRow]:
        """The rows of what the event has to be like."""
        return shown_rows(self.event_name, self["where"].value() or [], self.offers, self._wrong)

    def layout(self) -> tuple[Block, ...]:
        currency = self.around.sign
        done = (
            Row("name", help=_("Customers see it.")),
            Row("shape", help=_("How pages show it; it changes nothing else.")),
            Row("counted"),
            Row("event", ("events",), help=_("What your site, app or till tells of."), needed=True),
            Row("where", ("events",), help=_("Nothing chosen: each such event counts.")),
            Row("times", needed=True),
            Row("total_from", _OF_ORDERS, currency, _("Empty: any. Orders given back do not count.")),
            Row("in_a_row", help=_("Each of them with at least one.")),
            *goods_rows(of=_OF_ORDERS),
        )
        within = (
            Row("window"),
            Row("days", ("days",), pgettext("after a number", "days"), needed=True),
            Row("first", ("campaign",), needed=True),
            Row("last", ("campaign",), needed=True),
            Row("repeats", help=_("Else once within that time.")),
            Row("most", help=_("Empty: no limit.")),
        )
        return (
            Block(_("What has to be done"), done, choice="counted"),
            Block(_("Within what time"), within, choice="window"),
            Block(_("For whom"), (Row("who", help=_("Asked when it is reached.")),)),
            benefit_block(_("What it brings"), self.around, GIVEN),
        )

    def check(self, said: Mapping[str, Any]) -> None:
        check_benefit(self, said, GIVEN)
        if said["window"] == "campaign" and said["last"] < said["first"]:
            self.add_error("last", _("This is before the first day."))
        if said["in_a_row"] and said["counted"] == "pieces":
            self.add_error("in_a_row", _("Pieces cannot be counted in a row: choose orders."))
        if said["counted"] == "events":
            self._check_event(said)

    def _check_event(self, said: Mapping[str, Any]) -> None:
        if not self.event_name:
            self.add_error("event", _("Write the name of the event."))
            return
        made = made_of(self.event_name, said["where"], self.offers, self.around.speak.shop.currency)
        self._where, self._wrong = made.where, made.wrong
        if made.event:
            self.add_error("event", made.event)
        for message in dict.fromkeys(made.wrong.values()):
            self.add_error("where", message)

    def part(self, key: str, _before: Challenge | None) -> Challenge:
        """What the form says; only after it was found valid."""
        said = self.cleaned_data
        window = said["window"]
        return Challenge(
            key=key,
            name=said["name"],
            shape=said["shape"],
            counted=self._counted(said),
            times=int(said["times"]),
            in_a_row=said["in_a_row"] or None,
            window=window,
            days=count(said["days"]) if window == "days" else None,
            first=said["first"] if window == "campaign" else None,
            last=said["last"] if window == "campaign" else None,
            repeats=said["repeats"],
            most=count(said["most"]) if said["repeats"] else None,
            who=who_said(said["who"], self.around),
            benefit=read_benefit(said, self.around, GIVEN),
        )

    def _counted(self, said: Mapping[str, Any]) -> Counted:
        if said["counted"] == "events":
            return OfEvents(event=self.event_name, where=self._where)
        return OfOrders(
            goods=read_goods(said),
            total_from_minor=self.around.money(said["total_from"]) if said["total_from"] else 0,
            pieces=said["counted"] == "pieces",
        )

    @staticmethod
    def filled(challenge: Challenge | None, around: Around) -> dict[str, Any]:
        """What the fields hold."""
        if challenge is None:
            usual = {"counted": "orders", "times": 5, "window": "ever", "days": 30, "shape": "challenge"}
            return usual | filled_benefit(None, around, GIVEN)
        counted = challenge.counted
        held = {
            "name": challenge.name,
            "shape": challenge.shape,
            "times": challenge.times,
            "in_a_row": challenge.in_a_row or "",
            "window": challenge.window,
            "days": challenge.days or 30,
            "first": challenge.first,
            "last": challenge.last,
            "repeats": challenge.repeats,
            "most": challenge.most or "",
            "who": who_chosen(challenge.who, around),
            **filled_benefit(challenge.benefit, around, GIVEN),
        }
        if isinstance(counted, OfEvents):
            rows = rows_of(counted.event, counted.where, Offers(), around.speak.shop.currency)
            return held | {"counted": "events", "event": counted.event, "where": rows}
        return (
            held
            | filled_goods(counted.goods)
            | {
                "counted": "pieces" if counted.pieces else "orders",
                "total_from": around.in_money(counted.total_from_minor),
            }
        )
