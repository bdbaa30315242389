"""What the reader of a report should know of the reading. The codes, with what fills their sentences:

part_left_out {name}: a sheet or a member of an archive of another shape was not read.
mapping_differs {name}: this part's columns have other names than the first part's.
order_total_unused {name, column}: the order's total stands on its lines; price × quantity was taken instead.
order_total_once {name, column}: the order's total was counted once per order, not on each of its lines.
ragged_rows {name, count, row}: rows with more cells than the table; `row` is the first of them.
total_rows {name, count}: rows of sums ("Итого") were left out.
damaged_text {name, count}: characters that could not be read.
ids_lost_digits {name, column, example}: Excel has shortened long ids; several may have become one.
costs_left_out {name, count, row}: rows without channel, day or cost; `row` is the first of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from regulars.analytics.compute.reading.findings import Ids
from regulars.analytics.compute.reading.mapping import Mapped
from regulars.analytics.compute.reading.names import shown, squash
from regulars.analytics.compute.reading.ragged import Ragged
from regulars.analytics.compute.reading.types import Table
from regulars.analytics.types import Note


def left_out(names: Sequence[str]) -> list[Note]:
    return [Note(code="part_left_out", facts={"name": name}) for name in names]


def of_mapping(chosen: Sequence[tuple[Table, Mapped]]) -> list[Note]:
    notes = [note for _table, mapped in chosen for note in mapped.notes]
    table, first = chosen[0]
    usual = {f: squash(c) for f, c in first.shown(table).items()}
    for other, mapped in chosen[1:]:
        if {f: squash(c) for f, c in mapped.shown(other).items()} != usual:
            notes.append(Note(code="mapping_differs", facts={"name": other.name}))
    return notes


def of_part(table: Table, ragged: Ragged, totals: int, ids: Sequence[tuple[str, Ids]]) -> list[Note]:
    """`ids`: (column, what its values say)."""
    notes = []
    if ragged.count:
        facts: dict[str, str | int | float] = {
            "name": table.name,
            "count": ragged.count,
            "row": ragged.first or 0,
        }
        notes.append(Note(code="ragged_rows", facts=facts))
    if totals:
        notes.append(Note(code="total_rows", facts={"name": table.name, "count": totals}))
    if table.damaged:
        notes.append(Note(code="damaged_text", facts={"name": table.name, "count": table.damaged}))
    for column, found in ids:
        if found.lost:
            facts = {"name": table.name, "column": column, "example": shown(found.lost)}
            notes.append(Note(code="ids_lost_digits", facts=facts))
    return notes
