"""Many workers at one customer's challenge: it is given as often as it is reached, and once each time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction
from tests.loyalty.shop_with_points import DAY, NOW

from regulars.commerce import services as commerce
from regulars.commerce.models import Order as StoredOrder
from regulars.commerce.types import Order, OrderLine, OrderReturn
from regulars.customers import queries as customers_queries
from regulars.customers import services as customers
from regulars.customers.models import Profile
from regulars.events import registry
from regulars.events import services as events
from regulars.events.types import EventClass, NewEvent
from regulars.loyalty import queries, services
from regulars.loyalty.models import ChallengeProgress, ChallengeReached, Grant, Stamp
from regulars.loyalty.services import challenges_reckoning
from regulars.loyalty.types import OrderTold, Programme

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
WORKERS = 32
TIMES = 4
ROUNDS_MAX = 30
"""So often a race is looked for before it counts as not there."""
CARD = {
    "key": "card",
    "name": "Card",
    "counted": {"kind": "orders"},
    "times": TIMES,
    "repeats": True,
    "benefit": {"kind": "points", "points_minor": 10_000},
}


def at_once(acts: Sequence[Callable[[], object]]) -> list[object]:
    """Do all of these at the same moment, each on a connection of its own; what each gave or raised."""
    barrier = Barrier(len(acts))

    def act(one: Callable[[], object]) -> object:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=60)
            return one()
        except Exception as error:  # whatever it was is told to the test
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(act, acts))


def publish() -> None:
    document = Programme.model_validate({"cashback_percent": 0, "currency": "RUB", "challenges": [CARD]})
    services.publish(programme=document, since=None, now=NOW, user_id=None)


def somebody(mark: str) -> tuple[int, list[int]]:
    """A person with two profiles, which are of different lanes of the log; and their orders."""
    keys = [("shop", f"{mark}-1"), ("shop", f"{mark}-2")]
    profiles = list(customers.find_or_create_profiles(keys=keys, now=NOW).values())
    persons = [Profile.objects.get(id=profile).person_id for profile in profiles]
    customers.merge(pairs=[(persons[0], persons[1])], now=NOW)
    orders = [order(mark, n, profiles[n % 2]) for n in range(WORKERS)]
    commerce.record_orders(orders=orders, now=NOW + DAY)
    ids = StoredOrder.objects.filter(profile_id__in=profiles).order_by("id").values_list("id", flat=True)
    return persons[0], list(ids)


def order(mark: str, number: int, profile: int, **more: Any) -> Order:
    return Order(
        source="shop",
        external_id=f"{mark}-{number}",
        profile_id=profile,
        ordered_at=NOW + timedelta(minutes=number),
        currency="RUB",
        lines=(OrderLine(amount_minor=100_000),),
        **more,
    )


def counts(order_ids: Sequence[int]) -> list[Callable[[], object]]:
    """Each order is told of to a worker of its own."""
    told = [OrderTold(order_id=id_, at=NOW + DAY, began=True) for id_ in order_ids]
    return [partial(services.count_orders, told=[one], now=NOW + DAY) for one in told]


def test_without_holding_the_person_a_card_is_overlooked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each worker sees its own order and not those the others have not committed yet."""
    publish()
    monkeypatch.setattr(challenges_reckoning, "hold_persons", set)
    for number in range(ROUNDS_MAX):
        _person, orders = somebody(f"race{number}")
        before = ChallengeReached.objects.count()
        outcomes = at_once(counts(orders))
        if any(outcomes) or ChallengeReached.objects.count() - before != WORKERS // TIMES:
            return
    pytest.fail("nothing went wrong without the lock, so that the other tests show nothing")


