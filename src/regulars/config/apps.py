"""The runtime as an app: it has tables of its own and jobs of its own."""

from __future__ import annotations

from datetime import datetime

from django.apps import AppConfig

from regulars.kit.schedules import Every, Schedule, register


class ConfigConfig(AppConfig):
    name = "regulars.config"
    label = "config"

    def ready(self) -> None:
        register(Schedule(name="config.cache", cadence=Every(minutes=60), run=_forget_expired))


def _forget_expired(now: datetime, limit: int) -> int:
    """The cache lives by the clock of the machine, whatever time it is in the shop."""
    from regulars.config.cache import forget_expired

    return forget_expired(limit)
