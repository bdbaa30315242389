"""Whose personal day it is: found by the day alone, and sorted out by each customer's calendar."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from regulars.customers.types import ANONYMOUS, SHOP
from regulars.kit import sql
from regulars.loyalty.queries.lots import zones_of
from regulars.loyalty.rules import days as rules
from regulars.loyalty.types.days import PersonalDay

_YEARS_MAX = 60
"""Of an anniversary; longer ago no shop wrote down an order."""

# Who had a turn of that part about then: of that year, or so near that only a changed birthday makes two.
_NO_TURN = """
NOT EXISTS (
    SELECT FROM loyalty_dayturn AS t JOIN customers_profile AS mine ON mine.id = t.profile_id
    WHERE mine.person_id = f.person_id AND t.key = %(key)s
      AND t.day > %(about)s::date - %(apart)s::int AND t.day < %(about)s::date + %(apart)s::int
)
"""
# What the day finds comes first and by itself: asked together with the order of the people, the database
# would go through all of them.
_OF_FOUND = f"""
SELECT f.person_id, min(f.origin)::text FROM found AS f
WHERE f.person_id > %(after)s AND {_NO_TURN}
GROUP BY f.person_id ORDER BY f.person_id LIMIT %(most)s
"""  # noqa: S608 (a text of ours)
# EXTRACT as in the index of customers.
_BIRTHDAYS = f"""
WITH found AS MATERIALIZED (
    SELECT a.person_id, a.birthday AS origin
    FROM customers_personattributes AS a JOIN customers_person AS who ON who.id = a.person_id AND who.known
    WHERE a.birthday IS NOT NULL
      AND EXTRACT(MONTH FROM a.birthday) * 100 + EXTRACT(DAY FROM a.birthday) = ANY(%(numbers)s::numeric[])
)
{_OF_FOUND}
"""  # noqa: S608
# OFFSET 0: each span is looked up by the index of moments, whatever else is asked.
_FIRST_ORDERS = f"""
WITH ordered AS MATERIALIZED (
    SELECT p.person_id, o.ordered_at AS origin, w.since
    FROM unnest(%(since)s::timestamptz[], %(until)s::timestamptz[]) AS w (since, until)
    CROSS JOIN LATERAL (
        SELECT o.profile_id, o.ordered_at FROM facts_orders AS o
        WHERE o.ordered_at >= w.since AND o.ordered_at < w.until AND o.status <> 'cancelled' OFFSET 0
    ) AS o
    JOIN facts_profiles AS p ON p.profile_id = o.profile_id
), found AS MATERIALIZED (
    SELECT r.person_id, r.origin FROM ordered AS r
    WHERE NOT EXISTS (
        SELECT FROM facts_profiles AS q CROSS JOIN LATERAL (
            SELECT FROM facts_orders AS e
            WHERE e.profile_id = q.profile_id AND e.status <> 'cancelled' AND e.ordered_at < r.since
            OFFSET 0
        ) AS e
        WHERE q.person_id = r.person_id
    )
)
{_OF_FOUND}
"""  # noqa: S608
_REGISTERED = f"""
WITH came AS MATERIALIZED (
    SELECT c.person_id, c.created_at AS origin, w.since
    FROM unnest(%(since)s::timestamptz[], %(until)s::timestamptz[]) AS w (since, until)
    CROSS JOIN LATERAL (
        SELECT p.person_id, p.created_at FROM customers_profile AS p
        WHERE p.created_at >= w.since AND p.created_at < w.until AND p.source <> 'anonymous' OFFSET 0
    ) AS c
), found AS MATERIALIZED (
    SELECT c.person_id, c.origin FROM came AS c WHERE NOT EXISTS (
        SELECT FROM customers_profile AS q
        WHERE q.person_id = c.person_id AND q.source <> 'anonymous' AND q.created_at < c.since
    )
)
{_OF_FOUND}
"""  # noqa: S608
_EVERYBODY = f"""
SELECT f.person_id, NULL FROM (SELECT id AS person_id FROM customers_person WHERE known) AS f
WHERE f.person_id > %(after)s AND {_NO_TURN}
ORDER BY f.person_id LIMIT %(most)s
"""  # noqa: S608
_PROFILES = """
SELECT DISTINCT ON (p.person_id) p.person_id, p.id FROM customers_profile AS p
WHERE p.person_id = ANY(%(persons)s) AND p.source <> %(devices)s
ORDER BY p.person_id, p.source <> %(shop)s, p.id
"""
_HAD = """
SELECT p.person_id, t.day FROM loyalty_dayturn AS t JOIN customers_profile AS p ON p.id = t.profile_id
WHERE p.person_id = ANY(%s) AND t.key = %s
"""
_FIRST_YEAR = """
SELECT least((SELECT min(ordered_at) FROM commerce_order), (SELECT min(created_at) FROM customers_profile
              WHERE source <> 'anonymous'))
