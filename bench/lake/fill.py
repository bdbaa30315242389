"""A shop with a history of orders, made set-wise in a database of the benchmark's own.

`python -m bench.lake.fill LINES`
"""

from __future__ import annotations

import sys

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

LINES_AN_ORDER = 3
_FILL = """
INSERT INTO customers_person (id, created_at)
SELECT n, '2023-01-01Z' FROM generate_series(1, %(orders)s / 5) AS n;
INSERT INTO customers_profile (id, person_id, source, external_id, name, search_key, sort_key, created_at)
SELECT n, n, 'shop', n, '', '', '', '2023-01-01Z' FROM generate_series(1, %(orders)s / 5) AS n;
INSERT INTO commerce_product (id, source, external_id, name, category)
SELECT n, 'shop', n, 'WHITE HANGING HEART HOLDER ' || n, 'Category ' || n %% 40
FROM generate_series(1, 4000) AS n;
INSERT INTO commerce_order
    (id, source, external_id, profile_id, ordered_at, status, amount_minor, currency, channel, revision)
SELECT n, 'shop', n, 1 + n * 7919 %% (%(orders)s / 5),
       '2023-01-01Z'::timestamptz + n * interval '3 years' / %(orders)s, 'completed', 1000, 'GBP',
       (ARRAY['search', 'social', ''])[1 + n %% 3], 1
FROM generate_series(1::bigint, %(orders)s) AS n;
INSERT INTO commerce_orderline (id, order_id, number, product_id, quantity, amount_minor)
SELECT n, (n + 2) / 3, 1 + (n + 2) %% 3, 1 + n * 104729 %% 4000, 1 + n %% 6, 100 + n * 31 %% 9000
FROM generate_series(1::bigint, %(lines)s) AS n;
INSERT INTO commerce_orderreturn (order_id, number, line_id, returned_at, quantity, amount_minor)
SELECT (n + 2) / 3, 1, n, '2023-01-11Z'::timestamptz + n * interval '3 years' / %(lines)s, 1, 50
FROM generate_series(1::bigint, %(lines)s, 40) AS n;
INSERT INTO commerce_channelcost (channel, day, currency, cost_minor)
SELECT channel, '2023-01-01'::date + n, 'GBP', 1000 FROM generate_series(0, 1000) AS n,
     unnest(ARRAY['search', 'social']) AS channel
"""
_FOREIGN_KEYS = """
SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) FROM pg_constraint
WHERE contype = 'f' AND conparentid = 0
  AND conrelid::regclass::text LIKE ANY(ARRAY['customers_%', 'commerce_%'])
"""


def main(lines: int) -> None:
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(_FOREIGN_KEYS)
        for (statement,) in cursor.fetchall():
            cursor.execute(statement)
        for statement in _FILL.split(";\n"):
            cursor.execute(statement, {"lines": lines, "orders": lines // LINES_AN_ORDER})
        cursor.execute("VACUUM ANALYZE")


if __name__ == "__main__":
    main(int(sys.argv[1]))
