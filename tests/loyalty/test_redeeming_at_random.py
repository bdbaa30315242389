"""Any run of taking, giving back, handing out, granting and withdrawing ends where plain reckoning does."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import pytest
from tests.loyalty.shop_with_rewards import BEGAN, MINOR, NOW, asking, giving, points_of, publish, with_points

from regulars.customers import services as customers
from regulars.customers.models import Profile
from regulars.loyalty import queries, services
from regulars.loyalty.errors import CannotCancel, CannotRedeem, NotEnough
from regulars.loyalty.types.benefits import GiftGiven, PointsGiven
from regulars.loyalty.types.rewards import NewReward, RewardKind

pytestmark = pytest.mark.django_db
BEGINS_WITH = 1000
PRICES = (70, 200, 450)
EACH = (None, 2, None)
STOCK = (5, None, 3)
GIVEN = 150


@dataclass
class Reckoning:
    """What there is by the words of the README: whole points and pieces."""

    points: dict[int, int]
    left: list[int | None] = field(default_factory=lambda: list(STOCK))
    taken: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    """Orders that stand: whose, which reward, how many."""
    handed_out: set[int] = field(default_factory=set)
    granted: dict[str, int] = field(default_factory=dict)
    """Of points that were given under a key and are not withdrawn, how many are left."""
    gone: dict[str, int] = field(default_factory=dict)
    """Of those, how many were spent: they stay spent, and are not given a second time."""
    mixed: set[int] = field(default_factory=set)
    """Orders paid with such points: into which lots they come back, the tests of holds say."""

    def why_not(self, who: int, which: int, pieces: int) -> str:
        had = sum(n for whose, reward, n in self.taken.values() if (whose, reward) == (who, which))
        most, left = EACH[which], self.left[which]
        if most is not None and had + pieces > most:
            return "enough"
        if left is not None and left < pieces:
            return "sold_out"
        return "" if self.points[who] >= PRICES[which] * pieces else "not_enough_points"


class Run:
    """A shop beside its reckoning. Each lot of what was given ends before the opening balance: it goes first,
    so that what is left of it can be told by hand."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 (a run that can be repeated)
        self.people = [with_points(f"R{seed}-{number}", BEGINS_WITH) for number in range(3)]
        self.rewards = [
            services.add_reward(
                new=NewReward(
                    name=f"Reward {number}",
                    kind=RewardKind.THING,
                    price_minor=price * MINOR,
                    left=STOCK[number],
                    most_each=EACH[number],
                ),
                now=BEGAN,
            )
            for number, price in enumerate(PRICES)
        ]
        self.reckoned = Reckoning(dict.fromkeys(range(3), BEGINS_WITH))
        self.number = 0

    def step(self) -> None:
        self.number += 1
        act = self.chance.choice(
            (self.take, self.take, self.give_back, self.hand_out, self.grant, self.withdraw)
        )
        act()

    def take(self) -> None:
        who, which, pieces = self.chance.randrange(3), self.chance.randrange(3), self.chance.choice((1, 1, 2))
        why = self.reckoned.why_not(who, which, pieces)
        new = asking(self.people[who], self.rewards[which], f"{self.people[0]}:{self.number}", pieces=pieces)
        if why:
            with pytest.raises((CannotRedeem, NotEnough)) as refused:
                services.redeem(new=new, now=NOW)
            assert refused.value.code == why
            return
        order = services.redeem(new=new, now=NOW)
        self.reckoned.taken[order.id] = who, which, pieces
        if self.pay(who, PRICES[which] * pieces):
            self.reckoned.mixed.add(order.id)
        left = self.reckoned.left[which]
        self.reckoned.left[which] = None if left is None else left - pieces

    def pay(self, who: int, points: int) -> bool:
        """The points that were given go first: they end the soonest. Gives whether there were any."""
        self.reckoned.points[who] -= points
        any_given = False
        for key in sorted(self.reckoned.granted):
            if key.startswith(f"{who}:"):
                used = min(points, self.reckoned.granted[key])
                self.reckoned.granted[key] -= used
                self.reckoned.gone[key] = self.reckoned.gone.get(key, 0) + used
                any_given |= used > 0
                points -= used
        return any_given

    def give_back(self) -> None:
        may_go = sorted(self.reckoned.taken.keys() - self.reckoned.mixed)
        if not may_go:
            return
        order = self.chance.choice(may_go)
        who, which, pieces = self.reckoned.taken[order]
        if order in self.reckoned.handed_out:
            with pytest.raises(CannotCancel):
                services.cancel_reward(order_id=order, now=NOW)
            return
        services.cancel_reward(order_id=order, now=NOW)
        del self.reckoned.taken[order]
        self.reckoned.points[who] += PRICES[which] * pieces
        left = self.reckoned.left[which]
        self.reckoned.left[which] = None if left is None else left + pieces

    def hand_out(self) -> None:
        waiting = sorted(self.reckoned.taken.keys() - self.reckoned.handed_out)
        if waiting:
            order = self.chance.choice(waiting)
            found = queries.reward_order(order)
            assert found is not None
            assert services.hand_out(grant_id=found.grant_id or 0, now=NOW)
            self.reckoned.handed_out.add(order)

    def grant(self) -> None:
        who = self.chance.randrange(3)
        key = f"{who}:{self.people[0]}"
        benefit = PointsGiven(points_minor=GIVEN * MINOR, days=30)
        services.grant(grants=[giving(self.people[who], benefit, key)], now=NOW)
        services.grant(grants=[giving(self.people[who], GiftGiven(name="Tea"), f"{key}:tea")], now=NOW)
        if key not in self.reckoned.granted:
            anew = GIVEN - self.reckoned.gone.get(key, 0)
            self.reckoned.granted[key] = anew
            self.reckoned.points[who] += anew

    def withdraw(self) -> None:
        who = self.chance.randrange(3)
        key = f"{who}:{self.people[0]}"
        services.withdraw(keys=[key, f"{key}:tea"], now=NOW)
        self.reckoned.points[who] -= self.reckoned.granted.pop(key, 0)

    def compare(self) -> None:
        assert [points_of(who) for who in self.people] == [self.reckoned.points[who] for who in range(3)]
        for which, reward in enumerate(self.rewards):
            found = queries.reward(reward.id)
            pieces = sum(n for _, one, n in self.reckoned.taken.values() if one == which)
            assert found is not None
            assert (found.left, found.taken) == (self.reckoned.left[which], pieces)
            assert found.given_minor == PRICES[which] * pieces * MINOR
        whose = {Profile.objects.get(pk=profile).person_id for profile in self.people}
        waiting = queries.gifts_waiting(at=NOW, limit=500, person_ids=whose)
        teas = len(self.reckoned.granted)
        assert len(waiting) == teas + len(self.reckoned.taken.keys() - self.reckoned.handed_out)


def run(seed: int, steps: int) -> None:
    one = Run(seed)
    for _ in range(steps):
        one.step()
        one.compare()
    assert queries.verify().findings == ()


def test_a_run_ends_where_plain_reckoning_does() -> None:
    publish()
    run(seed=7, steps=20)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_many_runs_end_where_plain_reckoning_does(seed: int) -> None:
    publish()
    run(seed=100 + seed, steps=80)


def test_people_who_are_one_have_one_limit_and_all_their_points() -> None:
    publish()
    one = Run(3)
    first, second = (Profile.objects.get(pk=profile).person_id for profile in one.people[:2])
    customers.merge(pairs=[(first, second)], now=NOW)
    for number, profile in enumerate(one.people[:2]):
        services.redeem(new=asking(profile, one.rewards[1], f"m{number}"), now=NOW)
    with pytest.raises(CannotRedeem) as refused:
        services.redeem(new=asking(one.people[0], one.rewards[1], "m2"), now=NOW)
    assert refused.value.code == "enough"
    assert points_of(one.people[0]) == points_of(one.people[1]) == 2 * BEGINS_WITH - 400
