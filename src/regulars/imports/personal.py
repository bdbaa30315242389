"""What files that were brought in leave of customers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from regulars.imports.services.erasing import erase_copies, erase_refused_rows, why_not_now
from regulars.imports.types import Thing
from regulars.kit import personal
from regulars.kit.personal import Table

# Without it, undoing an import passes over them: nothing brings a name back.
CHANGES = Table(
    name="imports_change",
    label=_("What files changed of you"),
    whose=f"t.thing = '{Thing.PROFILE.value}' AND t.object_id = ANY(%(profiles)s)",
    personal=("key", "before"),
    free=("thing", "source"),
    remove=True,
)


def declare() -> None:
    """Say what is kept of customers, and what names nobody."""
    personal.register(CHANGES)
    personal.register_guard(why_not_now)
    personal.register_step("imports.copies", erase_copies, imports_import=("preview",))
    personal.register_step("imports.refused", erase_refused_rows, imports_rejectedrow=("values",))
    personal.free("imports_rejectedrow", "reason")
    personal.free(
        "imports_import",
        *("kind", "state", "origin", "name", "source", "language", "mapping", "report", "undone"),
        *("plan", "file", "sha256", "etag", "error_code", "error_text"),
    )
    personal.free(
        "imports_watch",
        *("kind", "place", "source", "language", "mapping", "last_error", "last_sha256", "last_etag"),
    )
    personal.free("imports_savedmapping", "kind", "columns", "mapping")
