"""Recency, frequency and monetary value: scores against the shop's other customers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir

from regulars.analytics.compute.engine import Engine
from regulars.analytics.rules.money import money
from regulars.analytics.rules.segments import SCORES, SEGMENTS, segment
from regulars.analytics.types import Cuts, RfmCell, RfmCuts, RfmSegment


@dataclass(frozen=True)
class Scored:
    """Customers with the scores `r` and `f`, and their revenue, unrounded."""

    r: int
    f: int
    customers: int
    revenue: Decimal


def cuts(engine: Engine, facts: ir.Table) -> Cuts:
    return Cuts(
        recency=_cuts(engine, facts, "last_day"),
        frequency=_cuts(engine, facts, "orders"),
        monetary=_cuts(engine, facts, "revenue"),
    )


def document(cuts: Cuts) -> RfmCuts:
    """The cuts as an audit shows them: money rounded."""
    return RfmCuts(
        recency=cuts.recency,
        frequency=cuts.frequency,
        monetary=[None if cut is None else money(cut) for cut in cuts.monetary],
    )


def cut_points(facts: ir.Table, column: str) -> ir.Table:
    """One row: `score_2` … `score_5`, the smallest value of `column` with that score.

    Score s is for those with 5 × (customers with a strictly smaller value) ≥ (s − 1) × all customers.
    """
    counted = facts.group_by(value=facts[column]).agg(count=facts.count())
    running = ibis.window(order_by=counted.value, following=0)
    ranked = counted.mutate(smaller=counted["count"].sum().over(running) - counted["count"])
    everybody = ranked["count"].sum().over(ibis.window())
    ranked = ranked.mutate(everybody=everybody)
    return ranked.agg(
        **{
            f"score_{s}": ranked.value.min(where=ranked.smaller * SCORES >= ranked.everybody * (s - 1))
            for s in range(2, SCORES + 1)
        }
    )


def scored(facts: ir.Table, cuts: Cuts) -> ir.Table:
    """`facts` with the scores `r`, `f` and `m`, from 1 to 5."""
    return facts.mutate(
        r=_score(facts.last_day, cuts.recency),
        f=_score(facts.orders, cuts.frequency),
        m=_score(facts.revenue, cuts.monetary),
    )


def by_scores(engine: Engine, scored: ir.Table) -> list[Scored]:
    """Each pair of scores that occurs, best first."""
    counted = scored.group_by("r", "f").agg(customers=scored.count(), revenue=scored.revenue.sum())
    return [Scored(**row) for row in engine.rows(counted.order_by(counted.r.desc(), counted.f.desc()))]


def cells(found: list[Scored]) -> list[RfmCell]:
    return [RfmCell(row.r, row.f, row.customers, money(row.revenue)) for row in found]


def segments(found: list[Scored]) -> list[RfmSegment]:
    """All eleven segments from the best down, empty ones too."""
    rows: dict[str, list[Scored]] = {name: [] for name in SEGMENTS}
    for row in found:
        rows[segment(row.r, row.f)].append(row)
    return [
        RfmSegment(
            segment=name,
            customers=sum(row.customers for row in rows[name]),
            revenue=money(sum((row.revenue for row in rows[name]), Decimal(0))),
        )
        for name in SEGMENTS
    ]


def _cuts(engine: Engine, facts: ir.Table, column: str) -> list[Any]:
    row = engine.row(cut_points(facts, column))
    return [row[f"score_{s}"] for s in range(2, SCORES + 1)]


def _score(value: ir.Column, cuts: list[Any]) -> ir.IntegerColumn:
    reached = [(value >= cut).cast("int8") for cut in cuts if cut is not None]
    score = ibis.literal(1, type="int8")
    for one in reached:
        score = score + one
    return score.cast("int8")
