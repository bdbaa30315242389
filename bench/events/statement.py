"""The least that can be done: one statement that counts the same."""

from __future__ import annotations

import django

django.setup()

from django.db import connection  # noqa: E402

from bench.events.drain import counted  # noqa: E402
from bench.processes import measured  # noqa: E402

_COUNT = """
INSERT INTO bench_counts
SELECT profile_id, count(*) FROM events WHERE profile_id IS NOT NULL GROUP BY profile_id
"""


def main() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE bench_counts")
        measured(lambda: (cursor.execute(_COUNT), counted())[1])


if __name__ == "__main__":
    main()
