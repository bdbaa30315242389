"""However orders are told, changed, returned and given to others: challenges end where what stands says.

The oracle is written from the docstrings of the types alone: it knows the orders as they are in the end, and
counts them by formatted dates.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.loyalty.shop_with_points import DAY, NOW, Shop

from regulars.commerce.types import Order, OrderLine, OrderReturn
from regulars.customers import queries as customers_queries
from regulars.customers import services as customers
from regulars.customers.models import Profile
from regulars.loyalty import queries
from regulars.loyalty.models import ChallengeProgress, Grant
from regulars.loyalty.types import Programme

ORDERS = 14
STEPS = 45
FORMATS = {"ever": "", "day": "%Y-%m-%d", "week": "%G-W%V", "month": "%Y-%m", "year": "%Y"}
LATER = NOW + 71 * DAY
Persons = dict[int, int]


def challenge(key: str, chance: random.Random) -> dict[str, Any]:
    repeats = chance.random() < 0.6
    return {
        "key": key,
        "name": key,
        "counted": {"kind": "orders", "total_from_minor": chance.choice([0, 50_000])},
        "times": chance.randint(1, 4),
        "repeats": repeats,
        "most": chance.choice([None, 1, 2]) if repeats else None,
        "window": chance.choice(sorted(FORMATS)),
        "benefit": chance.choice([{"kind": "badge"}, {"kind": "gift", "name": "Cup"}]),
    }


def expected(programme: Programme, orders: list[Order], person_of: Persons) -> Counter[tuple[int, str]]:
    """How often each person has reached each challenge."""
    sums: Counter[tuple[int, str, str]] = Counter()
    for order in orders:
        left = sum(line.amount_minor for line in order.lines)
        left -= sum(one.amount_minor for one in order.returns or ())
        if order.profile_id is None or left <= 0:
            continue
        local = order.ordered_at.astimezone(ZoneInfo("Europe/Moscow"))
        for one in programme.challenges:
            if left >= one.counted.total_from_minor:  # type: ignore[union-attr]
                sums[person_of[order.profile_id], one.key, local.strftime(FORMATS[one.window])] += 1
    found: Counter[tuple[int, str]] = Counter()
    for one in programme.challenges:
        limit = (one.most or ORDERS) if one.repeats else 1
        for (person, key, _window), total in sums.items():
            if key == one.key:
                found[person, key] += min(limit, total // one.times)
    return +found


def given(person_of: Persons) -> Counter[tuple[int, str]]:
    rows = Grant.objects.exclude(state="withdrawn").values_list("profile_id", "part")
    return Counter((person_of[profile], part) for profile, part in rows)


class Story:
    """A programme, some orders, and what happens to them in any order."""

    def __init__(self, seed: int) -> None:
        self.chance = chance = random.Random(seed)  # noqa: S311 (a test)
        self.shop = Shop(cashback_percent=0, challenges=[challenge(f"c{n}", chance) for n in range(4)])
        self.orders: dict[int, Order] = {}

    def new(self, number: int) -> Order:
        chance = self.chance
        return self.shop.order(
            external_id=str(number),
            profile_id=chance.choice([self.shop.anna, self.shop.boris]),
            ordered_at=NOW + timedelta(hours=chance.randint(1, 24 * 70)),
            lines=(OrderLine(amount_minor=chance.choice([40_000, 60_000])),),
            returns=(),
        )

    def step(self) -> None:
        chance = self.chance
        number = chance.randrange(ORDERS)
        before = self.orders.get(number)
        if before is None:
            self.orders[number] = self.new(number)
        elif chance.random() < 0.1:
            self.merge_or_part()
            return
        else:
            self.orders[number] = self.changed(before)
        self.shop.tell(self.orders[number], now=LATER, backfill=before is not None and chance.random() < 0.2)

    def changed(self, order: Order) -> Order:
        chance = self.chance
        match chance.randrange(4):
            case 0:
                back = OrderReturn(
                    returned_at=order.ordered_at + DAY, amount_minor=order.lines[0].amount_minor
                )
                return replace(order, returns=(back,))
            case 1:
                return replace(order, returns=())
            case 2:
                return replace(order, profile_id=chance.choice([self.shop.anna, self.shop.boris, None]))
            case _:
                amount = chance.choice([40_000, 60_000])
                return replace(order, lines=(OrderLine(amount_minor=amount),), returns=())

    def merge_or_part(self) -> None:
        person_of = self.person_of()
        anna, boris = person_of[self.shop.anna], person_of[self.shop.boris]
        if anna != boris:
            customers.merge(pairs=[(anna, boris)], now=LATER)
        else:
            merge = next(one for one in customers_queries.merges_of(anna) if one.undone_at is None)
            customers.unmerge(merge_id=merge.id, now=LATER, user_id=None)
        self.shop.catch_up(LATER)

    def person_of(self) -> Persons:
        return dict(Profile.objects.values_list("id", "person_id"))


def try_story(seed: int) -> None:
    story = Story(seed)
    for _ in range(STEPS):
        story.step()
    person_of = story.person_of()
    programme = story.shop.version.programme
    assert given(person_of) == expected(programme, list(story.orders.values()), person_of)
    kept = {
        (one.person_id, one.challenge): (one.done, one.reached) for one in ChallengeProgress.objects.all()
    }
    live = {
        (person, one.key): (one.done, one.reached)
        for person in set(person_of.values())
        for one in queries.progress_of(person_id=person, at=LATER)
        if one.done or one.reached
    }
    assert kept == live


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(1))
def test_it_ends_where_what_stands_says(seed: int) -> None:
    try_story(seed)


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(1, 7))
def test_it_ends_where_what_stands_says_for_many(seed: int) -> None:
    try_story(seed)
