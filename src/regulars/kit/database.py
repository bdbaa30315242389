"""What kept the database from doing something: its own state, or what was asked."""

from __future__ import annotations

import psycopg
from django.db import InterfaceError, OperationalError
from psycopg import errors

# OperationalError is all else of that kind: gone, restarting, full, too busy, too slow. What `copy` raises
# comes as psycopg has it.
_UNABLE = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)
_UNABLE_TOO = (
    errors.ReadOnlySqlTransaction,  # a standby, or one whose disk somebody guards
    errors.IdleInTransactionSessionTimeout,
    errors.TransactionTimeout,
)


def is_unable(error: BaseException) -> bool:
    """Whether the database could not do it just now, so that the same may go well in a moment."""
    return isinstance(error, _UNABLE) or isinstance(error.__cause__ or error, _UNABLE_TOO)
