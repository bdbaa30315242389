"""Whose personal days lay in the year: rows of the table `given` (see `goals`), one a person and year.

Birthdays as they are known today. Whose day it is has to be known as a customer by then.
"""

from __future__ import annotations

from regulars.analytics.services import Lake
from regulars.loyalty.replaying.frame import Frame
from regulars.loyalty.replaying.goals import fits
from regulars.loyalty.types.days import PersonalDay

# The moments whose day of the year comes round; a birthday counts also in the year of its own.
_KNOWN = "SELECT person_id AS person, {on} AS on_, known_since::DATE{later} AS since FROM people"
_OF = {
    "birthday": _KNOWN.format(on="birthday::DATE", later=""),
    "registered": _KNOWN.format(on="known_since::DATE", later=" + 1"),
    "first_order": "SELECT person, on_, on_ + 1 AS since FROM first_orders",
    "date": _KNOWN.format(on="$date::DATE", later=""),
}
_FIRST_ORDERS = """
CREATE TABLE first_orders AS
SELECT p.person_id AS person, timezone($zone, min(l.happened_at))::DATE AS on_
FROM order_lines AS l JOIN profiles AS p USING (profile_id) WHERE l.kind = 'sale' GROUP BY p.person_id
"""
# 29 February is the 28th where there is none: a month's last day bounds the day.
_GIVEN = """
INSERT INTO given
WITH them AS ({of}),
years AS (
    SELECT person, since, make_date(y, month(on_), least(day(on_),
               day(last_day(make_date(y, month(on_), 1))))) AS that_day
    FROM them, unnest(generate_series($first_year, $last_year)) AS t(y) WHERE on_ IS NOT NULL
), opened AS (SELECT *, that_day - $before::INTEGER AS opens FROM years),
those AS (SELECT * FROM opened WHERE opens BETWEEN $first AND $last AND since <= that_day + $after::INTEGER)
SELECT $part, t.person, t.opens, coalesce(o.tier, ''), 1
FROM those AS t ASOF LEFT JOIN orders AS o ON o.person = t.person AND o.day <= t.opens
WHERE true {who}
"""


def make_days(lake: Lake, frame: Frame) -> None:
    """Fill `given` with what personal days would have brought."""
    if any(day.which == "first_order" for day in frame.programme.personal_days):
        lake.run(_FIRST_ORDERS, {"zone": frame.zone})
    for day in frame.programme.personal_days:
        _make(lake, day, frame)


def _make(lake: Lake, day: PersonalDay, frame: Frame) -> None:
    part = f"day:{day.key}"
    values = {
        "part": part,
        "first": frame.first,
        "last": frame.last,
        "first_year": frame.first.year,
        "last_year": frame.last.year + 1,
        "before": day.before,
        "after": day.after,
    }
    if day.which == "date":
        values["date"] = f"2000-{day.month or 1:02}-{day.day or 1:02}"
    lake.run(_GIVEN.format(of=_OF[day.which], who=fits(part, frame, "t.person")), values)
