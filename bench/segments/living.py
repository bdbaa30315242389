"""A shop whose twenty segments are ready: `python -m bench.segments.living CUSTOMERS`."""

from __future__ import annotations

import sys
from datetime import datetime

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from bench.segments.fill import NOW, fill  # noqa: E402
from bench.segments.twenty import own, ready  # noqa: E402
from regulars.events import registry  # noqa: E402
from regulars.events.services import make_months, open_epoch_if_moved, start_again  # noqa: E402
from regulars.events.types import Start  # noqa: E402
from regulars.segments import queries, services  # noqa: E402
from regulars.segments.types import Condition, State  # noqa: E402

# As a run leaves them. What changes by the day is put in by `score`.
_FIGURES = """
INSERT INTO analytics_customerfigures
    (person_id, profile_id, orders, revenue_minor, currency, first_day, last_day, purchase_days,
     average_order_minor, usual_gap_days, r, f, m, segment, stage, channel, computed_at)
SELECT p.person_id, min(p.profile_id), count(*), sum(o.amount_minor), 'RUB', min(o.ordered_at)::date,
    max(o.ordered_at)::date, count(DISTINCT o.ordered_at::date), avg(o.amount_minor)::bigint, 60, 1,
    least(5, count(*)), 1 + least(4, sum(o.amount_minor) / 1000000), '', '', 'search', %(now)s
FROM commerce_order AS o JOIN facts_profiles AS p USING (profile_id)
WHERE o.status <> 'cancelled' GROUP BY p.person_id
"""
# The scores as of a day; who has others than before is marked, as a run marks them.
_SCORE = """
WITH scored AS (
    SELECT person_id, days,
        5 - least(4, days / 90) AS r,
        CASE WHEN days > 360 THEN 'lost' WHEN days > 180 THEN 'lapsed' WHEN days > 90 THEN 'at_risk'
             WHEN orders >= 4 THEN 'regular' WHEN orders >= 2 THEN 'active' ELSE 'new' END AS stage,
        CASE WHEN days > 180 THEN 'at_risk' WHEN orders >= 5 THEN 'champions' ELSE 'loyal' END AS segment
    FROM (SELECT person_id, orders, %(day)s::date - last_day AS days FROM analytics_customerfigures) AS f
), changed AS (
    UPDATE analytics_customerfigures AS f SET r = s.r, stage = s.stage, segment = s.segment
    FROM scored AS s WHERE s.person_id = f.person_id
      AND (f.r, f.stage, f.segment) IS DISTINCT FROM (s.r, s.stage, s.segment)
    RETURNING f.person_id
)
INSERT INTO analytics_figuresmark (person_id, is_more) SELECT person_id, false FROM changed
"""


def score(day: datetime) -> int:
    """What a nightly run changes by that day; says of how many."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(_SCORE, {"day": day})
        return int(cursor.rowcount)


def live(size: int) -> list[int]:
    """Fill an empty database and make the segments ready; gives their ids."""
    fill(size)
    open_epoch_if_moved(now=NOW)
    make_months(now=NOW)
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES, {"now": NOW})
    score(NOW)
    for consumer in registry.consumers():  # the shop was filled past them
        start_again(consumer.name, from_=Start.NOW, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE analytics_figuresmark")
        cursor.execute("VACUUM ANALYZE")
    made = {name: _make(name, condition) for name, condition in ready()}
    made |= {name: _make(name, condition) for name, condition in own(made["regulars"]).items()}
    return list(made.values())


def _make(name: str, condition: Condition) -> int:
    segment = services.make_segment(name=name, condition=condition, now=NOW)
    services.build(segment_id=segment, now=NOW)
    row = queries.segment(segment)
    if row is None or row.state is not State.READY:
        raise RuntimeError(f"the segment {name} was not built")
    return segment


def main(size: int) -> None:
    call_command("migrate", verbosity=0)
    live(size)


if __name__ == "__main__":
    main(int(sys.argv[1]))
