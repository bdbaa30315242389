"""What winning customers costs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from regulars.commerce.services import keyed
from regulars.commerce.types import (
    COSTS_TABLE,
    ChannelDayCost,
    CostChange,
    CostKey,
    RecordedCosts,
    UndoneCosts,
)
from regulars.events import services as events

COSTS = keyed.Table(
    name="commerce_channelcost",
    key={"channel": "text", "day": "date", "currency": "text"},
    values={"cost_minor": "bigint"},
)


@transaction.atomic
def record_costs(*, costs: Sequence[ChannelDayCost]) -> RecordedCosts:
    """Store costs by channel, day and currency, the last of each winning."""
    done = keyed.record(COSTS, {cost.key: (cost.cost_minor,) for cost in costs})
    _touch(done.revisions)
    before = {
        key: ChannelDayCost(channel=key[0], day=key[1], currency=key[2], cost_minor=cost)
        for key, (cost,) in done.before.items()
    }
    return RecordedCosts(done.ids, len(done.created), len(before), before, done.revisions)


@transaction.atomic
def undo_costs(*, changes: Sequence[CostChange], now: datetime) -> UndoneCosts:
    """Put costs back as they were before; those that came with the import go."""
    befores = {change.key: (change.before.cost_minor,) if change.before else None for change in changes}
    done = keyed.take_back(COSTS, {change.key: change.revision for change in changes}, befores)
    _touch([*done.removed, *done.restored])
    return done.undone()


def _touch(keys: Iterable[CostKey]) -> None:
    events.touch(months={(COSTS_TABLE, day) for _, day, _ in keys})
