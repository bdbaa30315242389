"""The imports app."""

from __future__ import annotations

from django.apps import AppConfig

from regulars.kit import schedules


class ImportsConfig(AppConfig):
    name = "regulars.imports"

    def ready(self) -> None:
        from regulars.imports import registry
        from regulars.imports.kinds.builtin import builtin_kinds
        from regulars.imports.tasks import SCHEDULES

        for kind in builtin_kinds():
            registry.register_kind(kind)
        for schedule in SCHEDULES:
            schedules.register(schedule)
