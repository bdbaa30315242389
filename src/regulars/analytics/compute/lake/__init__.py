"""The lake: history in files that figures are made from. What it holds, domains say (`kit.lake`).

A run writes the months that changed whole, under new names, and switches the manifest to them; files that
were replaced go a day later. So a reader never meets half a month, and a run that dies leaves the lake as
it was.
"""

from __future__ import annotations

import errno
import uuid
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import duckdb
from django.conf import settings
from django.utils.translation import gettext as _

from regulars.analytics import services
from regulars.analytics.compute.lake.planning import Plan, plans
from regulars.analytics.compute.lake.writing import TableWriter
from regulars.analytics.compute.postgres import Snapshot
from regulars.analytics.errors import LakeError
from regulars.analytics.models import LakeFile
from regulars.analytics.services.lake import KEEP_RETIRED, NewFile, Rewritten
from regulars.kit import lake

Mark = tuple[int, str, date]
"""Of `events.queries.touched_months`: id, table, month."""

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def folder() -> Path:
    """Where the lake is."""
    return Path(settings.HOME) / "lake"


def bring_up_to_date(
    con: duckdb.DuckDBPyConnection, shop: Snapshot, *, marks: Sequence[Mark], now: datetime
) -> int:
    """Write what the marks name, and whatever is missing, as `shop` shows it; gives the rows written.

    The marks were read before the shop's moment, and are forgotten. The caller holds the lake's lock.
    Raises LakeError "no_room"; the lake is then as it was.
    """
    place = folder()
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    planned = plans(lake.registered(), {(table, month) for _id, table, month in marks}, place)
    writer = TableWriter(con, place, uuid.uuid4().hex[:12])
    try:
        rewritten = [_rewritten(plan, writer.write(plan, shop)) for plan in planned]
    except BaseException as error:
        for plan in planned:
            writer.discard(plan)
        if _is_full(error):
            raise _no_room(place) from error
        raise
    services.switch_files(rewritten=rewritten, marks=[id_ for id_, *_rest in marks], now=now)
    _tidy(place, now)
    return sum(file.rows for one in rewritten for file in one.files)


def files_of(table: str) -> list[str]:
    """The paths of a table's files in force, in the order of their months."""
    rows = LakeFile.objects.filter(table=table, retired_at=None).order_by("month")
    return [str(folder() / path) for path in rows.values_list("path", flat=True)]


def _rewritten(plan: Plan, files: Sequence[NewFile]) -> Rewritten:
    return Rewritten(plan.table.name, plan.digest, plan.months, files)


def _tidy(place: Path, now: datetime) -> None:
    """Remove files that were replaced long ago, and what a run that died left behind."""
    gone = list(LakeFile.objects.filter(retired_at__lt=now - KEEP_RETIRED).values_list("pk", "path"))
    for _pk, path in gone:
        (place / path).unlink(missing_ok=True)
    services.forget_files(ids=[pk for pk, _path in gone])
    known = {place / path for path in LakeFile.objects.values_list("path", flat=True)}
    for table in lake.registered():
        for found in (place / table.name).glob("*"):
            if found not in known:
                _remove(found)


def _remove(path: Path) -> None:
    if path.is_dir():
        for inner in path.iterdir():
            _remove(inner)
        path.rmdir()
    else:
        path.unlink(missing_ok=True)


def _is_full(error: BaseException) -> bool:
    if isinstance(error, OSError):
        return error.errno in _FULL
    words = str(error)
    return isinstance(error, duckdb.IOException | duckdb.OutOfMemoryException) and (
        "No space left" in words
        or "File too large" in words
        or "quota" in words
        or "max_temp_directory" in words
    )


def _no_room(place: Path) -> LakeError:
    return LakeError(
        _(
            "There is no room left on the disk for the shop's history (%(folder)s). Free some space; until"
            " then the figures stay as they were."
        )
        % {"folder": place},
        code="no_room",
    )
