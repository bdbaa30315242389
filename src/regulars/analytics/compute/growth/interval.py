"""From what became of such customers before to what the present ones will bring, with an 80% interval.

The method in words is in docs/growth-points.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from regulars.analytics.compute.growth.calendar import Floats, Ints
from regulars.analytics.compute.growth.evidence import CELLS, DRAWS, Array, Evidence, ratio
from regulars.analytics.compute.growth.plan import Plan

FASTEST_PACE = 8.0

Shape = Literal["spending", "rising", "losing"]
"""How an outcome grows with time.

spending: money comes again and again, but each stretch of time brings no more than the one before.
rising: first somebody rises, then their money counts. losing: money is at stake for as long as nothing
is bought.
"""


@dataclass(frozen=True)
class Expected:
    """Money for the plan's target days: median and 10% and 90% quantiles of the draws.

    `share`: of the members, those to whom it will happen; `money_each`: the money of each of them.
    `tide`: the standard deviation, as a share, of one moment from another beyond chance.
    """

    value: float
    low: float
    high: float
    share: float
    money_each: float
    tide: float


def expect(evidence: Evidence, shape: Shape, tide: float, seed: int) -> Expected:
    """What the members will bring in the plan's target days; `tide` as from tide.py."""
    rng = np.random.default_rng(seed)
    plan, sums, members = evidence.plan, evidence.sums, len(evidence.cell_now)
    money = _levels(evidence, sums.money_half, sums.money_full, sums.weight, evidence.weight_now)
    heads = _levels(evidence, sums.happened_half, sums.happened_full, sums.heads, evidence.heads_now)
    share = _share(heads / members, plan, shape)
    means = _money(money, heads / members, share, float(evidence.weight_now.sum()), plan, shape)

    sigma = np.sqrt(np.log1p(tide**2))
    tides = np.exp(sigma * rng.standard_normal(DRAWS) - sigma**2 / 2)
    low, value, high = np.quantile(_gamma(means[1:] * tides, _variance(evidence), rng), [0.1, 0.5, 0.9])
    many = float(share[0]) * members
    return Expected(
        value=float(value),
        low=float(low),
        high=float(high),
        share=float(share[0]),
        money_each=float(means[0]) / many if many > 0 else 0.0,
        tide=tide,
    )


def _levels(evidence: Evidence, half: Array, full: Array, base: Array, now: Floats | Ints) -> Array:
    """For each draw, the outcome of the present members after half a horizon and after the whole of it.

    The first comes from all moments, the newer the heavier; how it grows from there comes from the moments
    that were followed for the whole horizon.
    """
    freshness = evidence.plan.freshness[None, :, None]
    old = evidence.plan.followed

    def outcome(sums: Array, chosen: Any) -> Array:
        fresh = freshness[:, chosen]
        over, under = ((s[:, chosen] * fresh).sum(axis=1) @ evidence.standins.T for s in (sums, base))
        return ratio(over, under) @ now

    start = outcome(half, old)
    pace = np.where(start > 0, ratio(outcome(full, old), start), 2.0)
    level = outcome(half, slice(None))
    return np.array([level, level * np.minimum(pace, FASTEST_PACE)])


def _share(levels: Array, plan: Plan, shape: Shape) -> Array:
    """The share to whom it will have happened by the end of the target days, from two earlier shares.

    Those who wait go on to act at a rate that keeps or falls, as it did before (a Weibull law with an
    exponent of at most 1). To lose somebody is that they have not acted.
    """
    acted = np.clip(1 - levels if shape == "losing" else levels, 0.0, 0.999)
    half, full = -np.log1p(-acted)
    exponent = np.clip(np.log2(np.where(half > 0, ratio(full, half), 1.0)), 0, 1)
    by_then = -np.expm1(-full * (plan.target / plan.horizon) ** exponent)
    return 1 - by_then if shape == "losing" else by_then


def _money(money: Array, happened: Array, share: Array, weight: float, plan: Plan, shape: Shape) -> Array:
    """The money by the end of the target days, from that after half the horizon and the whole."""
    half, full = money
    longer = plan.target / plan.horizon
    if shape == "losing":
        days = np.array([[plan.half], [plan.horizon]])
        return weight * plan.target * _share(ratio(money, weight * days), plan, shape)
    if shape == "rising":
        each = ratio(ratio(full, happened[1]), ratio(half, happened[0]))
        exponent = np.clip(np.log2(np.where(each > 0, each, 1.0)), 0, 1)
        return full * ratio(share, happened[1]) * longer**exponent
    fade = np.clip(np.where(half > 0, ratio(full, half) - 1, 1.0), 1e-6, 1 - 1e-6)
    return full * (1 - fade ** (plan.target / plan.half)) / (1 - fade**2)


def _variance(evidence: Evidence) -> float:
    """Of the present members' sum, from how those of a cell differ, carried on to the target days."""
    plan, past, standins = evidence.plan, evidence.precedents, evidence.standins
    old = plan.followed[past.moment]
    cell, weight = evidence.cell[old], past.traits.weight[old]
    squares_now = np.bincount(evidence.cell_now, weights=evidence.members.weight**2, minlength=CELLS)

    def pooled(values: Floats) -> Floats:
        return np.asarray(standins @ np.bincount(cell, weights=values, minlength=CELLS))

    def spread(money: Floats) -> float:
        usual = ratio(pooled(money), pooled(weight))
        apart = (money - usual[cell] * weight) ** 2
        return float(squares_now @ ratio(pooled(apart), pooled(weight**2)))

    half, full = spread(past.half.money[old]), spread(past.full.money[old])
    growth = np.clip(np.log2(full / half), 0, 2) if half > 0 and full > 0 else 1.0
    return float(full * (plan.target / plan.horizon) ** growth)


def _gamma(means: Floats, variance: float, rng: np.random.Generator) -> Floats:
    """A draw of each mean with this variance; never below zero, and skewed as sums of purchases are."""
    if variance <= 0:
        return means
    positive = np.maximum(means, 1e-9)
    return np.where(means > 0, rng.gamma(positive**2 / variance) * (variance / positive), 0.0)
