"""Our side: two workers find by rule who of an import is somebody known, and make one of them.

With all that comes with it: the rows of merges, events, marks, and what every domain keeps per person.
`python -m bench.people.ours ROUND`
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import django

django.setup()

from django.db import connection  # noqa: E402

from bench.people.fill import SOURCE  # noqa: E402
from bench.processes import measured  # noqa: E402
from regulars.customers.handlers import MERGE  # noqa: E402
from regulars.events import registry, services  # noqa: E402
from regulars.kit import clock  # noqa: E402

WORKERS = 2
_ONE_WITH_A_CUSTOMER = """
SELECT count(*) FROM customers_profile AS p JOIN customers_profile AS known USING (person_id)
WHERE p.source = %s AND p.external_id LIKE %s AND known.source = 'shop'
"""


def main(turn: str) -> None:
    with registry.only_consumers(MERGE):
        measured(lambda: drain(turn))


def drain(turn: str) -> int:
    with ThreadPoolExecutor(WORKERS) as pool:
        for done in [pool.submit(_drain) for _ in range(WORKERS)]:
            done.result()
    services.drain(now=clock.now())
    with connection.cursor() as cursor:
        cursor.execute(_ONE_WITH_A_CUSTOMER, [SOURCE, f"{turn}-%"])
        return int(cursor.fetchone()[0])


def _drain() -> None:
    try:
        services.drain(now=clock.now())
    finally:
        connection.close()


if __name__ == "__main__":
    main(sys.argv[1])
