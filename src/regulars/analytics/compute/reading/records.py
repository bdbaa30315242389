"""What the kinds have in common whose rows stand alone: customers, products, returns."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from pathlib import Path

import duckdb

from regulars.analytics.compute.reading import lines, notes, overrides, sql
from regulars.analytics.compute.reading import shape as shapes
from regulars.analytics.compute.reading.candidates import Candidates
from regulars.analytics.compute.reading.details import DetailFields
from regulars.analytics.compute.reading.loading import Loaded
from regulars.analytics.compute.reading.plans import Plan
from regulars.analytics.compute.reading.shape import Read, Shape
from regulars.analytics.compute.reading.types import Choice, Choices, Reading, ReadingOptions
from regulars.analytics.progress import Progress
from regulars.analytics.types import Note

Columns = Callable[[DetailFields], dict[str, str]]
Said = Callable[[Mapping[str, str]], dict[str, str]]


def said_of(fields: Sequence[str]) -> Said:
    return partial(overrides.of_fields, fields=fields)


def assign(found: Candidates, said: Choices, fields: Collection[str]) -> Choices:
    """The best pair of field and column first, until nothing is left; what the person said stays."""
    choices = {field: choice for field, choice in said.items() if choice.columns}
    for candidate in found.all:
        role = candidate.role
        is_open = role in fields and role not in said and role not in choices
        if is_open and candidate.column not in found.taken:
            choices[role] = Choice((candidate.column,))
            found.take(candidate)
    return choices


def create(
    con: duckdb.DuckDBPyConnection,
    loaded: Sequence[Loaded],
    made: Sequence[Plan],
    timezone: str,
    *,
    table: str,
    columns: Columns,
    reason: str,
    proof: str,
) -> None:
    """The table with every row. `columns`: SQL of each by name; `reason`: SQL over them that is NULL for a
    good row; `proof`: SQL over them that is not NULL where the row is none of sums, whatever it is called.
    """
    queries = []
    for item, plan in zip(loaded, made, strict=True):
        fields = DetailFields(item.part, plan, timezone, has_order_ids=False)
        picked = ", ".join(f"{value} AS {name}" for name, value in columns(fields).items())
        names = ", ".join(columns(fields))
        queries.append(
            f"SELECT {lines.row_sql(item.part)} AS row, {item.part.number}::SMALLINT AS part, part_row, "  # noqa: S608
            f"{names}, {reason} AS reason FROM (SELECT {fields.row()} AS part_row, {picked} "
            f"FROM {item.part.source.relation} WHERE NOT {fields.is_total(proof)})"
        )
    con.execute(f"CREATE TABLE {table} AS {' UNION ALL '.join(queries)}")


def read(
    con: duckdb.DuckDBPyConnection,
    paths: Sequence[Path],
    options: ReadingOptions,
    progress: Progress,
    shape: Shape,
) -> Reading:
    """All of `paths` in the table of the shape."""
    done = shapes.read(con, paths, options, progress, shape)
    shape.check(con, done.loaded)
    counted = dict(con.execute(f"SELECT part, count(*) FROM {shape.table} GROUP BY part").fetchall())  # noqa: S608
    rows = [counted.get(item.part.number, 0) for item in done.loaded]
    return Reading(
        parts=[shapes.source_part(item, n) for item, n in zip(done.loaded, rows, strict=True)],
        rows_read=sum(rows),
        mapping=done.mapping,
        currency=None,
        has_order_ids=done.has("order_id"),
        has_products=done.has("product") or done.has("product_id"),
        has_channels=False,
        notes=[*done.left_out, *notes.of_mapping(done.chosen), *part_notes(done, rows)],
    )


def part_notes(done: Read, rows: Sequence[int]) -> list[Note]:
    found: list[Note] = []
    for item, plan, count in zip(done.loaded, done.made, rows, strict=True):
        ids = [(c.name, said) for field, said in plan.ids.items() if (c := item.part.column(field))]
        found += notes.of_part(item.part.table, item.ragged, item.rows - count, ids)
    return found


def is_usable(con: duckdb.DuckDBPyConnection, table: str) -> bool:
    (good,) = sql.row(con, f"SELECT count(*) FROM {table} WHERE reason IS NULL")  # noqa: S608 -- our own name
    return bool(good)
