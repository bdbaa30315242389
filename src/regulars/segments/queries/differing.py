"""Who is in a segment and should not be, and the other way round; read without holding anybody back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction

from regulars.segments.compiling import Statement

SECONDS_MAX = 600
"""A million people are found in seconds; what takes longer than this is not to be kept true either."""

_DIFFERING = """
SELECT coalesce(wanted.person_id, theirs.person_id), wanted.person_id IS NOT NULL
FROM ({query}) AS wanted
FULL JOIN (SELECT person_id FROM segments_member WHERE segment_id = %(segment)s {within}) AS theirs
    ON theirs.person_id = wanted.person_id
WHERE wanted.person_id IS NULL OR theirs.person_id IS NULL
ORDER BY 1
"""
_WITHIN = "AND person_id = ANY(%(within)s)"


def differing(
    segment_id: int, wanted: Statement, within: Sequence[int] | None = None
) -> tuple[list[int], list[int]]:
    """Who is missing and who is too much, in the order of their ids.

    `within`: only among these, which `wanted` is about then.
    """
    query = _DIFFERING.replace("{query}", wanted.query)
    query = query.replace("{within}", "" if within is None else _WITHIN)
    values: dict[str, Any] = {"segment": segment_id, "within": list(within or [])}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = '{SECONDS_MAX}s'")
        cursor.execute(query, values | wanted.params)
        rows = cursor.fetchall()
    return [id_ for id_, is_wanted in rows if is_wanted], [id_ for id_, is_wanted in rows if not is_wanted]
