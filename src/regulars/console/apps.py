"""The console app."""

from __future__ import annotations

from django.apps import AppConfig
from django.core import checks

from regulars.console.assets import check_built


class ConsoleConfig(AppConfig):
    name = "regulars.console"

    def ready(self) -> None:
        checks.register(check_built)
