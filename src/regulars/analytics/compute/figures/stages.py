"""Where each customer stands, measured in the shop's own rhythm."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal

import ibis
import ibis.expr.types as ir

from regulars.analytics.compute.engine import Engine
from regulars.analytics.compute.figures import tables
from regulars.analytics.compute.figures.customers import is_regular
from regulars.analytics.rules.money import money
from regulars.analytics.rules.rhythm import AT_RISK_AFTER, AWAY_AFTER, LAPSED_AFTER, LOST_AFTER, STAGES
from regulars.analytics.types import Stage, StageRow


def staged(facts: ir.Table, *, as_of: date, rhythm_days: float, own: Collection[Stage] = ()) -> ir.Table:
    """`facts` with `days_since` the last order day and the `stage`.

    `own`: stages for which the shop's own rules stand in the table `own_stages`, in the place of the rhythm.
    """
    since = ibis.literal(as_of).delta(facts.last_day, unit="day")
    away = facts.last_day.delta(facts.before_last_day, unit="day")
    tests: dict[Stage, ir.BooleanValue] = {
        "lost": since > LOST_AFTER * rhythm_days,
        "lapsed": since > LAPSED_AFTER * rhythm_days,
        "at_risk": since > AT_RISK_AFTER * rhythm_days,
        "returned": away > AWAY_AFTER * rhythm_days,
        "regular": is_regular(facts),
        "active": facts.orders >= 2,
    }
    if not own:
        return facts.mutate(days_since=since, stage=_first(tests))
    measured = facts.mutate(days_since=since, **{_fits(stage): test for stage, test in tests.items()})
    joined = measured.drop(*(_fits(stage) for stage in own)).left_join(_own_fits(own), "customer")
    fits = {stage: joined[_fits(stage)].fill_null(False) for stage in tests}
    return joined.select(*facts.columns, "days_since", stage=_first(fits))


def _first(tests: Mapping[Stage, ir.BooleanValue]) -> ir.StringValue:
    return ibis.cases(*((test, stage) for stage, test in tests.items()), else_="new")


def _fits(stage: Stage) -> str:
    return f"fits_{stage}"


def _own_fits(own: Collection[Stage]) -> ir.Table:
    """Of each customer whom any own rule fits: which."""
    rows = tables.own_stages().inner_join(tables.customers(), "customer_id")
    return rows.group_by("customer").agg(**{_fits(stage): (rows.stage == stage).any() for stage in own})


def stages(engine: Engine, staged: ir.Table) -> list[StageRow]:
    """All seven stages in the order they are tested, empty ones too."""
    counted = staged.group_by("stage").agg(customers=staged.count(), revenue=staged.revenue.sum())
    rows = {row["stage"]: row for row in engine.rows(counted)}
    return [
        StageRow(
            stage=stage,
            customers=rows[stage]["customers"] if stage in rows else 0,
            revenue=money(rows[stage]["revenue"] if stage in rows else Decimal(0)),
        )
        for stage in STAGES
    ]
