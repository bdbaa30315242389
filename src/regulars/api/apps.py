"""The ways in for programs."""

from __future__ import annotations

from django.apps import AppConfig

from regulars.events import registry
from regulars.kit import schedules


class ApiConfig(AppConfig):
    name = "regulars.api"

    def ready(self) -> None:
        from regulars.api import personal

        personal.declare()
        from regulars.api.ingest.types import EVENT_TYPES
        from regulars.api.tasks import SCHEDULES

        for schedule in SCHEDULES:
            schedules.register(schedule)
        registry.register(*EVENT_TYPES)
