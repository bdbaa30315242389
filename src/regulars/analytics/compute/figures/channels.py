"""What customers won through each channel bring, and what it cost to win them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate

import ibis.expr.types as ir

from regulars.analytics.compute.engine import Engine
from regulars.analytics.compute.figures import tables
from regulars.analytics.compute.figures.cohorts import CohortMonth
from regulars.analytics.rules.money import money, share
from regulars.analytics.types import Channel, Note

NOT_GIVEN = ""
"""The channel of customers whose first order names none."""
WHOLE_WITHIN = timedelta(days=31)
"""Costs whose first or last day is so near to that of the orders are whole at that end: exports of the two
are seldom made on the same day, and a shop without advertising in its first week has no costs there."""


@dataclass(frozen=True)
class Costs:
    """Costs before `as_of` per channel, the days they speak for, and the customers won in these days."""

    by_channel: dict[str, Decimal]
    first_day: date
    last_day: date
    won: dict[str, int]


def costs_of(
    engine: Engine, sequenced: ir.Table, *, first_order: date, last_order: date, as_of: date
) -> Costs | None:
    """From the table `costs`; None if it holds nothing before `as_of`."""
    costs = tables.costs()
    costs = costs.filter(costs.day < as_of)
    summed = costs.group_by("channel").agg(
        cost=costs.cost.sum(), first_day=costs.day.min(), last_day=costs.day.max()
    )
    rows = engine.rows(summed)
    if not rows:
        return None
    first_day, last_day = min(r["first_day"] for r in rows), max(r["last_day"] for r in rows)
    if first_day - first_order <= WHOLE_WITHIN:
        first_day = min(first_day, first_order)
    if last_order - last_day <= WHOLE_WITHIN:
        last_day = max(last_day, last_order)
    firsts = sequenced.filter(sequenced.previous_day.isnull() & sequenced.day.between(first_day, last_day))
    won = engine.rows(firsts.group_by("channel").agg(customers=firsts.count()))
    return Costs(
        by_channel={r["channel"]: r["cost"] for r in rows},
        first_day=first_day,
        last_day=last_day,
        won={r["channel"] or NOT_GIVEN: r["customers"] for r in won},
    )


def channels(
    found: list[CohortMonth], costs: Costs | None, *, margin: Decimal | None, has_channels: bool
) -> list[Channel]:
    """All customers together (channel None), then each channel that won some, the most valuable first.

    Empty where there are neither channels nor costs. Costs of channels that won nobody are in the total.
    """
    if not has_channels and costs is None:
        return []
    by_channel: defaultdict[str, list[CohortMonth]] = defaultdict(list)
    for c in found:
        by_channel[c.channel or NOT_GIVEN].append(c)
    total = _channel(
        None,
        found,
        cost=sum(costs.by_channel.values(), Decimal(0)) if costs else None,
        won=sum(costs.won.values()) if costs else 0,
        margin=margin,
    )
    if not has_channels:
        return [total]
    each = [
        _channel(
            name,
            rows,
            cost=costs.by_channel.get(name) if costs else None,
            won=costs.won.get(name, 0) if costs else 0,
            margin=margin,
        )
        for name, rows in by_channel.items()
    ]
    return [total, *sorted(each, key=lambda c: (-c.revenue, c.channel or ""))]


def channel_notes(
    listed: list[Channel], costs: Costs | None, *, first_day: date, last_day: date
) -> list[Note]:
    """What the reader must know to trust the cost of winning a customer."""
    if costs is None:
        return []
    notes = []
    if costs.first_day > first_day or costs.last_day < last_day:
        covered = {"from": costs.first_day.isoformat(), "to": costs.last_day.isoformat()}
        notes.append(Note("costs_cover_part", {**covered, "customers": sum(costs.won.values())}))
    known = {c.channel for c in listed}
    if len(listed) > 1 and (idle := sorted(c for c in costs.by_channel if c not in known)):
        cost = sum((costs.by_channel[c] for c in idle), Decimal(0))
        notes.append(Note("costs_without_customers", {"channels": ", ".join(idle), "cost": str(money(cost))}))
    return notes


def _channel(
    name: str | None, rows: list[CohortMonth], *, cost: Decimal | None, won: int, margin: Decimal | None
) -> Channel:
    customers = sum(row.first_orders for row in rows)
    revenue = sum((row.revenue for row in rows), Decimal(0))
    kept = Decimal(1) if margin is None else margin
    ltv = revenue * kept / customers
    cac = cost / won if cost is not None and won else None
    return Channel(
        channel=name,
        customers=customers,
        revenue=money(revenue),
        ltv=money(ltv),
        cost=None if cost is None else money(cost),
        cac=None if cac is None else money(cac),
        ltv_to_cac=share(ltv, cac) if cac is not None else None,
        payback_months=_payback(rows, customers, kept, cac) if cac is not None else None,
    )


def _payback(rows: list[CohortMonth], customers: int, margin: Decimal, cac: Decimal) -> int | None:
    """The first month since the first order (0 = its own) by which a customer has brought `cac`."""
    by_age: defaultdict[int, Decimal] = defaultdict(Decimal)
    for row in rows:
        by_age[row.month - row.first] += row.revenue
    oldest = max(by_age)
    brought = accumulate(by_age[age] for age in range(oldest + 1))
    return next((age for age, revenue in enumerate(brought) if revenue * margin / customers >= cac), None)
