"""Turns: who looked at the shop later, whatever the clock says."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime

from django.db import connection, transaction

_TAKE = """
INSERT INTO analytics_figuresturn AS turn (id, taken_at) VALUES (1, %s)
ON CONFLICT (id) DO UPDATE
SET taken_at = greatest(excluded.taken_at, turn.taken_at + interval '1 microsecond')
RETURNING taken_at
"""
# A later run over everybody has begun to write: what was seen earlier must not come after it.
_BEGIN = "UPDATE analytics_figuresturn SET full_at = greatest(full_at, %s)"
_SETTLE = "SELECT FROM analytics_figuresturn FOR UPDATE"
_OVERTAKEN = "SELECT coalesce(full_at > %s, false) FROM analytics_figuresturn FOR SHARE"


@contextlib.contextmanager
def turn(now: datetime) -> Iterator[datetime]:
    """Within the block nobody else takes a turn; begin the snapshot in it, and little else.

    Gives the turn's moment: `now`, or a little later where an earlier turn had that already.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TAKE, [now])
        (taken_at,) = cursor.fetchone()
        yield taken_at


def is_overtaken(taken_at: datetime) -> bool:
    """Whether a run over everybody with a later turn writes or has written; holds until the commit."""
    with connection.cursor() as cursor:
        cursor.execute(_OVERTAKEN, [taken_at])
        row = cursor.fetchone()
    return bool(row and row[0])


def begin_everybody(taken_at: datetime) -> None:
    """Say that a run over everybody begins to write: no earlier look is written from now on."""
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN, [taken_at])


def settle_run() -> None:
    """Wait for those who are writing on the ground of the run before, and hold the next back."""
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE)
