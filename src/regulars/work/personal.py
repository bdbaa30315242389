"""What tasks say of customers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from regulars.kit import personal
from regulars.kit.personal import Table, Told

TASKS = Table(
    name="work_task",
    label=_("What our colleagues had to do for you"),
    whose="t.profile_id = ANY(%(profiles)s)",
    tells={
        "title": Told(_("What"), "t.title"),
        "due_at": Told(_("By when"), "t.due_at"),
        "closed_at": Told(_("Done"), "t.closed_at"),
    },
    personal=("title",),
    # The row stays: a day's work of a colleague is counted by it.
    blank={"title": "'…'"},
)


def declare() -> None:
    """Say what is kept of customers."""
    personal.register(TASKS)
