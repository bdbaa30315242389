"""How far the shop's moments differ beyond what chance among customers explains: season, trend, campaigns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from regulars.analytics.compute.growth.evidence import Evidence, ratio

WIDEST = 1.0
COARSEST = 0.02  # no group's chance counts as smaller than this, or it alone would speak for the shop


@dataclass(frozen=True)
class Tide:
    """Of one group, as variances of logarithms: what is beyond chance (below 0: nothing is), and chance."""

    beyond: float
    chance: float


def tide_of(evidence: Evidence) -> Tide:
    """From the levels after half a horizon, at all pairs of moments that far or farther apart."""
    plan, sums, standins, now = evidence.plan, evidence.sums, evidence.standins, evidence.weight_now
    moments = np.array(plan.moments)
    earlier, later = np.nonzero(moments[None, :] - moments[:, None] >= plan.half)
    usual = ratio(sums.money_half.sum(axis=1) @ standins.T, sums.weight.sum(axis=1) @ standins.T)
    seen = np.where(sums.weight > 0, ratio(sums.money_half, sums.weight), usual[:, None, :]) @ now
    level = np.log(np.clip(ratio(seen, (usual @ now)[:, None]), 0.05, 20))
    squares = ((level[:, later] - level[:, earlier]) ** 2).mean(axis=1)
    # draw 0 holds tide and chance, every other draw chance once more
    chance = max(0.0, float(squares[1:].mean() - squares[0]))
    return Tide(float(squares[0]) - chance, chance)


def expected_tide(own: Tide, of_all: Sequence[Tide]) -> float:
    """The standard deviation, as a share, to expect of a group: half from its own past, half from the shop's.

    A few moments say little of one group, and what moves one often moves the others later. In the shop's
    part each group counts by how little it is left to chance.
    """
    weights = np.array([1 / (tide.chance + COARSEST) ** 2 for tide in of_all])
    shop = float(weights @ np.array([tide.beyond for tide in of_all]) / weights.sum())
    return min(WIDEST, float(np.sqrt((max(0.0, own.beyond) + max(0.0, shop)) / 2)))
