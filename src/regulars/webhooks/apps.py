"""The webhooks app."""

from __future__ import annotations

from django.apps import AppConfig

from regulars.kit import schedules


class WebhooksConfig(AppConfig):
    name = "regulars.webhooks"

    def ready(self) -> None:
        from regulars.webhooks import personal

        personal.declare()
        from regulars.events.registry import register_consumer
        from regulars.webhooks.handlers import CONSUMER
        from regulars.webhooks.tasks import SCHEDULES

        register_consumer(CONSUMER)
        for schedule in SCHEDULES:
            schedules.register(schedule)
