"""The statements that keep what batches did."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from regulars.imports.ledger import Changed, Refused

_KEEP_CHANGES = """
INSERT INTO imports_change (import_id, batch, thing, source, key, object_id, revision, before)
SELECT %s, %s, t.*
FROM unnest(%s::text[], %s::text[], %s::text[], %s::bigint[], %s::integer[], %s::jsonb[])
    AS t(thing, source, key, object_id, revision, before)
"""
_KEEP_REFUSED = """
INSERT INTO imports_rejectedrow (import_id, part, row, reason, values)
SELECT %s, t.*
FROM unnest(%s::integer[], %s::bigint[], %s::text[], %s::jsonb[]) AS t(part, row, reason, values)
ON CONFLICT DO NOTHING
"""


def keep_changes(import_id: int, batch: int, changes: Sequence[Changed]) -> None:
    """Store what a batch made and changed, in the order it was done."""
    if changes:
        _insert(
            _KEEP_CHANGES,
            [import_id, batch],
            [(c.thing.value, c.source, c.key, c.object_id, c.revision, _json(c.before)) for c in changes],
        )


def keep_refused(import_id: int, refused: Sequence[Refused]) -> None:
    """Store rows that did not go in; those stored already stay as they are."""
    if refused:
        _insert(
            _KEEP_REFUSED,
            [import_id],
            [(r.part, r.row, r.reason, json.dumps(dict(r.values))) for r in refused],
        )


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value)


def _insert(statement: str, heads: list[int], rows: Iterable[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [*heads, *(list(column) for column in zip(*rows, strict=True))])
