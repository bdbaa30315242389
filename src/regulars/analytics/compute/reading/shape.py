"""The way from files to a table, the same for every kind of file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
from django.utils.translation import gettext as _

from regulars.analytics.compute.reading import families, notes, overrides, parquet, parts, plans, sources
from regulars.analytics.compute.reading.archives import Folder
from regulars.analytics.compute.reading.confinement import confine
from regulars.analytics.compute.reading.loading import Loaded, load, private_folder
from regulars.analytics.compute.reading.mapping import Mapped
from regulars.analytics.compute.reading.plans import Plan, check_timezone
from regulars.analytics.compute.reading.recognition import Roles
from regulars.analytics.compute.reading.sources import Gathered
from regulars.analytics.compute.reading.types import Choices, ReadingOptions, Table
from regulars.analytics.progress import Progress
from regulars.analytics.types import Note, SourcePart

Create = Callable[[duckdb.DuckDBPyConnection, Sequence[Loaded], Sequence[Plan], str], None]
Check = Callable[[duckdb.DuckDBPyConnection, Sequence[Loaded]], None]


@dataclass(frozen=True, slots=True)
class Shape:
    """What is special about a kind of file.

    `said`: the part of `--map` that is about it. `moment`: its field of dates. `choose`: the columns of a
    part, `InputError` where one is missing. `create` makes `table` out of the parts (timezone last);
    `check`: `InputError` where no row of it can be used. `in_place`: Parquet files are read where they are,
    and the connection is shut off from all other files; else they are copied.
    """

    table: str
    roles: Roles
    said: Callable[[Mapping[str, str]], dict[str, str]]
    moment: str
    choose: Callable[[Table, Choices], Mapped]
    create: Create
    check: Check
    prefix: str = ""
    in_place: bool = True


@dataclass(frozen=True, slots=True)
class Opened:
    """`left_out`: names of members and sheets that are no tables."""

    tables: list[Table]
    left_out: list[str]


@dataclass(frozen=True, slots=True)
class Read:
    """What was read; `made` are the plans of the parts, `left_out` notes of what was not read."""

    chosen: families.Chosen
    loaded: list[Loaded]
    made: list[Plan]
    left_out: list[Note]

    @property
    def mapping(self) -> dict[str, str]:
        table, mapped = self.chosen[0]
        return mapped.shown(table)

    def has(self, field: str) -> bool:
        return any(item.part.column(field) for item in self.loaded)


def read(
    con: duckdb.DuckDBPyConnection,
    paths: Sequence[Path],
    options: ReadingOptions,
    progress: Progress,
    shape: Shape,
) -> Read:
    """All of `paths` in the table (or view) of the shape; `InputError` where they cannot be used as such."""
    said = shape.said(options.mapping)
    check_timezone(con, options.timezone)
    with private_folder() as folder:
        opened = open_tables(con, paths, folder, progress, shape, overrides.named(said))
        chosen, left_out = select(opened, said, shape)
        with load(con, chosen, progress) as loaded:
            progress.step(_("Understanding dates and amounts"))
            made = plans.make(con, [item.part for item in loaded], shape.moment)
            shape.create(con, loaded, made, options.timezone)
    return Read(chosen, loaded, made, left_out + notes.left_out(opened.left_out))


def open_tables(
    con: duckdb.DuckDBPyConnection,
    paths: Sequence[Path],
    folder: Folder,
    progress: Progress,
    shape: Shape,
    named: Sequence[str],
) -> Opened:
    """The tables in the files; `named`: columns that the person has named."""
    return tables_of(con, sources.gather(paths, folder, progress), folder, shape, named)


def tables_of(
    con: duckdb.DuckDBPyConnection, gathered: Gathered, folder: Folder, shape: Shape, named: Sequence[str]
) -> Opened:
    """The same of files that are outside of their archives already."""
    files = gathered.files
    if shape.in_place:
        confine(con, [file.path for file, _family in files if file.kind == "parquet"])
    else:
        files = [
            (parquet.as_text(file, folder) if file.kind == "parquet" else file, family)
            for file, family in files
        ]
    tables, refused = parts.tables(con, files, shape.roles, named)
    return Opened(tables, [*gathered.left_out, *refused])


def select(opened: Opened, said: Mapping[str, str], shape: Shape) -> tuple[families.Chosen, list[Note]]:
    """The parts to read with their columns; `InputError` where a column that is needed cannot be found."""
    overrides.check_columns(said, opened.tables, shape.prefix)
    return families.select(opened.tables, lambda t: shape.choose(t, overrides.chosen(said, t)))


def source_part(item: Loaded, rows: int | None = None) -> SourcePart:
    table = item.part.table
    return SourcePart(
        name=table.name,
        rows=item.rows if rows is None else rows,
        encoding=table.encoding,
        delimiter=table.delimiter,
    )
