"""The ways in for programs."""

from __future__ import annotations

from django.apps import AppConfig

from regulars.events import registry
from regulars.kit import schedules


class ApiConfig(AppConfig):
    name = "regulars.api"

    def ready(self) -> None:
        from regulars.api import personal

        personal.declare()
        from regulars.api.ingest.types import EVENT_TYPES
        from regulars.api.tasks import SCHEDULES

        for schedule in SCHEDULES:
            schedules.register(schedule)
        registry.register(*EVENT_TYPES)
        _register_doers()


def _register_doers() -> None:
    """Orders and returns of tills that were cut off; the forms of the API are loaded with the first one."""
    from regulars.loyalty.registry import register_doer
    from regulars.loyalty.types import Doing, Done, EntryKind

    def order(doing: Doing) -> Done:
        from regulars.api.rest.journal_doing import do_order

        return do_order(doing)

    def return_(doing: Doing) -> Done:
        from regulars.api.rest.journal_doing import do_return

        return do_return(doing)

    register_doer(EntryKind.ORDER, order)
    register_doer(EntryKind.RETURN, return_)
