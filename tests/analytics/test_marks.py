"""Marks of changed profiles are handed on to whoever keeps something beside the figures."""

from __future__ import annotations

from contextlib import closing

import pytest
from django.db import connection, transaction

from regulars.analytics import services
from regulars.events import queries as marks
from regulars.events import services as log

MANY = 36_000
_PEOPLE = """
WITH people AS (
    INSERT INTO customers_person (created_at) SELECT now() FROM generate_series(1, %s) RETURNING id
)
INSERT INTO customers_profile (person_id, source, external_id, created_at, name, search_key, sort_key)
SELECT id, 'shop', id::text, now(), '', '', '' FROM people RETURNING id
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_server_that_takes_the_tables_for_empty_does_not_hold_it_up() -> None:
    with closing(connection.copy()) as other, connection.cursor() as cursor, other.cursor() as vacuum:
        with transaction.atomic():
            cursor.execute(_PEOPLE, [MANY])
            log.touch(profiles=[id_ for (id_,) in cursor.fetchall()])
            vacuum.execute("ANALYZE customers_profile, touched_profiles")
        # It happened: the server counts none of the rows that were on their way in.
        cursor.execute(
            "SELECT reltuples FROM pg_class WHERE relname IN ('customers_profile', 'touched_profiles')"
        )
        assert cursor.fetchall() == [(0,), (0,)]
        cursor.execute("SET statement_timeout = '5s'")  # a join of both took 16, and this takes 0.03
        services.see_to_touched(marks.touched_profiles(MANY))
        cursor.execute("RESET statement_timeout")
        cursor.execute("SELECT count(*) FROM analytics_figuresmark WHERE is_more")
        assert cursor.fetchall() == [(MANY,)]
    assert marks.touched_profiles(1) == []
