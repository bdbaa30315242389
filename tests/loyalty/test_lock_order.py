"""Whoever gives and takes back locks in one order: while somebody else holds the first, the others are free.

So nobody waits in a circle. The race is made as slow as it takes: this test holds the first, the other one
has to wait for it, and then this test looks whether the second can be had.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from tests.loyalty.friends_shop import FriendsShop
from tests.loyalty.shop_with_points import DAY, NOW, Shop

from regulars.commerce import queries as commerce_queries
from regulars.commerce import services as commerce
from regulars.commerce.types import Cancellation
from regulars.customers import queries as customers_queries
from regulars.customers import services as customers
from regulars.events import services as events
from regulars.events.queries.reading import BODY, COLUMNS
from regulars.events.types import Batch, LoggedEvent, NewEvent
from regulars.kit import sql
from regulars.loyalty import services
from regulars.loyalty.handlers import CONSUMERS
from regulars.loyalty.models import FriendReferral, Grant, Reward, Wallet
from regulars.loyalty.rules.grants import coupon_key
from regulars.loyalty.types import OrderTold
from regulars.loyalty.types.benefits import CouponGiven, PointsGiven, TaskGiven
from regulars.loyalty.types.grants import Mechanic, NewGrant
from regulars.loyalty.types.rewards import NewReward, Redeeming, RewardKind
from regulars.offers.models import Code, Offer
from regulars.offers.types import COUPON_USED
from regulars.work import services as work

pytestmark = pytest.mark.django_db(transaction=True)
SECONDS_MAX = 20.0
POINTS = {"kind": "points", "points_minor": 10_000}
COUPON = {"kind": "coupon", "percent": 10}

Elsewhere = Callable[[Callable[[], Any]], Future[Any]]


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    """Has something done on a connection of its own."""

    def closing(act: Callable[[], Any]) -> Any:
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        yield lambda act: pool.submit(closing, act)


def is_second_free(first: Any, second: Any, act: Callable[[], Any], elsewhere: Elsewhere) -> bool:
    """Whether a row is free while the other one waits for the one before it. Both are done in the end."""
    with transaction.atomic():
        _lock(first)
        other = elsewhere(act)
        _until_it_waits(other)
        try:
            with transaction.atomic():
                _lock(second)
        except OperationalError:
            free = False
        else:
            free = True
    other.result(SECONDS_MAX)
    return free


def _lock(row: Any) -> None:
    type(row).objects.select_for_update(nowait=True, no_key=True).get(pk=row.pk)


def _until_it_waits(other: Future[Any]) -> None:
    deadline = time.monotonic() + SECONDS_MAX
    while time.monotonic() < deadline and not other.done():
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
    other.result(0)
    raise AssertionError("nobody waited, so that this shows nothing")


def one_falls_another_is_due(shop: Shop) -> Callable[[], None]:
    """Boris' order is cancelled, and with it what it brought; Anna's has just come in."""
    shop.tell(shop.order(external_id="B", profile_id=shop.boris), now=NOW + DAY)
    anna = shop.order(external_id="A", profile_id=shop.anna)
    commerce.record_orders(orders=[anna], now=NOW + DAY)
    commerce.cancel_orders(
        cancellations=[Cancellation(source="shop", external_id="B", cancelled_at=NOW + DAY)], now=NOW + DAY
    )
    ids = commerce_ids("A", "B")
    told = [OrderTold(order_id=id_, at=NOW + DAY, began=True) for id_ in ids]
    return lambda: services.count_orders(told=told, now=NOW + DAY)


def commerce_ids(*numbers: str) -> list[int]:
    found = commerce_queries.order_ids({("shop", number) for number in numbers})
    return [found["shop", number] for number in numbers]


def goal(benefit: dict[str, Any], key: str = "first") -> dict[str, Any]:
    return {"key": key, "name": key, "counted": {"kind": "orders"}, "benefit": benefit}


def test_who_reckons_goals_has_all_wallets_or_waits_for_the_first(elsewhere: Elsewhere) -> None:
    shop = Shop(cashback_percent=0, challenges=[goal(POINTS)])
    for profile in (shop.anna, shop.boris):
        services.grant(grants=[_given(profile, "before", PointsGiven(points_minor=100))], now=NOW)
    act = one_falls_another_is_due(shop)
    anna, boris = (Wallet.objects.get(profile_id=id_) for id_ in (shop.anna, shop.boris))
    assert anna.pk < boris.pk
    assert is_second_free(anna, boris, act, elsewhere)
    assert Grant.objects.get(mechanic="challenge", profile_id=shop.anna).state == "given"
    assert Grant.objects.get(mechanic="challenge", profile_id=shop.boris).state == "withdrawn"


def test_who_reckons_goals_issues_coupons_before_codes_are_taken_back(elsewhere: Elsewhere) -> None:
    """A till that sets a coupon aside locks the offer, then the code."""
    shop = Shop(cashback_percent=0, challenges=[goal(COUPON)])
    act = one_falls_another_is_due(shop)
    offer, code = Offer.objects.get(), Code.objects.get(profile_id=shop.boris)
    assert is_second_free(offer, code, act, elsewhere)
    assert Grant.objects.get(profile_id=shop.boris).state == "withdrawn"


@pytest.mark.parametrize("expiry", [{"kind": "never"}, {"kind": "without_purchase", "days": 90}])
def test_whom_a_merge_brings_meanwhile_is_not_waited_for(elsewhere: Elsewhere, expiry: Any) -> None:
    """Who settles has locked what the customer had when it began; Boris' wallet may be locked by who waits
    for Anna's."""
    shop = Shop(expiry=expiry)
    for profile in (shop.boris, shop.anna):
        services.grant(grants=[_given(profile, "before", PointsGiven(points_minor=100))], now=NOW)
    boris, anna = (Wallet.objects.get(profile_id=id_) for id_ in (shop.boris, shop.anna))
    persons = customers_queries.persons_of([shop.anna, shop.boris])
    commerce.record_orders(orders=[shop.order(external_id="A", profile_id=shop.anna)], now=NOW + DAY)
    told = [OrderTold(order_id=commerce_ids("A")[0], at=NOW + DAY, began=True)]
    pairs = [(persons[shop.anna], persons[shop.boris])]
    with transaction.atomic():
        _lock(boris)
        held = transaction.savepoint()
        _lock(anna)
        other = elsewhere(partial(services.settle_orders, told=told, now=NOW + DAY))
        _until_it_waits(other)
        elsewhere(partial(customers.merge, pairs=pairs, now=NOW + DAY)).result(SECONDS_MAX)
        transaction.savepoint_rollback(held)
        other.result(SECONDS_MAX)
    assert shop.points() == 2 + 100


