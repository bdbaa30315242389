"""What each group will bring from a moment on, or why that cannot be said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from regulars.analytics.compute.growth import pairs
from regulars.analytics.compute.growth.calendar import Ints
from regulars.analytics.compute.growth.evidence import Evidence
from regulars.analytics.compute.growth.goods import Goods
from regulars.analytics.compute.growth.groups import GROUPS, Bounds, members
from regulars.analytics.compute.growth.history import History
from regulars.analytics.compute.growth.interval import Expected, Shape, expect
from regulars.analytics.compute.growth.ledger import Ledger, State
from regulars.analytics.compute.growth.plan import Plan
from regulars.analytics.compute.growth.precedents import (
    Cases,
    Precedents,
    Traits,
    outcome_of,
    traits_of,
)
from regulars.analytics.compute.growth.tide import expected_tide, tide_of
from regulars.analytics.types import GrowthKey

KEYS: Final[tuple[GrowthKey, ...]] = (*GROUPS, "cross_sell")
SHAPES: Final[dict[GrowthKey, Shape]] = {"almost_regulars": "rising", "keep_best": "losing"}

FEWEST_MEMBERS = 10
FEWEST_PRECEDENTS = 20  # different customers
FEWEST_HAPPENED = 5  # different customers to whom it happened


@dataclass(frozen=True)
class Found:
    """A group with members (indices of customers, ascending) and what they are expected to bring."""

    members: Ints
    expected: Expected
    precedents: int
    pair: pairs.Pair | None = None


@dataclass(frozen=True)
class NotFound:
    """Why a group has no forecast: a code of LeftOut and its facts."""

    reason: str
    facts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Forecast:
    plan: Plan
    bounds: Bounds
    state: State
    groups: dict[GrowthKey, Found | NotFound]


class Shop:
    """A shop's history made ready for the plans to be carried out on it.

    Members are counted and followed among all customers; what to expect of them is learnt from `sample`.
    """

    def __init__(self, history: History, sample: History, goods: Goods | None, plans: Sequence[Plan]) -> None:
        self.history, self.sample, self.goods = history, sample, goods
        ends = {plan.as_of + plan.target for plan in plans if plan.as_of + plan.target <= plans[0].as_of}
        self.ledger = Ledger(history, {plan.as_of for plan in plans} | ends)
        self.sample_ledger = Ledger(sample, set().union(*(plan.days for plan in plans)))

    def forecast(self, plan: Plan) -> Forecast:
        """What every group will bring in the plan's target days, by what is known at its `as_of`."""
        bounds = Bounds(self.history.calendar.rhythm(plan.as_of), plan.longest_absence)
        state = self.ledger.state(plan.as_of)
        now = members(state, self.history.calendar, bounds)
        past = self._cases(plan, bounds)
        known: dict[GrowthKey, _Known | NotFound] = {}
        for key in GROUPS:
            known[key] = _known(key, now[key], past[key], traits_of(key, state, now[key]), plan)
        known["cross_sell"] = self._cross_sell(plan, bounds, state)
        return Forecast(plan, bounds, state, _found(known))

    def outcome(self, forecast: Forecast, key: GrowthKey, found: Found) -> float:
        """What the members then brought in the target days, in millionths."""
        since, until = forecast.plan.as_of, forecast.plan.as_of + forecast.plan.target
        if found.pair is not None and self.goods is not None:
            return self.goods.spent_on(found.pair.b, found.members, since, until)
        money = outcome_of(key, self.ledger, forecast.state, found.members, forecast.plan.target).money
        return float(money.sum())

    def _cases(self, plan: Plan, bounds: Bounds) -> dict[GrowthKey, list[Cases]]:
        past: dict[GrowthKey, list[Cases]] = {key: [] for key in GROUPS}
        for index, moment in enumerate(plan.moments):
            state = self.sample_ledger.state(moment)
            for key, who in members(state, self.sample.calendar, bounds).items():
                half, full = (
                    outcome_of(key, self.sample_ledger, state, who, days)
                    for days in (plan.half, plan.ahead(moment))
                )
                past[key].append(Cases(index, who, traits_of(key, state, who), half, full))
        return past

    def _cross_sell(self, plan: Plan, bounds: Bounds, state: State) -> _Known | NotFound:
        if self.goods is None:
            return NotFound("no_products")
        states = {day: self.sample_ledger.state(day) for day in (*plan.moments, plan.as_of)}
        shelves = pairs.Shelves(self.goods.lines, self.sample.numbers, plan)
        pair = pairs.choose(shelves, states, bounds.within_reach)
        if pair is None:
            return NotFound("no_pair")
        only = self.goods.bought_only(pair.a, pair.b, plan.as_of)
        now = only[pairs.reachable(state, bounds.within_reach)[only]]
        past = pairs.cases(shelves, states, pair, bounds.within_reach)
        return _known("cross_sell", now, past, traits_of("cross_sell", state, now), plan, pair)


@dataclass(frozen=True)
class _Known:
    """A group of which enough is known for a forecast."""

    members: Ints
    evidence: Evidence
    precedents: int
    pair: pairs.Pair | None


def _known(
    key: GrowthKey,
    now: Ints,
    past: Sequence[Cases],
    traits: Traits,
    plan: Plan,
    pair: pairs.Pair | None = None,
) -> _Known | NotFound:
    if not len(now):
        return NotFound("nobody_in_group")
    if len(now) < FEWEST_MEMBERS:
        return NotFound("too_few_customers", {"customers": len(now), "needed": FEWEST_MEMBERS})
    precedents = Precedents.of(past)
    old = plan.followed[precedents.moment]
    different = len(np.unique(precedents.customer[old]))
    if different < FEWEST_PRECEDENTS:
        return NotFound("too_few_precedents", {"precedents": different, "needed": FEWEST_PRECEDENTS})
    happened = len(np.unique(precedents.customer[old & precedents.half.happened & precedents.full.happened]))
    if happened < FEWEST_HAPPENED:
        return NotFound("too_few_responders", {"responders": happened, "needed": FEWEST_HAPPENED})
    return _Known(now, Evidence.of(precedents, traits, plan, seed=KEYS.index(key)), different, pair)


def _found(groups: Mapping[GrowthKey, _Known | NotFound]) -> dict[GrowthKey, Found | NotFound]:
    tides = {key: tide_of(group.evidence) for key, group in groups.items() if isinstance(group, _Known)}
    found: dict[GrowthKey, Found | NotFound] = {}
    for key, group in groups.items():
        if isinstance(group, _Known):
            tide = expected_tide(tides[key], list(tides.values()))
            expected = expect(group.evidence, SHAPES.get(key, "spending"), tide, seed=KEYS.index(key))
            found[key] = Found(group.members, expected, group.precedents, group.pair)
        else:
            found[key] = group
    return found
