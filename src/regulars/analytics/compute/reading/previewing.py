"""A look at files before they are brought in: their columns, how they are read, their first rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
from django.utils.translation import gettext as _

from regulars.analytics.compute.engine import connection
from regulars.analytics.compute.reading import (
    costs,
    customers,
    guessing,
    heads,
    notes,
    orders,
    overrides,
    parts,
    plans,
    points,
    preview_parts,
    products,
    returns,
    sources,
)
from regulars.analytics.compute.reading import shape as shapes
from regulars.analytics.compute.reading.archives import Folder
from regulars.analytics.compute.reading.confinement import confine
from regulars.analytics.compute.reading.families import Chosen
from regulars.analytics.compute.reading.loading import private_folder
from regulars.analytics.compute.reading.recognition import ANY_ROLES
from regulars.analytics.compute.reading.shape import Opened, Read, Shape
from regulars.analytics.compute.reading.sources import Gathered
from regulars.analytics.compute.reading.types import ReadingOptions
from regulars.analytics.errors import InputError
from regulars.analytics.previews import FileKind, Preview, PreviewPart, Problem
from regulars.analytics.progress import Progress
from regulars.analytics.types import Note

SHAPES: Mapping[FileKind, Shape] = {
    "orders": orders.DETAILED,
    "customers": customers.SHAPE,
    "products": products.SHAPE,
    "returns": returns.SHAPE,
    "costs": costs.DETAILED,
    "points": points.SHAPE,
}


def preview(
    paths: Sequence[Path], kind: FileKind | None, options: ReadingOptions, progress: Progress
) -> Preview:
    """What would be read from `paths`, told from their first rows; `kind` None: it is guessed.

    Never raises `InputError`: it comes back as `problem`, with as much of the files as could be seen.
    """
    with connection(threads=1) as con, private_folder() as folder:
        looking = _Looking(con, folder, options, kind or "orders", is_guessed=kind is None)
        try:
            plans.check_timezone(con, options.timezone)
            gathered = sources.gather(paths, folder, progress)
            progress.step(_("Looking at the columns"))
            looking.open(gathered)
            looking.choose()
            looking.read()
        except InputError as error:
            looking.problem = Problem(
                code=error.code,
                text=error.message,
                field=error.facts.get("field", "").removeprefix(overrides.COSTS_PREFIX) or None,
                facts=error.facts,
            )
        return looking.preview()


@dataclass(slots=True)
class _Looking:
    """What is known so far; where it ends early, the rest stays empty."""

    con: duckdb.DuckDBPyConnection
    folder: Folder
    options: ReadingOptions
    kind: FileKind
    is_guessed: bool
    opened: Opened | None = None
    chosen: Chosen | None = None
    left_out: list[Note] = field(default_factory=list)
    parts: list[PreviewPart] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    currency: str | None = None
    problem: Problem | None = None

    @property
    def shape(self) -> Shape:
        return SHAPES[self.kind]

    def open(self, gathered: Gathered) -> None:
        named = overrides.named(self.options.mapping)
        confine(self.con, [file.path for file, _family in gathered.files if file.kind == "parquet"])
        if self.is_guessed:
            tables, _refused = parts.tables(self.con, gathered.files, ANY_ROLES, named)
            self.kind = guessing.guess(max(tables, key=lambda table: table.size))
        self.opened = shapes.tables_of(self.con, gathered, self.folder, self.shape, named)
        self.parts = [preview_parts.unread(self.kind, table) for table in self.opened.tables]

    def choose(self) -> None:
        assert self.opened is not None  # noqa: S101 -- `open` came before
        said = self.shape.said(self.options.mapping)
        for part, table in zip(self.parts, self.opened.tables, strict=True):
            preview_parts.put_choices(part, table, overrides.chosen(said, table))
        self.chosen, self.left_out = shapes.select(self.opened, said, self.shape)
        of_table = dict(zip((table.name for table in self.opened.tables), self.parts, strict=True))
        self.parts = [of_table[table.name] for table, _mapped in self.chosen]
        for part, (table, mapped) in zip(self.parts, self.chosen, strict=True):
            preview_parts.put_choices(part, table, mapped.choices)

    def read(self) -> None:
        assert self.chosen is not None  # noqa: S101 -- `choose` came before
        with heads.load(self.con, self.chosen) as loaded:
            for part, item in zip(self.parts, loaded, strict=True):
                preview_parts.find_dates(self.con, self.kind, part, item)
            made = plans.make(self.con, [item.part for item in loaded], self.shape.moment)
            self.shape.create(self.con, loaded, made, self.options.timezone)
        for part, item, plan in zip(self.parts, loaded, made, strict=True):
            preview_parts.understood(self.con, self.kind, self.shape.table, part, item, plan)
        self.notes = notes.of_mapping(self.chosen)
        for item, plan in zip(loaded, made, strict=True):
            ids = [(c.name, said) for field, said in plan.ids.items() if (c := item.part.column(field))]
            self.notes += notes.of_part(item.part.table, item.ragged, 0, ids)
        if self.kind == "orders":
            done = Read(self.chosen, loaded, made, [])
            self.currency = orders.currency(self.con, done, self.options.currency)
        self.shape.check(self.con, loaded)

    def preview(self) -> Preview:
        left_out = [str(note.facts["name"]) for note in self.left_out]
        mapping = {}
        if self.chosen:
            table, mapped = self.chosen[0]
            mapping = mapped.shown(table)
        return Preview(
            kind=self.kind,
            is_guessed=self.is_guessed,
            parts=self.parts,
            left_out=left_out + (self.opened.left_out if self.opened else []),
            mapping=mapping,
            notes=self.notes,
            currency=self.currency,
            problem=self.problem,
        )