def test_a_reward_is_locked_last(elsewhere: Elsewhere) -> None:
    """Many take the same one; while somebody waits for wallets that came by a merge, others can have it."""
    shop = Shop()
    for profile in (shop.boris, shop.anna):
        services.grant(grants=[_given(profile, "before", PointsGiven(points_minor=10_000))], now=NOW)
    boris, anna = (Wallet.objects.get(profile_id=id_) for id_ in (shop.boris, shop.anna))
    persons = customers_queries.persons_of([shop.anna, shop.boris])
    new = NewReward(name="Cup", kind=RewardKind.THING, price_minor=10_000, left=3)
    cup = Reward.objects.get(pk=services.add_reward(new=new, now=NOW).id)
    asked = Redeeming(key="1", reward_id=cup.pk, profile_id=shop.anna, at=NOW)
    with transaction.atomic():
        _lock(boris)
        held = transaction.savepoint()
        _lock(anna)
        other = elsewhere(partial(services.redeem, new=asked, now=NOW))
        _until_it_waits(other)
        pairs = [(persons[shop.anna], persons[shop.boris])]
        elsewhere(partial(customers.merge, pairs=pairs, now=NOW)).result(SECONDS_MAX)
        transaction.savepoint_rollback(held)
        _until_it_waits(other)
        _lock(cup)
    other.result(SECONDS_MAX)
    assert Reward.objects.get().left == 2


