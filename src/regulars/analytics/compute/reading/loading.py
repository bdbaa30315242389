"""The rows of the chosen parts at hand in the database, while they are being read."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
from django.utils.translation import gettext as _

from regulars.analytics.compute.reading import parquet, staging
from regulars.analytics.compute.reading.archives import Folder, broken, no_room
from regulars.analytics.compute.reading.findings import Source
from regulars.analytics.compute.reading.mapping import Mapped
from regulars.analytics.compute.reading.plans import Part
from regulars.analytics.compute.reading.ragged import Ragged
from regulars.analytics.compute.reading.types import Choices, ParquetContent, Table
from regulars.analytics.progress import Progress

_STAGE = "reading_stage_{}"


@dataclass(frozen=True, slots=True)
class Loaded:
    part: Part
    mapped: Mapped
    rows: int
    ragged: Ragged = field(default_factory=Ragged)

    @property
    def is_lazy(self) -> bool:
        """Whether a view over the part may outlive the reading."""
        content = self.part.table.content
        return (
            isinstance(content, ParquetContent)
            and content.in_place
            and not (self.mapped.inherited or self.mapped.once)
        )


@contextmanager
def private_folder() -> Iterator[Folder]:
    """For what comes out of archives and workbooks; readable by nobody else, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="regulars-reading-") as path:
        yield Folder(Path(path))


@contextmanager
def load(
    con: duckdb.DuckDBPyConnection, chosen: Sequence[tuple[Table, Mapped]], progress: Progress
) -> Iterator[list[Loaded]]:
    """Texts become tables that are dropped at the end; Parquet files are read where they are."""
    loaded: list[Loaded] = []
    offset = 0
    try:
        for number, (table, mapped) in enumerate(chosen):
            item = _loaded(con, table, mapped, number, offset, progress)
            loaded.append(item)
            offset += item.rows
        yield loaded
    except duckdb.OutOfMemoryException as error:
        raise no_room(chosen[0][0].name) from error
    finally:
        for number in range(len(chosen)):
            con.execute(f"DROP TABLE IF EXISTS {_STAGE.format(number)}")


def _loaded(
    con: duckdb.DuckDBPyConnection, table: Table, mapped: Mapped, number: int, offset: int, progress: Progress
) -> Loaded:
    content = table.content
    if isinstance(content, ParquetContent):
        progress.step(_("Reading %(name)s") % {"name": table.name})
        table = _looked_through(con, table, content, mapped)
        source = Source(parquet.scan_sql(content.path), is_file=True)
        return Loaded(Part(table, mapped.choices, source, number, offset), mapped, content.rows)
    staged = staging.stage(con, table, needed(mapped.choices), _STAGE.format(number), progress)
    source = Source(staged.relation, is_file=False)
    return Loaded(Part(table, mapped.choices, source, number, offset), mapped, staged.rows, staged.ragged)


def _looked_through(
    con: duckdb.DuckDBPyConnection, table: Table, content: ParquetContent, mapped: Mapped
) -> Table:
    used = [table.columns[i] for i in sorted(needed(mapped.choices))]
    try:
        tidy = parquet.look_through(con, content.path, used)
    except duckdb.Error as error:  # pages behind the first ones are damaged
        raise broken(table.name) from error
    return replace(table, columns=tuple(replace(c, is_tidy=c.source in tidy) for c in table.columns))


def needed(choices: Choices) -> set[int]:
    """Columns that are read, and the first one: there rows of sums say what they are."""
    return {0} | {column for choice in choices.values() for column in choice.columns}
