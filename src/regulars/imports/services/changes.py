"""The statements that keep what batches did."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import Max

from regulars.imports.ledger import Changed, Refused
from regulars.imports.models import Change, RejectedRow

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
_KEEP_CELLS = """
UPDATE imports_rejectedrow AS r SET values = t.values
FROM unnest(%s::integer[], %s::bigint[], %s::jsonb[]) AS t(part, row, values)
WHERE r.import_id = %s AND r.part = t.part AND r.row = t.row
"""
CELL_LENGTH_MAX = 500
"""Of each cell of a row set aside; longer ones are not mended in a sheet."""
CELLS_MAX = 100
"""Of each row set aside."""


def next_batch(import_id: int) -> int:
    """The number under which the changes of the next batch are kept."""
    last: int | None = Change.objects.filter(owner_id=import_id).aggregate(last=Max("batch"))["last"]
    return 0 if last is None else last + 1


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
            [(r.part, r.row, r.reason, json.dumps(list(r.values.items()))) for r in refused],
        )


def refused_without_cells(import_id: int) -> list[tuple[int, int]]:
    """Where the rows set aside are (part, row) whose cells are not stored yet."""
    rows = RejectedRow.objects.filter(owner_id=import_id, values=[])
    return list(rows.order_by("part", "row").values_list("part", "row"))


def keep_cells(import_id: int, cells: Mapping[tuple[int, int], Mapping[str, str]]) -> None:
    """Store what stands in rows set aside, each cell cut to what is sensible to mend by hand."""
    rows = [
        (part, row, json.dumps([(_cut(name), _cut(cell)) for name, cell in list(values.items())[:CELLS_MAX]]))
        for (part, row), values in cells.items()
    ]
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        with connection.cursor() as cursor:
            cursor.execute(_KEEP_CELLS, [*columns, import_id])


def _cut(text: str) -> str:
    return text[:CELL_LENGTH_MAX].replace("\x00", "")


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value)


def _insert(statement: str, heads: list[int], rows: Iterable[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [*heads, *(list(column) for column in zip(*rows, strict=True))])
