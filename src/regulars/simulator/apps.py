"""The simulator app."""

from __future__ import annotations

from django.apps import AppConfig


class SimulatorConfig(AppConfig):
    name = "regulars.simulator"

    def ready(self) -> None:
        from regulars.simulator import personal

        personal.declare()
