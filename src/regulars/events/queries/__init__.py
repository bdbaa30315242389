"""Reading the log."""

from __future__ import annotations

from regulars.events.queries.consumers import consumers_state, set_aside_page
from regulars.events.queries.marks import touched_months, touched_profiles
from regulars.events.queries.open import oldest_transaction
from regulars.events.queries.order import in_order
from regulars.events.queries.timeline import (
    TIMELINE_MAX,
    Place,
    Visit,
    browsing_at,
    names_of,
    timeline,
    visits,
)

__all__ = [
    "TIMELINE_MAX",
    "Place",
    "Visit",
    "browsing_at",
    "consumers_state",
    "in_order",
    "names_of",
    "oldest_transaction",
    "set_aside_page",
    "timeline",
    "touched_months",
    "touched_profiles",
    "visits",
]
