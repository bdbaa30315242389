"""Reading kept audits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import msgspec
from django.db.models import Max, QuerySet
from procrastinate.contrib.django.models import ProcrastinateJob

from regulars.analytics.models import MAKE_AUDIT, SHOP, KeptAudit
from regulars.analytics.types import Audit

Work = Literal["idle", "making", "failed"]
"""What the worker does about an audit of the shop; "failed": the last attempt, and none since succeeded."""

_VERSION = next(field.default for field in msgspec.structs.fields(Audit) if field.name == "version")


@dataclass(frozen=True)
class Kept:
    """An audit with its number and its drawings by language and name."""

    id: int
    audit: Audit
    charts: Mapping[str, Mapping[str, str]]


def latest_audit(*, source: str = SHOP) -> Audit | None:
    """The audit made last; None if there is none, or only such as this release no longer reads."""
    kept = latest_kept(source=source)
    return kept.audit if kept else None


def latest_kept(*, source: str = SHOP) -> Kept | None:
    """The same with its drawings."""
    row = _latest(source).first()
    if row is None:
        return None
    return Kept(id=row.pk, audit=msgspec.json.decode(row.document, type=Audit), charts=row.charts)


def latest_audit_id(*, source: str = SHOP) -> int | None:
    """The number of the audit made last: cheap enough to be asked every second."""
    return _latest(source).values_list("pk", flat=True).first()


def is_audit_made_since(moment: datetime) -> bool:
    """Whether the shop was audited at or after `moment`."""
    return _latest(SHOP).filter(made_at__gte=moment).exists()


def audit_work() -> Work:
    """What the worker does about the audit somebody asked for. Jobs that went well are no longer there."""
    job = ProcrastinateJob.objects.filter(task_name=MAKE_AUDIT).order_by("-id").first()
    if job is None or job.status in {"cancelled", "aborted", "succeeded"}:
        return "idle"
    if job.status in {"todo", "doing"}:
        return "making"
    ended = job.procrastinateevent_set.aggregate(at=Max("at"))["at"]
    since = _latest(SHOP).filter(made_at__gt=ended).exists()
    return "idle" if since else "failed"


def _latest(source: str) -> QuerySet[KeptAudit]:
    return KeptAudit.objects.filter(source=source, version=_VERSION).order_by("-made_at", "-pk")
