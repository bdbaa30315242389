"""A log of many events, made in a database of the benchmark's own.

`python -m bench.events.fill EVENTS`
"""

from __future__ import annotations

import sys

import django

django.setup()

from datetime import timedelta  # noqa: E402
from typing import Any  # noqa: E402

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from regulars.events import services  # noqa: E402
from regulars.kit import clock  # noqa: E402

A_TRANSACTION = 5000
EVENTS_A_PROFILE = 10
EVENTS_A_VISIT = 5
"""Who looks at one thing looks at more: what a customer does comes together."""
# As `record` writes them, but for the occasions and counts, which nobody reads here.
_FILL = """
INSERT INTO events (class, name, source, key, occurred_at, received_at, profile_id, properties, epoch)
SELECT CASE WHEN n %% 3 = 0 THEN 'fact' ELSE 'browsing' END,
       (ARRAY['order_completed', 'product_viewed', 'product_added'])[1 + n %% 3],
       'segment', md5(n::text), received_at - interval '1 second', received_at,
       1 + n / %(visit)s * 7919 %% %(profiles)s,
       jsonb_build_object('product_id', n %% 4000, 'sku', 'SKU-' || n %% 4000, 'price_minor', n %% 90000,
                          'currency', 'RUB', 'quantity', 1 + n %% 5, 'url', 'shop.example/p/' || n %% 4000),
       1
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n,
     LATERAL (SELECT %(start)s::timestamptz + n * interval '0.08 seconds' AS received_at) AS t
"""


def main(events: int) -> None:
    call_command("migrate", verbosity=0)
    services.open_epoch_if_moved(now=clock.now())
    start = clock.now() - timedelta(days=1)
    services.make_months(now=start)
    with connection.cursor() as cursor:
        for first in range(1, events + 1, A_TRANSACTION):
            last = min(first + A_TRANSACTION - 1, events)
            profiles = events // EVENTS_A_PROFILE
            values: dict[str, Any] = {"first": first, "last": last, "start": start, "profiles": profiles}
            cursor.execute(_FILL, values | {"visit": EVENTS_A_VISIT})
        cursor.execute("CREATE TABLE bench_counts (profile_id bigint PRIMARY KEY, count bigint NOT NULL)")
        cursor.execute("VACUUM ANALYZE")


if __name__ == "__main__":
    main(int(sys.argv[1]))
