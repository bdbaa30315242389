"""Challenges count what stands, and give and take back by it, however it is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.loyalty.shop_with_points import DAY, NOW, Shop, back

from regulars.commerce import services as commerce
from regulars.commerce.models import Order as StoredOrder
from regulars.commerce.models import OrderLine as OrderLineRow
from regulars.commerce.types import OrderLine
from regulars.customers import queries as customers_queries
from regulars.customers import services as customers
from regulars.customers.models import PersonAttributes, Profile
from regulars.events import registry
from regulars.events import services as events
from regulars.events.types import EventClass, NewEvent
from regulars.loyalty import queries, services
from regulars.loyalty.models import ChallengeProgress, ChallengeReached, Grant, Lot, Stamp
from regulars.loyalty.types import OrderTold

STATEMENTS_MAX = 45


def third_order(**values: Any) -> dict[str, Any]:
    """100 points for each third order."""
    return {
        "key": "third",
        "name": "Third order",
        "counted": {"kind": "orders"},
        "times": 3,
        "repeats": True,
        "benefit": {"kind": "points", "points_minor": 10_000},
        **values,
    }


def shop_with(*challenges: dict[str, Any]) -> Shop:
    return Shop(cashback_percent=0, challenges=challenges)


@pytest.fixture
def shop(db: None) -> Shop:
    return shop_with(third_order())


def orders(shop: Shop, *numbers: int, **values: Any) -> None:
    """One order each hour."""
    shop.tell(*(order(shop, number, **values) for number in numbers))


def order(shop: Shop, number: int, *roubles: float, **values: Any) -> Any:
    told = {"external_id": str(number), "ordered_at": NOW + timedelta(hours=number)}
    return shop.order(*roubles, **told | values)


def test_each_third_order_brings_points(shop: Shop) -> None:
    orders(shop, 1, 2)
    assert shop.points() == 0
    orders(shop, 3)
    assert shop.points() == 100
    orders(shop, 3)
    orders(shop, 4, 5, 6, 7)
    assert shop.points() == 200
    assert list(ChallengeReached.objects.order_by("number").values_list("number", "state")) == [
        (1, "given"),
        (2, "given"),
    ]
    progress = ChallengeProgress.objects.get()
    assert (progress.done, progress.reached, progress.until) == (1, 2, None)


def test_an_order_given_back_counts_no_more(shop: Shop) -> None:
    orders(shop, 1, 2, 3)
    given_back = order(shop, 2, returns=(back(2000),))
    shop.tell(given_back)
    assert shop.points() == 0
    assert Grant.objects.get().state == "withdrawn"
    orders(shop, 4)
    assert shop.points() == 100
    assert Grant.objects.get().round == 2
    shop.tell(replace(given_back, returns=()))
    assert shop.points() == 100
    orders(shop, 5, 6)
    assert shop.points() == 200


def test_history_counts_nothing_but_what_it_tells_of_orders_that_counted(shop: Shop) -> None:
    shop.tell(*(order(shop, number) for number in (1, 2, 3)), backfill=True)
    assert not Stamp.objects.exists()
    orders(shop, 4, 5, 6)
    assert shop.points() == 100
    shop.tell(order(shop, 5, returns=(back(2000),)), backfill=True)
    assert shop.points() == 0


def test_an_order_that_turns_out_to_be_somebody_elses(shop: Shop) -> None:
    orders(shop, 1, 2)
    shop.tell(order(shop, 3, profile_id=shop.boris))
    assert shop.points() == 0
    shop.tell(order(shop, 3))
    assert (shop.points(), shop.points(shop.boris)) == (100, 0)
    shop.tell(order(shop, 3, profile_id=None))
    assert shop.points() == 0
    shop.tell(order(shop, 3, profile_id=shop.boris))
    assert shop.points(shop.boris) == 0
    shop.tell(order(shop, 3))
    assert shop.points() == 100
    assert ChallengeProgress.objects.filter(challenge="third").count() == 1


def test_pieces_of_goods_make_a_stamp_card(db: None) -> None:
    card = third_order(
        shape="stamps",
        times=6,
        counted={"kind": "orders", "pieces": True, "goods": {"categories": ["Кофе"]}},
    )
    shop = shop_with(card)
    shop.tell(order(shop, 1, 900))
    assert Stamp.objects.get().challenge == ""
    assert shop.points() == 0
    assert Lot.objects.count() == 0


def test_a_small_order_counts_when_it_becomes_large_enough(db: None) -> None:
    shop = shop_with(
        third_order(times=1, repeats=False, counted={"kind": "orders", "total_from_minor": 100_000})
    )
    shop.tell(order(shop, 1, 900))
    assert shop.points() == 0
    shop.tell(order(shop, 1, 1000))
    assert shop.points() == 100
    shop.tell(order(shop, 1, 1000, lines=(OrderLine(amount_minor=99_999),)), now=NOW + DAY)
    assert shop.points() == 0


def person(profile_id: int) -> int:
    return Profile.objects.get(id=profile_id).person_id


def test_two_who_become_one_have_done_it_together_and_apart_again_each_alone(shop: Shop) -> None:
    orders(shop, 1, 2)
    orders(shop, 3, profile_id=shop.boris)
    anna, boris = person(shop.anna), person(shop.boris)
    customers.merge(pairs=[(anna, boris)], now=NOW + DAY)
    progress = ChallengeProgress.objects.get()
    assert (progress.person_id, progress.done, progress.reached) == (anna, 0, 1)
    shop.catch_up(NOW + DAY)
    assert shop.points() == 100
    (merge,) = customers_queries.merges_of(anna)
    customers.unmerge(merge_id=merge.id, now=NOW + DAY, user_id=None)
    assert list(ChallengeProgress.objects.order_by("done").values_list("person_id", "done", "reached")) == [
        (boris, 1, 0),
        (anna, 2, 0),
    ]
    shop.catch_up(NOW + DAY)
    assert (shop.points(), shop.points(shop.boris)) == (0, 0)
    orders(shop, 4)
    assert (shop.points(), shop.points(shop.boris)) == (100, 0)


def test_what_somebody_got_for_anothers_orders_goes_when_they_are_two_again(shop: Shop) -> None:
    orders(shop, 1, 2)
    orders(shop, 3, 4, profile_id=shop.boris)
    customers.merge(pairs=[(person(shop.anna), person(shop.boris))], now=NOW + DAY)
    shop.catch_up(NOW + DAY)
    assert ChallengeReached.objects.get().profile_id == shop.boris
    shop.tell(*(order(shop, number, profile_id=shop.anna) for number in (3, 4)))
    (merge,) = customers_queries.merges_of(person(shop.anna))
    customers.unmerge(merge_id=merge.id, now=NOW + DAY, user_id=None)
    shop.catch_up(NOW + DAY)
    assert (shop.points(), shop.points(shop.boris)) == (100, 0)


def test_what_each_had_reached_once_is_one_persons_once(db: None) -> None:
    shop = shop_with(third_order(times=1, repeats=False))
    orders(shop, 1)
    orders(shop, 2, profile_id=shop.boris)
    assert (shop.points(), shop.points(shop.boris)) == (100, 100)
    customers.merge(pairs=[(person(shop.anna), person(shop.boris))], now=NOW + DAY)
    shop.catch_up(NOW + DAY)
    assert shop.points() == 100


def test_who_it_is_for_is_asked_when_it_is_reached_and_not_again(db: None) -> None:
    newcomers = {"node": "orders", "at_least": 0, "at_most": 2}
    shop = shop_with(third_order(times=1, who=newcomers))
    orders(shop, 1, 2, 3, 4)
    assert shop.points() == 300
    assert ChallengeReached.objects.get(number=4).state == "refused"
    shop.tell(order(shop, 1, returns=(back(2000),)))
    assert shop.points() == 300
    assert ChallengeReached.objects.get(number=4).state == "withdrawn"
    orders(shop, 5)
    assert shop.points() == 300


def test_a_programme_that_changes_leaves_what_was_done(db: None) -> None:
    shop = shop_with(third_order())
    orders(shop, 1, 2, 3, 4, 5)
    later = NOW + timedelta(hours=6)
    shop.publish(since=later, cashback_percent=0, challenges=[third_order(times=10)])
    orders(shop, 7)
    assert shop.points() == 100
    orders(shop, *range(8, 15))
    assert shop.points() == 200
    shop.publish(since=NOW + timedelta(hours=20), cashback_percent=0, challenges=[])
    shop.tell(*(order(shop, number) for number in range(21, 40)), now=NOW + 3 * DAY)
    assert shop.points(at=NOW + 3 * DAY) == 200
    assert queries.progress_of(person_id=person(shop.anna), at=NOW + 3 * DAY) == []


def review(profile_id: int, key: str, *, stars: int = 5, at: datetime = NOW + timedelta(hours=1)) -> NewEvent:
    return NewEvent(
        type=registry.outside("review_left", EventClass.FACT),
        source="site",
        key=key,
        occurred_at=at,
        profile_id=profile_id,
        properties={"stars": stars},
    )


def test_events_count_by_their_properties(db: None) -> None:
    of_five = {"field": "stars", "test": {"is": "range", "low": 4}}
    counted = {"kind": "events", "event": "review_left", "where": [of_five]}
    shop = shop_with(third_order(times=2, repeats=False, counted=counted, benefit={"kind": "badge"}))
    events.record([review(shop.anna, "1"), review(shop.anna, "2", stars=2)], now=NOW + DAY)
    shop.catch_up(NOW + DAY)
    assert ChallengeProgress.objects.get().done == 1
    events.record([review(shop.anna, "3")], now=NOW + DAY, backfill=True)
    shop.catch_up(NOW + DAY)
    assert not Grant.objects.exists()
    events.record([review(shop.anna, "4"), review(shop.anna, "1")], now=NOW + DAY)
    shop.catch_up(NOW + DAY)
    (badge,) = queries.badges_of(person_id=person(shop.anna))
    assert (badge.key, badge.name, badge.times) == ("third", "Third order", 1)
    assert queries.badges_of(person_id=person(shop.boris)) == []


@pytest.mark.parametrize(
    ("where", "times"),
    [
        ({"field": "stars", "test": {"is": "one_of", "values": ["5"]}}, 1),
        ({"field": "on", "test": {"is": "days_ago", "at_least": 0, "at_most": 0}}, 1),
        ({"field": "on", "test": {"is": "days_ago", "at_least": 1}}, 0),
    ],
)
def test_tests_of_events_are_those_of_conditions(db: None, where: dict[str, Any], times: int) -> None:
    """Days are of the customer's calendar as of the event: 22 o'clock UTC is of the next day in Moscow."""
    counted = {"kind": "events", "event": "review_left", "where": [where]}
    shop = shop_with(third_order(times=1, counted=counted))
    at = datetime(2026, 3, 15, 13, tzinfo=UTC)
    event = replace(review(shop.anna, "1", at=at), properties={"stars": 5, "on": "2026-03-14T22:00:00Z"})
    events.record([event], now=NOW + DAY)
    shop.catch_up(NOW + DAY)
    assert Stamp.objects.count() == times


def test_months_are_of_the_customers_calendar(db: None) -> None:
    """Half past eleven in the evening of 31 March in Moscow is of April in Vladivostok."""
    shop = shop_with(third_order(window="month", repeats=False, times=2))
    at = datetime(2026, 3, 31, 20, 30, tzinfo=UTC)
    PersonAttributes.objects.create(person_id=person(shop.boris), timezone="Asia/Vladivostok")
    for profile, first in ((shop.anna, 1), (shop.boris, 3)):
        told = (order(shop, first + n, profile_id=profile, ordered_at=at + n * DAY) for n in range(2))
        shop.tell(*told, now=at + 2 * DAY)
    assert (shop.points(at=at + 2 * DAY), shop.points(shop.boris, at=at + 2 * DAY)) == (0, 100)
    assert ChallengeReached.objects.get().window == "2026-04"
    ends = dict(ChallengeProgress.objects.values_list("person_id", "until"))
    assert ends[person(shop.anna)] == datetime(2026, 4, 30, 21, tzinfo=UTC)
    assert ends[person(shop.boris)] == datetime(2026, 4, 30, 14, tzinfo=UTC)


def test_how_far_somebody_is(shop: Shop) -> None:
    at = NOW + DAY
    orders(shop, 1, 2, 3, 4)
    (progress,) = queries.progress_of(person_id=person(shop.anna), at=at)
    assert (progress.key, progress.done, progress.times, progress.missing) == ("third", 1, 3, 2)
    assert (progress.reached, progress.is_over, progress.until) == (1, False, None)
    (earlier,) = queries.progress_of(person_id=person(shop.anna), at=NOW + timedelta(hours=2))
    assert (earlier.done, earlier.reached) == (2, 0)
    (nothing,) = queries.progress_of(person_id=person(shop.boris), at=at)
    assert (nothing.done, nothing.missing) == (0, 3)
    assert queries.progress_of(person_id=-1, at=at) == []


def test_what_the_log_does_not_tell_of_is_put_right_by_night(shop: Shop) -> None:
    orders(shop, 1, 2, 3)
    services.count_orders_again(now=NOW + DAY)
    assert shop.points() == 100
    StoredOrder.objects.filter(external_id="2").update(status="cancelled", cancelled_at=NOW + DAY)
    services.count_orders_again(now=NOW + DAY)
    assert shop.points() == 0
    StoredOrder.objects.filter(external_id="2").update(status="completed", cancelled_at=None)
    services.count_orders_again(now=NOW + DAY)
    assert shop.points() == 100
    gone = StoredOrder.objects.get(external_id="3")
    OrderLineRow.objects.filter(order=gone).delete()
    gone.delete()
    services.count_orders_again(now=NOW + DAY)
    assert shop.points() == 0
    assert ChallengeProgress.objects.get().done == 2


def test_many_orders_take_as_many_statements_as_one(db: None) -> None:
    monthly = third_order(key="monthly", times=2, window="month", who={"node": "orders", "at_least": 1})
    shop = shop_with(third_order(), monthly, third_order(key="row", in_a_row="months"))
    found = []
    for numbers in ((1, 2, 3), tuple(range(4, 28))):
        told = []
        for number in numbers:
            profile = (shop.anna, shop.boris)[number % 2]
            commerce.record_orders(orders=[order(shop, number, profile_id=profile)], now=NOW + DAY)
            row = StoredOrder.objects.latest("id")
            told.append(OrderTold(order_id=row.pk, at=NOW + DAY, began=True))
        with CaptureQueriesContext(connection) as statements:
            services.count_orders(told=told, now=NOW + DAY)
        found.append(len(statements))
    assert found[1] <= max(found[0], STATEMENTS_MAX)
    with CaptureQueriesContext(connection) as statements:
        services.count_orders(told=told, now=NOW + DAY)
    assert len(statements) <= 8
