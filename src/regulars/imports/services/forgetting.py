"""What is not kept for ever, as it tells of people: copies of files, their first rows, rows set aside."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from regulars.imports import folders
from regulars.imports.models import Import, RejectedRow
from regulars.imports.types import WORKING

KEEP = timedelta(days=30)
"""Long enough to mend rows and bring them in again."""
ARRIVAL = timedelta(days=1)
"""No upload takes longer: what still lies about then was left by a process that died."""


def forget(*, now: datetime, limit: int) -> int:
    """Delete copies and rows of at most `limit` imports that ended (or were left lying) long ago."""
    before = now - KEEP
    old = Import.objects.exclude(file="").exclude(state__in=[state.value for state in WORKING])
    old = old.filter(Q(finished_at__lt=before) | Q(finished_at=None, created_at__lt=before))
    ids = list(old.order_by("id").values_list("id", flat=True)[:limit])
    for import_id in ids:
        with transaction.atomic():
            Import.objects.filter(pk=import_id).update(file="", preview=None)
            RejectedRow.objects.filter(owner_id=import_id).delete()
        folders.remove(import_id)
    return len(ids)


def remove_left_over(*, now: datetime) -> int:
    """Delete folders that belong to no import: a process died between the folder and the row."""
    removed = 0
    for folder in folders.root().iterdir():
        is_old = folder.stat().st_mtime < (now - ARRIVAL).timestamp()
        number = int(folder.name) if folder.name.isdecimal() else 0
        known = Import.objects.filter(pk=number).exclude(file="").exists()
        if is_old and not known:
            shutil.rmtree(folder, ignore_errors=True)
            removed += 1
    return removed
