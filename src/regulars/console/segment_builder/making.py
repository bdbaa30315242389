"""A condition made of a draft, and what stands in the way of it.

What is wrong is told from what is only not finished: while one builds, an empty field is no mistake. The
condition made is that of the finished part, so that a count and a sentence stand beside the form all the
time; it is the whole only where nothing is wrong or missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NoReturn

from django.utils.translation import gettext as _

from regulars.console import written
from regulars.console.segment_builder.drafts import Draft, Kind, Node
from regulars.console.segment_builder.reading import UNITS, KindOf
from regulars.console.segment_builder.ways import Way, way_of
from regulars.kit.attributes import Kind as ValueKind
from regulars.kit.money import MINOR_MAX, exponent
from regulars.segments.errors import Wrong
from regulars.segments.types import (
    AllOf,
    Anniversary,
    AnyOf,
    Bought,
    Bucket,
    Condition,
    Contains,
    DaysAgo,
    Did,
    Has,
    InSegment,
    Known,
    NoneOf,
    Not,
    OnDays,
    OneOf,
    Range,
    Step,
    Test,
    Where,
    Within,
    Yes,
)
from regulars.segments.types import Sequence as Following
from regulars.segments.types.conditions import DAYS_MAX, TIMES_MAX

DIGITS_MAX = 20
HOURS_MAX = 24 * 366
ANNIVERSARY_MAX = 180
WAIT_MAX = 60 * 24 * 366


@dataclass(frozen=True)
class Finding:
    """Something about a node. `field`: the field of it that is meant, if one is."""

    node: int
    message: str
    field: str = ""
    is_unfinished: bool = False


class _Unfinished(Exception):
    """A node of which nothing can be made; a finding says why."""


@dataclass
class Made:
    """The condition of what is finished. `nodes`: which node stands at which path of it."""

    condition: Condition
    findings: list[Finding] = field(default_factory=list)
    nodes: dict[tuple[int, ...], int] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        """Nothing is wrong and nothing is open."""
        return not self.findings

    @property
    def left_out(self) -> int:
        """How many nodes the condition is without."""
        return len({finding.node for finding in self.findings})

    def at(self, wrongs: Iterable[Wrong]) -> list[Finding]:
        """What the checker found, at the nodes of the form."""
        return [Finding(self._node_at(wrong.path), wrong.message) for wrong in wrongs]

    def _node_at(self, path: tuple[int, ...]) -> int:
        while path and path not in self.nodes:
            path = path[:-1]
        return self.nodes[path]


class Maker:
    """Makes conditions of nodes."""

    def __init__(self, *, currency: str, kind_of: KindOf) -> None:
        self.currency = currency
        self.kind_of = kind_of
        self.findings: list[Finding] = []
        self.nodes: dict[tuple[int, ...], int] = {}

    def make(self, draft: Draft) -> Made:
        """The condition of a draft, as far as it is finished."""
        condition = self._group(draft.root, ())
        if condition is None:
            condition = AllOf()
            self.nodes = {(): draft.root.id}
        return Made(condition, self.findings, self.nodes)

    # --- Groups --------------------------------------------------------------------------------------------

    def _group(self, node: Node, path: tuple[int, ...]) -> Condition | None:
        match = node["match"]
        inner = (*path, 0) if match in {"none", "not_all"} else path
        of: list[Condition] = []
        for child in node.children:
            made = self._child(child, (*inner, len(of)))
            if made is not None:
                of.append(made)
        if not of:
            if not node.children:
                self._find(node, _("Add a condition here."), is_unfinished=True)
            return None
        self.nodes[path] = self.nodes[inner] = node.id
        held: Condition = AnyOf(tuple(of)) if match in {"any", "none"} else AllOf(tuple(of))
        return Not(held) if inner != path else held

    def _child(self, node: Node, path: tuple[int, ...]) -> Condition | None:
        if node.kind is Kind.GROUP:
            return self._group(node, path)
        inner = (*path, 0) if node["not"] else path
        try:
            made = self._leaf(node, inner)
        except _Unfinished:
            self.nodes = {at: id_ for at, id_ in self.nodes.items() if at[: len(path)] != path}
            return None
        self.nodes[path] = self.nodes[inner] = node.id
        return Not(made) if node["not"] else made

    # --- Single conditions ---------------------------------------------------------------------------------

    def _leaf(self, node: Node, path: tuple[int, ...]) -> Condition:
        match node.kind:
            case Kind.ATTRIBUTE:
                key = self._chosen(node, "attribute", _("Choose what it is about."))
                return Has(key, self._test(node, None))
            case Kind.EVENT:
                event = self._chosen(node, "event", _("Choose what happened."))
                low, high = self._times(node)
                return Did(event, low, high, self._when(node), self._details(node, path))
            case Kind.ORDERS:
                low, high = self._times(node)
                amount = self._amount(node)
                return Bought(low, high, amount, self._when(node), self._details(node, path))
            case Kind.SEQUENCE:
                return self._sequence(node, path)
            case Kind.SEGMENT:
                chosen = self._chosen(node, "segment", _("Choose a segment."))
                return InSegment(int(chosen) if chosen.isdigit() else 0, node["member"] != "no")
            case Kind.SHARE:
                return self._share(node)
        raise TypeError(f"{node.kind} is no single condition")

    def _sequence(self, node: Node, path: tuple[int, ...]) -> Condition:
        first = self._chosen(node, "event", _("Choose what happened first."))
        then = self._chosen(node, "then", _("Choose what came after it."))
        minutes = dict(UNITS).get(node["unit"], 1)
        wait = self._whole(node, "wait", 1, WAIT_MAX // minutes)
        days = self._whole(node, "days", 1, DAYS_MAX)
        steps = [
            Step(event, self._details(node, path, of)) for of, event in (("first", first), ("then", then))
        ]
        return Following(steps[0], steps[1], wait * minutes, node["happened"] != "no", days)

    def _share(self, node: Node) -> Condition:
        salt = self._chosen(node, "salt", _("Give the draw a name."))[:100]
        places = [self._number(node, name, 0, 100) for name in ("low", "high")]
        low, high = (int(share * 100) for share in places)
        if low >= high:
            self._fail(node, _("The second share must be larger than the first."), "high")
        if any(share * 100 != int(share * 100) for share in places):
            self._fail(node, _("At most two digits after the point are meant here."), "low")
        return Bucket(salt, low, high)

    def _times(self, node: Node) -> tuple[int, int | None]:
        match node["times"]:
            case "never":
                return 0, 0
            case "at_most":
                return 0, self._whole(node, "high", 1, TIMES_MAX)
            case "exactly":
                exactly = self._whole(node, "low", 0, TIMES_MAX)
                return exactly, exactly
            case "between":
                low, high = self._whole(node, "low", 0, TIMES_MAX), self._whole(node, "high", 0, TIMES_MAX)
                self._in_order(node, low, high)
                return low, high
        return self._whole(node, "low", 0, TIMES_MAX), None

    def _when(self, node: Node) -> Within:
        if node["when"] == "between":
            first, last = self._days(node)
            return Within(first=first, last=last)
        if node["when"] == "last":
            if node["span"] == "hours":
                return Within(hours=self._whole(node, "ago", 1, HOURS_MAX))
            return Within(days=self._whole(node, "ago", 1, DAYS_MAX))
        return Within()

    def _amount(self, node: Node) -> Range | None:
        if not node["sum"]:
            return None
        return self._range(node, way_of(node["sum"], ValueKind.MONEY), is_money=True, prefix="sum_")

    def _details(self, node: Node, path: tuple[int, ...], of: str = "") -> tuple[Where, ...]:
        made = []
        for child in node.children:
            if child["of"] != of:
                continue
            try:
                field = self._chosen(child, "field", _("Choose what it is about."))
                made.append(Where(field, self._test(child, node.kind)))
            except _Unfinished:
                # Without it the condition around would find others than it is to find.
                raise _Unfinished from None
            self.nodes[(*path, len(made) - 1)] = child.id
        return tuple(made)

    # --- Tests ---------------------------------------------------------------------------------------------

    def _test(self, node: Node, under: Kind | None) -> Test:
        kind = self.kind_of(node, under)
        way = way_of(node["way"], kind)
        match way:
            case Way.ONE_OF | Way.NONE_OF:
                if not node.values:
                    self._fail(node, _("Say at least one value."), "more", is_unfinished=True)
                return (OneOf if way is Way.ONE_OF else NoneOf)(tuple(node.values))
            case Way.CONTAINS:
                return Contains(self._chosen(node, "text", _("Say which text.")))
            case Way.YES | Way.NO:
                return Yes(way is Way.YES)
            case Way.KNOWN | Way.UNKNOWN:
                return Known(way is Way.KNOWN)
            case Way.AT_LEAST | Way.AT_MOST | Way.BETWEEN | Way.EXACTLY:
                return self._range(node, way, is_money=kind is ValueKind.MONEY)
        return self._days_test(node, way)

    def _days_test(self, node: Node, way: Way) -> Test:
        match way:
            case Way.LAST_DAYS:
                return DaysAgo(0, self._whole(node, "high", 0, DAYS_MAX))
            case Way.DAYS_AGO:
                return DaysAgo(self._whole(node, "low", 0, DAYS_MAX), None)
            case Way.NEXT_DAYS:
                return DaysAgo(-self._whole(node, "low", 1, DAYS_MAX), 0)
            case Way.ANNIVERSARY:
                return Anniversary(
                    self._whole(node, "low", 0, ANNIVERSARY_MAX, otherwise=0),
                    self._whole(node, "high", 0, ANNIVERSARY_MAX, otherwise=0),
                )
            case Way.DAYS_BETWEEN:
                ends = [
                    self._whole(node, name, -DAYS_MAX, DAYS_MAX) if node[name].strip() else None
                    for name in ("low", "high")
                ]
                if ends == [None, None]:
                    self._fail(node, _("Say how many days."), "low", is_unfinished=True)
                self._in_order(node, ends[0], ends[1])
                return DaysAgo(ends[0], ends[1])
        first, last = self._days(node)
        return OnDays(first, last)

    def _range(self, node: Node, way: Way, *, is_money: bool, prefix: str = "") -> Range:
        def number(name: str) -> Decimal:
            said = self._number(node, prefix + name, -MINOR_MAX, MINOR_MAX)
            return self._minor(node, prefix + name, said) if is_money else said

        match way:
            case Way.AT_LEAST:
                return Range(number("low"), None)
            case Way.AT_MOST:
                return Range(None, number("high"))
            case Way.EXACTLY:
                exactly = number("low")
                return Range(exactly, exactly)
        low, high = number("low"), number("high")
        self._in_order(node, low, high, prefix)
        return Range(low, high)

    # --- Single fields -------------------------------------------------------------------------------------

    def _chosen(self, node: Node, name: str, message: str) -> str:
        text = node[name].strip()
        if not text:
            self._fail(node, message, name, is_unfinished=True)
        return text

    def _number(self, node: Node, name: str, low: int, high: int) -> Decimal:
        text = "".join(node[name].split())
        if not text:
            self._fail(node, _("Say a number."), name, is_unfinished=True)
        number = written.number(text) if len(text) <= DIGITS_MAX and "e" not in text.lower() else None
        if number is None:
            self._fail(node, _("“%(text)s” is not a number.") % {"text": node[name].strip()[:40]}, name)
        if not low <= number <= high:
            said = {"low": low, "high": high}
            self._fail(node, _("A number from %(low)s to %(high)s is meant here.") % said, name)
        return number

    def _whole(self, node: Node, name: str, low: int, high: int, *, otherwise: int | None = None) -> int:
        if otherwise is not None and not node[name].strip():
            return otherwise
        number = self._number(node, name, low, high)
        if number != int(number):
            self._fail(node, _("A whole number is meant here."), name)
        return int(number)

    def _minor(self, node: Node, name: str, amount: Decimal) -> Decimal:
        minor = amount.scaleb(exponent(self.currency))
        if minor != minor.to_integral_value():
            self._fail(node, _("An amount has no more digits after the point than the currency."), name)
        if abs(minor) > MINOR_MAX:
            self._fail(node, _("This amount is too large."), name)
        return minor.to_integral_value()

    def _day(self, node: Node, name: str) -> date | None:
        text = node[name].strip()
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self._fail(node, _("“%(text)s” is not a day.") % {"text": text[:40]}, name)

    def _days(self, node: Node) -> tuple[date | None, date | None]:
        first, last = self._day(node, "first"), self._day(node, "last")
        if first is None and last is None:
            self._fail(node, _("Choose the first day, the last one, or both."), "first", is_unfinished=True)
        if first and last and first > last:
            self._fail(node, _("The first day comes after the last one."), "last")
        return first, last

    def _in_order(
        self, node: Node, low: Decimal | int | None, high: Decimal | int | None, prefix: str = ""
    ) -> None:
        if low is not None and high is not None and low > high:
            self._fail(node, _("The second number is smaller than the first."), prefix + "high")

    def _find(self, node: Node, message: str, name: str = "", *, is_unfinished: bool = False) -> None:
        self.findings.append(Finding(node.id, message, name, is_unfinished))

    def _fail(self, node: Node, message: str, name: str = "", *, is_unfinished: bool = False) -> NoReturn:
        self._find(node, message, name, is_unfinished=is_unfinished)
        raise _Unfinished
