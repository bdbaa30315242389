"""A return that names no order takes its points back once a colleague says which order it is of."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.depth import tries
from tests.loyalty.shop_with_points import DAY, NOW, Shop
from tests.loyalty.test_returns_in_any_order import OPENING, SPENT, opening

from regulars.commerce import queries as orders
from regulars.commerce import services as commerce
from regulars.commerce.types import NewCredit
from regulars.kit.errors import RegularsError
from regulars.loyalty import queries
from regulars.loyalty.models import Hold

pytestmark = pytest.mark.django_db
LATER = NOW + 3 * DAY
WORTH = {"1001": 2000, "1002": 4000}
"""What the two orders cost, in roubles; all of it earns 5%."""


def credit(roubles: int, profile_id: int, order: str = "") -> NewCredit:
    return NewCredit(
        source="shop",
        external_id="R-1",
        profile_id=profile_id,
        credited_at=NOW + timedelta(hours=30),
        amount_minor=roubles * 100,
        currency="RUB",
        order_external_id=order,
    )


class Counter:
    """Where colleagues say which order a return is of; the worker reads after each step."""

    def __init__(self) -> None:
        self.shop = Shop()
        opening(self.shop)

    def order(self, number: str) -> None:
        self.shop.tell(self.shop.order(WORTH[number], external_id=number, returns=None), now=LATER)

    def back(self, roubles: int, order: str = "") -> None:
        commerce.record_credits(credits=[credit(roubles, self.shop.anna, order)], now=LATER)
        self.shop.catch_up(LATER)

    def say(self, number: str, *, undo: bool = False) -> None:
        ids = orders.order_ids([("shop", number)])
        credits = orders.credits_of_refund("shop", "R-1")
        if not ids or not credits:
            return
        say = commerce.unname_order if undo else commerce.name_order
        # What cannot be said changes nothing, as the points will show.
        with suppress(RegularsError):
            say(credit_id=credits[0].id, order_id=ids["shop", number], now=LATER)
        self.shop.catch_up(LATER)

    def spend(self) -> None:
        self.shop.spend(SPENT, order="1001", at=NOW + timedelta(hours=2))
        self.shop.catch_up(LATER)

    def points(self) -> int:
        found = self.shop.balance(at=LATER)
        return found.spendable_minor - found.owed_minor - OPENING


def test_points_come_back_when_the_order_is_named_and_again_when_that_was_a_slip(db: None) -> None:
    desk = Counter()
    desk.order("1001")
    desk.spend()
    desk.back(500)
    assert desk.points() == (100 - SPENT) * 100  # the points of what was returned are still with her
    desk.say("1001")
    assert desk.points() == (75 - SPENT + SPENT // 4) * 100
    desk.back(500)
    assert desk.points() == (75 - SPENT + SPENT // 4) * 100
    desk.say("1001", undo=True)
    assert desk.points() == (100 - SPENT) * 100
    assert queries.verify().findings == ()


@dataclass
class Told:
    """What was said so far, and what that comes to: reckoned apart from how it is stored."""

    orders: set[str] = field(default_factory=set)
    roubles: int = 0
    number: str = ""
    hand: str = ""

    @property
    def of(self) -> str:
        if not self.roubles:
            return ""
        return self.number if self.number in self.orders else self.hand

    @property
    def points(self) -> int:
        nets = {one: max(0, WORTH[one] - (self.roubles if one == self.of else 0)) for one in self.orders}
        return sum(net * 5 // 100 for net in nets.values()) * 100

    @property
    def given_back(self) -> int:
        return min(SPENT, SPENT * self.roubles // WORTH["1001"]) * 100 if self.of == "1001" else 0


Step = tuple[str, str, int]
steps = st.lists(
    st.one_of(
        st.tuples(st.just("order"), st.sampled_from(sorted(WORTH)), st.just(0)),
        st.tuples(st.just("back"), st.sampled_from(["", "1001", "1002", "X-9"]), st.sampled_from([400, 600])),
        st.tuples(st.sampled_from(["name", "name", "unname"]), st.sampled_from(sorted(WORTH)), st.just(0)),
    ),
    min_size=3,
    max_size=10,
)


def lived_through(told: list[Step]) -> None:
    desk, said = Counter(), Told()
    desk.order("1001")
    said.orders.add("1001")
    desk.spend()
    for what, number, roubles in told:
        if what == "order":
            desk.order(number)
            said.orders.add(number)
        elif what == "back":
            desk.back(roubles, number)
            said.roubles, said.number = roubles, number
        else:
            desk.say(number, undo=what == "unname")
            if not said.roubles or number not in said.orders:
                continue
            if what == "name" and not said.of:
                said.hand = number
            elif what == "unname" and said.of == said.hand == number != said.number:
                said.hand = ""
        assert desk.points() == said.points - SPENT * 100 + said.given_back, (what, number)
    assert sum(Hold.objects.values_list("given_back_minor", flat=True)) == said.given_back
    assert queries.verify().findings == ()


CHECKS = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@settings(max_examples=6, derandomize=True, deadline=None, suppress_health_check=CHECKS)
@given(told=steps)
def test_whatever_is_said_in_any_order_the_points_are_those_of_where_it_ends(
    db: None, told: list[Step]
) -> None:
    with transaction.atomic():
        lived_through(told)
        transaction.set_rollback(True)


@pytest.mark.slow
@settings(max_examples=tries(80), deadline=None, suppress_health_check=CHECKS)
@given(told=steps)
def test_however_long_it_goes_on(db: None, told: list[Step]) -> None:
    with transaction.atomic():
        lived_through(told)
        transaction.set_rollback(True)
