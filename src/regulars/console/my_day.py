"""Whom a colleague's day asks for beside the tasks: those to call, theirs who slip away, birthdays."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import override

from regulars.analytics.types import Stage
from regulars.console.segment_pages.words import conditions_of
from regulars.console.voice import Voice
from regulars.segments.ready import BY_KEY, WORTH_A_CALL
from regulars.segments.types import SegmentRow

CALLS_SHOWN: Final = 8
"""As many as one calls in a morning; who was called makes room for the next."""
MINE_SHOWN: Final = 6
BIRTHDAYS_SHOWN: Final = 10
AHEAD: Final = timedelta(days=7)
LET_BE: Final = timedelta(days=14)
"""Somebody about whom a task was done is not put on the list to call again before that."""
SLIPPING: Final[tuple[Stage, ...]] = ("at_risk", "lapsed")
CALLS_COOKIE: Final = "regulars_calls"
CALLS_COOKIE_AGE: Final = 365 * 24 * 3600  # seconds

_LET_ALONE = """
NOT EXISTS (
    SELECT 1 FROM work_task AS t JOIN customers_profile AS c ON c.id = t.profile_id
    WHERE c.person_id = p.id AND (t.closed_at IS NULL OR t.closed_at >= %(called_since)s)
)
"""
# Those whom another colleague looks after are called by that one.
_CALLS = """
SELECT p.id FROM segments_member AS m
JOIN customers_person AS p ON p.id = m.person_id
LEFT JOIN analytics_customerfigures AS f ON f.person_id = p.id
WHERE m.segment_id = %(segment)s AND (p.manager_id IS NULL OR p.manager_id = %(user)s)
    AND {let_alone}
ORDER BY f.revenue_minor DESC NULLS LAST, p.id
LIMIT %(limit)s
"""
_SLIPPING = """
SELECT p.id FROM customers_person AS p
JOIN analytics_customerfigures AS f ON f.person_id = p.id
WHERE p.manager_id = %(user)s AND f.stage = ANY(%(stages)s) AND {let_alone}
    AND NOT p.id = ANY(%(shown)s)
ORDER BY f.revenue_minor DESC, p.id
LIMIT %(limit)s
"""
_BIRTHDAYS = """
SELECT p.id, a.birthday FROM customers_person AS p
JOIN customers_personattributes AS a ON a.person_id = p.id
WHERE p.manager_id = %(user)s AND to_char(a.birthday, 'MM-DD') = ANY(%(days)s)
ORDER BY array_position(%(days)s, to_char(a.birthday, 'MM-DD')), p.id
LIMIT %(limit)s
"""


@dataclass(frozen=True)
class Birthday:
    person: int
    day: date
    """This year's, or the next one's."""


def calls(segment_id: int, *, user_id: int, now: datetime) -> list[int]:
    """Members of a segment to call, who brought most first: nobody has called them lately, or is about to."""
    values = {"segment": segment_id, "user": user_id, "called_since": now - LET_BE, "limit": CALLS_SHOWN}
    return _persons(_CALLS, values)


def slipping_of(user_id: int, *, now: datetime, shown: Collection[int]) -> list[int]:
    """Customers a colleague looks after who are late, without those who are `shown` already."""
    return _persons(
        _SLIPPING,
        {
            "user": user_id,
            "stages": list(SLIPPING),
            "called_since": now - LET_BE,
            "shown": list(shown),
            "limit": MINE_SHOWN,
        },
    )


def birthdays_of(user_id: int, *, today: date) -> list[Birthday]:
    """Birthdays of the customers a colleague looks after, today and in the next AHEAD, the nearest first."""
    days = {key: day for day in _coming(today) for key in _keys(day)}
    with connection.cursor() as cursor:
        cursor.execute(_BIRTHDAYS, {"user": user_id, "days": list(days), "limit": BIRTHDAYS_SHOWN})
        return [Birthday(person, days[f"{born:%m-%d}"]) for person, born in cursor.fetchall()]


def _coming(today: date) -> list[date]:
    return [today + timedelta(days=n) for n in range(AHEAD.days + 1)]


def _keys(day: date) -> tuple[str, ...]:
    """The birthdays that are kept on a day: those of 29 February on the 28th of other years."""
    key = f"{day:%m-%d}"
    if key == "02-28" and (day + timedelta(days=1)).month == 3:
        return key, "02-29"
    return (key,)


def segment_to_call(rows: Iterable[SegmentRow], chosen: str) -> SegmentRow | None:
    """The one that was chosen, else the ready one: by its condition, or, changed since, by its name."""
    by_id = {row.id: row for row in rows}
    if chosen.isascii() and chosen.isdigit() and int(chosen) in by_id:
        return by_id[int(chosen)]
    ready = BY_KEY[WORTH_A_CALL]
    asked = conditions_of(by_id.values())
    as_it_came = next((row for id_, row in by_id.items() if asked.get(id_) == ready.condition), None)
    return as_it_came or next((row for row in by_id.values() if row.name in _names(ready.name)), None)


def _names(name: Promise) -> set[str]:
    """In every language: it was kept in that of whoever kept it."""
    found = set()
    for language, _language_name in settings.LANGUAGES:
        with override(language):
            found.add(str(name))
    return found


def birthday_words(birthday: Birthday, speak: Voice) -> str:
    if birthday.day == speak.today:
        return _("birthday today")
    if birthday.day == speak.today + timedelta(days=1):
        return _("birthday tomorrow")
    return _("birthday on %(day)s") % {"day": speak.day(birthday.day)}


def _persons(statement: str, values: dict[str, Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement.replace("{let_alone}", _LET_ALONE), values)
        return [person for (person,) in cursor.fetchall()]
