"""Reading imports, for pages and the command line."""

from __future__ import annotations

import msgspec

from regulars.imports.models import Change, Import, RejectedRow, SavedMapping, Watch
from regulars.imports.types import (
    WORKING,
    ImportRow,
    Origin,
    RejectedRows,
    Report,
    SetAside,
    State,
    Undone,
    WatchRow,
)

PAGE = 50
ROWS_SHOWN_MAX = 10_000
"""As many as are kept of one import."""


def imports_page(*, before: int | None = None, limit: int = PAGE) -> list[ImportRow]:
    """Imports, the newest first; those with a smaller number than `before`, for the next page."""
    rows = Import.objects.defer("preview").order_by("-id")
    if before is not None:
        rows = rows.filter(id__lt=before)
    return [_import_row(row, with_preview=False) for row in rows[:limit]]


def import_row(import_id: int) -> ImportRow | None:
    """One import with its preview."""
    row = Import.objects.filter(id=import_id).first()
    return _import_row(row, with_preview=True) if row else None


def import_state(import_id: int) -> ImportRow | None:
    """The same without the preview: cheap enough to be asked every second."""
    row = Import.objects.defer("preview").filter(id=import_id).first()
    return _import_row(row, with_preview=False) if row else None


def rejected_rows(import_id: int, *, limit: int = ROWS_SHOWN_MAX) -> RejectedRows:
    """The rows set aside, in the order of the file, with the columns of all of them in that order."""
    found = RejectedRow.objects.filter(owner_id=import_id).order_by("part", "row")[:limit]
    parts = _part_names(import_id)
    rows = [SetAside(parts.get(r.part, ""), r.row, r.reason, dict(r.values)) for r in found]
    columns = dict.fromkeys(column for row in rows for column in row.values)
    report = Import.objects.filter(id=import_id).values_list("report", flat=True).first() or {}
    total = sum(report.get("set_aside", {}).values())
    return RejectedRows(rows=rows, columns=list(columns), total=max(total, len(rows)))


def waiting_imports(limit: int) -> list[int]:
    """Those the worker has something to do with, the oldest first."""
    states = [state.value for state in WORKING]
    return list(Import.objects.filter(state__in=states).order_by("id").values_list("id", flat=True)[:limit])


def is_any_working() -> bool:
    """Whether an import is under way."""
    return bool(waiting_imports(1))


def saved_mapping(kind: str, columns: str) -> dict[str, str] | None:
    """The mapping used last for files of this kind with these columns (`rules.columns_key`)."""
    found = SavedMapping.objects.filter(kind=kind, columns=columns)
    return found.values_list("mapping", flat=True).first()


def watches() -> list[WatchRow]:
    """All that is read again by itself, the oldest first."""
    rows = list(Watch.objects.order_by("id"))
    last = dict(
        Import.objects.filter(watch_id__in=[row.pk for row in rows])
        .order_by("id")
        .values_list("watch_id", "id")
    )
    return [_watch_row(row, last.get(row.pk)) for row in rows]


def watch(watch_id: int) -> WatchRow | None:
    row = Watch.objects.filter(id=watch_id).first()
    if row is None:
        return None
    last = Import.objects.filter(watch_id=watch_id).order_by("-id").values_list("id", flat=True).first()
    return _watch_row(row, last)


def changes_left(import_id: int) -> bool:
    """Whether there is anything to undo."""
    return Change.objects.filter(owner_id=import_id).exists()


def _part_names(import_id: int) -> dict[int, str]:
    names = Import.objects.filter(id=import_id).values_list("report__parts", flat=True).first()
    return dict(enumerate(names or []))


def _import_row(row: Import, *, with_preview: bool) -> ImportRow:
    return ImportRow(
        id=row.pk,
        kind=row.kind,
        state=State(row.state),
        origin=Origin(row.origin),
        name=row.name,
        source=row.source,
        mapping=row.mapping,
        done=row.done,
        total=row.total,
        size=row.size,
        sha256=row.sha256,
        report=msgspec.convert(row.report, Report),
        undone=msgspec.convert(row.undone, Undone) if row.undone is not None else None,
        error_code=row.error_code,
        error_text=row.error_text,
        started_by=row.started_by,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        watch_id=row.watch_id,
        has_file=bool(row.file),
        position=row.position,
        preview=row.preview if with_preview else None,
    )


def _watch_row(row: Watch, last_import_id: int | None) -> WatchRow:
    return WatchRow(
        id=row.pk,
        kind=row.kind,
        place=row.place,
        at_hour=row.at_hour,
        active=row.active,
        source=row.source,
        mapping=row.mapping,
        last_checked_at=row.last_checked_at,
        last_worked_at=row.last_worked_at,
        last_error=row.last_error,
        last_import_id=last_import_id,
        next_at=row.next_at if row.active else None,
    )
