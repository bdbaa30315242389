"""The work app."""

from __future__ import annotations

from django.apps import AppConfig

from regulars.customers.registry import register_reference
from regulars.events import registry
from regulars.work.types import TASK_CLOSED, TASK_CREATED


class WorkConfig(AppConfig):
    name = "regulars.work"

    def ready(self) -> None:
        from regulars.work import personal

        personal.declare()
        registry.register(TASK_CREATED, TASK_CLOSED)
        register_reference("tasks", "SELECT 1 FROM work_task AS t WHERE t.profile_id = p.id")
