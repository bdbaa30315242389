"""The past members of a group beside its present ones: laid into cells of like customers, and resampled."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

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

Array = Any  # floats with the axes (draw, moment, cell), or fewer of them


@dataclass(frozen=True)
class Sums:
    """By (draw, moment, cell); draw 0 is what was seen, the others resample whole customers."""

    heads: Array
    weight: Array
    money_half: Array
    money_full: Array
    happened_half: Array
    happened_full: Array


@dataclass(frozen=True)
class Evidence:
    """`cell` of each precedent, `cell_now` of each member; `weight_now` and `heads_now` of members by cell.

    `standins` has a row for each cell: the cells that speak for it.
    """

    plan: Plan
    precedents: Precedents
    members: Traits
    cell: Ints
    cell_now: Ints
    weight_now: Floats | Ints
    heads_now: Ints
    standins: Floats
    sums: Sums

    @classmethod
    def of(cls, precedents: Precedents, members: Traits, plan: Plan, seed: int) -> Evidence:
        cell, cell_now = _cells(precedents.traits, members)
        return cls(
            plan=plan,
            precedents=precedents,
            members=members,
            cell=cell,
            cell_now=cell_now,
            weight_now=np.bincount(cell_now, weights=members.weight, minlength=CELLS),
            heads_now=np.bincount(cell_now, minlength=CELLS),
            standins=_standins(cell, precedents.customer),
            sums=_resampled(precedents, cell, plan, np.random.default_rng(seed)),
        )


def ratio(over: Array, under: Array) -> Array:
    """The quotient, 0 where nothing is underneath."""
    return np.divide(over, under, out=np.zeros(np.broadcast(over, under).shape), where=under > 0)


def _cells(past: Traits, now: Traits) -> tuple[Ints, Ints]:
    absences = np.quantile(past.absence, ABSENCES)
    sizes = np.quantile(past.size, SIZES)

    def cell(traits: Traits) -> Ints:
        row = np.searchsorted(absences, traits.absence)
        return np.asarray(row * (len(sizes) + 1) + np.searchsorted(sizes, traits.size))

    return cell(past), cell(now)


def _standins(cell: Ints, customer: Ints) -> Floats:
    """Each cell speaks for itself; with too few customers its row of like absence does, or all."""
    size = int(customer.max()) + 1
    seen = np.bincount(cell * size + customer, minlength=CELLS * size) > 0
    customers = seen.reshape(CELLS, size).sum(axis=1)
    width = len(SIZES) + 1
    table = np.zeros((CELLS, CELLS))
    for own in range(CELLS):
        row = slice(own // width * width, own // width * width + width)
        if customers[own] >= ENOUGH_IN_CELL:
            table[own, own] = 1
        elif customers[row].sum() >= ENOUGH_IN_CELL:
            table[own, row] = 1
        else:
            table[own] = 1
    return table


def _resampled(past: Precedents, cell: Ints, plan: Plan, rng: np.random.Generator) -> Sums:
    present = np.bincount(past.customer) > 0
    count = int(present.sum())
    blocks = min(count, BLOCKS)
    block_of = np.zeros(len(present), dtype=np.int64)
    block_of[present] = rng.permutation(count) % blocks
    shape = (len(plan.moments), CELLS)
    index = (block_of[past.customer] * shape[0] + past.moment) * shape[1] + cell
    picks = _picks(blocks)

    def sums(values: Floats | Ints) -> Array:
        table = np.bincount(index, weights=values, minlength=blocks * shape[0] * shape[1])
        return (picks @ table.reshape(blocks, -1)).reshape(len(picks), *shape)

    return Sums(
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
