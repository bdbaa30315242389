"""All figures of one shop, as the fields of `Audit` that hold them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import ibis.expr.types as ir
import msgspec
from django.utils.translation import gettext as _

from regulars.analytics.compute.engine import Engine
from regulars.analytics.compute.figures import rfm, tables
from regulars.analytics.compute.figures.channels import Costs, channel_notes, channels, costs_of
from regulars.analytics.compute.figures.cohorts import cohort_months, cohorts, months
from regulars.analytics.compute.figures.customers import customer_facts, gap_counts
from regulars.analytics.compute.figures.headline import distribution, headline
from regulars.analytics.compute.figures.lorenz import lorenz
from regulars.analytics.compute.figures.second_order import second_order
from regulars.analytics.compute.figures.slipping import slipping
from regulars.analytics.compute.figures.stages import staged, stages
from regulars.analytics.progress import Progress
from regulars.analytics.rules.distribution import Distribution
from regulars.analytics.rules.retention import retention_window_days
from regulars.analytics.rules.rhythm import rhythm_days
from regulars.analytics.types import Channel, Cuts, Headline, Note, Stage


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What the figures are of: the shop's orders of [first_day, as_of), and what else is known of them."""

    first_day: date
    as_of: date
    margin: Decimal | None
    has_channels: bool
    has_costs: bool
    own_stages: Collection[Stage] = ()
    """Those whose own rules stand in the table `own_stages`."""

    @property
    def window_days(self) -> int:
        return retention_window_days((self.as_of - self.first_day).days)


@dataclass(frozen=True, kw_only=True)
class Found:
    """`fields` of `Audit` at its `as_of`, and what they were made from.

    `customers`: one row each as of `customer_facts`, with scores and stage; it holds until `headline_at`.
    """

    fields: dict[str, Any]
    notes: list[Note]
    cuts: Cuts
    rhythm_days: float
    customers: ir.Table


def figures(engine: Engine, frame: Frame, progress: Progress) -> Found:
    """All figures, from the tables `orders`, `customers` and `costs`."""
    orders = tables.orders()
    progress.step(_("Customers and the days between their orders"))
    facts, gaps = _facts(engine, orders, frame, frame.as_of)
    progress.step(_("Recency, frequency and stages"))
    rhythm = rhythm_days(gaps)
    cuts = rfm.cuts(engine, facts)
    scored = rfm.scored(facts, cuts)
    by_scores = rfm.by_scores(engine, scored)
    by_stage = staged(scored, as_of=frame.as_of, rhythm_days=rhythm, own=frame.own_stages)
    found: dict[str, Any] = {
        **msgspec.structs.asdict(_headline(engine, facts, gaps, frame, frame.as_of)),
        "to": engine.row(facts.agg(to=facts.last_day.max()))["to"],
        "rfm": rfm.segments(by_scores),
        "rfm_map": rfm.cells(by_scores),
        "rfm_cuts": rfm.document(cuts),
        "stages": stages(engine, by_stage),
        "rhythm_days": rhythm,
        "own_stages": list(frame.own_stages),
        "second_order": second_order(engine, facts, as_of=frame.as_of),
        "lorenz": lorenz(engine, facts),
        "slipping": slipping(engine, orders, by_stage),
    }
    progress.step(_("Cohorts and channels"))
    found |= _by_cohort(engine, orders, frame, last_day=found["to"])
    notes = found.pop("notes")
    return Found(fields=found, notes=notes, cuts=cuts, rhythm_days=rhythm, customers=by_stage)


def headline_at(engine: Engine, orders: ir.Table, frame: Frame, as_of: date) -> Headline | None:
    """The headline at another day, from the `orders` known then; None if there were none.

    The window of retention stays that of `frame`: a rate over another number of days is another figure.
    """
    facts, gaps = _facts(engine, orders, frame, as_of)
    found = _headline(engine, facts, gaps, frame, as_of)
    return found if found.customers else None


def _facts(engine: Engine, orders: ir.Table, frame: Frame, as_of: date) -> tuple[ir.Table, Distribution]:
    facts = customer_facts(orders, as_of=as_of, window_days=frame.window_days)
    kept = engine.keep("customer_facts", facts)
    return kept, distribution(engine.rows(gap_counts(orders)))


def _headline(engine: Engine, facts: ir.Table, gaps: Distribution, frame: Frame, as_of: date) -> Headline:
    return headline(
        engine,
        facts,
        gaps,
        as_of=as_of,
        first_day=frame.first_day,
        window_days=frame.window_days,
        margin=frame.margin,
    )


def _by_cohort(engine: Engine, orders: ir.Table, frame: Frame, *, last_day: date) -> dict[str, Any]:
    found = cohort_months(engine, orders)
    costs: Costs | None = None
    if frame.has_costs:
        costs = costs_of(engine, orders, first_order=frame.first_day, last_order=last_day, as_of=frame.as_of)
    listed = channels(found, costs, margin=frame.margin, has_channels=frame.has_channels)
    return {
        "cohorts": cohorts(found, as_of=frame.as_of),
        "months": months(found, first_day=frame.first_day, as_of=frame.as_of),
        "channels": listed,
        **_by_name([c for c in listed if c.channel]),
        "notes": channel_notes(listed, costs, first_day=frame.first_day, last_day=last_day),
    }


def _by_name(named: list[Channel]) -> dict[str, dict[str, Any]]:
    priced = [c for c in named if c.cac is not None]
    return {
        "ltv_by_channel": {str(c.channel): c.ltv for c in named},
        "cac": {str(c.channel): c.cac for c in priced},
        "ltv_to_cac": {str(c.channel): c.ltv_to_cac for c in priced},
        "payback_months": {str(c.channel): c.payback_months for c in priced},
    }
