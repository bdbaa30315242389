"""Everybody whom conditions fit that others keep, for those who reckon over all customers."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from regulars.segments.errors import BadCondition
from regulars.segments.queries.live import knowledge

_AT_ONCE = 50_000


def who_fits_now(*, conditions: Mapping[str, Mapping[str, Any]], now: datetime) -> dict[str, array[int]]:
    """The persons each condition (as JSON) fits now, over all customers; for the worker, not for a page.

    One that names what is no longer there fits nobody.
    """
    known = knowledge()
    found: dict[str, array[int]] = {}
    for name, condition in conditions.items():
        persons = array("q")
        try:
            statement = known.compiled(condition).everybody(now)
        except BadCondition:
            found[name] = persons
            continue
        with connection.cursor() as cursor:
            cursor.execute(statement.query, statement.params)
            while rows := cursor.fetchmany(_AT_ONCE):
                persons.extend(person_id for (person_id,) in rows)
        found[name] = persons
    return found
