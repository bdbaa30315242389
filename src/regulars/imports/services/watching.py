"""What is read again by itself: a file in the watched folder, or an address."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from regulars.customers.types import SHOP
from regulars.imports import folders, registry, rules
from regulars.imports.errors import ImportProblem, NoSuchImport
from regulars.imports.models import Import, Watch
from regulars.imports.services import jobs, outcomes, steps
from regulars.imports.services.arrivals import take_file
from regulars.imports.types import WORKING, Origin, State
from regulars.kit import locks, outgoing
from regulars.kit.errors import RegularsError
from regulars.kit.schedules import Daily
from regulars.team import queries as team_queries
from regulars.team import services as team
from regulars.team.types import Action

BLOCK = 1024 * 1024


@transaction.atomic
def save_watch(
    *,
    kind: str,
    place: str,
    at_hour: int,
    mapping: Mapping[str, str],
    user_id: int | None,
    now: datetime,
    watch_id: int | None = None,
    active: bool = True,
    source: str = SHOP,
) -> int:
    """Have a file or an address read daily; gives the watch's number.

    `place`: a file's name or a pattern (`orders-*.csv`, the newest of them is read) in the watched folder,
    or an https address. Raises ImportProblem or OutgoingError for a place that may not be read.
    """
    rules.check_mapping(mapping, [field.name for field in registry.kind(kind).fields])
    _check_place(place.strip())
    if not 0 <= at_hour <= 23:
        raise ImportProblem(_("Choose an hour from 0 to 23."))
    values = {
        "kind": kind,
        "place": place.strip(),
        "at_hour": at_hour,
        "mapping": dict(mapping),
        "active": active,
        "source": source,
        "language": get_language() or settings.LANGUAGE_CODE,
        "next_at": _next_at(at_hour, now),
    }
    if watch_id is None:
        watch_id = Watch.objects.create(**values, created_by=user_id, created_at=now).pk
    else:
        # What was read from another place or by another mapping says nothing of this one.
        anew = {"last_sha256": "", "last_etag": "", "last_error": ""}
        if not Watch.objects.filter(pk=watch_id).update(**values, **anew):
            raise _no_such(watch_id)
    _log(watch_id, user_id, now)
    return watch_id


@transaction.atomic
def delete_watch(*, watch_id: int, user_id: int | None, now: datetime) -> None:
    """No longer read it; the imports it made stay."""
    deleted, _models = Watch.objects.filter(pk=watch_id).delete()
    if not deleted:
        raise _no_such(watch_id)
    _log(watch_id, user_id, now)


@transaction.atomic
def check_watch(*, watch_id: int, user_id: int | None, now: datetime) -> None:
    """Have it looked at soon instead of at its hour."""
    if not Watch.objects.filter(pk=watch_id).exists():
        raise _no_such(watch_id)
    jobs.look(watch_id)


def wake_due(*, now: datetime, limit: int) -> int:
    """Have those looked at whose hour has come; gives how many."""
    due = list(Watch.objects.filter(active=True, next_at__lte=now).order_by("next_at", "id")[:limit])
    for row in due:
        with transaction.atomic():
            Watch.objects.filter(pk=row.pk, next_at=row.next_at).update(next_at=_next_at(row.at_hour, now))
            jobs.look(row.pk)
    return len(due)


def look(*, watch_id: int, now: datetime) -> int | None:
    """Read the place and, where there is something new, begin an import of it; gives its number.

    What goes wrong is remembered with the watch.
    """
    with locks.alone(locks.Space.IMPORT, f"watch:{watch_id}") as mine:
        row = Watch.objects.filter(pk=watch_id).first()
        if not mine or row is None or _is_under_way(watch_id):
            return None
        Watch.objects.filter(pk=watch_id).update(last_checked_at=now)
        with translation.override(row.language):
            try:
                return _look(row, now)
            except RegularsError as error:
                outcomes.note_failed(watch_id, error.message)
                return None


def _look(row: Watch, now: datetime) -> int | None:
    if row.place.startswith("https:"):
        allow = outgoing.networks(settings.OUTGOING_ALLOW)
        limit = settings.IMPORT_BYTES_MAX
        with outgoing.fetch(row.place, limit=limit, etag=row.last_etag, allow=allow) as answer:
            if answer.is_same:
                _note_unchanged(row, now)
                return None
            name = outgoing.check_url(row.place).path.rsplit("/", 1)[-1] or row.kind
            number = take_file(name=name, chunks=answer.blocks, etag=answer.etag, **_taking(row, now))
    else:
        path = _newest(row.place)
        if _sha256(path) == row.last_sha256:
            _note_unchanged(row, now)
            return None
        number = take_file(name=path.name, path=path, **_taking(row, now))
    taken = Import.objects.get(pk=number)
    if taken.state == State.FAILED.value:
        outcomes.note_failed(row.pk, taken.error_text)
    elif taken.sha256 == row.last_sha256:
        Import.objects.filter(pk=number).delete()
        folders.remove(number)
        Watch.objects.filter(pk=row.pk).update(last_etag=taken.etag)
        _note_unchanged(row, now)
        return None
    else:
        steps.start(import_id=number, user_id=row.created_by, now=now)
    return number


def _taking(row: Watch, now: datetime) -> dict[str, Any]:
    return {
        "now": now,
        "user_id": row.created_by,
        "kind": row.kind,
        "origin": Origin.WATCH,
        "source": row.source,
        "mapping": row.mapping,
        "examine": False,
        "watch_id": row.pk,
    }


def _note_unchanged(row: Watch, now: datetime) -> None:
    """Nothing new is as good as read."""
    Watch.objects.filter(pk=row.pk).update(last_worked_at=now, last_error="")


def _is_under_way(watch_id: int) -> bool:
    states = [state.value for state in WORKING]
    return Import.objects.filter(watch_id=watch_id, state__in=states).exists()


def _check_place(place: str) -> None:
    if "://" in place:
        outgoing.check_url(place)
        return
    parts = Path(place).parts
    if not place or Path(place).is_absolute() or ".." in parts or "\0" in place or "**" in parts:
        raise ImportProblem(
            _("Write an https address, or the name of a file in %(folder)s: orders.csv or orders-*.csv.")
            % {"folder": settings.WATCH_FOLDER}
        )
    if Path(settings.HOME) / "watch" == settings.WATCH_FOLDER:
        settings.WATCH_FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)


def _newest(place: str) -> Path:
    """The file of this name, or the one changed last of those the pattern fits."""
    _check_place(place)
    root = Path(settings.WATCH_FOLDER).resolve()
    inside = []
    for path in root.glob(place):
        real = path.resolve()
        if real.is_file() and real.is_relative_to(root):
            inside.append((real.stat().st_mtime_ns, path.name, path))
    if not inside:
        raise ImportProblem(
            _("There is no file %(place)s in %(folder)s. Put it there, or write another name.")
            % {"place": place, "folder": settings.WATCH_FOLDER},
            code="no_file",
        )
    return max(inside)[2]


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                digest.update(block)
    except OSError as error:
        raise ImportProblem(
            _("%(file)s cannot be read: %(reason)s.") % {"file": path.name, "reason": error.strerror},
            code="cannot_read",
        ) from error
    return digest.hexdigest()


def _next_at(hour: int, now: datetime) -> datetime:
    return Daily(at=time(hour), zone=team_queries.shop().timezone).next_after(now)


def _log(watch_id: int, user_id: int | None, now: datetime) -> None:
    team.log(user_id=user_id, action=Action.WATCH_CHANGED, now=now, subject=f"watch:{watch_id}")


def _no_such(watch_id: int) -> NoSuchImport:
    return NoSuchImport(_("There is no watch number %(id)s.") % {"id": watch_id})
