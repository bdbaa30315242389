"""Rows of PostgreSQL into files, one for each month, in one pass over the table."""

from __future__ import annotations

import os
import shutil
from datetime import date
from pathlib import Path

import duckdb

from regulars.analytics.compute.lake.planning import Plan, ranges
from regulars.analytics.compute.postgres import Snapshot
from regulars.analytics.services import NewFile

ROWS_A_GROUP = 50_000
"""Each month that is being written holds one group in memory."""
_OPEN_FILES_MAX = 10_000  # months: so that each has one file

_OPTIONS = f"FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE {ROWS_A_GROUP}"
_BY_MONTH = "PARTITION_BY (lake_month), OVERWRITE_OR_IGNORE"
_SETTINGS = f"""
SET TimeZone = 'UTC';
SET preserve_insertion_order = false;
SET partitioned_write_max_open_files = {_OPEN_FILES_MAX};
"""
_AS_BEFORE = "RESET TimeZone; RESET preserve_insertion_order; RESET partitioned_write_max_open_files"
"""What is reckoned on the same connection later must not depend on whether something was written."""
_NO_MONTH = "__HIVE_DEFAULT_PARTITION__"


class TableWriter:
    """Writes tables into `folder`/<table>/; files carry the name of the `run`."""

    def __init__(self, con: duckdb.DuckDBPyConnection, folder: Path, run: str) -> None:
        self._con, self._folder, self._run = con, folder, run

    def write(self, plan: Plan, shop: Snapshot) -> list[NewFile]:
        """All rows of the months planned; a month without rows has no file."""
        table = plan.table
        place = self._folder / table.name
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._con.execute(_SETTINGS)
        self._con.register("arriving", shop.read(_query(plan)))
        try:
            written = self._by_month(place, table.moment) if table.moment else self._whole(place)
        finally:
            self._con.unregister("arriving")
            self._con.execute(_AS_BEFORE)
        rows = self._rows([path for _month, path in written])
        files = [self._settled(month, path, rows[str(path)]) for month, path in written]
        _sync(place)
        return files

    def discard(self, plan: Plan) -> None:
        """Remove what this run wrote of a table."""
        place = self._folder / plan.table.name
        for path in place.glob(f"*{self._run}*"):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)

    def _whole(self, place: Path) -> list[tuple[date | None, Path]]:
        path = place / f"all-{self._run}.parquet"
        self._con.execute(f"COPY (FROM arriving) TO {_literal(path)} ({_OPTIONS})")
        return [(None, path)]

    def _by_month(self, place: Path, moment: str) -> list[tuple[date | None, Path]]:
        working = place / f"writing-{self._run}"
        working.mkdir(mode=0o700)
        month = f"date_trunc('month', {moment}::TIMESTAMP)::DATE"  # quicker to part by than text
        rows = f"SELECT *, {month} AS lake_month FROM arriving"  # noqa: S608
        self._con.execute(f"COPY ({rows}) TO {_literal(working)} ({_OPTIONS}, {_BY_MONTH})")
        written: list[tuple[date | None, Path]] = []
        for part in sorted(working.iterdir()):
            name = part.name.removeprefix("lake_month=")
            if name == _NO_MONTH:
                raise ValueError(f"rows of {place.name} have no {moment}, so they belong to no month")
            first = date.fromisoformat(name)
            path = place / f"{first:%Y-%m}-{self._run}.parquet"
            self._as_one(sorted(part.iterdir()), path)
            written.append((first, path))
        shutil.rmtree(working)
        return written

    def _as_one(self, pieces: list[Path], path: Path) -> None:
        if len(pieces) == 1:
            pieces[0].rename(path)
            return
        listed = ", ".join(_literal(piece) for piece in pieces)
        self._con.execute(f"COPY (FROM read_parquet([{listed}])) TO {_literal(path)} ({_OPTIONS})")

    def _rows(self, paths: list[Path]) -> dict[str, int]:
        """How many rows each file has."""
        if not paths:
            return {}
        query = "SELECT file_name, num_rows FROM parquet_file_metadata(?)"
        found = self._con.execute(query, [[str(path) for path in paths]]).fetchall()
        return {str(name): int(rows) for name, rows in found}

    def _settled(self, month: date | None, path: Path, rows: int) -> NewFile:
        """On the disk for good, before the manifest names it."""
        path.chmod(0o600)
        _sync(path)
        return NewFile(month, str(path.relative_to(self._folder)), rows, path.stat().st_size)


def _query(plan: Plan) -> str:
    whole = f"SELECT * FROM ({plan.table.query}) AS facts"  # noqa: S608 (our own words)
    if plan.months is None:
        return whole
    within = " OR ".join(
        f"({plan.table.moment} >= '{first} 00:00:00+00' AND {plan.table.moment} < '{after} 00:00:00+00')"
        for first, after in ranges(plan.months)
    )
    return f"{whole} WHERE {within}"


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
