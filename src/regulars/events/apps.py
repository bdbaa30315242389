"""The events app."""

from __future__ import annotations

from django.apps import AppConfig

from regulars.kit import schedules


class EventsConfig(AppConfig):
    name = "regulars.events"

    def ready(self) -> None:
        from regulars.events import personal

        personal.declare()
        from regulars.events.tasks import SCHEDULES

        for schedule in SCHEDULES:
            schedules.register(schedule)
