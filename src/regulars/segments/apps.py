"""The segments app."""

from __future__ import annotations

from django.apps import AppConfig

from regulars.kit import schedules


class SegmentsConfig(AppConfig):
    name = "regulars.segments"

    def ready(self) -> None:
        from regulars.segments import personal

        personal.declare()
        from regulars.analytics.registry import register_stages
        from regulars.customers.registry import register_merge_step
        from regulars.events import registry
        from regulars.segments import queries, services
        from regulars.segments.handlers import CONSUMERS
        from regulars.segments.tasks import SCHEDULES
        from regulars.segments.types import EVENT_TYPES

        registry.register(*EVENT_TYPES)
        register_stages(queries.who_fits)
        for consumer in CONSUMERS:
            registry.register_consumer(consumer)
        register_merge_step("segments.membership", services.persons_moved)
        for schedule in SCHEDULES:
            schedules.register(schedule)
