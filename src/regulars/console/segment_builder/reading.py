"""A draft made of a condition: what the form shows when one is opened.

Whatever the language can say is shown, and `making` makes the same of it again. Only the root becomes a
group where it is none, and what is said twice ("not not") once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

from regulars.console.segment_builder.drafts import Draft, Kind, Node
from regulars.console.segment_builder.ways import Way
from regulars.kit.attributes import Kind as ValueKind
from regulars.kit.money import to_decimal
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
    Sequence,
    Test,
    Where,
    Within,
    Yes,
)

KindOf = Callable[[Node, Kind | None], ValueKind | None]
"""The kind of the value that a node tests, and under what kind of node it stands; None: nobody knows."""
UNITS = (("days", 24 * 60), ("hours", 60), ("minutes", 1))
"""Units of a while and their minutes, the largest first."""


class Reader:
    """Makes nodes of conditions."""

    def __init__(self, *, currency: str, kind_of: KindOf) -> None:
        self.currency = currency
        self.kind_of = kind_of
        self.draft = Draft(Node(0, Kind.GROUP), next_id=1)

    def read(self, condition: Condition) -> Draft:
        """The draft of a condition."""
        root = self._node(condition)
        if root.kind is not Kind.GROUP:
            root = self._new(Kind.GROUP, {"match": "all"}, [root])
        self.draft.root = root
        return self.draft

    def _new(self, kind: Kind, said: dict[str, str], children: Iterable[Node] = ()) -> Node:
        return Node(self.draft.new_id(), kind, said, children=list(children))

    def _node(self, condition: Condition) -> Node:
        match condition:
            case Not(Not(child)):
                return self._node(child)
            case Not(AllOf(of)):
                return self._group("not_all", of)
            case Not(AnyOf(of)):
                return self._group("none", of)
            case Not(child):
                node = self._node(child)
                node.said["not"] = "on"
                return node
            case AllOf(of):
                return self._group("all", of)
            case AnyOf(of):
                return self._group("any", of)
        return self._leaf(condition)

    def _group(self, match: str, of: Iterable[Condition]) -> Node:
        group = self._new(Kind.GROUP, {"match": match})
        group.children = [self._node(child) for child in of]
        return group

    def _leaf(self, condition: Condition) -> Node:
        match condition:
            case Has(attribute, test):
                node = self._new(Kind.ATTRIBUTE, {"attribute": attribute})
                self._test(node, test, None)
                return node
            case Did(event, at_least, at_most, within, where):
                said = {"event": event} | times(at_least, at_most) | when(within)
                return self._new(Kind.EVENT, said, self._details(where, Kind.EVENT))
            case Bought(at_least, at_most, amount, within, where):
                said = times(at_least, at_most) | when(within) | self._amount(amount)
                return self._new(Kind.ORDERS, said, self._details(where, Kind.ORDERS))
            case Sequence():
                return self._sequence(condition)
            case InSegment(segment, member):
                return self._new(Kind.SEGMENT, {"segment": str(segment), "member": "yes" if member else "no"})
            case Bucket(salt, low, high):
                said = {"salt": salt, "low": plain(Decimal(low) / 100), "high": plain(Decimal(high) / 100)}
                return self._new(Kind.SHARE, said)
        raise TypeError(f"{type(condition).__name__} has no node of the form")

    def _sequence(self, condition: Sequence) -> Node:
        unit, minutes = next(unit for unit in UNITS if condition.minutes % unit[1] == 0)
        said = {
            "event": condition.first.event,
            "then": condition.then.event,
            "happened": "yes" if condition.happened else "no",
            "wait": str(condition.minutes // minutes),
            "unit": unit,
            "days": str(condition.days),
        }
        first = self._details(condition.first.where, Kind.SEQUENCE, "first")
        then = self._details(condition.then.where, Kind.SEQUENCE, "then")
        return self._new(Kind.SEQUENCE, said, [*first, *then])

    def _details(self, where: tuple[Where, ...], under: Kind, of: str = "") -> list[Node]:
        nodes = []
        for each in where:
            node = self._new(Kind.DETAIL, {"field": each.field} | ({"of": of} if of else {}))
            self._test(node, each.test, under)
            nodes.append(node)
        return nodes

    def _amount(self, amount: Range | None) -> dict[str, str]:
        if amount is None:
            return {}
        said = range_said(amount, self._major)
        return {"sum": said.pop("way"), **{f"sum_{name}": text for name, text in said.items()}}

    def _test(self, node: Node, test: Test, under: Kind | None) -> None:
        if isinstance(test, OneOf | NoneOf):
            node.said["way"] = Way.ONE_OF if isinstance(test, OneOf) else Way.NONE_OF
            node.values = list(test.values)
            return
        if isinstance(test, Range):
            is_money = self.kind_of(node, under) is ValueKind.MONEY
            node.said |= range_said(test, self._major if is_money else plain)
        else:
            node.said |= _said(test)

    def _major(self, minor: Decimal) -> str:
        """Minor units as one types an amount."""
        return plain(to_decimal(1, self.currency) * minor)


def _said(test: Test) -> dict[str, str]:
    match test:
        case Known(known):
            return {"way": Way.KNOWN if known else Way.UNKNOWN}
        case Contains(text):
            return {"way": Way.CONTAINS, "text": text}
        case Yes(yes):
            return {"way": Way.YES if yes else Way.NO}
        case OnDays(first, last):
            return {"way": Way.ON_DAYS, "first": _text(first), "last": _text(last)}
        case DaysAgo(0, int(at_most)):
            return {"way": Way.LAST_DAYS, "high": str(at_most)}
        case DaysAgo(int(at_least), None) if at_least >= 0:
            return {"way": Way.DAYS_AGO, "low": str(at_least)}
        case DaysAgo(int(at_least), 0) if at_least < 0:
            return {"way": Way.NEXT_DAYS, "low": str(-at_least)}
        case DaysAgo(at_least, at_most):
            return {"way": Way.DAYS_BETWEEN, "low": _text(at_least), "high": _text(at_most)}
        case Anniversary(before, after):
            return {"way": Way.ANNIVERSARY, "low": str(before), "high": str(after)}
    raise TypeError(f"{type(test).__name__} has no fields of the form")


def range_said(test: Range, shown: Callable[[Decimal], str]) -> dict[str, str]:
    """A range as fields."""
    low = "" if test.low is None else shown(test.low)
    high = "" if test.high is None else shown(test.high)
    if test.low is not None and test.low == test.high:
        return {"way": Way.EXACTLY, "low": low}
    if test.low is not None and test.high is None:
        return {"way": Way.AT_LEAST, "low": low}
    if test.low is None and test.high is not None:
        return {"way": Way.AT_MOST, "high": high}
    return {"way": Way.BETWEEN, "low": low, "high": high}


def times(at_least: int, at_most: int | None) -> dict[str, str]:
    """How often, as fields."""
    if at_most is None:
        return {"times": "at_least", "low": str(at_least)}
    if at_most == 0 and at_least == 0:
        return {"times": "never"}
    if at_least == at_most:
        return {"times": "exactly", "low": str(at_least)}
    if at_least == 0:
        return {"times": "at_most", "high": str(at_most)}
    return {"times": "between", "low": str(at_least), "high": str(at_most)}


def when(within: Within) -> dict[str, str]:
    """Within what time, as fields."""
    if within.days is not None:
        return {"when": "last", "ago": str(within.days), "span": "days"}
    if within.hours is not None:
        return {"when": "last", "ago": str(within.hours), "span": "hours"}
    if within.first is not None or within.last is not None:
        return {"when": "between", "first": _text(within.first), "last": _text(within.last)}
    return {"when": "ever"}


def plain(number: Decimal) -> str:
    """A number as one types it: no exponent, no zeros at the end."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _text(value: object) -> str:
    return "" if value is None else str(value)
