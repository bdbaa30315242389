"""What is wrong with a condition, node by node, in words for whoever wrote it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from regulars.kit.attributes import Attribute, Kind, Relation
from regulars.segments.errors import Wrong
from regulars.segments.rules.values import can_be_kept, of_days, of_field, of_property, of_test
from regulars.segments.types import (
    DEPTH_MAX,
    NODES_MAX,
    AllOf,
    AnyOf,
    Bought,
    Bucket,
    Condition,
    Did,
    Has,
    InSegment,
    Not,
    Range,
    Sequence,
    Step,
    Where,
    Within,
)

WHERE_MAX = 20
"""Tests of one row; each costs a little of every row."""
_ORDERS, _LINES = "orders", "order_lines"
_Path = tuple[int, ...]


def check(
    condition: Condition,
    *,
    attributes: Mapping[str, Attribute],
    relations: Mapping[str, Relation],
    segments: Collection[int],
    events: Collection[str] | None = None,
) -> list[Wrong]:
    """All that is wrong, in the order of the nodes; nothing: it can be kept.

    `segments`: those that may be named. `events`: the names there are; None: any may be named.
    """
    return list(_Checking(attributes, relations, segments, events).whole(condition))


@dataclass(frozen=True)
class _Checking:
    attributes: Mapping[str, Attribute]
    relations: Mapping[str, Relation]
    segments: Collection[int]
    events: Collection[str] | None

    def whole(self, condition: Condition) -> Iterator[Wrong]:
        if sum(1 for _node in _nodes(condition, ())) > NODES_MAX:
            message = _("A condition has at most %(most)s parts; make segments of some and name those.")
            yield Wrong((), message % {"most": NODES_MAX})
            return
        for node, path in _nodes(condition, ()):
            if len(path) == DEPTH_MAX:
                yield Wrong(path, _("Groups are nested at most %(most)s deep.") % {"most": DEPTH_MAX})
            yield from (Wrong(path, message) for message in self.node(node, path))

    def node(self, node: Condition, path: _Path) -> Iterator[str]:
        match node:
            case AllOf() | AnyOf():
                if not node.of and (path or isinstance(node, AnyOf)):
                    yield _("This group is empty: put something into it or take it away.")
            case Has():
                yield from self._attribute(node)
            case Did():
                yield from self._event(node.event)
                yield from _times(node.at_least, node.at_most, says_more=False)
                yield from _within(node.within)
                yield from _properties(node.where)
            case Bought():
                yield from _times(node.at_least, node.at_most, says_more=node.amount is not None)
                yield from _within(node.within)
                yield from _amount(node.amount)
                yield from self._fields(node.where)
            case Sequence():
                yield from self._step(node.first)
                yield from self._step(node.then)
                if not node.happened and node.minutes >= node.days * 24 * 60:
                    yield _("Nobody can be found: what comes first is forgotten before the wait is over.")
            case InSegment():
                if node.segment not in self.segments:
                    yield _("There is no such segment any more; choose another.")
            case Bucket():
                yield from _bucket(node)

    def _attribute(self, node: Has) -> Iterator[str]:
        if (attribute := self.attributes.get(node.attribute)) is None:
            yield _("There is no attribute %(name)s any more; choose another.") % {"name": node.attribute}
        else:
            yield from of_test(node.test, attribute.kind, attribute.choices)

    def _event(self, name: str) -> Iterator[str]:
        if not can_be_kept(name) or (self.events is not None and name not in self.events):
            yield _("No event is called %(name)s.") % {"name": name}

    def _step(self, step: Step) -> Iterator[str]:
        yield from self._event(step.event)
        yield from _properties(step.where)

    def _fields(self, where: tuple[Where, ...]) -> Iterator[str]:
        fields = self.relations[_LINES].fields if _LINES in self.relations else {}
        yield from _not_too_many(where)
        for each in where:
            if (field := fields.get(each.field)) is None:
                yield _("Nothing is known of orders by the name %(name)s.") % {"name": each.field}
            else:
                yield from of_field(each.test, field)


def _nodes(condition: Condition, path: _Path) -> Iterator[tuple[Condition, _Path]]:
    """All nodes but those nested too deep, which are not looked into."""
    yield condition, path
    if len(path) < DEPTH_MAX:
        inner = condition.of if isinstance(condition, AllOf | AnyOf) else ()
        inner = (condition.of,) if isinstance(condition, Not) else inner
        for index, each in enumerate(inner):
            yield from _nodes(each, (*path, index))


def _times(at_least: int, at_most: int | None, *, says_more: bool) -> Iterator[str]:
    if at_least == 0 and at_most is None and not says_more:
        yield _("“0 times or more” is true of everybody; say how many at most, or at least 1.")
    if at_most is not None and at_most < at_least:
        yield _("At most cannot be less than at least.")


def _within(within: Within) -> Iterator[str]:
    by_dates = within.first is not None or within.last is not None
    if (within.days is not None) + (within.hours is not None) + by_dates > 1:
        yield _("Say one of days, hours or dates.")
    yield from of_days(within.first, within.last)


def _amount(amount: Range | None) -> Iterator[str]:
    if amount is not None:
        yield from of_test(amount, Kind.MONEY)


def _properties(where: tuple[Where, ...]) -> Iterator[str]:
    yield from _not_too_many(where)
    for each in where:
        yield from of_property(each)


def _not_too_many(where: tuple[Where, ...]) -> Iterator[str]:
    if len(where) > WHERE_MAX:
        yield _("At most %(most)s tests can be asked at once.") % {"most": WHERE_MAX}


def _bucket(node: Bucket) -> Iterator[str]:
    if node.low >= node.high:
        yield _("This share is empty: from has to be less than to.")
    if not can_be_kept(node.salt):
        yield _("This text has a sign that cannot be kept.")
