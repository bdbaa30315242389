"""The same by one hand-written statement: `python -m bench.loyalty.tiers_bare TURN`.

It reads all orders at once, knows the one zone there is, writes whose row differs and who is to be warned,
and holds the table for as long as it takes.
"""

from __future__ import annotations

import sys

import django

django.setup()

from datetime import timedelta  # noqa: E402
from typing import Any  # noqa: E402

from django.db import connection, transaction  # noqa: E402

from bench.loyalty.tiers_fill import LEVELS, NOW  # noqa: E402
from bench.processes import measured  # noqa: E402

_RECKON = """
WITH back AS (
    SELECT order_id, sum(amount_minor) AS amount FROM (
        SELECT order_id, amount_minor FROM commerce_orderreturn
        UNION ALL SELECT order_id, amount_minor FROM commerce_credit WHERE order_id IS NOT NULL
    ) AS b GROUP BY order_id
), measured AS (
    SELECT p.person_id, sum(o.amount_minor - coalesce(b.amount, 0))::bigint AS measured,
           min(o.ordered_at) AS first_at
    FROM commerce_order AS o
    JOIN customers_profile AS p ON p.id = o.profile_id
    LEFT JOIN back AS b ON b.order_id = o.id
    WHERE o.currency = 'RUB' AND o.status <> 'cancelled'
      AND o.ordered_at >= ((%(now)s AT TIME ZONE 'Europe/Moscow')::date - 364)::timestamp
                          AT TIME ZONE 'Europe/Moscow'
      AND o.ordered_at <= %(now)s
    GROUP BY p.person_id
), fitted AS (
    SELECT s.person_id, s.tier, s.ends_at, coalesce(m.measured, 0) AS measured,
           width_bucket(coalesce(m.measured, 0), %(levels)s::bigint[]) AS fit,
           coalesce(array_position(%(keys)s::text[], s.tier), 0) AS was,
           ((m.first_at AT TIME ZONE 'Europe/Moscow')::date + 365)::timestamp AT TIME ZONE 'Europe/Moscow'
               AS next_at
    FROM bench_tiers AS s LEFT JOIN measured AS m USING (person_id)
), decided AS (
    SELECT f.*,
           coalesce((%(keys)s::text[])[CASE WHEN fit >= was OR ends_at <= %(now)s THEN fit ELSE was END], '')
               AS has,
           coalesce((%(keys)s::text[])[fit], '') AS fits,
           CASE WHEN fit >= was OR ends_at <= %(now)s THEN NULL ELSE coalesce(ends_at,
               ((%(now)s AT TIME ZONE 'Europe/Moscow')::date + 31)::timestamp AT TIME ZONE 'Europe/Moscow')
           END AS ends
    FROM fitted AS f
), changed AS (
    UPDATE bench_tiers AS s
    SET tier = d.has, fits = d.fits, measured_minor = d.measured, ends_at = d.ends,
        due_at = least(d.next_at, d.ends), since = CASE WHEN d.has <> d.tier THEN %(now)s ELSE s.since END
    FROM decided AS d
    WHERE s.person_id = d.person_id
      AND (s.tier, s.fits, s.measured_minor, s.ends_at, s.due_at)
          IS DISTINCT FROM (d.has, d.fits, d.measured, d.ends, least(d.next_at, d.ends))
    RETURNING s.person_id, s.tier, s.ends_at
)
INSERT INTO bench_passed SELECT person_id, tier, ends_at FROM changed WHERE ends_at IS NOT NULL
"""
_DIFFER = """
SELECT count(*) FROM loyalty_tierstanding AS o FULL JOIN bench_tiers AS b USING (person_id)
WHERE (o.tier, o.fits, o.measured_minor, o.ends_at, o.due_at)
      IS DISTINCT FROM (b.tier, b.fits, b.measured_minor, b.ends_at, b.due_at)
"""


@transaction.atomic
def reckon(values: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(_RECKON, values)
        return int(cursor.rowcount)


def main(turn: int) -> None:
    """Raises RuntimeError where it comes to something else than the services."""
    values = {
        "now": NOW + timedelta(minutes=turn),
        "levels": list(LEVELS[turn % len(LEVELS)]),
        "keys": ["silver", "gold", "platinum"],
    }
    measured(lambda: reckon(values))
    with connection.cursor() as cursor:
        cursor.execute(_DIFFER)
        if differ := cursor.fetchone()[0]:
            raise RuntimeError(f"{differ} people stand elsewhere")


if __name__ == "__main__":
    main(int(sys.argv[1]))
