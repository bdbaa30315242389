"""Customers with three lots each, a programme, and a till's key, which is printed.

`python -m bench.loyalty.quote_fill CUSTOMERS`
"""

from __future__ import annotations

import sys
from datetime import timedelta

import django

django.setup()

from django.db import connection  # noqa: E402

from regulars.commerce.services import upsert_branches  # noqa: E402
from regulars.commerce.types import NewBranch  # noqa: E402
from regulars.kit import clock  # noqa: E402
from regulars.loyalty.services import publish  # noqa: E402
from regulars.loyalty.types import Programme  # noqa: E402
from regulars.team.services import create_key  # noqa: E402
from regulars.team.types import KeyKind  # noqa: E402

PORTION = 1_000
"""Customers in a transaction."""
_PEOPLE = """
INSERT INTO customers_person (id, created_at)
SELECT n, %(now)s FROM generate_series(1::bigint, %(size)s) AS n;
INSERT INTO customers_profile (id, person_id, source, external_id, name, search_key, sort_key, created_at)
SELECT n, n, 'shop', 'K' || n, 'Anna', 'anna', 'anna', %(now)s FROM generate_series(1::bigint, %(size)s) AS n;
INSERT INTO loyalty_wallet (profile_id, currency)
SELECT n, 'PTS' FROM generate_series(1::bigint, %(size)s) AS n;
INSERT INTO loyalty_lot (wallet_id, key, order_source, order_id, rule, earned_at, usable_at, usable_since,
                         expires_at, settled_minor, revision)
SELECT w.id, 'order:shop:' || w.profile_id || '-' || k || ':cashback', 'shop', w.profile_id || '-' || k,
       'cashback', %(now)s - interval '60 days', %(now)s - interval '40 days', %(now)s - interval '40 days',
       %(now)s + make_interval(days => k * 100), 100000, 1
FROM loyalty_wallet AS w, generate_series(1, 3) AS k;
"""
_POINTS = """
INSERT INTO loyalty_posting (wallet_id, lot_id, currency, key, cause, from_account, to_account, amount_minor,
                             at, recorded_at)
SELECT l.wallet_id, l.id, 'PTS', l.key || ':1:earned', 'earned', 'issued', 'available', 100000,
       %(now)s, %(now)s
FROM loyalty_lot AS l JOIN loyalty_wallet AS w ON w.id = l.wallet_id
WHERE w.profile_id > %(first)s AND w.profile_id <= %(first)s + %(portion)s
"""


def main(customers: int) -> None:
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, {"now": now, "size": customers})
        for first in range(0, customers, PORTION):
            cursor.execute(_POINTS, {"now": now, "first": first, "portion": PORTION})
        cursor.execute("VACUUM ANALYZE")
    since = now - timedelta(days=1)
    publish(programme=Programme(currency="RUB"), since=since, now=since, user_id=None)
    new = NewBranch(source="shop", external_id="north", name="North")
    branch_id = upsert_branches(branches=[new])[new.key]
    print(create_key(name="bench", kind=KeyKind.TILL, branch_id=branch_id, now=now).secret)


if __name__ == "__main__":
    main(int(sys.argv[1]))
