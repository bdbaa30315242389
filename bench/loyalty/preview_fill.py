"""A lake with a year of orders, written set-wise: `python -m bench.loyalty.preview_fill ORDERS`.

The shop and its lake are those of `bench.lake.fill`, but the orders lie in the last twelve months.
"""

from __future__ import annotations

import sys
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from bench.lake.fill import _FILL, _FOREIGN_KEYS, LINES_AN_ORDER  # noqa: E402
from bench.loyalty.preview_ours import NOW  # noqa: E402
from regulars.analytics.compute import lake  # noqa: E402
from regulars.analytics.compute.engine import connection as engine  # noqa: E402
from regulars.analytics.compute.postgres import snapshot  # noqa: E402
from regulars.events import queries as marks  # noqa: E402

# As in any shop that is a year and a half old: two thirds of the orders are of the last twelve months.
_LATER = """
UPDATE commerce_order SET ordered_at = %(now)s - interval '18 months' * (1 - id::float8 / %(orders)s)
    - interval '1 day', currency = 'RUB';
UPDATE commerce_orderreturn AS r SET returned_at = o.ordered_at + interval '5 days'
FROM commerce_order AS o WHERE o.id = r.order_id
"""


def main(orders: int) -> None:
    call_command("migrate", verbosity=0)
    values: dict[str, Any] = {"lines": orders * LINES_AN_ORDER, "orders": orders, "now": NOW}
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(_FOREIGN_KEYS)
        for (statement,) in cursor.fetchall():
            cursor.execute(statement)
        for statement in (*_FILL.split(";\n"), *_LATER.split(";\n")):
            cursor.execute(statement, values)
        cursor.execute("VACUUM ANALYZE")
    with engine() as con, snapshot() as shop:
        lake.bring_up_to_date(con, shop, marks=marks.touched_months(1000), now=NOW)


if __name__ == "__main__":
    main(int(sys.argv[1]))
