"""Promising that a long transaction keeps nobody waiting who reads what happens now."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar

from django.db import connection

from regulars.kit.locks import Space

_is_promised: ContextVar[bool] = ContextVar("only_backfill", default=False)

# Named by the transaction's own id, whose lower half is enough: ids in use at one time are closer together.
_PROMISE = """
SELECT pg_advisory_xact_lock_shared(%s, (x - CASE WHEN x >= 2147483648 THEN 4294967296 ELSE 0 END)::int)
FROM (SELECT (pg_current_xact_id()::text::numeric %% 4294967296)::bigint AS x) AS mine
"""


@contextlib.contextmanager
def only_backfill() -> Iterator[None]:
    """Within the block, inside a transaction, nothing but backfill is recorded.

    Readers of what happens now do not wait for such a transaction until it ends, readers of backfill do.
    The promise holds to the end of the transaction: put it around all of it.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("the promise is about a transaction")
    with connection.cursor() as cursor:
        cursor.execute(_PROMISE, [Space.BACKFILL.value])
    token = _is_promised.set(True)
    try:
        yield
    finally:
        _is_promised.reset(token)


def is_kept_by(*, backfill: bool) -> None:
    """Raise RuntimeError if recording this would break the promise of the block around it."""
    if _is_promised.get() and not backfill:
        raise RuntimeError("this transaction promised to record nothing but backfill")
