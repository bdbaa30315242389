"""Which files of the lake have to be written anew."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from regulars.analytics.models import LakeFile
from regulars.kit.lake import LakeTable

FORMAT = 1
"""Of our files; another one makes all of them anew."""


@dataclass(frozen=True)
class Plan:
    """`months`: those to be written (None: all of the table); `digest`: of what they are written by."""

    table: LakeTable
    months: frozenset[date] | None
    digest: str


def plans(tables: Iterable[LakeTable], marks: Collection[tuple[str, date]], folder: Path) -> list[Plan]:
    """What to write for these marks (table, month), and for files that are not as the manifest says."""
    in_force = list(LakeFile.objects.filter(retired_at=None))
    found = []
    for table in tables:
        touched = {month for name, month in marks if name == table.name}
        files = [file for file in in_force if file.table == table.name]
        plan = _plan(table, touched, files, folder)
        if plan is not None:
            found.append(plan)
    return found


def ranges(months: Iterable[date]) -> list[tuple[date, date]]:
    """Months that follow each other as one stretch, from its first day to the first day after it."""
    found: list[tuple[date, date]] = []
    for month in sorted(months):
        after = _next(month)
        if found and found[-1][1] == month:
            found[-1] = (found[-1][0], after)
        else:
            found.append((month, after))
    return found


def _plan(table: LakeTable, touched: set[date], files: Sequence[LakeFile], folder: Path) -> Plan | None:
    digest = _digest(table)
    lost = {file.month for file in files if not _is_whole(file, folder)}
    if not files or any(file.digest != digest for file in files):
        return Plan(table, None, digest)
    if table.moment is None:
        return Plan(table, None, digest) if touched or lost else None
    months = frozenset(touched | {month for month in lost if month is not None})
    return Plan(table, months, digest) if months else None


def _digest(table: LakeTable) -> str:
    words = f"{FORMAT}\n{table.moment}\n{' '.join(table.query.split())}"
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def _is_whole(file: LakeFile, folder: Path) -> bool:
    try:
        return (folder / file.path).stat().st_size == file.size
    except FileNotFoundError:
        return False


def _next(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