def test_of_32_orders_at_once_each_fourth_brings_points() -> None:
    publish()
    person, orders = somebody("32")
    assert at_once(counts(orders)) == [None] * WORKERS
    assert Stamp.objects.filter(amount=1).count() == WORKERS
    assert Grant.objects.filter(state="given").count() == WORKERS // TIMES
    numbers = ChallengeReached.objects.values_list("profile_id", "number")
    assert len(set(numbers)) == WORKERS // TIMES
    progress = ChallengeProgress.objects.get(person_id=person)
    assert (progress.done, progress.reached) == (0, WORKERS // TIMES)
    assert queries.verify().findings == ()


def test_the_same_order_told_to_32_at_once_counts_once() -> None:
    publish()
    _person, orders = somebody("same")
    for id_ in orders[: TIMES - 1]:
        counts([id_])[0]()
    assert at_once(counts([orders[TIMES - 1]] * WORKERS)) == [None] * WORKERS
    assert Grant.objects.filter(state="given").count() == 1


def test_orders_that_come_while_others_go_back_and_persons_become_one() -> None:
    publish()
    _person, orders = somebody("both")
    for act in counts(orders):
        act()
    profile = Profile.objects.order_by("id").first()
    assert profile is not None
    whole = (OrderReturn(returned_at=NOW + 2 * DAY, amount_minor=100_000, line=1),)
    again = [order("both", n, profile.pk, returns=whole) for n in range(0, WORKERS, 2)]
    commerce.record_orders(orders=again, now=NOW + 2 * DAY)
    (other,) = customers.find_or_create_profiles(keys=[("shop", "other")], now=NOW).values()
    persons = [Profile.objects.get(id=id_).person_id for id_ in (profile.pk, other)]
    merge = partial(customers.merge, pairs=[(persons[0], persons[1])], now=NOW + 2 * DAY)
    outcomes = at_once([*counts(orders), merge])
    assert [one for one in outcomes if isinstance(one, Exception)] == []
    assert Stamp.objects.filter(amount=1).count() == WORKERS // 2
    assert Grant.objects.filter(state="given").count() == WORKERS // 2 // TIMES
    assert ChallengeProgress.objects.get().reached == WORKERS // 2 // TIMES
    assert queries.verify().findings == ()


def test_the_readers_of_the_log_count_orders_events_and_merges() -> None:
    """By the consumers themselves, from the log: what happened before they began counts for nothing."""
    badge = {"kind": "badge"}
    reviewed = {"key": "review", "name": "Review", "times": 2, "benefit": badge}
    reviewed["counted"] = {"kind": "events", "event": "review_left"}
    document = Programme.model_validate({"currency": "RUB", "challenges": [CARD, reviewed]})
    services.publish(programme=document, since=None, now=NOW, user_id=None)
    events.ensure_consumers(now=NOW)
    keys = [("shop", "A"), ("shop", "B")]
    anna, boris = customers.find_or_create_profiles(keys=keys, now=NOW).values()
    for n, profile in enumerate((anna, anna, boris, boris)):
        commerce.record_orders(orders=[order("log", n, profile)], now=NOW + DAY)
        type_ = registry.outside("review_left", EventClass.FACT)
        happened = NewEvent(
            type=type_, source="site", key=str(n), occurred_at=NOW + DAY, profile_id=profile, properties={}
        )
        with transaction.atomic():
            events.record([happened], now=NOW + DAY, backfill=n == 3)
    drain()
    assert ChallengeReached.objects.filter(challenge="review").count() == 1
    assert not ChallengeReached.objects.filter(challenge="card").exists()
    persons = [Profile.objects.get(id=profile).person_id for profile in (anna, boris)]
    customers.merge(pairs=[(persons[0], persons[1])], now=NOW + DAY)
    drain()
    assert ChallengeReached.objects.filter(challenge="card", state="given").count() == 1
    (merge,) = customers_queries.merges_of(persons[0])
    customers.unmerge(merge_id=merge.id, now=NOW + DAY, user_id=None)
    drain()
    assert ChallengeReached.objects.get(challenge="card").state == "withdrawn"
    assert queries.verify().findings == ()


def drain() -> None:
    events.drain(now=NOW + DAY)
