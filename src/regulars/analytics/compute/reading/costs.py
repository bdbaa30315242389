"""Reading of what was spent on channels: a file in, the table `costs` out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb
from django.utils.translation import gettext as _

from regulars.analytics.compute.reading import lines, missing, notes, overrides, sql
from regulars.analytics.compute.reading import shape as shapes
from regulars.analytics.compute.reading.candidates import Candidates
from regulars.analytics.compute.reading.loading import Loaded
from regulars.analytics.compute.reading.mapping import Mapped
from regulars.analytics.compute.reading.plans import Plan
from regulars.analytics.compute.reading.recognition import COST_ROLES
from regulars.analytics.compute.reading.shape import Shape
from regulars.analytics.compute.reading.types import Choice, Choices, CostsReading, ReadingOptions, Table
from regulars.analytics.errors import InputError
from regulars.analytics.progress import Progress
from regulars.analytics.types import Note

_ROWS = "reading_costs"
_REASON = """
CASE WHEN channel IS NULL THEN 'no_channel' WHEN day IS NULL THEN 'bad_date'
     WHEN cost IS NULL THEN 'bad_amount' END
"""


def read_costs(
    con: duckdb.DuckDBPyConnection, path: Path, options: ReadingOptions, progress: Progress
) -> CostsReading:
    """Read costs per channel and day into `costs`; `InputError` where the file cannot be used as such.

    Works on a connection that may read no files any more. With details `--map` names the fields as they are,
    else "costs." stands before them, as the orders have fields of the same names.
    """
    shape = DETAILED if options.with_details else SHAPE
    read = shapes.read(con, [path], options, progress, shape)
    (rows,) = sql.row(con, f"SELECT count(*) FROM {_ROWS}")  # noqa: S608 -- our own name
    shape.check(con, read.loaded)
    left_out = _left_out(con, read.loaded)
    kept = "*" if options.with_details else "channel, day, cost"
    good = "" if options.with_details else "WHERE reason IS NULL"
    con.execute(f"CREATE TABLE costs AS SELECT {kept} FROM {_ROWS} {good}")  # noqa: S608
    con.execute(f"DROP TABLE {_ROWS}")
    return CostsReading(
        parts=[shapes.source_part(item) for item in read.loaded],
        rows_read=rows,
        mapping=read.mapping,
        notes=[*read.left_out, *left_out, *notes.of_mapping(read.chosen)],
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
            f"SELECT {lines.row_sql(item.part)} AS row, {item.part.number}::SMALLINT AS part, part_row, "  # noqa: S608
            f"{fields.label('channel')} AS channel, ({day})::DATE AS day, {fields.number('cost')} AS cost, "
            f"{_REASON} AS reason FROM {item.part.source.relation} WHERE NOT {fields.is_total(day)}"
        )
    con.execute(f"CREATE TABLE {_ROWS} AS {' UNION ALL '.join(queries)}")


def _left_out(con: duckdb.DuckDBPyConnection, loaded: Sequence[Loaded]) -> list[Note]:
    left_out = con.execute(
        f"SELECT part, count(*), min(part_row) FROM {_ROWS} WHERE reason IS NOT NULL "  # noqa: S608
        "GROUP BY part ORDER BY part"
    ).fetchall()
    return [
        Note(
            code="costs_left_out",
            facts={"name": loaded[part].part.table.name, "count": count, "row": row},
        )
        for part, count, row in left_out
    ]


def _check(con: duckdb.DuckDBPyConnection, loaded: Sequence[Loaded]) -> None:
    (kept,) = sql.row(con, f"SELECT count(*) FROM {_ROWS} WHERE reason IS NULL")  # noqa: S608 -- our own name
    if not kept:
        raise InputError(
            "no_usable_rows",
            _("No row of %(name)s has a channel, a day and a cost together.")
            % {"name": loaded[0].part.table.name},
        )


def _bare(given: Mapping[str, str]) -> dict[str, str]:
    return overrides.of_fields(given, overrides.COST_FIELDS)


SHAPE = Shape(
    table=_ROWS,
    roles=COST_ROLES,
    said=overrides.of_costs,
    moment="day",
    choose=choose,
    create=_create_rows,
    check=_check,
    prefix=overrides.COSTS_PREFIX,
    in_place=False,
)
DETAILED = replace(SHAPE, said=_bare, prefix="")
"""For those who bring costs in."""
