"""However an order, its returns, refunds, cancellation and spending are told, the books end the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from functools import partial

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.depth import tries
from tests.loyalty.shop_with_points import DAY, NOW, Shop

from regulars.commerce import services as commerce
from regulars.commerce.types import Cancellation, NewCredit, OrderLine, OrderReturn
from regulars.loyalty import queries, services
from regulars.loyalty.models import Hold
from regulars.loyalty.types import Wanted

pytestmark = pytest.mark.django_db
LATER = NOW + 3 * DAY
OPENING = 100_000
SPENT = 300


@dataclass(frozen=True)
class Story:
    """What happened to one order; amounts in kopecks. `contents`: its lines as told one after the other."""

    contents: tuple[tuple[int, ...], ...]
    returns: tuple[int, ...]
    """Shares, in percent, of what was paid at last; told with the order, one more each time."""
    refunds: tuple[int, ...]
    """The same, told by themselves."""
    cancelled: bool
    spends: bool
    order: tuple[int, ...]
    """In which the tellings come."""

    @property
    def paid(self) -> int:
        return sum(self.contents[-1])

    def share(self, percent: int) -> int:
        return max(1, self.paid * percent // 100)

    @property
    def back(self) -> int:
        return sum(self.share(percent) for percent in (*self.returns, *self.refunds))

    @property
    def earned(self) -> int:
        """5% of what stays paid, in whole points."""
        left = 0 if self.cancelled else max(0, self.paid - self.back)
        return left * 5 // 100 // 100 * 100

    @property
    def given_back(self) -> int:
        if not self.spends:
            return 0
        share = Fraction(1) if self.cancelled else min(Fraction(1), Fraction(self.back, self.paid))
        return int(SPENT * 100 * share)


@st.composite
def stories(draw: st.DrawFn) -> Story:
    lines = st.lists(st.integers(100, 500_000), min_size=1, max_size=4).map(tuple)
    contents = draw(st.lists(lines, min_size=1, max_size=3).map(tuple))
    shares = st.lists(st.integers(1, 60), max_size=2).map(tuple)
    returns, refunds = draw(shares), draw(shares)
    cancelled, spends = draw(st.booleans()), draw(st.booleans())
    tellings = len(contents) + len(returns) + len(refunds) + cancelled + spends
    order = draw(st.permutations(range(tellings)).map(tuple))
    return Story(contents, returns, refunds, cancelled, spends, order)


def tellings(story: Story, shop: Shop) -> list[Callable[[], object]]:
    """In the order in which things happened."""
    found: list[Callable[[], object]] = []
    if story.spends:
        found.append(partial(shop.spend, SPENT, order="1001", at=NOW + timedelta(hours=1)))
    returns = [
        OrderReturn(returned_at=NOW + timedelta(hours=9 + n), amount_minor=story.share(percent))
        for n, percent in enumerate(story.returns)
    ]
    wholes = [(lines, 0) for lines in story.contents]
    wholes += [(story.contents[-1], n + 1) for n in range(len(returns))]
    for minute, (lines, so_many) in enumerate(wholes):
        order = shop.order(
            lines=tuple(OrderLine(amount_minor=amount) for amount in lines),
            returns=tuple(returns[:so_many]),
            status=None,
            as_of=NOW + timedelta(hours=20, minutes=minute),
        )
        found.append(partial(commerce.record_orders, orders=[order], now=LATER))
    for n, percent in enumerate(story.refunds):
        credit = NewCredit(
            source="shop",
            external_id=f"R-{n}",
            profile_id=None,
            credited_at=NOW + timedelta(hours=30 + n),
            amount_minor=story.share(percent),
            currency="RUB",
            order_external_id="1001",
        )
        found.append(partial(commerce.record_credits, credits=[credit], now=LATER))
    if story.cancelled:
        gone = Cancellation(source="shop", external_id="1001", cancelled_at=NOW + timedelta(hours=40))
        found.append(partial(commerce.cancel_orders, cancellations=[gone], now=LATER))
    return found


def opening(shop: Shop) -> None:
    wanted = Wanted(
        key="opening:1",
        profile_id=shop.anna,
        points_minor=OPENING,
        at=NOW,
        earned_at=NOW,
        usable_at=NOW,
        expires_at=None,
    )
    services.settle(wanted=[wanted], when_spent="owe", now=NOW)


def lived_through(story: Story, told: Sequence[int], shop: Shop) -> None:
    """Tell it in that order, the worker reading after each, and compare with what it comes to."""
    opening(shop)
    steps = tellings(story, shop)
    for n in told:
        steps[n]()
        shop.catch_up(LATER)
    found = shop.balance(at=LATER)
    spent = SPENT * 100 if story.spends else 0
    assert found.spendable_minor - found.owed_minor == OPENING - spent + story.given_back + story.earned
    assert sum(Hold.objects.values_list("given_back_minor", flat=True)) == story.given_back
    assert queries.verify().findings == ()


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=stories())
def test_a_story_told_in_any_order_has_one_end(db: None, story: Story) -> None:
    with transaction.atomic():
        lived_through(story, story.order, Shop())
        transaction.set_rollback(True)


@pytest.mark.slow
@settings(max_examples=tries(150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=stories())
def test_many_stories_told_in_any_order_have_one_end(db: None, story: Story) -> None:
    with transaction.atomic():
        lived_through(story, story.order, Shop())
        transaction.set_rollback(True)
