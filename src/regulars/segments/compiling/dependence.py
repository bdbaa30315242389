"""What makes the answer of a condition another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from regulars.customers.types import (
    ANONYMOUS_LINKED,
    CUSTOMERS_MERGED,
    CUSTOMERS_UNMERGED,
    PROFILE_CREATED,
)
from regulars.kit.attributes import Relation
from regulars.segments.compiling.asking import EVERYBODY, Known
from regulars.segments.compiling.orders import LINES, ORDERS
from regulars.segments.errors import BadCondition, Wrong
from regulars.segments.types import (
    AllOf,
    Anniversary,
    AnyOf,
    Bought,
    Condition,
    DaysAgo,
    Did,
    Has,
    InSegment,
    Not,
    OnDays,
    Sequence,
    Test,
)

EVERYBODY_CHANGES = frozenset(
    type_.name for type_ in (PROFILE_CREATED, ANONYMOUS_LINKED, CUSTOMERS_MERGED, CUSTOMERS_UNMERGED)
)
"""After these there may be somebody who was not there before: every condition is asked of them."""


@dataclass(frozen=True)
class Dependence:
    """See `Compiled`."""

    events: frozenset[str]
    by_figures: bool
    by_segments: frozenset[int]
    by_time: bool


def leaves(condition: Condition, path: tuple[int, ...] = ()) -> Iterator[tuple[Condition, tuple[int, ...]]]:
    """The nodes that are no and, or, not, each with the way to it."""
    match condition:
        case AllOf() | AnyOf():
            for index, each in enumerate(condition.of):
                yield from leaves(each, (*path, index))
        case Not():
            yield from leaves(condition.of, (*path, 0))
        case _:
            yield condition, path


def depends(condition: Condition, known: Known) -> Dependence:
    """What a condition depends on. Raises BadCondition if it names what there is not."""
    events, relations, segments, by_time = set(EVERYBODY_CHANGES), [], set(), False
    for leaf, path in leaves(condition):
        used = list(_relations(leaf, path, known))
        relations += used
        by_time |= any(not relation.one_each or "{now}" in relation.query for relation in used)
        tests = list(_tests(leaf))
        by_time |= any(isinstance(test, DaysAgo | Anniversary) for test in tests)
        if any(isinstance(test, OnDays | DaysAgo | Anniversary) for test in tests):
            relations += [known.relations[EVERYBODY]] if EVERYBODY in known.relations else []
        match leaf:
            case Did():
                events.add(leaf.event)
                by_time = True
            case Sequence():
                events |= {leaf.first.event, leaf.then.event}
                by_time = True
            case InSegment():
                segments.add(leaf.segment)
    return Dependence(
        frozenset(events.union(*(relation.changed_by for relation in relations))),
        any(relation.by_figures for relation in relations),
        frozenset(segments),
        by_time,
    )


def _tests(leaf: Condition) -> Iterable[Test]:
    match leaf:
        case Has():
            return [leaf.test]
        case Did() | Bought():
            return [where.test for where in leaf.where]
        case Sequence():
            return [where.test for where in leaf.first.where + leaf.then.where]
        case _:
            return []


def _relations(leaf: Condition, path: tuple[int, ...], known: Known) -> Iterator[Relation]:
    """The relations that a leaf reads."""
    if isinstance(leaf, Has):
        if leaf.attribute not in known.attributes:
            raise _unknown(path, _("There is no attribute %(name)s any more.") % {"name": leaf.attribute})
        yield known.relations[known.attributes[leaf.attribute].relation]
    elif isinstance(leaf, Bought):
        fields = {each.field for each in leaf.where}
        names = [ORDERS] if fields <= known.relations[ORDERS].fields.keys() else [LINES]
        for field in sorted(fields - known.relations[names[0]].fields.keys()):
            raise _unknown(path, _("Nothing is known of orders by the name %(name)s.") % {"name": field})
        yield known.relations[names[0]]


def _unknown(path: tuple[int, ...], message: str) -> BadCondition:
    return BadCondition(message, [Wrong(path, message)])
