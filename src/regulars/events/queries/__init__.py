"""Reading the log."""

from __future__ import annotations

from regulars.events.queries.marks import touched_months, touched_profiles
from regulars.events.queries.order import in_order
from regulars.events.queries.timeline import TIMELINE_MAX, timeline

__all__ = ["TIMELINE_MAX", "in_order", "timeline", "touched_months", "touched_profiles"]
