"""All figures of the shop, made anew: the lake, the audit, every customer, the trend."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import duckdb
from django.conf import settings
from django.utils.translation import gettext as _

from regulars.analytics import locks, registry, services
from regulars.analytics.compute import lake, shop
from regulars.analytics.compute.audit import AuditOptions, audit_lines
from regulars.analytics.compute.charts import draw_charts, draw_trend
from regulars.analytics.compute.engine import Engine, connection
from regulars.analytics.compute.figures import tables
from regulars.analytics.compute.figures.document import Found, Frame
from regulars.analytics.compute.figures.trend import days
from regulars.analytics.compute.persons import batches, make_persons, make_persons_without_orders
from regulars.analytics.compute.postgres import snapshot
from regulars.analytics.errors import InputError, LakeError
from regulars.analytics.progress import Progress
from regulars.analytics.rules.trend import trend
from regulars.analytics.types import Audit, Cuts, TrendPoint
from regulars.events import queries as marks
from regulars.kit.locks import Space, alone
from regulars.team import queries as team
from regulars.team.types import ShopProfile

MONTH_MARKS_MAX = 100_000
PROFILE_MARKS_MAX = 1_000_000
"""What is above is left for the next run."""
FORGET_MAX = 20_000
"""Marks forgotten in one transaction."""


@dataclass
class _Looking:
    """What is taken while the tables of the figures stand."""

    currency: str
    cuts: Cuts | None = None
    trend: list[TrendPoint] | None = None

    def __call__(self, engine: Engine, frame: Frame, found: Found) -> None:
        orders = tables.orders()
        make_persons(engine, orders, found.customers, self.currency)
        counted = days(engine, orders, found.customers, window_days=frame.window_days)
        self.trend = trend(
            counted, first_day=frame.first_day, as_of=frame.as_of, window_days=frame.window_days
        )
        self.cuts = found.cuts


def make_all_figures(*, now: datetime, progress: Progress) -> int | None:
    """One run over everybody; gives its id, or None where no order counts (there is then no audit).

    Raises LakeError: "busy" while another is at it, "no_room" where the disk is full.
    """
    with alone(Space.LAKE, "lake") as mine:
        if not mine:
            raise LakeError(_("The figures are being made already; wait until they are."), code="busy")
        with connection() as con:
            taken_at, profile_marks = _bring_lake_up_to_date(con, now, progress)
            shop.read_lake(con)
            run = _figures(con, team.shop(), now, taken_at, progress)
            progress.step(_("Writing down what is known of each customer"))
            _write_back(con, taken_at)
        run_id = services.keep_run(run=run) if run else None
        _forget(profile_marks)
        return run_id


def _bring_lake_up_to_date(
    con: duckdb.DuckDBPyConnection, now: datetime, progress: Progress
) -> tuple[datetime, list[tuple[int, int]]]:
    """Gives the run's turn, and the marks of profiles (id, profile id) that its look includes."""
    progress.step(_("Reading the shop's orders"))
    with snapshot() as look:
        with locks.turn(now) as taken_at:
            month_marks = marks.touched_months(MONTH_MARKS_MAX)
            profile_marks = marks.touched_profiles(PROFILE_MARKS_MAX)
            look.begin()
        lake.bring_up_to_date(con, look, marks=month_marks, now=now)
    return taken_at, profile_marks


def _figures(
    con: duckdb.DuckDBPyConnection,
    profile: ShopProfile,
    now: datetime,
    taken_at: datetime,
    progress: Progress,
) -> services.NewRun | None:
    """Makes the table `persons`, and the run if any order counts."""
    chosen = profile.currency if profile.set_up_at else None
    reading, costs = shop.make_tables(con, timezone=profile.timezone, currency=chosen)
    currency = reading.currency or profile.currency
    own = shop.keep_own_stages(con, registry.own_stages(now))
    options = AuditOptions(timezone=profile.timezone, margin=profile.margin, now=now)
    looking = _Looking(currency)
    try:
        audit = audit_lines(
            con,
            reading,
            costs=costs,
            options=options,
            progress=progress,
            ids_in_sequence=True,
            own_stages=own,
            seen=looking,
        )
    except InputError as error:
        if error.code != "no_orders":
            raise
        make_persons_without_orders(con, currency)
        return None
    assert looking.cuts is not None  # noqa: S101 (`seen` was called)
    assert looking.trend is not None  # noqa: S101
    return _run(audit, currency, taken_at, looking.cuts, looking.trend)


def _run(
    audit: Audit, currency: str, taken_at: datetime, cuts: Cuts, points: list[TrendPoint]
) -> services.NewRun:
    languages = [language for language, _name in settings.LANGUAGES]
    return services.NewRun(
        audit=audit,
        charts={language: draw_charts(audit, language) for language in languages},
        snapshot_at=taken_at,
        currency=currency,
        cuts=cuts,
        trend=points,
        trend_charts={language: draw_trend(points, currency, language) for language in languages},
    )


def _write_back(con: duckdb.DuckDBPyConnection, taken_at: datetime) -> None:
    locks.begin_everybody(taken_at)
    above = 0
    for batch in batches(con):
        services.store_figures(rows=batch.rows, above=above, up_to=batch.last_id, computed_at=taken_at)
        above = batch.last_id
    services.store_figures(rows=b"", above=above, up_to=None, computed_at=taken_at)


def _forget(profile_marks: list[tuple[int, int]]) -> None:
    for start in range(0, len(profile_marks), FORGET_MAX):
        services.see_to_touched(profile_marks[start : start + FORGET_MAX])
