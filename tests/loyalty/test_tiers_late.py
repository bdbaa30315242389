"""Orders that are told late earn by the tier of when they were bought."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.loyalty.shop_of_rules import kept
from tests.loyalty.shop_with_points import NOW
from tests.loyalty.tiered import DAY, LEVELS, Tiered, person_of

from regulars.commerce import services as commerce
from regulars.commerce.types import Order, OrderLine, OrderReturn
from regulars.customers import services as customers
from regulars.loyalty import services
from regulars.loyalty.models import TierHeld, TierStanding

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(db: None) -> Tiered:
    return Tiered()


def _order(shop: Tiered, number: str, roubles: int, at: datetime, whose: int = 0, back: int = 0) -> Order:
    returns = (OrderReturn(returned_at=at, amount_minor=back * 100, line=None),) if back else ()
    lines = (OrderLine(amount_minor=roubles * 100),)
    whose = whose or shop.anna
    return shop.order(external_id=number, ordered_at=at, profile_id=whose, lines=lines, returns=returns)


def _buy(shop: Tiered, roubles: int, at: datetime, whose: int = 0) -> str:
    """Told in time; gives by which tier it earns."""
    number = f"{whose}-{at:%m%d%H%M}"
    shop.tell(_order(shop, number, roubles, at, whose), now=at)
    return kept(number).tier


def _buy_and_return(shop: Tiered, roubles: int, at: datetime, whose: int = 0) -> None:
    """What it brought is theirs for some days more, and measures nothing."""
    number = f"r{whose}-{at:%m%d%H%M}"
    shop.tell(_order(shop, number, roubles, at, whose), now=at)
    after = at + timedelta(minutes=1)
    shop.tell(_order(shop, number, roubles, at, whose, back=roubles), now=after)


def _late(shop: Tiered, at: datetime, *, told: datetime, whose: int = 0) -> str:
    number = f"late{whose}-{at:%m%d%H%M}-{told:%m%d}"
    shop.tell(_order(shop, number, 10, at, whose), now=told)
    return kept(number).tier


def test_what_was_bought_before_going_up_earns_by_the_tier_of_then(shop: Tiered) -> None:
    _buy(shop, 1_000, NOW + DAY)
    _buy(shop, 4_000, NOW + 5 * DAY)
    assert shop.tier() == "gold"
    told = NOW + 9 * DAY
    assert [_late(shop, NOW + n * DAY, told=told) for n in (0, 3, 6)] == ["", "silver", "gold"]
    assert _buy(shop, 10, told) == "gold"
    number = f"late0-{NOW + 3 * DAY:%m%d%H%M}-{told:%m%d}"
    shop.tell(_order(shop, number, 10, NOW + 3 * DAY, back=4), now=told + DAY)
    assert (kept(number).tier, kept(number).points_minor) == ("silver", 0)


def test_what_was_bought_before_going_down_earns_by_the_tier_of_then(shop: Tiered) -> None:
    _buy_and_return(shop, 5_000, NOW)
    ends = shop.standing().ends_at
    assert ends is not None
    shop.pass_time(ends + timedelta(hours=3))  # the worker comes late
    assert (shop.tier(), TierHeld.objects.get().until) == ("", ends)
    told = ends + 5 * DAY
    assert [_late(shop, at, told=told) for at in (NOW + DAY, ends - DAY, ends)] == ["gold", "gold", ""]
    assert _buy(shop, 10, told) == ""


@pytest.mark.parametrize("at_once", [True, False])
def test_all_a_till_tells_late_earns_as_if_told_in_time(shop: Tiered, at_once: bool) -> None:
    whats = [(f"O{n}", roubles, NOW + n * DAY) for n, roubles in enumerate((1_000, 4_000, 10, 10))]
    in_time = [_buy(shop, roubles, at, shop.boris) for _, roubles, at in whats]
    orders = [_order(shop, *what) for what in whats]
    for some in [orders] if at_once else [[order] for order in orders]:
        shop.tell(*some, now=NOW + 9 * DAY)
    assert [kept(number).tier for number, _, _ in whats] == in_time == ["", "silver", "gold", "gold"]


def test_an_order_that_was_stored_does_not_raise_itself(shop: Tiered) -> None:
    """Whoever comes first reckons the customer, and the order is settled after that."""
    order = _order(shop, "1", 5_000, NOW)
    commerce.record_orders(orders=[order], now=NOW + DAY)
    shop.reckon(NOW + DAY)
    shop.catch_up(NOW + DAY)
    assert (kept("1").tier, shop.tier()) == ("", "gold")


def test_the_higher_tier_of_two_who_became_one(shop: Tiered) -> None:
    _buy_and_return(shop, 1_000, NOW + DAY)
    _buy_and_return(shop, 5_000, NOW + 3 * DAY, shop.boris)
    merged = NOW + 10 * DAY
    for kept_, gone in ((shop.anna, shop.boris), (shop.boris, shop.anna)):
        (merge,) = customers.merge(pairs=[(person_of(kept_), person_of(gone))], now=merged)
        at = [NOW, NOW + 2 * DAY, NOW + 4 * DAY]
        for whose in (shop.anna, shop.boris):
            assert [_late(shop, one, told=merged, whose=whose) for one in at] == ["", "silver", "gold"]
        merged += DAY
        customers.unmerge(merge_id=merge, now=merged, user_id=None)
        assert [_late(shop, one, told=merged) for one in at] == ["", "silver", "silver"]
        assert [_late(shop, one, told=merged, whose=shop.boris) for one in at] == ["", "", "gold"]
        merged += DAY


def test_by_the_tiers_of_the_version_the_order_was_bought_under(shop: Tiered) -> None:
    _buy_and_return(shop, 5_000, NOW)
    _buy(shop, 1_000, NOW + DAY, shop.boris)
    shop.publish(NOW + 2 * DAY, tiers={"levels": [{"key": "some", "name": "Some", "from_minor": 500_00}]})
    shop.pass_time(NOW + 2 * DAY)
    shop.publish(NOW + 4 * DAY)
    told = NOW + 5 * DAY
    for moment in (NOW + 3 * DAY, told):
        shop.pass_time(moment)
        for whose, before, after in ((shop.anna, "gold", ""), (shop.boris, "silver", "some")):
            assert _late(shop, NOW + 2 * DAY - timedelta(hours=1), told=moment, whose=whose) == before
            assert _late(shop, NOW + 2 * DAY, told=moment, whose=whose) == after
    assert not TierStanding.objects.exists()


def test_first_tiers_replace_none(shop: Tiered) -> None:
    for whose in (shop.anna, shop.boris):
        _buy(shop, 9_000, NOW, whose)
    shop.publish(NOW + DAY, tiers={"levels": [LEVELS[0], LEVELS[1] | {"from_minor": 20_000_00}]})
    shop.pass_time(NOW + DAY)
    assert shop.tier() == "gold"
    assert not TierHeld.objects.exists()


def test_made_up_customers_leave_nothing(shop: Tiered) -> None:
    (made_up,) = customers.find_or_create_profiles(keys=[("demo", "D-1")], now=NOW).values()
    for whose in (made_up, shop.anna):
        _buy(shop, 1_000, NOW, whose)
        _buy(shop, 9_000, NOW + DAY, whose)
    assert TierHeld.objects.count() == 2
    services.forget_points(profile_ids=[made_up])
    assert TierHeld.objects.get().person_id == person_of(shop.anna)


def test_only_late_orders_take_more_statements(shop: Tiered) -> None:
    """And many as few as one."""

    def counted(at: datetime, told: datetime, *whose: int) -> int:
        orders = [_order(shop, f"{at:%d}-{told:%d}-{len(whose)}-{one}", 10, at, one) for one in whose]
        commerce.record_orders(orders=orders, now=told)
        with CaptureQueriesContext(connection) as asked:
            shop.catch_up(told)
        return len(asked)

    counted(NOW, NOW, shop.anna, shop.boris)
    without = counted(NOW + DAY, NOW + 2 * DAY, shop.anna)
    for whose in (shop.anna, shop.boris):
        _buy(shop, 5_000, NOW + 3 * DAY, whose)
    told = NOW + 5 * DAY
    assert counted(NOW + 4 * DAY, told, shop.anna) == without
    assert counted(NOW + 2 * DAY, told, shop.anna) == without + 1
    assert counted(NOW + 2 * DAY, told, shop.anna, shop.boris) == without + 1
