"""A shop with a programme and a catalogue of rewards, and customers who have points."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.loyalty.books_of_points import customer

from regulars.loyalty import queries, services
from regulars.loyalty.models import Lot
from regulars.loyalty.types import MINOR, Mechanic, NewGrant, Programme, Wanted
from regulars.loyalty.types.benefits import Benefit, CouponGiven, PointsGiven
from regulars.loyalty.types.rewards import NewReward, Redeeming, RewardKind, RewardRow

BEGAN = datetime(2026, 3, 1, 9, tzinfo=UTC)
NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def publish(**rules: Any) -> None:
    """5% back, a point worth a rouble, until a year after."""
    services.publish(programme=Programme.model_validate(rules), since=BEGAN, now=BEGAN, user_id=None)


def with_points(number: str, points: int) -> int:
    """The profile of a customer who can spend so many."""
    profile_id = customer(number)
    lot = Wanted(
        key=f"opening:{number}",
        profile_id=profile_id,
        points_minor=points * MINOR,
        at=BEGAN,
        earned_at=BEGAN,
        usable_at=BEGAN,
        expires_at=BEGAN + 300 * DAY,
    )
    services.settle(wanted=[lot], when_spent="owe", now=BEGAN)
    return profile_id


def points_of(profile_id: int, at: datetime = NOW) -> int:
    whole, rest = divmod(queries.balance(profile_id=profile_id, at=at).spendable_minor, MINOR)
    assert rest == 0
    return whole


def cup(**more: Any) -> RewardRow:
    """A cup for 300 points, of which there are ten."""
    told: dict[str, Any] = {
        "name": "Cup",
        "kind": RewardKind.THING,
        "price_minor": 300 * MINOR,
        "left": 10,
    } | more
    return services.add_reward(new=NewReward(**told), now=BEGAN)


def coupon(**more: Any) -> RewardRow:
    """A coupon of 10% for two weeks, 200 points each, of which there are five."""
    off = {"percent": 10, **({"goods": more.pop("goods")} if "goods" in more else {})}
    told: dict[str, Any] = {
        "name": "10% off",
        "kind": RewardKind.COUPON,
        "price_minor": 200 * MINOR,
        "left": 5,
        "coupon": CouponGiven.model_validate(off),
    } | more
    return services.add_reward(new=NewReward(**told), now=BEGAN)


def asking(profile_id: int, reward: RewardRow, key: str = "k", **more: Any) -> Redeeming:
    told: dict[str, Any] = {"key": key, "reward_id": reward.id, "profile_id": profile_id, "at": NOW} | more
    return Redeeming(**told)


def giving(
    profile_id: int, benefit: Benefit | None = None, key: str = "day:b:1:2026", **more: Any
) -> NewGrant:
    told: dict[str, Any] = {
        "key": key,
        "profile_id": profile_id,
        "mechanic": Mechanic.DAY,
        "part": "b",
        "name": "Birthday",
        "benefit": benefit or PointsGiven(points_minor=200 * MINOR, days=14),
        "at": NOW,
    } | more
    return NewGrant(**told)


def lot_of(key: str) -> Lot:
    return Lot.objects.get(key=f"grant:{key}")
