"""Which groups customers are in; conditions and names of segments are about many."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from regulars.kit import personal
from regulars.kit.personal import Table, Told

MEMBERS = Table(
    name="segments_member",
    label=_("Groups you are in"),
    whose="t.person_id = ANY(%(persons)s)",
    tells={
        "segment": Told(_("Group"), "(SELECT s.name FROM segments_segment AS s WHERE s.id = t.segment_id)"),
        "since": Told(_("Since"), "t.since"),
    },
)


def declare() -> None:
    """Say what is kept of customers, and what names nobody."""
    from regulars.segments.services.leaving import leave_all

    personal.register(MEMBERS)
    personal.register_step("segments.members", leave_all)
    personal.free("segments_segment", "name", "note", "kind", "state", "condition", "meaning")
    personal.free("segments_stagerule", "stage")
