"""The commerce app."""

from __future__ import annotations

from django.apps import AppConfig

from regulars.commerce.types import ORDER_CANCELLED, ORDER_COMPLETED, ORDER_REFUNDED, ORDER_UPDATED
from regulars.events import registry


class CommerceConfig(AppConfig):
    name = "regulars.commerce"

    def ready(self) -> None:
        registry.register(ORDER_COMPLETED, ORDER_UPDATED, ORDER_REFUNDED, ORDER_CANCELLED)
