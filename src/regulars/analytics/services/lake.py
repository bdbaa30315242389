"""The lake's manifest: which files are in force."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from regulars.analytics.models import LakeFile
from regulars.events import services as events

KEEP_RETIRED = timedelta(days=1)
"""A reader that began before a file was replaced has this long to end."""


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that is written and safe on the disk; `month` None: the table is one file."""

    month: date | None
    path: str
    rows: int
    size: int


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What a run made of a table: `months` were written anew (None: all there are), into `files`.

    A month without a file has no rows any more.
    """

    table: str
    digest: str
    months: Collection[date] | None
    files: Sequence[NewFile]


@transaction.atomic
def switch_files(*, rewritten: Sequence[Rewritten], marks: Sequence[int], now: datetime) -> None:
    """Put new files in force, all at once, and forget the marks (by id) they were written for."""
    for one in rewritten:
        replaced = LakeFile.objects.filter(table=one.table, retired_at=None)
        if one.months is not None:
            replaced = replaced.filter(month__in=one.months)
        replaced.update(retired_at=now)
        LakeFile.objects.bulk_create(
            LakeFile(
                table=one.table,
                month=file.month,
                path=file.path,
                rows=file.rows,
                size=file.size,
                digest=one.digest,
                made_at=now,
            )
            for file in one.files
        )
    events.forget_touched(months=marks)


def forget_files(*, ids: Sequence[int]) -> None:
    """Drop files from the manifest that are no longer on the disk; such as are in force stay."""
    LakeFile.objects.filter(pk__in=ids).exclude(retired_at=None).delete()


def forget_lake() -> None:
    """Drop the whole manifest, so that the next run writes every file anew: after a move or a restore."""
    LakeFile.objects.all().delete()
