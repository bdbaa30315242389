"""Bringing a file in, batch by batch: what a batch does, what it notes and how far it is go in together."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime

import msgspec
from django.db import DatabaseError, IntegrityError, OperationalError, transaction
from psycopg import errors as postgres

from regulars.analytics import services as analytics
from regulars.events import services as events
from regulars.imports.kinds.opening import open_work
from regulars.imports.kinds.work import ROWS_MAX, SET_ASIDE_MAX, Work
from regulars.imports.ledger import Ledger, Refused
from regulars.imports.models import Import, RejectedRow
from regulars.imports.services import changes, outcomes
from regulars.imports.types import Counts, Report, State

Clock = Callable[[], datetime]
Enough = Callable[[], bool]
TRIES = 5
"""Of a batch that another writer got in the way of."""


def run(row: Import, clock: Clock, enough: Enough) -> None:
    """Do what is left of an import, until it is done, stopped, or `enough` says to leave off."""
    with ExitStack() as stack:
        work = open_work(stack, row)
        progress = _begin(row, work)
        for number in range(row.position, work.batches):
            if enough():
                return
            if not _batch(progress, work, number, clock()):
                break
        _keep_cells(row.pk, work)
        _finish(row.pk, clock())


def check(row: Import, clock: Clock, enough: Enough) -> None:
    """Go through all of the file and take each batch back, so that the report is all that stays."""
    with ExitStack() as stack:
        work = open_work(stack, row)
        report = _first_report(work, dry=True)
        kept = _keep_aside(row.pk, work)
        done = sum(report.set_aside.values())
        mine = Import.objects.filter(pk=row.pk, state=State.CHECKING.value)
        mine.update(total=report.rows, done=done)
        for number in range(work.batches):
            if enough():
                return
            ledger = _attempt(work, number, clock())
            done += ledger.rows
            kept += _take_over(report, row.pk, ledger, kept)
            if not mine.update(done=done):
                return
        _keep_cells(row.pk, work)
        mine.update(state=State.CHECKED.value, report=msgspec.to_builtins(report))


class _Progress:
    """What of an import is stored: only its worker writes it, so it need not be read again."""

    def __init__(self, import_id: int, report: Report, done: int, kept: int) -> None:
        self.import_id, self.report, self.done, self.kept = import_id, report, done, kept
        # Not the batch's number in the work: work that begins anew goes on counting, for the undo.
        self.next_change = changes.next_batch(import_id)


def _begin(row: Import, work: Work) -> _Progress:
    """Go on where the same work was left, or begin anew: what is in already is then found to be the same."""
    if row.plan == work.plan:
        kept = RejectedRow.objects.filter(owner=row).count()
        return _Progress(row.pk, msgspec.convert(row.report, Report), row.done, kept)
    report = _first_report(work)
    kept = _keep_aside(row.pk, work)
    row.plan, row.position = work.plan, 0
    row.done, row.total = sum(report.set_aside.values()), report.rows
    row.report = msgspec.to_builtins(report)
    row.save(update_fields=["plan", "position", "done", "total", "report"])
    return _Progress(row.pk, report, row.done, kept)


def _first_report(work: Work, *, dry: bool = False) -> Report:
    found = work.contents
    set_aside = dict(found.set_aside)
    return Report(parts=found.parts, rows=found.rows, set_aside=set_aside, dry=dry)


def _keep_aside(import_id: int, work: Work) -> int:
    """Store the first rows that do not go in; gives their number."""
    RejectedRow.objects.filter(owner_id=import_id).delete()
    rows = list(work.set_aside(SET_ASIDE_MAX))
    for start in range(0, len(rows), ROWS_MAX):
        changes.keep_refused(import_id, rows[start : start + ROWS_MAX])
    return len(rows)


def _keep_cells(import_id: int, work: Work) -> None:
    """What stands in the rows set aside, with one more look at the file for all of them."""
    places = changes.refused_without_cells(import_id)
    if places:
        cells = list(work.cells(places).items())
        for start in range(0, len(cells), ROWS_MAX):
            changes.keep_cells(import_id, dict(cells[start : start + ROWS_MAX]))


def _batch(progress: _Progress, work: Work, number: int, now: datetime) -> bool:
    """One batch with all it noted, or nothing of it; False once somebody stopped the import."""
    for left in reversed(range(TRIES)):
        try:
            return _try_batch(progress, work, number, now)
        except DatabaseError as error:
            work.forget()
            if not left or not _is_in_the_way(error):
                raise
    raise AssertionError("unreachable")


def _try_batch(progress: _Progress, work: Work, number: int, now: datetime) -> bool:
    ledger, report = Ledger(), _copy(progress.report)
    with transaction.atomic(), events.only_backfill():
        work.apply(number, ledger, now)
        kept = _take_over(report, progress.import_id, ledger, progress.kept)
        changes.keep_changes(progress.import_id, progress.next_change, ledger.changes)
        done = progress.done + ledger.rows
        moved = Import.objects.filter(
            pk=progress.import_id, state=State.RUNNING.value, position=number
        ).update(position=number + 1, done=done, report=msgspec.to_builtins(report), attempts=0)
        if not moved:
            transaction.set_rollback(True)
    if not moved:
        work.forget()
        return False
    progress.report, progress.done = report, done
    progress.kept += kept
    progress.next_change += 1
    return True


def _attempt(work: Work, number: int, now: datetime) -> Ledger:
    """A batch that is taken back again."""
    for left in reversed(range(TRIES)):
        ledger = Ledger()
        try:
            with transaction.atomic(), events.only_backfill():
                work.apply(number, ledger, now)
                transaction.set_rollback(True)
        except DatabaseError as error:
            if not left or not _is_in_the_way(error):
                raise
        else:
            return ledger
        finally:
            work.forget()
    raise AssertionError("unreachable")


def _is_in_the_way(error: DatabaseError) -> bool:
    """Whether another writer was: it removed what we pointed to, or the two of us waited in a circle."""
    return isinstance(error, IntegrityError) or (
        isinstance(error, OperationalError)
        and isinstance(error.__cause__, postgres.DeadlockDetected | postgres.LockNotAvailable)
    )


def _take_over(report: Report, import_id: int, ledger: Ledger, kept: int) -> int:
    """Add a batch to the report; gives how many of its refused rows were stored."""
    for thing, counts in ledger.counts.items():
        total = report.things.setdefault(thing.value, Counts())
        total.created += counts.created
        total.changed += counts.changed
        total.same += counts.same
    for refused in ledger.refused:
        report.set_aside[refused.reason] = report.set_aside.get(refused.reason, 0) + 1
    report.used += ledger.rows - len(ledger.refused)
    stored: list[Refused] = ledger.refused[: max(0, SET_ASIDE_MAX - kept)]
    changes.keep_refused(import_id, stored)
    return len(stored)


def _copy(report: Report) -> Report:
    return msgspec.convert(msgspec.to_builtins(report), Report)


@transaction.atomic
def _finish(import_id: int, now: datetime) -> None:
    mine = Import.objects.filter(pk=import_id, state=State.RUNNING.value)
    if mine.update(state=State.DONE.value, finished_at=now):
        outcomes.note_worked(import_id, now)
        analytics.request_figures()
