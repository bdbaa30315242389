"""The imports app."""

from __future__ import annotations

from django.apps import AppConfig

from regulars.kit import schedules


class ImportsConfig(AppConfig):
    name = "regulars.imports"

    def ready(self) -> None:
        from regulars.imports import personal

        personal.declare()
        from regulars.customers import queries as customers
        from regulars.imports import registry
        from regulars.imports.kinds.builtin import builtin_kinds
        from regulars.imports.tasks import SCHEDULES
        from regulars.loyalty import queries as loyalty
        from regulars.work import queries as work

        for kind in builtin_kinds():
            registry.register_kind(kind)
        registry.register_effect("notes", customers.count_notes)
        registry.register_effect("tasks", work.count_tasks)
        registry.register_effect("points", loyalty.count_in_books)
        for schedule in SCHEDULES:
            schedules.register(schedule)
