"""Writing the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from regulars.team.models import AuditLogEntry
from regulars.team.types import Action


def log(
    *,
    user_id: int | None,
    action: Action,
    now: datetime,
    subject: str = "",
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write a line of the audit log, in the transaction of what it tells of.

    `subject` as in "person:17"; `details` hold ids, counts and names of fields, never personal data.
    """
    AuditLogEntry.objects.create(
        at=now, user_id=user_id, action=action.value, subject=subject, details=dict(details or {})
    )
