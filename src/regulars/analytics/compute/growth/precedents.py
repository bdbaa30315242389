"""What became of such customers before: the outcomes that a forecast draws on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from regulars.analytics.compute.growth.calendar import Floats, Ints, Mask
from regulars.analytics.compute.growth.groups import is_regular
from regulars.analytics.compute.growth.ledger import Ledger, State
from regulars.analytics.types import GrowthKey


@dataclass(frozen=True)
class Traits:
    """How the members of a group differ: days since the last order, and the size of their purchases.

    `weight` is what an outcome is in proportion to: 1 for everybody, or the own revenue a day where
    three purchase days or more make that a habit.
    """

    absence: Ints
    size: Floats
    weight: Floats


@dataclass(frozen=True)
class Outcome:
    """Money in the days after the moment, and whether it came about (a return, a rise, or a loss)."""

    money: Floats
    happened: Mask


@dataclass(frozen=True)
class Cases:
    """Members of a group at one moment (an index into the plan's) and what became of them.

    `full` repeats `half` where the moment could not be followed for the whole horizon.
    """

    moment: int
    customer: Ints
    traits: Traits
    half: Outcome
    full: Outcome


@dataclass(frozen=True)
class Precedents:
    """The cases of all moments, one entry each time a customer was a member."""

    moment: Ints
    customer: Ints
    traits: Traits
    half: Outcome
    full: Outcome

    @classmethod
    def of(cls, cases: Sequence[Cases]) -> Precedents:
        return cls(
            moment=np.concatenate([np.full(len(c.customer), c.moment) for c in cases]),
            customer=np.concatenate([c.customer for c in cases]),
            traits=Traits(
                absence=np.concatenate([c.traits.absence for c in cases]),
                size=np.concatenate([c.traits.size for c in cases]),
                weight=np.concatenate([c.traits.weight for c in cases]),
            ),
            half=_joined([c.half for c in cases]),
            full=_joined([c.full for c in cases]),
        )


def _joined(outcomes: Sequence[Outcome]) -> Outcome:
    return Outcome(
        np.concatenate([o.money for o in outcomes]), np.concatenate([o.happened for o in outcomes])
    )


def traits_of(key: GrowthKey, state: State, chosen: Ints) -> Traits:
    """What `chosen` members of the group are compared by."""
    absence = state.absence[chosen]
    daily = state.recent[chosen] / max(1, state.recent_days)
    if key in ("overdue", "keep_best"):
        return Traits(absence, daily, daily)
    if key in ("second_order", "win_back"):
        return Traits(absence, state.revenue[chosen] / state.orders[chosen], np.ones(len(chosen)))
    return Traits(absence, daily, np.ones(len(chosen)))


def outcome_of(key: GrowthKey, ledger: Ledger, state: State, chosen: Ints, days: int) -> Outcome:
    """What `chosen` members of a group of customers did in the `days` after the moment of `state`."""
    end = state.at + days
    all_orders = ledger.orders(end)
    orders = all_orders[chosen]
    ordered = orders > state.orders[chosen]
    if key == "keep_best":
        stake = state.recent[chosen] / max(1, state.recent_days) * days
        return Outcome(np.where(ordered, 0.0, stake), ~ordered)
    spent = ledger.revenue(end)[chosen] - state.revenue[chosen]
    if key == "almost_regulars":
        last = ledger.history.calendar.last(all_orders)[chosen]
        risen = ordered & is_regular(orders, state.first[chosen], last)
        return Outcome(np.where(risen, spent, 0.0), risen)
    return Outcome(spent, ordered)
