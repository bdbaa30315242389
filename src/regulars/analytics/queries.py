"""Reading kept audits."""

from __future__ import annotations

import msgspec

from regulars.analytics.models import SHOP, KeptAudit
from regulars.analytics.types import Audit

_VERSION = next(field.default for field in msgspec.structs.fields(Audit) if field.name == "version")


def latest_audit(*, source: str = SHOP) -> Audit | None:
    """The audit made last; None if there is none, or only such as this release no longer reads."""
    kept = KeptAudit.objects.filter(source=source, version=_VERSION).order_by("-made_at", "-pk").first()
    return msgspec.json.decode(kept.document, type=Audit) if kept else None
