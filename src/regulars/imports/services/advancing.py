"""The worker's side: whatever an import waits for is done, by one process at a time."""

from __future__ import annotations

import errno
import logging

from django.db import DatabaseError, OperationalError
from django.utils import translation
from django.utils.translation import gettext as _
from psycopg import errors as postgres

from regulars.analytics.errors import InputError
from regulars.imports.errors import ImportProblem
from regulars.imports.models import Import
from regulars.imports.services import outcomes
from regulars.imports.services.examining import examine
from regulars.imports.services.running import Clock, Enough, check, run
from regulars.imports.services.undoing import take_back
from regulars.imports.types import WORKING, State
from regulars.kit import locks

logger = logging.getLogger(__name__)

ATTEMPTS_MAX = 5
"""So often work is begun without anything coming of it: then it is likely what kills the worker."""


def advance(*, import_id: int, clock: Clock, enough: Enough = lambda: False) -> bool:
    """Do what this import waits for; False if somebody is at it. `enough` is asked between batches.

    May be repeated at any time: a worker that dies leaves a batch in whole or out whole.
    """
    with locks.alone(locks.Space.IMPORT, str(import_id)) as mine:
        if not mine:
            return False
        while (row := _waiting(import_id)) is not None:
            with translation.override(row.language):
                _step(row, clock, enough)
            if enough():
                break
    return True


def _waiting(import_id: int) -> Import | None:
    states = [state.value for state in WORKING]
    return Import.objects.filter(pk=import_id, state__in=states).first()


def _step(row: Import, clock: Clock, enough: Enough) -> None:
    if row.attempts >= ATTEMPTS_MAX:
        _fail(
            row,
            "gave_up",
            _("Reading this file ended the worker several times. Divide it into parts."),
            clock,
        )
        return
    Import.objects.filter(pk=row.pk).update(attempts=row.attempts + 1)
    try:
        if row.state == State.EXAMINING.value:
            examine(row)
        elif row.state == State.CHECKING.value:
            check(row, clock, enough)
        elif row.state == State.RUNNING.value:
            run(row, clock, enough)
        else:
            take_back(row, clock, enough)
    except (InputError, ImportProblem) as problem:
        _fail(row, problem.code, problem.message, clock)
    except Exception as error:
        if _is_disk_full(error):
            _fail(row, "disk_full", _disk_full(), clock)
        elif isinstance(error, OperationalError):
            raise  # the database went away: the next worker goes on
        else:
            logger.exception("import %s failed", row.pk)
            _fail(row, "mistake", _mistake(error), clock)


def _fail(row: Import, code: str, text: str, clock: Clock) -> None:
    Import.objects.filter(pk=row.pk, state=row.state).update(
        state=State.FAILED.value, error_code=code, error_text=text, finished_at=clock(), attempts=0
    )
    outcomes.note_failed(row.watch_id, text)


def _is_disk_full(error: Exception) -> bool:
    """Said by the system, by PostgreSQL, or by the engine in words of its own."""
    if isinstance(error, DatabaseError):
        return isinstance(error.__cause__, postgres.DiskFull)
    return getattr(error, "errno", None) == errno.ENOSPC or "No space left on device" in str(error)


def _disk_full() -> str:
    return _("There is no room left on the disk. Make room, then let it go on: what is in already stays.")


def _mistake(error: Exception) -> str:
    return _("This is a mistake of ours (%(error)s). What is in already stays as it is; try to go on.") % {
        "error": type(error).__name__
    }
