"""What happened to a person, from the log, in SQL."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from functools import partial

from regulars.events import registry
from regulars.segments.compiling.asking import Asking, Source, Written
from regulars.segments.compiling.properties import where_passes
from regulars.segments.compiling.windows import bounds
from regulars.segments.types import EVER, Anniversary, DaysAgo, Did, OnDays, Sequence, Step, Where

# What has not happened yet is left out of the count; there is hardly ever such a thing.
_COUNTED = """
sum(CASE WHEN k.last_at <= {now} THEN k.count
         WHEN k.first_at > {now} THEN 0
         ELSE (SELECT count(*) FROM events AS e
               WHERE e.profile_id = k.profile_id AND e.name = k.name AND e.occurred_at <= {now}) END)
"""
# The next `then` after each `first`, in one pass over a person's happenings from the last to the first.
_SEQUENCE = """
LEFT JOIN (
    SELECT DISTINCT person_id FROM (
        SELECT p.person_id, e.occurred_at AS at, {is_first} AS is_first,
            min(e.occurred_at) FILTER (WHERE {is_then}) OVER (
                PARTITION BY p.person_id ORDER BY e.occurred_at DESC
                RANGE BETWEEN UNBOUNDED PRECEDING AND interval '1 microsecond' PRECEDING
            ) AS then_at
        FROM {rows} WHERE {where}
    ) AS happened
    WHERE is_first AND {answer}
) AS {alias} ON {alias}.person_id = u.person_id
"""
ZONES = """
 LEFT JOIN (SELECT person_id AS zone_of, timezone AS zone FROM facts_customers) AS zones
 ON zones.zone_of = {person}
"""
ZONE = "zones.zone"
"""The zone of whom a row is of, where `with_zones` joined it."""


def did(asking: Asking, condition: Did) -> str:
    """An event happened so many times."""
    if condition.within == EVER and not condition.where:
        count = _counts(asking, condition.event)
    else:
        source = _source(asking, condition.event, condition.where)
        filters = passing(asking, condition.where)
        count = source.column("count(*)", bounds(asking, "e.occurred_at", condition.within, *filters))
    return so_many(asking, count, condition.at_least, condition.at_most)


def so_many(asking: Asking, count: str, at_least: int, at_most: int | None) -> str:
    """A count that is NULL where there is nothing; who has nothing passes only if none is enough."""
    if at_least == 0:
        count = f"coalesce({count}, 0)"
    found = [] if at_least == 0 else [f"{count} >= {asking.values.bind(at_least, 'bigint')}"]
    found += [] if at_most is None else [f"{count} <= {asking.values.bind(at_most, 'bigint')}"]
    return f"({' AND '.join(found) or 'true'})"


def sequence(asking: Asking, condition: Sequence) -> str:
    """One event and then, or not then, another."""
    alias = asking.join(("sequence", repr(condition)), partial(_sequence, asking, condition)).alias
    return f"({alias}.person_id IS NOT NULL)"


def _sequence(asking: Asking, condition: Sequence, alias: str) -> Written:
    minutes = f"make_interval(mins => {asking.values.bind(condition.minutes, 'integer')})"
    if condition.happened:
        answer = f"then_at <= at + {minutes}"
    else:
        over = f"at + {minutes} <= {asking.moment(asking.now)}"
        answer = f"{over} AND (then_at <= at + {minutes}) IS NOT TRUE"
    is_first, is_then = (step(asking, one) for one in (condition.first, condition.then))
    since = asking.moment(asking.now - timedelta(days=condition.days))
    names = {condition.first.event, condition.then.event}
    where = [
        *of_names(asking, names),
        f"e.occurred_at > {since}",
        *_until_now(asking),
        f"({is_first} OR {is_then})",
    ]
    join = _SEQUENCE.format(
        is_first=is_first,
        is_then=is_then,
        rows=rows(dated=dated(condition.first.where + condition.then.where)),
        where=" AND ".join(where),
        answer=answer,
        alias=alias,
    )
    return Written(alias, join)


def step(asking: Asking, one: Step) -> str:
    """Whether an event `e` is that of a step."""
    name = f"e.name = {asking.values.bind(one.event, 'text')}"
    return f"({' AND '.join([name, *passing(asking, one.where)])})"


def passing(asking: Asking, where: tuple[Where, ...]) -> list[str]:
    """Whether an event `e` passes tests of its properties."""
    calendar = asking.calendar_of(ZONE)
    return [where_passes(each, "e.properties", calendar, asking.now) for each in where]


def rows(*, dated: bool) -> str:
    """Events `e` with whose they are; with their calendars if one of the tests is of days."""
    events = "events AS e JOIN facts_profiles AS p ON p.profile_id = e.profile_id"
    return events + ZONES.format(person="p.person_id") if dated else events


def dated(where: tuple[Where, ...]) -> bool:
    """Whether the answer of one of the tests depends on the calendar."""
    return any(isinstance(each.test, OnDays | DaysAgo | Anniversary) for each in where)


def of_names(asking: Asking, names: Collection[str]) -> list[str]:
    """Only events `e` of these names. That of a class leaves out the partitions of the other one."""
    types = {type_.name: type_.class_ for type_ in registry.registered()}
    if len(names) == 1:
        found = [f"e.name = {asking.values.bind(next(iter(names)), 'text')}"]
    else:
        found = [f"e.name = ANY({asking.values.bind(sorted(names), 'text[]')})"]
    if len(classes := {types.get(name) for name in names}) == 1 and (class_ := classes.pop()):
        found.append(f"e.class = {asking.values.bind(class_.value, 'text')}")
    return found


def _source(asking: Asking, event: str, where: tuple[Where, ...]) -> Source:
    with_days = dated(where)

    def make(alias: str) -> Source:
        conditions = [*of_names(asking, [event]), *_until_now(asking)]
        return Source(rows(dated=with_days), "e.occurred_at", alias, conditions)

    return asking.join(("event", event, str(with_days)), make)


def _until_now(asking: Asking) -> list[str]:
    return [f"e.occurred_at <= {asking.moment(asking.now)}", asking.scope("e.profile_id")]


def _counts(asking: Asking, event: str) -> str:
    """How often an event ever happened."""

    def make(alias: str) -> Source:
        rows = "event_counts AS k JOIN facts_profiles AS p ON p.profile_id = k.profile_id"
        name = f"k.name = {asking.values.bind(event, 'text')}"
        return Source(rows, "k.first_at", alias, [name, asking.scope("k.profile_id")])

    source = asking.join(("counts", event), make)
    return source.column(_COUNTED.format(now=asking.moment(asking.now)))