def test_offers_are_locked_in_the_order_of_their_numbers(elsewhere: Elsewhere) -> None:
    shop = Shop()
    benefit = CouponGiven(amount_minor=10_000)
    for part in ("z", "a"):
        services.grant(grants=[_given(shop.anna, part, benefit)], now=NOW)
    first, second = Offer.objects.order_by("id")
    assert first.key > second.key
    both = [_given(shop.boris, part, benefit) for part in ("a", "z")]
    assert is_second_free(first, second, lambda: services.grant(grants=both, now=NOW), elsewhere)


def test_what_the_log_tells_of_grants_is_noted_in_their_order(elsewhere: Elsewhere) -> None:
    shop = Shop()
    services.grant(grants=[_given(shop.anna, "coupon", CouponGiven(percent=Decimal(10)))], now=NOW)
    services.grant(grants=[_given(shop.anna, "task", TaskGiven(name="An hour of advice"))], now=NOW)
    coupon, task = Grant.objects.order_by("id")
    assert task.task_id is not None
    work.close_task(task_id=task.task_id, closed_by=None, now=NOW)
    used = {"key": coupon_key(coupon.key, coupon.round)}
    told = NewEvent(
        type=COUPON_USED, source="offers", key="1", occurred_at=NOW, profile_id=shop.anna, properties=used
    )
    with transaction.atomic():
        events.record([told], now=NOW)
    assert is_second_free(coupon, task, lambda: _read_whole_log("loyalty.grants"), elsewhere)
    assert set(Grant.objects.values_list("state", flat=True)) == {"used"}


def test_who_looks_at_friends_has_all_wallets_or_waits_for_the_first(elsewhere: Elsewhere) -> None:
    """Of two friends one has bought, the other one's order was given back."""
    shop = FriendsShop(friend=POINTS, wait_days=0)
    first, second = shop.newcomer("First"), shop.newcomer("Second")
    for profile in (first, second):
        services.grant(grants=[_given(profile, "before", PointsGiven(points_minor=100))], now=NOW)
        shop.comes(profile)
    falls = shop.bought(second)
    services.see_to_referrals(now=NOW + 3 * DAY, limit=100)
    shop.cancelled(falls, NOW + 3 * DAY)
    shop.bought(first, at=NOW + 2 * DAY, now=NOW + 3 * DAY)
    one, other = (Wallet.objects.get(profile_id=id_) for id_ in (first, second))
    assert one.pk < other.pk
    look = partial(services.see_to_referrals, now=NOW + 5 * DAY, limit=100)
    assert is_second_free(one, other, look, elsewhere)
    states = dict(Grant.objects.filter(part="friend").values_list("profile_id", "state"))
    assert states == {first: "given", second: "withdrawn"}


def test_friends_are_marked_in_the_order_of_their_rows(elsewhere: Elsewhere) -> None:
    """The first bought, the second is one with somebody else by now."""
    shop = FriendsShop()
    first, second, third = (shop.newcomer(name) for name in ("First", "Second", "Third"))
    for profile in (first, second):
        shop.comes(profile)
    persons = customers_queries.persons_of([second, third])
    customers.merge(pairs=[(persons[second], persons[third])], now=NOW + DAY)
    commerce.record_orders(orders=[shop.order(external_id="F", profile_id=first)], now=NOW + DAY)
    one, other = FriendReferral.objects.order_by("id")
    assert is_second_free(one, other, lambda: _read_whole_log("loyalty.friends"), elsewhere)
    assert FriendReferral.objects.filter(look_at=NOW).count() == 2


def _read_whole_log(name: str) -> None:
    reader = next(one for one in CONSUMERS if one.name == name)
    with transaction.atomic():
        found = [
            LoggedEvent._make(row) for row in sql.rows(f"SELECT {COLUMNS}, {BODY} FROM events ORDER BY id")
        ]
        reader.handle(Batch([event for event in found if event.name in (reader.names or ())], NOW))


def _given(profile_id: int, part: str, benefit: Any) -> NewGrant:
    return NewGrant(
        key=f"test:{part}:{profile_id}",
        profile_id=profile_id,
        mechanic=Mechanic.DAY,
        part=part,
        name=part,
        benefit=benefit,
        at=NOW,
    )
