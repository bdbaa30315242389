"""What the form of each kind of node consists of: lines of controls with words between them."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import npgettext, pgettext

from regulars.analytics.wording.numbers import plain
from regulars.console.segment_builder.controls import Control, Shelf, words
from regulars.console.segment_builder.drafts import Kind, Node
from regulars.console.segment_builder.offers import OTHER_FIELD, Offers, Option, Options, event_of
from regulars.console.segment_builder.ways import NAMES, WAYS, Way, way_of
from regulars.console.voice import Voice
from regulars.kit.attributes import Kind as ValueKind

Line = tuple[Control, ...]


class Lines:
    """Lines of one node. `under`: the node it stands in."""

    def __init__(self, shelf: Shelf, under: Node | None, offers: Offers, voice: Voice) -> None:
        self.shelf, self.node, self.under = shelf, shelf.node, under
        self.offers, self.voice = offers, voice

    def all(self) -> list[Line]:
        """The lines of a node, as its kind has them; those of a sequence stand around its details."""
        match self.node.kind:
            case Kind.ATTRIBUTE:
                return [self._attribute()]
            case Kind.DETAIL:
                return [self._detail()]
            case Kind.ORDERS:
                return [(*self._times(_("How many orders")), *self._sum(), *self._when())]
            case Kind.EVENT:
                return [self._event(), (*self._times(_("How often")), *self._when())]
            case Kind.SEQUENCE:
                return [self._first()]
            case Kind.SEGMENT:
                return [self._segment()]
            case Kind.SHARE:
                return [self._share()]
        return []

    def rest(self) -> list[Line]:
        """The line of a sequence that stands under the details of its first event."""
        return [self._then()] if self.node.kind is Kind.SEQUENCE else []

    def last(self) -> list[Line]:
        """The line of a sequence under the details of its second event."""
        if self.node.kind is not Kind.SEQUENCE:
            return []
        look = words(_("Looked for in the last"))
        return [(look, self.shelf.number("days", _("How many days back")), self._unit("days"))]

    # --- Attributes and details ----------------------------------------------------------------------------

    def _attribute(self) -> Line:
        options = self.offers.attribute_options(self.node["attribute"])
        chosen = self.shelf.select("attribute", _("What it is about"), options, empty=_("Choose…"))
        return (chosen, *(self._tested() if self.node["attribute"] else ()))

    def _detail(self) -> Line:
        under = self.under.kind if self.under else Kind.EVENT
        event = event_of(self.under, self.node) if self.under else ""
        options = self.offers.field_options(under, event, self.node["field"])
        chosen = self.shelf.select("field", _("Which detail"), options, empty=_("Choose…"), of=event)
        if self.node["field"] == OTHER_FIELD:
            return (chosen, self.shelf.text("named", _("The name of the detail")))
        return (chosen, *(self._tested(event) if self.node["field"] else ()))

    def _tested(self, event: str = "") -> Line:
        under = self.under.kind if self.under and self.node.kind is Kind.DETAIL else None
        kind = self.offers.kind_of(self.node, under)
        offered = self.offers.ways(self.node, under, event)
        options = [Options("", tuple(Option(way, str(NAMES[way])) for way in offered))]
        about = self.node["attribute"] or self.node["field"]
        chosen = self.shelf.select("way", _("How it is tested"), options, of=f"{kind or ''}-{about}")
        way = way_of(self.node["way"], kind)
        if way in {Way.ONE_OF, Way.NONE_OF}:
            return (chosen, self._chips(under, event))
        return (chosen, *self._values(way, is_money=kind is ValueKind.MONEY))

    def _chips(self, under: Kind | None, event: str) -> Control:
        choices = self.offers.choices(self.offers.told(self.node, under))
        named = {option.value: option.words for option in choices or ()}
        shown = [plain(named.get(value, value)) for value in self.node.values]
        hints = [] if choices else self.offers.examples(self.node, event)
        return self.shelf.chips(_("One more value"), shown, options=choices, hints=hints)

    def _values(self, way: Way, *, is_money: bool) -> Line:
        shelf = self.shelf
        if way is Way.CONTAINS:
            return (shelf.text("text", _("Which text")),)
        if way in {Way.AT_LEAST, Way.AT_MOST, Way.BETWEEN, Way.EXACTLY}:
            return self._numbers(way, is_money=is_money)
        match way:
            case Way.LAST_DAYS:
                return (shelf.number("high", _("Days")), self._unit("high"))
            case Way.DAYS_AGO | Way.NEXT_DAYS:
                return (shelf.number("low", _("Days")), self._unit("low"))
            case Way.DAYS_BETWEEN:
                return (
                    words(pgettext("range", "from")),
                    shelf.number("low", _("From so many days ago")),
                    words(pgettext("range", "to")),
                    shelf.number("high", _("To so many days ago")),
                    self._unit("high"),
                )
            case Way.ANNIVERSARY:
                before = npgettext(
                    "after a number", "day before it", "days before it", _count(self.node["low"])
                )
                after = npgettext(
                    "after a number", "day after it", "days after it", _count(self.node["high"])
                )
                return (
                    shelf.number("low", _("Days before it")),
                    words(before),
                    shelf.number("high", _("Days after it")),
                    words(after),
                )
            case Way.ON_DAYS:
                return self._between_days()
        return ()

    def _numbers(self, way: Way, *, is_money: bool, prefix: str = "") -> Line:
        unit = (words(self._sign),) if is_money else ()
        low = self.shelf.number(prefix + "low", _("Amount") if is_money else _("Number"))
        if way is Way.BETWEEN:
            high = self.shelf.number(prefix + "high", _("Up to"))
            return (words(pgettext("range", "from")), low, words(pgettext("range", "to")), high, *unit)
        if way is Way.AT_MOST:
            return (self.shelf.number(prefix + "high", _("Up to")), *unit)
        return (low, *unit)

    def _between_days(self) -> Line:
        return (
            words(pgettext("range of days", "from")),
            self.shelf.day("first", _("First day")),
            words(pgettext("range of days", "to")),
            self.shelf.day("last", _("Last day")),
        )

    def _unit(self, name: str) -> Control:
        return words(npgettext("after a number", "day", "days", _count(self.node[name])))

    @property
    def _sign(self) -> str:
        money = self.voice.money(0)
        return "".join(sign for sign in money if not sign.isdigit() and sign not in ".,").strip()

    # --- How often, for how much, when ---------------------------------------------------------------------

    def _event(self) -> Line:
        options = self.offers.event_options(self.node["event"])
        return (self.shelf.select("event", _("What happened"), options, empty=_("Choose…")),)

    def _times(self, label: str) -> Line:
        is_orders = self.node.kind is Kind.ORDERS
        names = (
            ("at_least", pgettext("how often", "at least")),
            ("exactly", pgettext("how often", "exactly")),
            ("between", pgettext("how often", "from … to …")),
            ("at_most", pgettext("how often", "at most")),
            ("never", pgettext("how often", "no orders") if is_orders else pgettext("how often", "never")),
        )
        chosen = self.shelf.select("times", label, _options(names))
        low, high = (self.shelf.number(name, _("How many")) for name in ("low", "high"))
        to = words(pgettext("range", "to"))
        counted = "high" if self.node["times"] in {"at_most", "between"} else "low"
        count = _count(self.node[counted])
        unit = words(
            npgettext("after a number", "order", "orders", count)
            if is_orders
            else npgettext("after a number", "time", "times", count)
        )
        match self.node["times"]:
            case "never":
                return (chosen,)
            case "at_most":
                return (chosen, high, unit)
            case "between":
                return (chosen, low, to, high, unit)
        return (chosen, low, unit)

    def _sum(self) -> Line:
        if self.node["times"] == "never" and not self.node["sum"]:
            return ()
        names = [("", _("for any amount")), *((way, str(NAMES[way])) for way in WAYS[ValueKind.MONEY][:4])]
        chosen = self.shelf.select("sum", _("For how much together"), _options(names))
        if not self.node["sum"]:
            return (chosen,)
        way = way_of(self.node["sum"], ValueKind.MONEY)
        return (
            words(pgettext("of an amount", "worth")),
            chosen,
            *self._numbers(way, is_money=True, prefix="sum_"),
        )

    def _when(self) -> Line:
        names = (
            ("last", pgettext("of a condition", "in the last")),
            ("between", _("from one day to another")),
            ("ever", _("at any time")),
        )
        chosen = self.shelf.select("when", pgettext("of a condition", "When"), _options(names))
        if self.node["when"] == "between":
            return (chosen, *self._between_days())
        if self.node["when"] == "ever":
            return (chosen,)
        count = _count(self.node["ago"])
        units = (
            ("days", npgettext("after a number", "day", "days", count)),
            ("hours", npgettext("after a number", "hour", "hours", count)),
        )
        return (
            chosen,
            self.shelf.number("ago", _("How many")),
            self.shelf.select("span", _("Unit of time"), _options(units), of=str(count)),
        )

    # --- Sequences, segments, shares -----------------------------------------------------------------------

    def _first(self) -> Line:
        options = self.offers.event_options(self.node["event"])
        return (
            words(_("First")),
            self.shelf.select("event", _("What happened first"), options, empty=_("Choose…")),
        )

    def _then(self) -> Line:
        happened = (("no", _("this did not happen:")), ("yes", _("this happened:")))
        count = _count(self.node["wait"])
        units = (
            ("minutes", npgettext("after a number", "minute", "minutes", count)),
            ("hours", npgettext("after a number", "hour", "hours", count)),
            ("days", npgettext("after a number", "day", "days", count)),
        )
        options = self.offers.event_options(self.node["then"])
        return (
            words(pgettext("a while after an event", "Within")),
            self.shelf.number("wait", _("Within how long")),
            self.shelf.select("unit", _("Unit of time"), _options(units)),
            words(_("after it")),
            self.shelf.select("happened", _("Whether it came"), _options(happened)),
            self.shelf.select("then", _("What came after it"), options, empty=_("Choose…")),
        )

    def _segment(self) -> Line:
        member = _options((("yes", _("is in the segment")), ("no", _("is not in the segment"))))
        options = self.offers.segment_options(self.node["segment"])
        return (
            self.shelf.select("member", _("In it or not"), member),
            self.shelf.select("segment", _("Which segment"), options, empty=_("Choose…")),
        )

    def _share(self) -> Line:
        percent = words("%")
        return (
            words(pgettext("range", "from")),
            self.shelf.number("low", _("From percent")),
            percent,
            words(pgettext("range", "to")),
            self.shelf.number("high", _("To percent")),
            percent,
            words(_("of the draw")),
            self.shelf.text("salt", _("Name of the draw")),
        )


def _options(named: Sequence[tuple[str, str]]) -> list[Options]:
    return [Options("", tuple(Option(value, said) for value, said in named))]


def _count(text: str) -> int:
    """A number as far as it decides how a word after it ends."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 5
