"""The analytics app."""

from __future__ import annotations

from django.apps import AppConfig

from regulars.kit import schedules


class AnalyticsConfig(AppConfig):
    name = "regulars.analytics"

    def ready(self) -> None:
        from regulars.analytics import personal

        personal.declare()
        from regulars.analytics import conditions
        from regulars.analytics.tasks import SCHEDULES

        conditions.register()
        for schedule in SCHEDULES:
            schedules.register(schedule)
