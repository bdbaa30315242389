"""Names that are offered while somebody writes goods, channels and events into a form."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from regulars.commerce.queries import choices
from regulars.console.forms.programme_fields import NamesField, PartForm
from regulars.events.models import EventName

EVENTS_MAX = 300


def offered(form: PartForm) -> Mapping[str, list[str]]:
    """The names, by the kind that fields ask for."""
    asked = {field.offers for field in form.fields.values() if isinstance(field, NamesField)}
    if "event" in form.fields:
        asked.add("events")
    return {kind: _OFFERED[kind]() for kind in sorted(asked) if kind in _OFFERED}


def _events() -> list[str]:
    return list(EventName.objects.order_by("name").values_list("name", flat=True)[:EVENTS_MAX])


_OFFERED: Mapping[str, Callable[[], list[str]]] = {
    "products": choices.products,
    "categories": choices.categories,
    "brands": choices.brands,
    "channels": choices.channels,
    "events": _events,
}
