"""From what became of such customers before to what the present ones will bring, with an 80% interval.

The method in words is in docs/growth-points.md. Members and precedents are laid into cells of like
absence and like size, so that a group that has aged or grown is compared with its equals.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np

from regulars.analytics.compute.growth.calendar import Floats, Ints
from regulars.analytics.compute.growth.plan import Plan
from regulars.analytics.compute.growth.precedents import Precedents, Traits

DRAWS = 1000
BLOCKS = 100  # customers are resampled in so many parts at most
ABSENCES = (1 / 3, 2 / 3)  # quantiles that part the precedents by absence,
SIZES = (0.5, 0.9)  # and by size: a few buyers often bring most
CELLS = 9
ENOUGH_IN_CELL = 20  # customers; with fewer, wider cells stand in
FASTEST_PACE = 8.0
WIDEST_TIDE = 1.0

Array = Any  # floats with the axes (draw, moment, cell), or fewer of them


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
    `tide`: the standard deviation, as a share, that the shop's moments differ by beyond chance.
    """

    value: float
    low: float
    high: float
    share: float
    money_each: float
    tide: float


def expect(precedents: Precedents, members: Traits, plan: Plan, shape: Shape, seed: int) -> Expected:
    """What `members` will bring in the plan's target days."""
    rng = np.random.default_rng(seed)
    cell, cell_now = _cells(precedents.traits, members)
    past = _Resampled.of(precedents, cell, plan, rng)
    standins = _standins(cell, precedents.customer)
    weight_now = np.bincount(cell_now, weights=members.weight, minlength=CELLS)
    heads_now = np.bincount(cell_now, minlength=CELLS)

    money = _levels(past.money_half, past.money_full, past.weight, weight_now, standins, plan)
    heads = _levels(past.happened_half, past.happened_full, past.heads, heads_now, standins, plan)
    share = _share(heads / len(members.weight), plan, shape)
    means = _money(money, heads / len(members.weight), share, float(weight_now.sum()), plan, shape)
    tide = _tide(past, weight_now, standins, plan)
    variance = _variance(precedents, members, cell, cell_now, standins, plan)

    sigma = np.sqrt(np.log1p(tide**2))
    tides = np.exp(sigma * rng.standard_normal(DRAWS) - sigma**2 / 2)
    low, value, high = np.quantile(_gamma(means[1:] * tides, variance, rng), [0.1, 0.5, 0.9])
    many = float(share[0]) * len(members.weight)
    return Expected(
        value=float(value),
        low=float(low),
        high=float(high),
        share=float(share[0]),
        money_each=float(means[0]) / many if many > 0 else 0.0,
        tide=tide,
    )


def _cells(past: Traits, now: Traits) -> tuple[Ints, Ints]:
    absences = np.quantile(past.absence, ABSENCES)
    sizes = np.quantile(past.size, SIZES)

    def cell(traits: Traits) -> Ints:
        strip = np.searchsorted(absences, traits.absence)
        return np.asarray(strip * (len(sizes) + 1) + np.searchsorted(sizes, traits.size))

    return cell(past), cell(now)