"""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody whose day it may be. `origin`: their birthday, or the moment of what the day remembers; empty
    where the day is everybody's."""

    person_id: int
    origin: str


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose day it is by their calendar: `day` is the day itself."""

    person_id: int
    profile_id: int
    day: date


def candidates(
    of: PersonalDay, *, days: Sequence[date], now: datetime, after: int, most: int
) -> Sequence[Candidate]:
    """People whose day may be one of these, which follow each other, and who had no turn yet, in the order of
    their numbers. `after`: the last number there was.
    """
    values: dict[str, Any] = {
        "key": of.key,
        "about": days[len(days) // 2],
        # Whom this lets through, `turns` looks at by their own day.
        "apart": max(1, rules.apart_days(of) - len(days)),
        "after": after,
        "most": most,
    }
    if of.which == "birthday":
        return _found(_BIRTHDAYS, values | {"numbers": sorted(rules.numbers_of(days))})
    if of.which == "date":
        assert of.month is not None  # noqa: S101 (publishing sees to it)
        assert of.day is not None  # noqa: S101
        is_near = any(rules.day_in(day.year, of.month, of.day) == day for day in days)
        return _found(_EVERYBODY, values) if is_near else ()
    spans = rules.spans_of(days, years=range(1, _years(now) + 1))
    values |= {"since": [since for since, _ in spans], "until": [until for _, until in spans]}
    return _found(_FIRST_ORDERS if of.which == "first_order" else _REGISTERED, values)


def turns(of: PersonalDay, found: Collection[Candidate], *, now: datetime) -> list[Turn]:
    """Of these, whose window is open by their own calendar and who had no turn of that day yet."""
    persons = [one.person_id for one in found]
    profiles: dict[int, int] = dict(
        sql.rows(_PROFILES, {"persons": persons, "devices": ANONYMOUS, "shop": SHOP})
    )
    had: dict[int, list[date]] = {}
    for person_id, day in sql.rows(_HAD, [persons, of.key]):
        had.setdefault(person_id, []).append(day)
    zones = zones_of(profile_ids=profiles.values())
    turns_: list[Turn] = []
    for one in found:
        if (profile_id := profiles.get(one.person_id)) is None:
            continue
        day = _day(of, one.origin, now=now, zone=zones[profile_id])
        if day is not None and all(rules.is_another(of, day, other) for other in had.get(one.person_id, ())):
            turns_.append(Turn(one.person_id, profile_id, day))
    return turns_


def _day(of: PersonalDay, origin: str, *, now: datetime, zone: ZoneInfo) -> date | None:
    today = now.astimezone(zone).date()
    if of.which == "date":
        return rules.open_day(of, month=of.month or 1, day=of.day or 1, today=today)
    if of.which == "birthday":
        born = date.fromisoformat(origin)
        return rules.open_day(of, month=born.month, day=born.day, today=today)
    was = datetime.fromisoformat(origin).astimezone(zone).date()
    return rules.open_day(
        of, month=was.month, day=was.day, today=today, not_before=rules.anniversary_from(was)
    )


def _years(now: datetime) -> int:
    """How many years back something may be remembered."""
    first = sql.value(_FIRST_YEAR)
    return 0 if first is None else min(_YEARS_MAX, max(0, now.year - first.year) + 1)


def _found(statement: str, values: dict[str, Any]) -> list[Candidate]:
    return [Candidate(person_id, origin or "") for person_id, origin in sql.rows(statement, values)]
