"""What a watch remembers of its last import."""

from __future__ import annotations

from datetime import datetime

from regulars.imports.models import Import, Watch


def note_worked(import_id: int, now: datetime) -> None:
    """An import ended well: what it was made of need not be read again."""
    found = Import.objects.filter(pk=import_id, watch__isnull=False)
    for watch_id, sha256, etag in found.values_list("watch_id", "sha256", "etag"):
        Watch.objects.filter(pk=watch_id).update(
            last_worked_at=now, last_sha256=sha256, last_etag=etag, last_error=""
        )


def note_failed(watch_id: int | None, text: str) -> None:
    """An import of a watch, or the look for its file, did not work."""
    if watch_id is not None:
        Watch.objects.filter(pk=watch_id).update(last_error=text)
