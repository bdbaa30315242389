"""Who would have reached which challenge, by the year's orders: rows of the table `given`.

`given`: part (`challenge:<key>` or `day:<key>`), person, day, tier, times (how often at once). What is asked
of events is not replayed: nobody was asked for them then.
"""

from __future__ import annotations

from typing import Any

from regulars.analytics.services import Lake
from regulars.kit.folding import fold
from regulars.loyalty.replaying.frame import Frame
from regulars.loyalty.types.challenges import Challenge, OfOrders
from regulars.offers.types import Goods

MAKE_GIVEN = """
CREATE TABLE given (part VARCHAR, person BIGINT, day DATE, tier VARCHAR, times BIGINT)
"""
_MOST = 1_000_000
"""Nobody reaches anything more often within a year."""
_WINDOWS = {
    "ever": "0",
    "campaign": "0",
    "day": "day",
    "week": "date_trunc('week', day)",
    "month": "date_trunc('month', day)",
    "year": "date_trunc('year', day)",
    "days": "(day - min(day) OVER (PARTITION BY person)) // {days}",
}
_UNITS = {
    "days": "(day - DATE '1970-01-01')",
    "weeks": "((date_trunc('week', day)::DATE - DATE '1970-01-05') // 7)",
    "months": "(year(day) * 12 + month(day))",
}
# Pieces of goods of a line, or the order itself as soon as it has such a line.
_COUNTED = """
SELECT o.n, o.person, o.day, o.tier, {count}::BIGINT AS c
FROM orders AS o {lines}
WHERE o.total >= $total_from {who} {campaign}
GROUP BY ALL HAVING c > 0
"""
_OF_LINES = "JOIN lines AS l ON l.n = o.n AND {goods}"
_FITS = "AND {person} IN (SELECT person FROM fits WHERE part = '{part}')"
_TIMES = """
INSERT INTO given
WITH counted AS ({counted}),
windows AS (SELECT *, {window} AS w FROM counted),
upto AS (SELECT *, sum(c) OVER (PARTITION BY person, w ORDER BY n ROWS UNBOUNDED PRECEDING) AS s
         FROM windows),
reached AS (SELECT *, least(s // $times, $most) - least((s - c) // $times, $most) AS k FROM upto)
SELECT $part, person, day, tier, k FROM reached WHERE k > 0
"""
# Stretches of days, weeks or months without a gap are those whose number less their place is the same.
_IN_A_ROW = """
INSERT INTO given
WITH counted AS ({counted}),
windows AS (SELECT *, {window} AS w, {unit} AS u FROM counted),
units AS (SELECT person, w, u, min(n) AS n, min(day) AS day, arg_min(tier, n) AS tier
          FROM windows GROUP BY person, w, u),
stretches AS (SELECT *, u - row_number() OVER (PARTITION BY person, w ORDER BY u) AS stretch FROM units),
places AS (SELECT *, row_number() OVER (PARTITION BY person, w, stretch ORDER BY u) AS place FROM stretches),
full_ AS (SELECT *, row_number() OVER (PARTITION BY person, w ORDER BY u) AS k
          FROM places WHERE place % $times = 0)
SELECT $part, person, day, tier, 1 FROM full_ WHERE k <= $most
"""


def make_goals(lake: Lake, frame: Frame) -> None:
    """Fill `given` with what challenges over orders would have brought."""
    for challenge in frame.programme.challenges:
        if isinstance(challenge.counted, OfOrders):
            _make(lake, challenge, challenge.counted, frame)


def fits(part: str, frame: Frame, person: str) -> str:
    """SQL that asks whether somebody fits what a part asks; empty where that is everybody."""
    return _FITS.format(person=person, part=part) if part in frame.fits else ""


def of_goods(goods: Goods, values: dict[str, Any]) -> str:
    """SQL that asks whether the line `l` is of these goods; binds their names."""
    tests = []
    named = {"product": goods.products, "category": goods.categories, "brand": goods.brands}
    for field, names in named.items():
        if names:
            values[field] = [fold(name) for name in names]
            tests.append(f"list_contains(${field}, l.{field})")
    return f"({' OR '.join(tests)})" if tests else "true"


def _make(lake: Lake, challenge: Challenge, counted: OfOrders, frame: Frame) -> None:
    part = f"challenge:{challenge.key}"
    most = (challenge.most or _MOST) if challenge.repeats else 1
    values: dict[str, Any] = {
        "part": part,
        "times": challenge.times,
        "most": most,
        "total_from": counted.total_from_minor,
    }
    by_lines = counted.pieces or not counted.goods.is_all
    goods = of_goods(counted.goods, values)
    campaign = ""
    if challenge.window == "campaign":
        campaign = "AND o.day BETWEEN $first AND $last"
        values |= {"first": challenge.first or frame.first, "last": challenge.last or frame.last}
    counting = _COUNTED.format(
        count="sum(l.pieces)" if counted.pieces else "1",
        lines=_OF_LINES.format(goods=goods) if by_lines else "",
        who=fits(part, frame, "o.person"),
        campaign=campaign,
    )
    window = _WINDOWS[challenge.window].format(days=challenge.days or 1)
    if challenge.in_a_row:
        statement = _IN_A_ROW.format(counted=counting, window=window, unit=_UNITS[challenge.in_a_row])
    else:
        statement = _TIMES.format(counted=counting, window=window)
    lake.run(statement, values)
