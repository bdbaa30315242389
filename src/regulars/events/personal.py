"""What the log keeps of customers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from regulars.kit import personal
from regulars.kit.personal import Table, Told

# What our own domains record names nobody; of what came from outside we cannot know.
_OURS = "'customers', 'commerce', 'work', 'segments', 'analytics', 'imports', 'webhooks'"

EVENTS = Table(
    name="events",
    label=_("What happened"),
    whose="t.profile_id = ANY(%(profiles)s)",
    tells={
        "occurred_at": Told(_("When"), "t.occurred_at"),
        "name": Told(_("What"), "t.name"),
        "properties": Told(_("Details"), "t.properties"),
    },
    personal=("properties",),
    free=("class", "name", "source", "key"),
    blank={"properties": f"CASE WHEN source IN ({_OURS}) THEN properties ELSE '{{}}' END"},
    key=("class", "received_at", "id"),
    order="t.occurred_at DESC, t.id DESC",
)
SET_ASIDE = Table(
    name="event_set_aside",
    label=_("Events that could not be handled"),
    whose="t.profile_id = ANY(%(profiles)s)",
    personal=("error",),
    free=("consumer", "name"),
    blank={"error": "''"},
)


def declare() -> None:
    """Say what is kept of customers, and what names nobody."""
    personal.register(EVENTS, SET_ASIDE)
    # Keys name occasions: our own are made of numbers, a program's is an id it made up.
    personal.free("event_keys", "source", "key")
    personal.free("event_counts", "name")
    personal.free("event_consumers", "name")
    personal.free("event_cursors", "consumer")
    personal.free("event_names", "name")
    personal.free("touched_months", "lake_table")
