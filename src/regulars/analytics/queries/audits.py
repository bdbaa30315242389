"""Reading kept audits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import msgspec
from django.db.models import QuerySet

from regulars.analytics.models import SHOP, KeptAudit
from regulars.analytics.types import Audit

_VERSION = next(field.default for field in msgspec.structs.fields(Audit) if field.name == "version")


@dataclass(frozen=True)
class Kept:
    """An audit with its number and its drawings by language and name."""

    id: int
    audit: Audit
    charts: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class DatedAudit:
    """An audit in a list of audits: `day` is that of the shop on which it was made."""

    id: int
    day: date
    as_of: date
    made_at: datetime


def latest_audit(*, source: str = SHOP) -> Audit | None:
    """The audit made last; None if there is none, or only such as this release no longer reads."""
    kept = latest_kept(source=source)
    return kept.audit if kept else None


def latest_kept(*, source: str = SHOP) -> Kept | None:
    """The same with its drawings."""
    row = latest_of(source).first()
    return None if row is None else _kept(row)


def latest_audit_id(*, source: str = SHOP) -> int | None:
    """The number of the audit made last: cheap enough to be asked every second."""
    return latest_of(source).values_list("pk", flat=True).first()


def kept_audit(audit_id: int, *, source: str = SHOP) -> Kept | None:
    """One of the audits that `audits_by_date` names; None if it is no longer kept."""
    row = latest_of(source).filter(pk=audit_id).first()
    return None if row is None else _kept(row)


def audits_by_date(*, source: str = SHOP) -> list[DatedAudit]:
    """All audits that are kept, the latest first: one a day of late, one a month before."""
    rows = latest_of(source).values_list("pk", "day", "as_of", "made_at")
    return [DatedAudit(id_, day or made_at.date(), as_of, made_at) for id_, day, as_of, made_at in rows]


def is_audit_made_since(moment: datetime) -> bool:
    """Whether the shop was audited at or after `moment`."""
    return latest_of().filter(made_at__gte=moment).exists()


def latest_of(source: str = SHOP) -> QuerySet[KeptAudit]:
    """Audits that this release can read, the latest first."""
    return KeptAudit.objects.filter(source=source, version=_VERSION).order_by("-made_at", "-pk")


def _kept(row: KeptAudit) -> Kept:
    return Kept(id=row.pk, audit=msgspec.json.decode(row.document, type=Audit), charts=row.charts)
