"""Lots that all end on one day: `python -m bench.loyalty.expiry_fill LOTS`, in a database of its own.

Every customer has two. The balances are put in with the postings they come from, without the trigger.
"""

from __future__ import annotations

import sys

import django

django.setup()

from datetime import UTC, datetime  # noqa: E402
from typing import Any  # noqa: E402

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from regulars.events import services as events  # noqa: E402

NOW = datetime(2026, 12, 31, 21, 0, tzinfo=UTC)
LOTS_A_CUSTOMER = 2

_ROWS = """
INSERT INTO customers_person (id, created_at)
SELECT n, %(now)s - interval '2 years' FROM generate_series(1::bigint, %(customers)s) AS n;

INSERT INTO customers_profile (id, person_id, source, external_id, name, search_key, sort_key, created_at)
SELECT n, n, 'shop', 'K' || n, '', '', '', %(now)s - interval '2 years'
FROM generate_series(1::bigint, %(customers)s) AS n;

INSERT INTO loyalty_wallet (id, profile_id, currency, available_minor, issued_minor)
SELECT n, n, 'PTS', %(each)s * 1000, -%(each)s * 1000 FROM generate_series(1::bigint, %(customers)s) AS n;

INSERT INTO loyalty_lot (id, wallet_id, key, order_source, order_id, rule, earned_at, usable_at, usable_since,
                         expires_at, got_minor, available_minor, settled_minor, revision, open, warned_days)
SELECT n, 1 + n * 7919 %% %(customers)s, 'order:shop:' || n || ':cashback', 'shop', n::text, 'cashback',
       earned_at, earned_at, earned_at, %(now)s, 1000, 1000, 1000, 1, true, 7
FROM generate_series(1::bigint, %(lots)s) AS n,
     LATERAL (SELECT %(now)s - make_interval(days => 100 + (n %% 300)::int) AS earned_at) AS t;

ALTER TABLE loyalty_posting DISABLE TRIGGER loyalty_posting_keeps_balances;

INSERT INTO loyalty_posting (wallet_id, lot_id, currency, key, cause, from_account, to_account, amount_minor,
                             at, recorded_at)
SELECT wallet_id, id, 'PTS', key || ':1:earned:issued', 'earned', 'issued', 'available', 1000, earned_at,
       earned_at
FROM loyalty_lot;

ALTER TABLE loyalty_posting ENABLE TRIGGER loyalty_posting_keeps_balances;

CREATE TABLE bench_bare (LIKE loyalty_lot INCLUDING ALL) WITH (fillfactor = 80);

INSERT INTO bench_bare OVERRIDING SYSTEM VALUE SELECT * FROM loyalty_lot
"""


def main(lots: int) -> None:
    call_command("migrate", verbosity=0)
    events.open_epoch_if_moved(now=NOW)
    events.make_months(now=NOW)
    customers = lots // LOTS_A_CUSTOMER
    values: dict[str, Any] = {"now": NOW, "customers": customers, "lots": lots, "each": LOTS_A_CUSTOMER}
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0; SET maintenance_work_mem = '512MB'")
        for statement in _ROWS.split(";\n"):
            cursor.execute(statement, values)
        cursor.execute("VACUUM ANALYZE")


if __name__ == "__main__":
    main(int(sys.argv[1]))
