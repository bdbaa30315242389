"""What persons come to by the measure of the tiers: SQL over those asked about, one measure in one place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from regulars.customers import queries as customers
from regulars.kit import sql
from regulars.loyalty.rules.tiers import ROLLING_DAYS, YEARS_COUNTED, counted_from, kept_until
from regulars.loyalty.rules.zones import known_zone
from regulars.loyalty.types import POINTS, Programme
from regulars.loyalty.types.tiers import Measure, Span, Tiers
from regulars.team import queries as team

# A day begins where the clocks say it does; who is looked at too early is looked at again.
_LEAVES: dict[Span, str] = {
    "rolling_year": f"""
        ((min(c.at AT TIME ZONE a.zone)::date + {ROLLING_DAYS})::timestamp AT TIME ZONE a.zone)""",
    "calendar_year": f"""
        (make_date(extract(year FROM min(c.at AT TIME ZONE a.zone))::int + {YEARS_COUNTED}, 1, 1)::timestamp
         AT TIME ZONE a.zone)""",
    "ever": "NULL::timestamptz",
}
# Each gives what counts of a person `a.person_id`, from `a.counts_from` on: at which moment how much.
_ORDERS = """
    SELECT o.ordered_at AS at, {amount} AS amount
    FROM facts_profiles AS p JOIN facts_orders AS o ON o.profile_id = p.profile_id
    WHERE p.person_id = a.person_id AND o.ordered_at >= a.counts_from
      AND o.currency = %(currency)s AND o.status <> 'cancelled'
"""
_COUNTS: dict[Measure, str] = {
    "spend": _ORDERS.format(amount="o.amount_minor"),
    "orders": _ORDERS.format(amount="(o.amount_minor > 0)::int::bigint"),
    "points": """
    SELECT l.earned_at AS at, l.settled_minor AS amount
    FROM facts_profiles AS p
    JOIN loyalty_wallet AS w ON w.profile_id = p.profile_id AND w.currency = %(points)s
    JOIN loyalty_lot AS l ON l.wallet_id = w.id
    WHERE p.person_id = a.person_id AND l.earned_at >= a.counts_from
      AND l.order_id <> '' AND l.settled_minor > 0
""",
}
_BEFORE = """
SELECT a.number, (SELECT {sum} FROM ({counts}) AS c WHERE c.at < a.before)
FROM unnest(%(numbers)s::bigint[], %(persons)s::bigint[], %(moments)s::timestamptz[],
            %(froms)s::timestamptz[]) AS a (number, person_id, before, counts_from)
"""


def _sum(which: str = "") -> str:
    """What amounts come to, as far as a number reaches: orders of absurd sums stop nobody else's."""
    return f"least(coalesce(sum(c.amount) {which}, 0), {2**63 - 1})::bigint"


def asked_sql(persons: str) -> str:
    """`asked`: those of `persons` (SQL that gives `person_id`) with the days of their calendar.

    `zone`, `counts_from`, `kept_until`: who has no zone of their own has the shop's.
    """
    return f"""
asked AS MATERIALIZED (
    SELECT who.*, z.zone, z.counts_from, z.kept_until
    FROM ({persons}) AS who
    LEFT JOIN customers_personattributes AS about ON about.person_id = who.person_id
    JOIN unnest(%(names)s::text[], %(zones)s::text[], %(froms)s::timestamptz[], %(untils)s::timestamptz[])
        AS z (name, zone, counts_from, kept_until)
        ON z.name = CASE WHEN about.timezone = ANY(%(names)s) THEN about.timezone ELSE '' END
)"""  # noqa: S608 (texts of ours)


def measured_sql(tiers: Tiers) -> str:
    """`measured`: `asked` with `measures` as of now, and `next_at`, when time may make that another."""
    return f"""
measured AS (
    SELECT a.*, m.measures, m.next_at
    FROM asked AS a, LATERAL (
        SELECT {_sum("FILTER (WHERE c.at <= %(now)s)")} AS measures,
               least({_LEAVES[tiers.span]}, min(c.at) FILTER (WHERE c.at > %(now)s)) AS next_at
        FROM ({_COUNTS[tiers.measure]}) AS c
    ) AS m
)"""  # noqa: S608


def measured_before(
    tiers: Tiers, programme: Programme, asked: Sequence[tuple[int, int, datetime, ZoneInfo]]
) -> dict[int, int]:
    """What persons came to before some moment, as it stands; asked by (number, person, moment, zone)."""
    rows = [
        (number, person_id, at, counted_from(tiers.span, now=at, zone=zone))
        for number, person_id, at, zone in asked
    ]
    numbers, persons, moments, froms = sql.columns(rows)
    values = {
        "numbers": numbers,
        "persons": persons,
        "moments": moments,
        "froms": froms,
        "currency": programme.currency or team.shop().currency,
        "points": POINTS,
    }
    return dict(sql.rows(_BEFORE.format(sum=_sum(), counts=_COUNTS[tiers.measure]), values))


def measuring_values(tiers: Tiers, programme: Programme, now: datetime) -> dict[str, Any]:
    """What those two take."""
    own = {name: zone for name in customers.zones_of_customers() if (zone := known_zone(name)) is not None}
    shop = team.shop()
    zones = {"": ZoneInfo(shop.timezone), **own}
    return {
        "now": now,
        "currency": programme.currency or shop.currency,
        "points": POINTS,
        "names": list(zones),
        "zones": [zone.key for zone in zones.values()],
        "froms": [counted_from(tiers.span, now=now, zone=zone) for zone in zones.values()],
        "untils": [kept_until(tiers.grace_days, now=now, zone=zone) for zone in zones.values()],
    }
