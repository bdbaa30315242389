"""The segments app."""

from __future__ import annotations

from django.apps import AppConfig

from regulars.events import registry


class SegmentsConfig(AppConfig):
    name = "regulars.segments"

    def ready(self) -> None:
        from regulars.segments.types import EVENT_TYPES

        registry.register(*EVENT_TYPES)
