"""How many people a condition would find now."""

from __future__ import annotations

from datetime import datetime

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _
from psycopg import errors

from regulars.segments.compiling import compile_condition
from regulars.segments.errors import CountTooSlow
from regulars.segments.queries.live import surroundings
from regulars.segments.types import Condition, Count

COUNT_SECONDS_MAX = 5.0
"""Somebody waits for it at a page."""
EXAMPLES_MAX = 100

_EVERYBODY = "SELECT count(*) FROM facts_customers"
# Not the first by id, who are the oldest customers of all.
_COUNT = """
SELECT count(*), (array_agg(person_id ORDER BY md5(person_id::text)))[1:%(examples)s] FROM ({query}) AS found
"""


def count(condition: Condition, *, now: datetime, examples: int = 10) -> Count:
    """How many a condition finds, and some of them, always the same.

    Raises CountTooSlow where that takes more than COUNT_SECONDS_MAX seconds, BadCondition where it names
    what is no longer there.
    """
    found = compile_condition(condition, surroundings=surroundings()).everybody(now)
    query = _COUNT.replace("{query}", found.query)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {int(COUNT_SECONDS_MAX * 1000)}")
            cursor.execute(query, found.params | {"examples": min(examples, EXAMPLES_MAX)})
            members, some = cursor.fetchone()
            cursor.execute(_EVERYBODY)
            (everybody,) = cursor.fetchone()
    except OperationalError as error:
        if isinstance(error.__cause__, errors.QueryCanceled):
            raise CountTooSlow(
                _(
                    "Counting takes too long. The segment can be saved all the same: its people are found "
                    "in the background."
                )
            ) from error
        raise
    return Count(members=members, everybody=everybody, examples=tuple(some or ()))
