"""The customers app."""

from __future__ import annotations

from django.apps import AppConfig

from regulars.customers.types import EVENT_TYPES
from regulars.events import registry
from regulars.kit import lake, schedules
from regulars.kit.lake import LakeTable

# Months mean nothing for it: one file for all.
PROFILES = LakeTable(name="profiles", query="SELECT profile_id, person_id, known FROM facts_profiles")


class CustomersConfig(AppConfig):
    name = "regulars.customers"

    def ready(self) -> None:
        from regulars.customers import personal

        personal.declare()
        registry.register(*EVENT_TYPES)
        lake.register(PROFILES)
        from regulars.customers import conditions
        from regulars.customers.handlers import MERGE
        from regulars.customers.registry import register_merge_step
        from regulars.customers.services.deriving import step
        from regulars.customers.tasks import SCHEDULES

        conditions.register()
        register_merge_step("customers.attributes", step)
        registry.register_consumer(MERGE)
        for schedule in SCHEDULES:
            schedules.register(schedule)
