"""Who may look at people while a segment changes its meaning.

Order within a transaction: persons first (`customers.services.holding`), then this, then rows of segments
in the order of their ids. Whoever defines holds no persons, so nobody waits in a circle.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from regulars.kit.locks import Space

_LOOKING = "SELECT pg_advisory_xact_lock_shared(%s, 0)"
_DEFINING = "SELECT pg_advisory_xact_lock(%s, 0)"
_COUNTS = "SELECT FROM segments_segment WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"


def while_looking() -> None:
    """To the end of the transaction no segment changes its condition, its state or the moment it is at.

    Read these after this, in a statement of its own.
    """
    _run(_LOOKING, [Space.SEGMENTS.value])


def while_defining() -> None:
    """To the end of the transaction nobody looks at people, and all who did have written what they saw."""
    _run(_DEFINING, [Space.SEGMENTS.value])


def lock_counts(segment_ids: Iterable[int]) -> None:
    """Lock the numbers of these segments; the last thing before a commit, for others wait for it."""
    _run(_COUNTS, [sorted(set(segment_ids))])


def _run(statement: str, values: Sequence[Any]) -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("a lock to the end of the transaction needs one")
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
