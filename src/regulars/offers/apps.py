"""The offers app."""

from __future__ import annotations

from django.apps import AppConfig

from regulars.kit import schedules


class OffersConfig(AppConfig):
    name = "regulars.offers"

    def ready(self) -> None:
        from regulars.customers.registry import register_reference
        from regulars.events import registry
        from regulars.offers import personal
        from regulars.offers.handlers import CONSUMERS
        from regulars.offers.queries.conditions import conditions_kept
        from regulars.offers.tasks import SCHEDULES
        from regulars.offers.types import EVENT_TYPES
        from regulars.segments.registry import register_conditions

        personal.declare()
        registry.register(*EVENT_TYPES)
        for consumer in CONSUMERS:
            registry.register_consumer(consumer)
        register_reference(
            "offers",
            "SELECT 1 FROM offers_code AS c WHERE c.profile_id = p.id"
            " UNION ALL SELECT 1 FROM offers_use AS u WHERE u.profile_id = p.id"
            " UNION ALL SELECT 1 FROM offers_taken AS t WHERE t.profile_id = p.id",
        )
        register_conditions("offers", conditions_kept)
        for schedule in SCHEDULES:
            schedules.register(schedule)
