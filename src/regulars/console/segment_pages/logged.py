"""Lines of the audit log about segments; without what their conditions hold."""

from __future__ import annotations

from django.http import HttpRequest

from regulars.console.access import user_id_of
from regulars.console.voice import Voice
from regulars.team import services as team
from regulars.team.types import Action


def log_made(request: HttpRequest, segment_id: int, speak: Voice, **details: int | str) -> None:
    """`details`: out of what it was made."""
    _log(request, Action.SEGMENT_MADE, segment_id, speak, details)


def log_changed(request: HttpRequest, segment_id: int, speak: Voice, change: str) -> None:
    _log(request, Action.SEGMENT_CHANGED, segment_id, speak, {"change": change})


def _log(
    request: HttpRequest, action: Action, segment_id: int, speak: Voice, details: dict[str, int | str]
) -> None:
    team.log(
        user_id=user_id_of(request),
        action=action,
        now=speak.now,
        subject=f"segment:{segment_id}",
        details=details,
    )
