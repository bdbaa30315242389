"""Cross-selling: which two things follow each other, and what the second brings from buyers of the first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regulars.analytics.compute.growth.calendar import Floats, Ints, Mask
from regulars.analytics.compute.growth.goods import Lines
from regulars.analytics.compute.growth.history import scattered
from regulars.analytics.compute.growth.ledger import State
from regulars.analytics.compute.growth.plan import Plan
from regulars.analytics.compute.growth.precedents import Cases, Outcome, traits_of

CANDIDATES = 40  # names: 1,560 pairs, and the matrices stay small
FEWEST_FOLLOWERS = 10  # customers who bought the second after the first
NEVER = np.iinfo(np.int32).max

Table = NDArray[np.float32]


@dataclass(frozen=True)
class Pair:
    """`followers`: of the customers it was chosen on, those who bought `a` first and `b` later."""

    a: str
    b: str
    followers: int


class Shelves:
    """For the names bought by most: when each customer of the sample first bought each, and for how much.

    `choosers` are the half of the customers on whom the pair is chosen. What it is worth is learnt from the
    others: the best of hundreds of pairs looks better than it is to those who made it the best.
    """

    def __init__(self, lines: Lines, numbers: Ints, plan: Plan) -> None:
        self.plan = plan
        self._customers = customers = len(numbers)
        self.choosers = scattered(numbers) % 2 == 0
        self._chosen = lines.most_bought(plan.as_of, CANDIDATES)
        self.names = [lines.names[code] for code in self._chosen]
        shelf = np.full(max(1, len(lines.names)), -1, dtype=np.int64)
        shelf[self._chosen] = np.arange(len(self._chosen))
        kept = (shelf[lines.name] >= 0) & (lines.day < plan.as_of)
        self._shelf, self._customer = shelf[lines.name[kept]], lines.customer[kept]
        self._day, self._amount = lines.day[kept], lines.amount[kept]
        self.first = np.full((len(self.names), customers), NEVER, dtype=np.int32)
        self.first[self._shelf, self._customer] = self._day  # newest first: the earliest is written last

    def had(self, day: int) -> Table:
        """Who had bought what before the day: 1 or 0 by (name, customer)."""
        return (self.first < day).astype(np.float32)

    def spent(self, since: int, days: int) -> Floats:
        """Money by (name, customer) in the days that follow."""
        within = (self._day >= since) & (self._day < since + days)
        cell = self._shelf[within] * self._customers + self._customer[within]
        size = len(self.names) * self._customers
        money = np.bincount(cell, weights=self._amount[within], minlength=size)
        return np.asarray(money.reshape(-1, self._customers), dtype=np.float64)


def reachable(state: State, longest_absence: float) -> Mask:
    return (state.orders > 0) & (state.absence <= longest_absence)


def choose(shelves: Shelves, states: Mapping[int, State], longest_absence: float) -> Pair | None:
    """The pair that promises most money for certain, by what is known at the plan's `as_of` only.

    What those who had only the first spent on the second in half a horizon, a head, times those who have
    only the first now, less the doubt that few followers leave.
    Only pairs where buyers of the first are likelier to come to buy the second than others are.
    """
    plan, count = shelves.plan, len(shelves.names)
    money, went, cases, went_else, cases_else = (np.zeros((count, count)) for _ in range(5))
    for moment in plan.moments:
        here = (reachable(states[moment], longest_absence) & shelves.choosers).astype(np.float32)
        had = shelves.had(moment)
        spent = shelves.spent(moment, plan.half)
        only, neither = had * here, (1 - had) * here
        lacks = (1 - had).T
        bought = ((spent > 0) * (1 - had)).T.astype(np.float32)
        money += only @ (spent * (1 - had)).T.astype(np.float32)
        went += only @ bought
        cases += only @ lacks
        went_else += neither @ bought
        cases_else += neither @ lacks
    now = reachable(states[plan.as_of], longest_absence).astype(np.float32)
    had = shelves.had(plan.as_of)
    members = (had * now) @ (1 - had).T
    followers = _followers(shelves)
    with np.errstate(divide="ignore", invalid="ignore"):
        worth = money / cases * members * (1 - 1.28 / np.sqrt(followers))
        fits = (followers >= FEWEST_FOLLOWERS) & (went / cases > went_else / cases_else)
    np.fill_diagonal(fits, val=False)
    if not fits.any():
        return None
    a, b = np.unravel_index(int(np.argmax(np.where(fits, worth, -1))), worth.shape)
    return Pair(shelves.names[a], shelves.names[b], int(followers[a, b]))


def _followers(shelves: Shelves) -> Floats:
    """By (first, second): choosers who bought the one on an earlier day than the other."""
    first = shelves.first[:, shelves.choosers]
    return np.array([((own < first) & (first < NEVER)).sum(axis=1) for own in first], dtype=np.float64)


def cases(shelves: Shelves, states: Mapping[int, State], pair: Pair, longest_absence: float) -> list[Cases]:
    """Those who had only the first at each moment, and what they then spent on the second."""
    plan = shelves.plan
    a, b = shelves.names.index(pair.a), shelves.names.index(pair.b)
    found = []
    for index, moment in enumerate(plan.moments):
        here = reachable(states[moment], longest_absence)
        here &= ~shelves.choosers
        who = np.flatnonzero(here & (shelves.first[a] < moment) & (shelves.first[b] >= moment))
        half, full = (_bought(shelves, b, who, moment, days) for days in (plan.half, plan.ahead(moment)))
        found.append(Cases(index, who, traits_of("cross_sell", states[moment], who), half, full))
    return found


def _bought(shelves: Shelves, b: int, who: Ints, moment: int, days: int) -> Outcome:
    spent = shelves.spent(moment, days)[b, who]
    return Outcome(spent, spent > 0)
