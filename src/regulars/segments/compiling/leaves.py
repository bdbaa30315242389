"""Each kind of node as a condition in SQL. NULL is no, so only `Not` has to turn it into false."""

from __future__ import annotations

from regulars.kit.attributes import Attribute
from regulars.segments.compiling import happenings, orders
from regulars.segments.compiling.asking import Asking, Written
from regulars.segments.compiling.passing import passes
from regulars.segments.types import (
    AllOf,
    AnyOf,
    Bought,
    Bucket,
    Condition,
    Did,
    Has,
    InSegment,
    Not,
    Sequence,
)


def asked(asking: Asking, condition: Condition) -> str:
    """The condition on the row `u` of facts_customers and what is joined to it."""
    match condition:
        case AllOf():
            return _together(asking, condition.of, " AND ", "true")
        case AnyOf():
            return _together(asking, condition.of, " OR ", "false")
        case Not():
            return f"({asked(asking, condition.of)} IS NOT TRUE)"
        case Has():
            return _has(asking, condition)
        case Did():
            return happenings.did(asking, condition)
        case Sequence():
            return happenings.sequence(asking, condition)
        case Bought():
            return orders.bought(asking, condition)
        case InSegment():
            return _in_segment(asking, condition)
        case Bucket():
            return _bucket(asking, condition)


def _together(asking: Asking, conditions: tuple[Condition, ...], word: str, of_nothing: str) -> str:
    return f"({word.join(asked(asking, each) for each in conditions)})" if conditions else of_nothing


def _has(asking: Asking, condition: Has) -> str:
    attribute = asking.known.attributes[condition.attribute]
    return passes(value(asking, attribute), attribute.kind, condition.test, asking.calendar, asking.now)


def value(asking: Asking, attribute: Attribute) -> str:
    """An attribute of the person `u`, from its relation, which is joined once."""
    relation = asking.known.relations[attribute.relation]
    expression = attribute.expression.replace("%", "%%")
    if relation.one_each:
        found = asking.rows(relation).column(expression)
    else:
        found = orders.source(asking, relation).column(expression)
    return found if attribute.of_nothing is None else f"coalesce({found}, {attribute.of_nothing})"


def _in_segment(asking: Asking, condition: InSegment) -> str:
    segment = asking.values.bind(condition.segment, "bigint")

    def make(alias: str) -> Written:
        person = f"{alias}.person_id = u.person_id AND {alias}.segment_id = {segment}"
        return Written(alias, f"LEFT JOIN segments_member AS {alias} ON {person}")

    alias = asking.join(("segment", str(condition.segment)), make).alias
    return f"({alias}.person_id IS {'NOT ' if condition.member else ''}NULL)"


def _bucket(asking: Asking, condition: Bucket) -> str:
    salt = asking.values.bind(condition.salt + ":", "text")
    place = f"mod(('x' || left(md5({salt} || u.person_id), 8))::bit(32)::bigint, 10000)"
    low, high = (asking.values.bind(n, "integer") for n in (condition.low, condition.high))
    return f"({place} >= {low} AND {place} < {high})"