def _standins(cell: Ints, customer: Ints) -> Floats:
    """A row for each cell: the cells that speak for it; itself, its strip of like absence, or all."""
    size = int(customer.max()) + 1
    seen = np.bincount(cell * size + customer, minlength=CELLS * size) > 0
    customers = seen.reshape(CELLS, size).sum(axis=1)
    width = len(SIZES) + 1
    table = np.zeros((CELLS, CELLS))
    for own in range(CELLS):
        strip = slice(own // width * width, own // width * width + width)
        if customers[own] >= ENOUGH_IN_CELL:
            table[own, own] = 1
        elif customers[strip].sum() >= ENOUGH_IN_CELL:
            table[own, strip] = 1
        else:
            table[own] = 1
    return table


@dataclass(frozen=True)
class _Resampled:
    """Sums by (draw, moment, cell); draw 0 is what was seen, the others resample whole customers."""

    heads: Array
    weight: Array
    money_half: Array
    money_full: Array
    happened_half: Array
    happened_full: Array

    @classmethod
    def of(cls, past: Precedents, cell: Ints, plan: Plan, rng: np.random.Generator) -> _Resampled:
        present = np.bincount(past.customer) > 0
        count = int(present.sum())
        blocks = min(count, BLOCKS)
        block_of = np.zeros(len(present), dtype=np.int64)
        block_of[present] = rng.permutation(count) % blocks
        block = block_of[past.customer]
        picks = _picks(blocks)
        shape = (len(plan.moments), CELLS)
        index = (block * shape[0] + past.moment) * shape[1] + cell

        def sums(values: Floats | Ints) -> Array:
            table = np.bincount(index, weights=values, minlength=blocks * shape[0] * shape[1])
            return (picks @ table.reshape(blocks, -1)).reshape(len(picks), *shape)

        return cls(
            heads=sums(np.ones(len(index))),
            weight=sums(past.traits.weight),
            money_half=sums(past.half.money),
            money_full=sums(past.full.money),
            happened_half=sums(past.half.happened.astype(float)),
            happened_full=sums(past.full.happened.astype(float)),
        )


@cache
def _picks(blocks: int) -> Floats:
    """How often each block is taken, by draw; once each in draw 0."""
    taken = np.random.default_rng(blocks).multinomial(blocks, np.full(blocks, 1 / blocks), size=DRAWS)
    return np.vstack([np.ones(blocks), taken])


def _levels(half: Array, full: Array, base: Array, now: Floats | Ints, standins: Floats, plan: Plan) -> Array:
    """For each draw, the outcome of the present members after half a horizon and after the whole of it.

    The first comes from all moments, the newer the heavier; how it grows from there comes from the moments
    that were followed for the whole horizon.
    """
    freshness = plan.freshness[None, :, None]
    old = plan.followed

    def outcome(sums: Array, chosen: Any) -> Array:
        fresh = freshness[:, chosen]
        over, under = ((s[:, chosen] * fresh).sum(axis=1) @ standins.T for s in (sums, base))
        return _ratio(over, under) @ now

    start = outcome(half, old)
    pace = np.where(start > 0, _ratio(outcome(full, old), start), 2.0)
    level = outcome(half, slice(None))
    return np.array([level, level * np.minimum(pace, FASTEST_PACE)])


def _share(levels: Array, plan: Plan, shape: Shape) -> Array:
    """The share to whom it will have happened by the end of the target days, from two earlier shares.

    Those who wait go on to act at a rate that keeps or falls, as it did before (a Weibull law with an
    exponent of at most 1). To lose somebody is that they have not acted.
    """
    acted = np.clip(1 - levels if shape == "losing" else levels, 0.0, 0.999)
    half, full = -np.log1p(-acted)
    exponent = np.clip(np.log2(np.where(half > 0, _ratio(full, half), 1.0)), 0, 1)
    by_then = -np.expm1(-full * (plan.target / plan.horizon) ** exponent)
    return 1 - by_then if shape == "losing" else by_then


def _money(money: Array, happened: Array, share: Array, weight: float, plan: Plan, shape: Shape) -> Array:
    """The money by the end of the target days, from that after half the horizon and the whole."""
    half, full = money
    longer = plan.target / plan.horizon
    if shape == "losing":
        days = np.array([[plan.half], [plan.horizon]])
        return weight * plan.target * _share(_ratio(money, weight * days), plan, shape)
    if shape == "rising":
        each = _ratio(_ratio(full, happened[1]), _ratio(half, happened[0]))
        exponent = np.clip(np.log2(np.where(each > 0, each, 1.0)), 0, 1)
        return full * _ratio(share, happened[1]) * longer**exponent
    fade = np.clip(np.where(half > 0, _ratio(full, half) - 1, 1.0), 1e-6, 1 - 1e-6)
    return full * (1 - fade ** (plan.target / plan.half)) / (1 - fade**2)


def _tide(past: _Resampled, now: Floats | Ints, standins: Floats, plan: Plan) -> float:
    """How far moments half a horizon or more apart differ beyond what chance among customers explains."""
    moments = np.array(plan.moments)
    earlier, later = np.nonzero(moments[None, :] - moments[:, None] >= plan.half)
    usual = _ratio(past.money_half.sum(axis=1) @ standins.T, past.weight.sum(axis=1) @ standins.T)
    seen = np.where(past.weight > 0, _ratio(past.money_half, past.weight), usual[:, None, :]) @ now
    level = np.log(np.clip(_ratio(seen, (usual @ now)[:, None]), 0.05, 20))
    squares = ((level[:, later] - level[:, earlier]) ** 2).mean(axis=1)
    chance = max(0.0, float(squares[1:].mean() - squares[0]))
    return min(WIDEST_TIDE, float(np.sqrt(max(0.0, float(squares[0]) - chance))))


def _variance(
    past: Precedents, now: Traits, cell: Ints, cell_now: Ints, standins: Floats, plan: Plan
) -> float:
    """Of the present members' sum, from how those of a cell differ, carried on to the target days."""
    old = plan.followed[past.moment]
    cell, weight = cell[old], past.traits.weight[old]
    squares_now = np.bincount(cell_now, weights=now.weight**2, minlength=CELLS)

    def pooled(values: Floats) -> Floats:
        return np.asarray(standins @ np.bincount(cell, weights=values, minlength=CELLS))

    def spread(money: Floats) -> float:
        usual = _ratio(pooled(money), pooled(weight))
        apart = (money - usual[cell] * weight) ** 2
        return float(squares_now @ _ratio(pooled(apart), pooled(weight**2)))

    half, full = spread(past.half.money[old]), spread(past.full.money[old])
    growth = np.clip(np.log2(full / half), 0, 2) if half > 0 and full > 0 else 1.0
    return float(full * (plan.target / plan.horizon) ** growth)


def _gamma(means: Floats, variance: float, rng: np.random.Generator) -> Floats:
    """A draw of each mean with this variance; never below zero, and skewed as sums of purchases are."""
    if variance <= 0:
        return means
    positive = np.maximum(means, 1e-9)
    return np.where(means > 0, rng.gamma(positive**2 / variance) * (variance / positive), 0.0)


def _ratio(over: Array, under: Array) -> Array:
    """The quotient, 0 where nothing is underneath."""
    return np.divide(over, under, out=np.zeros(np.broadcast(over, under).shape), where=under > 0)
