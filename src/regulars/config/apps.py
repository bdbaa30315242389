"""The runtime as an app: it has tables of its own and jobs of its own."""

from __future__ import annotations

from datetime import datetime

from django.apps import AppConfig

from regulars.kit.schedules import Every, Schedule, register


class ConfigConfig(AppConfig):
    name = "regulars.config"
    label = "config"

    def ready(self) -> None:
        from regulars.config import personal

        personal.declare()
        register(Schedule(name="config.cache", cadence=Every(minutes=60), run=_forget_expired))
        register(Schedule(name="config.sessions", cadence=Every(minutes=60), run=_forget_sessions))


def _forget_expired(now: datetime, limit: int) -> int:
    """The cache lives by the clock of the machine, whatever time it is in the shop."""
    from regulars.config.cache import forget_expired

    return forget_expired(limit)


def _forget_sessions(now: datetime, limit: int) -> int:
    """Sessions that ended by themselves; those of people who signed out are gone already."""
    from django.contrib.sessions.models import Session

    ended = Session.objects.filter(expire_date__lt=now).order_by("expire_date")
    gone, _counts = Session.objects.filter(pk__in=list(ended.values_list("pk", flat=True)[:limit])).delete()
    return gone
