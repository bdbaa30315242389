"""Reading of what was spent on channels: a file in, the table `costs` out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
from django.utils.translation import gettext as _

from regulars.analytics.compute.reading import (
    families,
    lines,
    missing,
    notes,
    overrides,
    parquet,
    parts,
    plans,
    sources,
    sql,
)
from regulars.analytics.compute.reading.candidates import Candidates
from regulars.analytics.compute.reading.loading import Loaded, load, private_folder
from regulars.analytics.compute.reading.mapping import Mapped
from regulars.analytics.compute.reading.plans import Plan, check_timezone
from regulars.analytics.compute.reading.recognition import COST_ROLES
from regulars.analytics.compute.reading.types import Choice, Choices, CostsReading, ReadingOptions, Table
from regulars.analytics.errors import InputError
from regulars.analytics.progress import Progress
from regulars.analytics.types import Note, SourcePart

_ROWS = "reading_costs"


def read_costs(
    con: duckdb.DuckDBPyConnection, path: Path, options: ReadingOptions, progress: Progress
) -> CostsReading:
    """Read costs per channel and day into `costs`; `InputError` where the file cannot be used as such.

    Works on a connection that may read no files any more.
    """
    said = overrides.of_costs(options.mapping)
    check_timezone(con, options.timezone)
    with private_folder() as folder:
        gathered = sources.gather([path], folder, progress)
        files = [
            (parquet.as_text(file, folder) if file.kind == "parquet" else file, family)
            for file, family in gathered.files
        ]
        tables, refused = parts.tables(con, files, COST_ROLES, overrides.named(said))
        overrides.check_columns(said, tables, overrides.COSTS_PREFIX)
        chosen, left_out = families.select(tables, lambda t: choose(t, overrides.chosen(said, t)))
        with load(con, chosen, progress) as loaded:
            made = plans.make(con, [item.part for item in loaded], "day")
            _create_rows(con, loaded, made, options.timezone)
    left_out += notes.left_out([*gathered.left_out, *refused])
    (read,) = sql.row(con, f"SELECT count(*) FROM {_ROWS}")  # noqa: S608 -- our own name
    left_out += _create_costs(con, loaded)
    return CostsReading(
        parts=[_source_part(item) for item in loaded],
        rows_read=read,
        mapping=chosen[0][1].shown(chosen[0][0]),
        notes=[*left_out, *notes.of_mapping(chosen)],
    )


def choose(table: Table, said: Choices) -> Mapped:
    """Channel, day and cost of a part; `InputError` where one of them cannot be found."""
    found = Candidates(table, COST_ROLES, {c for choice in said.values() for c in choice.columns})
    choices = {field: choice for field, choice in said.items() if choice.columns}
    for candidate in found.all:
        if candidate.role not in choices and candidate.column not in found.taken:
            choices[candidate.role] = Choice((candidate.column,))
            found.take(candidate)
    for field in overrides.COST_FIELDS:
        if field not in choices:
            raise _missing(found, field)
    return Mapped({f: choices[f] for f in overrides.COST_FIELDS}, once=False, inherited=frozenset())


def _missing(found: Candidates, field: str) -> InputError:
    named = overrides.COSTS_PREFIX + field
    column = found.named_but_unfit(field)
    if field == "day":
        if column is not None:
            return missing.unreadable_dates(found.table, column, named)
        return missing.no_column(
            found.table, named, _("No column of %(name)s says which day the cost is of.")
        )
    if field == "cost":
        if column is not None:
            return missing.unreadable_amounts(found.table, column, named)
        return missing.no_column(found.table, named, _("No column of %(name)s says how much was spent."))
    return missing.no_column(
        found.table, named, _("No column of %(name)s says which channel it was spent on.")
    )


def _create_rows(
    con: duckdb.DuckDBPyConnection, loaded: Sequence[Loaded], made: Sequence[Plan], timezone: str
) -> None:
    """Every row, readable or not, so that those left out can be counted."""
    queries = []
    for item, plan in zip(loaded, made, strict=True):
        fields = lines.Fields(item.part, plan, timezone)
        day = fields.moment("day")
        queries.append(
            f"SELECT {item.part.number} AS part, part_row, {fields.label('channel')} AS channel, "  # noqa: S608
            f"({day})::DATE AS day, {fields.number('cost')} AS cost "
            f"FROM {item.part.source.relation} WHERE NOT {fields.is_total(day)}"
        )
    con.execute(f"CREATE TABLE {_ROWS} AS {' UNION ALL '.join(queries)}")


def _create_costs(con: duckdb.DuckDBPyConnection, loaded: Sequence[Loaded]) -> list[Note]:
    good = "channel IS NOT NULL AND day IS NOT NULL AND cost IS NOT NULL"
    con.execute(f"CREATE TABLE costs AS SELECT channel, day, cost FROM {_ROWS} WHERE {good}")  # noqa: S608
    left_out = con.execute(
        f"SELECT part, count(*), min(part_row) FROM {_ROWS} WHERE NOT ({good}) GROUP BY part ORDER BY part"  # noqa: S608
    ).fetchall()
    (kept,) = sql.row(con, "SELECT count(*) FROM costs")
    con.execute(f"DROP TABLE {_ROWS}")
    if not kept:
        raise _nothing(loaded[0])
    return [
        Note(
            code="costs_left_out",
            facts={"name": loaded[part].part.table.name, "count": count, "row": row},
        )
        for part, count, row in left_out
    ]


def _nothing(item: Loaded) -> InputError:
    return InputError(
        "no_usable_rows",
        _("No row of %(name)s has a channel, a day and a cost together.") % {"name": item.part.table.name},
    )


def _source_part(item: Loaded) -> SourcePart:
    table = item.part.table
    return SourcePart(name=table.name, rows=item.rows, encoding=table.encoding, delimiter=table.delimiter)
