"""Who can have a reward, and what is given for it. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from regulars.loyalty.types.benefits import CouponGiven, GiftGiven, TaskGiven
from regulars.loyalty.types.rewards import (
    NAME_CHARACTERS_MAX,
    NewReward,
    RewardKind,
    RewardRow,
    RewardState,
    WhyNot,
)

DUE_DAYS_MAX = 3_650


@dataclass(frozen=True, slots=True, kw_only=True)
class Having:
    """What a customer has by which it goes: `had` pieces of this reward already."""

    tier: str
    spendable_minor: int
    had: int


def why_not(reward: RewardRow, having: Having, *, pieces: int, at: datetime) -> WhyNot | None:
    """Why somebody cannot have so many pieces now; None: they can. What no points help with comes first."""
    if not reward.is_offered(at):
        return WhyNot.NOT_OFFERED
    if reward.tiers and having.tier not in reward.tiers:
        return WhyNot.OTHER_TIER
    if reward.most_each is not None and having.had + pieces > reward.most_each:
        return WhyNot.ENOUGH
    if reward.left is not None and reward.left < pieces:
        return WhyNot.SOLD_OUT
    return WhyNot.POINTS if having.spendable_minor < reward.price_minor * pieces else None


def is_for_nobody(tiers: Collection[str], known: Collection[str]) -> bool:
    """Whether all tiers a reward asks for are none of the programme's."""
    return bool(tiers) and not any(key in known for key in tiers)


def benefit_of(
    reward: RewardRow, *, pieces: int, today: date, due_on: date | None
) -> GiftGiven | TaskGiven | CouponGiven | None:
    """What is given for it: something to be handed out or done, a coupon, or (a cause) nothing.

    `due_on`: the day that is noted of the customer, for a service that is done on it; one that is over says
    nothing.
    """
    name = reward.name if pieces == 1 else f"{reward.name[: NAME_CHARACTERS_MAX - 6]} × {pieces}"
    cost = reward.cost_minor * pieces
    match reward.kind:
        case RewardKind.THING:
            return GiftGiven(name=name, cost_minor=cost)
        case RewardKind.SERVICE:
            days = (due_on - today).days if due_on is not None and due_on > today else reward.due_days
            return TaskGiven(name=name, cost_minor=cost, due_days=min(days, DUE_DAYS_MAX))
        case RewardKind.COUPON:
            return reward.coupon
        case RewardKind.CAUSE:
            return None


def as_drafted(new: NewReward, *, at: datetime) -> RewardRow:
    """A reward that is not in the catalogue yet, as it would stand there: to say it in words."""
    return RewardRow(
        id=0,
        name=new.name,
        words=new.words,
        kind=new.kind,
        state=RewardState.RUNNING,
        price_minor=new.price_minor,
        cost_minor=new.cost_minor,
        left=new.left,
        most_each=new.most_each,
        tiers=new.tiers,
        since=new.since,
        until=new.until,
        due_days=new.due_days,
        due_attribute=new.due_attribute,
        coupon=new.coupon,
        taken=0,
        given_minor=0,
        changes=0,
        made_at=at,
    )
