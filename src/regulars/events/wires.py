"""Connections outside of Django's, for news: a transaction on them would be none of the work's."""

from __future__ import annotations

from typing import Any

import psycopg
from django.db import connection

CHANNEL = "regulars_events"


def open_wire() -> psycopg.Connection[Any]:
    """A connection of its own to the same database, every statement a transaction; the caller closes it."""
    given = connection.get_connection_params()
    values = {
        name: value
        for name, value in given.items()
        if name not in ("context", "cursor_factory", "prepare_threshold", "pool")
    }
    return psycopg.connect(**values, autocommit=True)


def as_text(lanes: int) -> str:
    """A set of lanes, given as bits, as it is sent."""
    return f"{lanes:x}"


def as_lanes(text: str) -> int:
    """What `as_text` made; all lanes if it was somebody else."""
    try:
        return int(text, 16) & EVERY
    except ValueError:
        return EVERY


EVERY = 2**64 - 1
