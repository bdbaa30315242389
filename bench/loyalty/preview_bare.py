"""The least that can be done: the same lines read from the lake and put together into orders, once."""

from __future__ import annotations

import django

django.setup()

from bench.loyalty.preview_ours import NOW, programme  # noqa: E402
from bench.processes import measured  # noqa: E402
from regulars.analytics.compute import lake  # noqa: E402
from regulars.analytics.compute.engine import connection  # noqa: E402
from regulars.loyalty.services.year import frame_of  # noqa: E402

_SCAN = """
SELECT count(*), sum(total)::BIGINT, count(DISTINCT person_id), sum(hash(goods) % 2)
FROM (
    SELECT l.order_id, any_value(p.person_id) AS person_id, sum(l.amount_minor) AS total,
           min(l.happened_at) FILTER (l.kind = 'sale') AS ordered_at,
           max(hash(l.product, l.category, l.quantity, l.channel, l.branch)) AS goods
    FROM read_parquet($lines) AS l JOIN read_parquet($profiles) AS p USING (profile_id)
    WHERE l.happened_at >= $since AND l.kind <> 'void' GROUP BY l.order_id
) WHERE ordered_at < $until AND total > 0
"""


def scan() -> dict[str, int]:
    frame = frame_of(programme(), now=NOW)
    with connection() as con:
        con.execute("SET TimeZone = 'UTC'")
        files = {name: lake.files_of(table) for name, table in _TABLES.items()}
        values = {"since": frame.since, "until": frame.until}
        row = con.execute(_SCAN, {**files, **values}).fetchone()
    assert row is not None
    return {"orders": row[0], "revenue": row[1]}


_TABLES = {"lines": "order_lines", "profiles": "profiles"}


def main() -> None:
    measured(scan)


if __name__ == "__main__":
    main()
