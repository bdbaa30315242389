"""Reading the books."""

from __future__ import annotations

from regulars.loyalty.queries.adjustments import (
    adjustment,
    adjustments,
    adjustments_by_id,
    adjustments_waiting_of,
    count_adjustments_waiting,
)
from regulars.loyalty.queries.programme import current, forget_versions, version_at, versions
from regulars.loyalty.queries.statement import statement
from regulars.loyalty.queries.verifying import checks, verify

__all__ = [
    "adjustment",
    "adjustments",
    "adjustments_by_id",
    "adjustments_waiting_of",
    "checks",
    "count_adjustments_waiting",
    "current",
    "forget_versions",
    "statement",
    "verify",
    "version_at",
    "versions",
]
