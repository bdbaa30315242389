"""The team app."""

from __future__ import annotations

from django.apps import AppConfig


class TeamConfig(AppConfig):
    name = "regulars.team"

    def ready(self) -> None:
        from regulars.team import personal

        personal.declare()
