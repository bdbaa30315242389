"""Reading the last run over everybody."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from regulars.analytics.models import FiguresRun
from regulars.analytics.queries.audits import latest_of
from regulars.analytics.rules.rhythm import STAGES
from regulars.analytics.rules.segments import SEGMENTS
from regulars.analytics.types import Cuts, Run, TrendPoint


def latest_run() -> Run | None:
    """The last making of all figures; None before the first, or if this release cannot read it."""
    row = FiguresRun.objects.filter(audit__in=latest_of()).order_by("-made_at", "-pk").first()
    if row is None:
        return None
    counts: dict[str, Any] = row.counts
    return Run(
        id=row.pk,
        audit_id=row.audit_id,
        made_at=row.made_at,
        snapshot_at=row.snapshot_at,
        as_of=row.as_of,
        timezone=row.timezone,
        currency=row.currency,
        margin=row.margin,
        window_days=row.window_days,
        rhythm_days=row.rhythm_days,
        cuts=msgspec.convert(row.cuts, Cuts),
        trend=msgspec.convert(row.trend, list[TrendPoint]),
        charts=row.charts,
        segments={name: counts["segments"][name] for name in SEGMENTS},  # jsonb keeps no order
        own_stages=counts.get("own_stages", []),
        stages={name: counts["stages"][name] for name in STAGES},
    )


def latest_run_id() -> int | None:
    """The number of the last making of all figures."""
    rows = FiguresRun.objects.filter(audit__in=latest_of()).order_by("-made_at", "-pk")
    return rows.values_list("pk", flat=True).first()


def count_by(what: Literal["segment", "stage"]) -> dict[str, int]:
    """How many customers were in each segment or at each stage in the last run; empty before the first."""
    run = latest_run()
    if run is None:
        return {}
    found: dict[Any, int] = run.segments if what == "segment" else run.stages
    return dict(found)
