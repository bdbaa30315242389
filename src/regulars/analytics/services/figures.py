"""What is known of each customer, as runs find it. Only what differs is written, in short transactions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec
from django.db import connection, transaction

from regulars.analytics.locks import is_overtaken, settle_run
from regulars.analytics.models import CustomerFigures, FiguresRun
from regulars.analytics.queries import latest_run_id
from regulars.analytics.services.audits import keep_audit
from regulars.analytics.types import Audit, Cuts, TrendPoint
from regulars.events import services as events

FIGURES_MAX: Final = 5000
"""Persons a transaction: an open write holds the readers of the log back."""
FIGURES_COLUMNS: Final = tuple(
    field.attname for field in CustomerFigures._meta.concrete_fields if field.attname != "computed_at"
)
"""What runs write of each person, in the order of the lines of CSV."""

_TABLE = CustomerFigures._meta.db_table
_COLUMNS = ", ".join(FIGURES_COLUMNS)
_ARRIVING = f"""
CREATE TEMP TABLE IF NOT EXISTS arriving_figures ON COMMIT DELETE ROWS AS
SELECT {_COLUMNS} FROM {_TABLE} WITH NO DATA
"""  # noqa: S608 (names of our own columns, here and below)
_COPY = f"COPY arriving_figures ({_COLUMNS}) FROM STDIN (FORMAT csv)"
# A row that is the same is not even locked; one that was computed later, from a later look, stays.
_STORE = f"""
WITH stored AS (
INSERT INTO {_TABLE} ({_COLUMNS}, computed_at)
SELECT {", ".join(f"a.{name}" for name in FIGURES_COLUMNS)}, %(computed_at)s
FROM arriving_figures AS a
LEFT JOIN {_TABLE} AS f USING (person_id)
WHERE f.person_id IS NULL
   OR ({", ".join(f"f.{name}" for name in FIGURES_COLUMNS)})
      IS DISTINCT FROM ({", ".join(f"a.{name}" for name in FIGURES_COLUMNS)})
ORDER BY person_id
ON CONFLICT (person_id) DO UPDATE
SET {", ".join(f"{name} = excluded.{name}" for name in (*FIGURES_COLUMNS[1:], "computed_at"))}
WHERE {_TABLE}.computed_at <= excluded.computed_at
RETURNING person_id
)
INSERT INTO analytics_figuresmark (person_id, is_more) SELECT person_id, false FROM stored
"""  # noqa: S608
_REMOVE = f"""
WITH gone AS (
DELETE FROM {_TABLE} AS f
WHERE {{scope}} AND f.computed_at <= %(computed_at)s
  AND NOT EXISTS (SELECT FROM arriving_figures AS a WHERE a.person_id = f.person_id)
RETURNING f.person_id
)
INSERT INTO analytics_figuresmark (person_id, is_more) SELECT person_id, true FROM gone
"""  # noqa: S608
_WITHIN = "f.person_id > %(above)s AND (%(up_to)s::bigint IS NULL OR f.person_id <= %(up_to)s)"
_NAMED = "f.person_id = ANY(%(person_ids)s)"


@dataclass(frozen=True, kw_only=True)
class NewRun:
    """A making of all figures that is to be kept; see the model."""

    audit: Audit
    charts: Mapping[str, Mapping[str, str]]
    snapshot_at: datetime
    currency: str
    cuts: Cuts
    trend: Sequence[TrendPoint]
    trend_charts: Mapping[str, Mapping[str, str]]


@transaction.atomic
def store_figures(*, rows: bytes, above: int, up_to: int | None, computed_at: datetime) -> None:
    """Write one portion of everybody: all persons there are with above < id <= up_to (None: to the last).

    `rows`: lines of CSV in FIGURES_COLUMNS. Who is not among them is gone.
    """
    _store(rows, _WITHIN, {"above": above, "up_to": up_to}, computed_at)


@transaction.atomic
def refresh_figures(*, rows: bytes, person_ids: Sequence[int], computed_at: datetime, run_id: int) -> bool:
    """Write the figures of these persons; who is not among the rows is gone.

    False, and nothing is written, where another run over everybody than `run_id` has come in between: the
    figures were scored against the one before, or seen before it.
    """
    if is_overtaken(computed_at) or latest_run_id() != run_id:
        return False
    _store(rows, _NAMED, {"person_ids": list(person_ids)}, computed_at)
    return True


@transaction.atomic
def keep_run(*, run: NewRun) -> int:
    """Keep a making of all figures with its audit; gives its id.

    Customers who were refreshed while it was made were scored against the run before: they are marked, to
    be seen to again.
    """
    settle_run()
    audit_id = keep_audit(audit=run.audit, charts=run.charts)
    kept = FiguresRun.objects.create(
        audit_id=audit_id,
        made_at=run.audit.made_at,
        snapshot_at=run.snapshot_at,
        as_of=run.audit.as_of,
        timezone=run.audit.timezone,
        currency=run.currency,
        margin=run.audit.margin,
        window_days=run.audit.retention_window_days,
        rhythm_days=run.audit.rhythm_days,
        cuts=msgspec.to_builtins(run.cuts),
        counts=_counts(run.audit),
        trend=msgspec.to_builtins(list(run.trend)),
        charts=run.trend_charts,
    )
    later = CustomerFigures.objects.filter(computed_at__gt=run.snapshot_at)
    events.touch(profiles=later.values_list("profile_id", flat=True))
    return kept.pk


def _store(rows: bytes, scope: str, values: dict[str, Any], computed_at: datetime) -> None:
    values = {**values, "computed_at": computed_at}
    # It records nothing at all, so nobody who reads the log has to wait for it.
    with events.only_backfill(), connection.cursor() as cursor:
        cursor.execute(_ARRIVING)
        with cursor.copy(_COPY) as copy:
            copy.write(rows)
        cursor.execute(_REMOVE.format(scope=scope), values)
        cursor.execute(_STORE, values)


def _counts(audit: Audit) -> dict[str, Any]:
    return {
        "own_stages": audit.own_stages,
        "segments": {row.segment: row.customers for row in audit.rfm},
        "stages": {row.stage: row.customers for row in audit.stages},
    }
