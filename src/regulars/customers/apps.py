"""The customers app."""

from __future__ import annotations

from django.apps import AppConfig

from regulars.customers.types import PROFILE_CREATED
from regulars.events import registry


class CustomersConfig(AppConfig):
    name = "regulars.customers"

    def ready(self) -> None:
        registry.register(PROFILE_CREATED)
