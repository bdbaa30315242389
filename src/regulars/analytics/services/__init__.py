"""Every write of analytics: audits, figures of customers, the lake's manifest, and asking for them."""

from __future__ import annotations

from regulars.analytics.services.asking import Columns, Lake, open_lake, work_apart
from regulars.analytics.services.audits import forget_audits, keep_audit
from regulars.analytics.services.figures import (
    FIGURES_COLUMNS,
    FIGURES_MAX,
    NewRun,
    keep_run,
    refresh_figures,
    store_figures,
)
from regulars.analytics.services.lake import (
    NewFile,
    Rewritten,
    forget_files,
    forget_lake,
    switch_files,
)
from regulars.analytics.services.marks import forget_changed, see_to_touched
from regulars.analytics.services.requests import request_figures

__all__ = [
    "FIGURES_COLUMNS",
    "FIGURES_MAX",
    "Columns",
    "Lake",
    "NewFile",
    "NewRun",
    "Rewritten",
    "forget_audits",
    "forget_changed",
    "forget_files",
    "forget_lake",
    "keep_audit",
    "keep_run",
    "open_lake",
    "refresh_figures",
    "request_figures",
    "see_to_touched",
    "store_figures",
    "switch_files",
    "work_apart",
]
