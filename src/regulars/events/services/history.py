"""Telling of what is made up as history, through services that tell of things as they happen."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import datetime

_heard_at: ContextVar[datetime | None] = ContextVar("history_heard_at", default=None)


@contextlib.contextmanager
def as_history(*, now: datetime) -> Iterator[None]:
    """Within the block all that is recorded is backfill that we hear of at `now`.

    For simulated time: who lives through the past calls services as of then, and nothing may be set off.
    """
    token = _heard_at.set(now)
    try:
        yield
    finally:
        _heard_at.reset(token)


def heard_at() -> datetime | None:
    """When what is recorded now is heard of as history; None: it happens now."""
    return _heard_at.get()
