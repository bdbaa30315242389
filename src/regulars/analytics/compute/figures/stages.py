"""Where each customer stands, measured in the shop's own rhythm."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import ibis
import ibis.expr.types as ir

from regulars.analytics.compute.engine import Engine
from regulars.analytics.compute.figures.customers import is_regular
from regulars.analytics.rules.money import money
from regulars.analytics.rules.rhythm import AT_RISK_AFTER, AWAY_AFTER, LAPSED_AFTER, LOST_AFTER, STAGES
from regulars.analytics.types import StageRow


def staged(facts: ir.Table, *, as_of: date, rhythm_days: float) -> ir.Table:
    """`facts` with `days_since` the last order day and the `stage`."""
    since = ibis.literal(as_of).delta(facts.last_day, unit="day")
    away = facts.last_day.delta(facts.before_last_day, unit="day")
    stage = ibis.cases(
        (since > LOST_AFTER * rhythm_days, "lost"),
        (since > LAPSED_AFTER * rhythm_days, "lapsed"),
        (since > AT_RISK_AFTER * rhythm_days, "at_risk"),
        (away > AWAY_AFTER * rhythm_days, "returned"),
        (is_regular(facts), "regular"),
        (facts.orders >= 2, "active"),
        else_="new",
    )
    return facts.mutate(days_since=since, stage=stage)


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
