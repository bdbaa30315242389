"""Reading kept audits, the last run and what is known of each customer."""

from __future__ import annotations

from regulars.analytics.queries.audits import (
    DatedAudit,
    Kept,
    audits_by_date,
    is_audit_made_since,
    kept_audit,
    latest_audit,
    latest_audit_id,
    latest_kept,
)
from regulars.analytics.queries.customers import (
    LIST_MAX,
    customers_page,
    figures_of,
    look_at_today,
)
from regulars.analytics.queries.marks import ChangedPersons, changed_persons
from regulars.analytics.queries.runs import count_by, latest_run, latest_run_id
from regulars.analytics.queries.work import Work, figures_work

__all__ = [
    "LIST_MAX",
    "ChangedPersons",
    "DatedAudit",
    "Kept",
    "Work",
    "audits_by_date",
    "changed_persons",
    "count_by",
    "customers_page",
    "figures_of",
    "figures_work",
    "is_audit_made_since",
    "kept_audit",
    "latest_audit",
    "latest_audit_id",
    "latest_kept",
    "latest_run",
    "latest_run_id",
    "look_at_today",
]
