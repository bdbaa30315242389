"""The least that can be done: as many rows get another person in one statement, who is known beforehand.

Afterwards they have the one before again. `python -m bench.people.bare ROUND`
"""

from __future__ import annotations

import sys

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from bench.people.fill import SOURCE  # noqa: E402
from bench.processes import measured  # noqa: E402

_PAIRS = """
CREATE TEMP TABLE pairs AS
SELECT p.id, p.person_id AS own, known.person_id AS other
FROM customers_profile AS p
JOIN customers_profile AS known ON known.source = 'shop' AND known.external_id = p.external_id
WHERE p.source = %s AND p.external_id LIKE %s
"""
_MOVE = """
UPDATE customers_profile AS p SET person_id = pairs.{column} FROM pairs WHERE p.id = pairs.id
"""


def move(column: str) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(_MOVE.format(column=column))
        return int(cursor.rowcount)


def main(turn: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_PAIRS, [SOURCE, f"{turn}-%"])
        cursor.execute("ANALYZE pairs")
    measured(lambda: move("other"))
    move("own")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE customers_profile")


if __name__ == "__main__":
    main(sys.argv[1])
