"""The audits that are kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from zoneinfo import ZoneInfo

import msgspec
from django.db import transaction

from regulars.analytics.models import SHOP, KeptAudit
from regulars.analytics.rules.keeping import superfluous
from regulars.analytics.types import Audit


@transaction.atomic
def keep_audit(
    *, audit: Audit, charts: Mapping[str, Mapping[str, str]] | None = None, source: str = SHOP
) -> int:
    """Keep an audit; gives its id. One made on the same day of the shop gives way to it.

    `charts`: drawings by language and name. `source` is SHOP or a name.
    """
    day = audit.made_at.astimezone(ZoneInfo(audit.timezone)).date()
    KeptAudit.objects.filter(source=source, day=day).delete()
    kept = KeptAudit.objects.create(
        source=source,
        as_of=audit.as_of,
        made_at=audit.made_at,
        day=day,
        version=audit.version,
        document=msgspec.json.encode(audit).decode(),
        charts=charts or {},
    )
    _thin_out(source, day)
    return kept.pk


def forget_audits(*, source: str = SHOP) -> None:
    """Forget all audits of a source, and the runs they came from: a made-up shop was cleared."""
    KeptAudit.objects.filter(source=source).delete()


def _thin_out(source: str, today: date) -> None:
    dated = KeptAudit.objects.filter(source=source, day__lt=today)
    days = [day for day in dated.values_list("day", flat=True) if day is not None]
    dated.filter(day__in=superfluous(days, today=today)).delete()
