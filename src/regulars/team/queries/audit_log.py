"""Reading the audit log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from regulars.team.models import AuditLogEntry
from regulars.team.types import Action, LogFilter, LogLine

Place = tuple[datetime, int]
"""Where a line stands: its moment and its number."""


def log_page(*, which: LogFilter, limit: int, older_than: Place | None = None) -> list[LogLine]:
    """The newest lines that fit, below a place if one is given."""
    rows = _fitting(which)
    if older_than is not None:
        at, number = older_than
        # The first condition is implied by the second; with it the index is entered at the place.
        rows = rows.filter(at__lte=at).filter(Q(at__lt=at) | Q(pk__lt=number))
    return [_line(row) for row in rows.order_by("-at", "-pk")[:limit]]


def log_page_before(*, which: LogFilter, limit: int, newer_than: Place) -> list[LogLine]:
    """The oldest lines above a place, the newest of them first."""
    at, number = newer_than
    rows = _fitting(which).filter(at__gte=at).filter(Q(at__gt=at) | Q(pk__gt=number))
    return [_line(row) for row in rows.order_by("at", "pk")[:limit]][::-1]


def log_lines(*, which: LogFilter, limit: int) -> Iterator[LogLine]:
    """All lines that fit, the newest first, read as they are asked for."""
    for row in _fitting(which).order_by("-at", "-pk")[:limit].iterator(chunk_size=2000):
        yield _line(row)


def was_logged(*, user_id: int, action: Action, details: Mapping[str, Any], since: datetime) -> bool:
    """Whether there is such a line, with these very details, from after a moment."""
    rows = AuditLogEntry.objects.filter(user_id=user_id, at__gt=since, action=action.value)
    return rows.filter(details=dict(details)).exists()


def failed_sign_ins(*, since: datetime) -> int:
    """How often a wrong password was given since."""
    return AuditLogEntry.objects.filter(at__gte=since, action=Action.SIGN_IN_FAILED.value).count()


def _fitting(which: LogFilter) -> QuerySet[AuditLogEntry]:
    rows = AuditLogEntry.objects.all()
    if which.user_id is not None:
        rows = rows.filter(user_id=which.user_id)
    if which.action:
        rows = rows.filter(action=which.action)
    if which.since is not None:
        rows = rows.filter(at__gte=which.since)
    if which.until is not None:
        rows = rows.filter(at__lt=which.until)
    return rows


def _line(row: AuditLogEntry) -> LogLine:
    return LogLine(
        id=row.pk,
        at=row.at,
        user_id=row.user_id,
        action=row.action,
        subject=row.subject,
        details=row.details,
    )
