"""What personal days brought, and when somebody's next one is."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from regulars.customers.types import ANONYMOUS
from regulars.kit import sql
from regulars.loyalty.queries.lots import zones_of
from regulars.loyalty.queries.programme import current
from regulars.loyalty.rules import days as rules
from regulars.loyalty.types.days import DayFigures, NextDay, PersonalDay

YEAR = timedelta(days=365)
COMING_DAYS = 30

_GIVEN = """
SELECT part, count(*), count(*) FILTER (WHERE state = 'used') FROM loyalty_grant
WHERE mechanic = 'day' AND state <> 'withdrawn' AND given_at > %s GROUP BY part
"""
_BIRTHDAYS = """
SELECT count(*), count(*) FILTER (
    WHERE EXTRACT(MONTH FROM birthday) * 100 + EXTRACT(DAY FROM birthday) = ANY(%s::numeric[])
) FROM customers_personattributes WHERE birthday IS NOT NULL
"""
_OF_PERSON = """
SELECT
    (SELECT a.birthday FROM customers_personattributes AS a WHERE a.person_id = %(person)s),
    (SELECT min(o.ordered_at) FROM facts_profiles AS p JOIN facts_orders AS o ON o.profile_id = p.profile_id
     WHERE p.person_id = %(person)s AND o.status <> 'cancelled'),
    (SELECT min(p.created_at) FROM customers_profile AS p
     WHERE p.person_id = %(person)s AND p.source <> %(devices)s),
    (SELECT min(p.id) FROM customers_profile AS p WHERE p.person_id = %(person)s)
"""
_HAD = """
SELECT t.key, t.day FROM loyalty_dayturn AS t JOIN customers_profile AS p ON p.id = t.profile_id
WHERE p.person_id = %s AND t.given
"""


def days_overview(*, now: datetime) -> tuple[DayFigures, ...]:
    """The personal days of the programme that holds now, in its order."""
    version = current(now)
    if version is None or not version.programme.personal_days:
        return ()
    given = {part: (count, used) for part, count, used in sql.rows(_GIVEN, [now - YEAR])}
    days = version.programme.personal_days
    known, coming = _birthdays(now) if any(day.which == "birthday" for day in days) else (0, 0)
    return tuple(
        DayFigures(
            day=day,
            given=given.get(day.key, (0, 0))[0],
            used=given.get(day.key, (0, 0))[1],
            known=known if day.which == "birthday" else None,
            coming=coming if day.which == "birthday" else None,
        )
        for day in days
    )


def days_of(*, person_id: int, now: datetime) -> tuple[NextDay, ...]:
    """Somebody's next personal days of the programme that holds, the soonest first; of each part one."""
    version = current(now)
    if version is None or not version.programme.running or not version.programme.personal_days:
        return ()
    values = {"person": person_id, "devices": ANONYMOUS}
    ((birthday, bought_at, known_at, profile_id),) = sql.rows(_OF_PERSON, values)
    if profile_id is None:
        return ()
    zone = zones_of(profile_ids=[profile_id])[profile_id]
    today = now.astimezone(zone).date()
    had = set(sql.rows(_HAD, [person_id]))
    origins = {
        "first_order": bought_at and bought_at.astimezone(zone).date(),
        "registered": known_at and known_at.astimezone(zone).date(),
        "birthday": birthday,
    }
    found = []
    for day in version.programme.personal_days:
        on = _next(day, origins.get(day.which), today)
        if on is not None:
            found.append(
                NextDay(
                    day=day,
                    on=on,
                    days=(on - today).days,
                    had=(day.key, on) in had,
                )
            )
    return tuple(sorted(found, key=lambda one: one.on))


def _next(day: PersonalDay, origin: date | None, today: date) -> date | None:
    if day.which == "date":
        return rules.next_day(month=day.month or 1, day=day.day or 1, today=today)
    if origin is None:
        return None
    not_before = None if day.which == "birthday" else rules.anniversary_from(origin)
    return rules.next_day(month=origin.month, day=origin.day, today=today, not_before=not_before)


def _birthdays(now: datetime) -> tuple[int, int]:
    """Of how many people the birthday is known, and how many have it within 30 days."""
    today = now.date()
    days = [today + timedelta(days=number) for number in range(COMING_DAYS + 1)]
    ((known, coming),) = sql.rows(_BIRTHDAYS, [sorted(rules.numbers_of(days))])
    return known, coming
