"""Tiers: up at once, down after a warning and some days, by the customer's calendar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries
from tests.loyalty.shop_with_points import NOW, back
from tests.loyalty.tiered import DAY, LEVELS, Tiered, person_of, told

from regulars.commerce.types import OrderStatus
from regulars.events.models import Event
from regulars.loyalty import queries, services
from regulars.loyalty.models import TierStanding

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def shop(db: None) -> Tiered:
    return Tiered()


def test_up_at_once(shop: Tiered) -> None:
    assert shop.tier() == ""
    shop.buy(999, at=NOW)
    assert shop.tier() == ""
    shop.buy(1, at=NOW + DAY)
    assert shop.standing().tier == "silver"
    assert shop.standing().since == NOW + DAY
    shop.buy(9_000, at=NOW + 2 * DAY)
    assert shop.tier() == "gold"
    assert told() == [("tier_reached", "silver"), ("tier_reached", "gold")]
    event = Event.objects.filter(name="tier_reached").latest("id")
    assert event.properties == {
        "tier": "gold",
        "name": "Gold",
        "before": "silver",
        "before_name": "Silver",
        "measured_minor": 10_000_00,
    }


def test_orders_of_absurd_sums_stop_nobody(shop: Tiered) -> None:
    for day in range(3):
        shop.buy(4e16, at=NOW + day * DAY)
    assert (shop.tier(), shop.standing().measured_minor) == ("gold", 2**63 - 1)


def test_telling_the_same_again_changes_nothing(shop: Tiered) -> None:
    shop.buy(5_000, at=NOW)
    before = TierStanding.objects.values().get()
    for _ in range(3):
        shop.reckon(NOW + DAY)
    assert TierStanding.objects.values().get() == before
    assert told() == [("tier_reached", "gold")]


def test_what_was_bought_counts_for_365_days_by_the_customers_calendar(shop: Tiered) -> None:
    shop.live_in("Asia/Vladivostok")  # ten hours ahead
    bought = datetime(2026, 3, 15, 15, tzinfo=UTC)  # there the 16th has begun
    shop.buy(1_000, at=bought)
    last = datetime(2027, 3, 15, 14, tzinfo=UTC)  # the midnight that begins the 366th day there
    shop.pass_time(last - MINUTE)
    assert shop.standing().ends_at is None
    assert shop.standing().measured_minor == 1_000_00
    shop.pass_time(last)
    kept = last + 31 * DAY  # the day it fell short, and thirty more
    assert shop.standing().measured_minor == 0
    assert (shop.tier(), shop.standing().ends_at) == ("silver", kept)
    assert told()[-1] == ("tier_ending", "silver")
    warning = Event.objects.latest("id").properties
    assert (datetime.fromisoformat(warning["until"]), warning["then"]) == (kept, "")
    shop.pass_time(kept - MINUTE)
    assert shop.tier() == "silver"
    assert shop.tier(at=kept) == "", "no worker has come by, and yet it is over"
    shop.pass_time(kept)
    assert (shop.tier(), shop.standing().ends_at) == ("", None)
    assert told()[1:] == [("tier_ending", "silver"), ("tier_left", "silver")]


def test_who_makes_up_for_it_keeps_it(shop: Tiered) -> None:
    number = shop.buy(5_000, at=NOW)
    shop.give_back(number, 5_000, ordered_at=NOW, back=4_500, at=NOW + DAY)
    assert (shop.tier(), shop.standing().falls_to) == ("gold", "")
    assert shop.standing().ends_at is not None
    shop.buy(4_500, at=NOW + 5 * DAY)
    assert (shop.tier(), shop.standing().ends_at) == ("gold", None)
    shop.pass_time(NOW + 60 * DAY)
    assert shop.tier() == "gold"
    assert told() == [("tier_reached", "gold"), ("tier_ending", "gold")]


def test_down_to_what_fits(shop: Tiered) -> None:
    number = shop.buy(5_000, at=NOW)
    shop.give_back(number, 5_000, ordered_at=NOW, back=3_000, at=NOW + DAY)
    ends = shop.standing().ends_at
    assert ends is not None
    shop.pass_time(ends)
    assert shop.tier() == "silver"
    assert told()[-1] == ("tier_left", "gold")
    assert Event.objects.latest("id").properties["then_name"] == "Silver"


def test_without_grace_it_lasts_until_the_end_of_the_day(db: None) -> None:
    shop = Tiered(grace_days=0)
    number = shop.buy(1_000, at=NOW)
    shop.give_back(number, 1_000, ordered_at=NOW, back=1, at=NOW + MINUTE)
    midnight = datetime(2026, 3, 15, 21, tzinfo=UTC)  # in Moscow
    assert shop.standing().ends_at == midnight


def test_a_calendar_year_is_this_one_and_the_last(db: None) -> None:
    shop = Tiered(span="calendar_year", grace_days=10)
    shop.buy(1_000, at=NOW)
    turn = datetime(2027, 12, 31, 21, tzinfo=UTC)  # 2028 begins in Moscow
    shop.pass_time(turn - MINUTE)
    assert shop.standing().ends_at is None
    shop.pass_time(turn)
    assert (shop.tier(), shop.standing().ends_at) == ("silver", turn + 11 * DAY)


def test_what_does_not_count(shop: Tiered) -> None:
    shop.buy(1_000, at=NOW, currency="USD")
    shop.buy(1_000, at=NOW + MINUTE, status=OrderStatus.CANCELLED)
    shop.buy(999, at=NOW + 2 * MINUTE)
    assert (shop.tier(), shop.standing().measured_minor) == ("", 999_00)


def test_what_lies_ahead_counts_when_it_is_there(shop: Tiered) -> None:
    ahead = NOW + 2 * DAY
    shop._told("A-1", 5_000, ahead, NOW, shop.anna, {})
    assert shop.tier() == ""
    shop.pass_time(ahead - MINUTE)
    assert shop.tier() == ""
    shop.pass_time(ahead)
    assert shop.tier() == "gold"


def test_by_the_number_of_orders(db: None) -> None:
    levels = [{"key": "three", "name": "Three", "from_minor": 3}]
    shop = Tiered(measure="orders", span="ever", levels=levels)
    for n in range(3):
        shop.buy(10, at=NOW + n * DAY)
    assert shop.standing().measured_minor == 3
    assert shop.tier() == "three"
    shop.pass_time(NOW + 3_000 * DAY)
    assert shop.tier() == "three"


def test_by_points_earned(db: None) -> None:
    shop = Tiered(measure="points", levels=[{"key": "ten", "name": "Ten", "from_minor": 10_00}])
    shop.tell(shop.order(200, ordered_at=NOW))
    shop.reckon(NOW + DAY)
    assert shop.standing().measured_minor == 10_00
    assert shop.tier() == "ten"


def test_who_never_bought_has_the_tier_that_asks_for_nothing(db: None) -> None:
    shop = Tiered(levels=[{"key": "basic", "name": "Basic", "from_minor": 0}, *LEVELS])
    assert shop.tier(at=NOW) == shop.tier() == "basic"
    shop.buy(1, at=NOW)
    assert shop.tier() == "basic"


def test_other_tiers_reckon_everybody_anew_without_a_fuss(shop: Tiered) -> None:
    shop.buy(900, at=NOW)
    shop.buy(6_000, at=NOW, profile_id=shop.boris)
    shop.pass_time(NOW + MINUTE)
    lower = [{"key": "silver", "name": "Silver", "from_minor": 500_00}]
    since = NOW + DAY
    shop.publish(since, tiers={"levels": lower})
    shop.pass_time(since)
    assert (shop.tier(), shop.tier(shop.boris)) == ("silver", "silver")
    assert told() == [("tier_reached", "gold")], "the programme did that, and nobody reached anything"
    shop.publish(since + DAY)
    shop.pass_time(since + DAY)
    assert not TierStanding.objects.exists()


def test_higher_tiers_leave_everybody_what_they_have_for_a_while(shop: Tiered) -> None:
    shop.buy(1_000, at=NOW)
    shop.pass_time(NOW + MINUTE)
    shop.publish(NOW + DAY, tiers={"levels": [LEVELS[0] | {"from_minor": 2_000_00}]})
    shop.pass_time(NOW + DAY)
    assert shop.tier() == "silver"
    assert shop.standing().ends_at is not None
    assert told()[-1] == ("tier_ending", "silver")


def test_customers_from_before_the_programme_begin_where_their_orders_put_them(db: None) -> None:
    shop = Tiered()
    TierStanding.objects.all().delete()
    shop._told("B-1", 6_000, NOW - 30 * DAY, NOW, shop.anna, {})
    TierStanding.objects.all().delete()
    Event.objects.filter(name="tier_reached").delete()
    shop.pass_time(NOW + MINUTE)
    assert shop.tier() == "gold"
    assert TierStanding.objects.count() == 1, "who bought nothing stands nowhere"
    assert told() == []


def test_orders_raise_tiers_as_the_log_tells_of_them(shop: Tiered) -> None:
    shop.tell(shop.order(6_000))
    assert shop.tier() == "gold"
    event = Event.objects.get(name="tier_reached")
    assert event.cause_id == Event.objects.get(name="order_completed").id
    assert (event.profile_id, event.depth) == (shop.anna, 1)
    shop.tell(shop.order(6_000, returns=(back(6_000),)), now=NOW + 2 * DAY)
    assert told()[-1] == ("tier_ending", "gold")


def test_history_counts_and_congratulates_nobody(shop: Tiered) -> None:
    shop.tell(shop.order(6_000, ordered_at=NOW - 30 * DAY), backfill=True)
    assert shop.tier() == "gold"
    assert told() == []


def test_asking_is_one_statement(shop: Tiered, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    shop.buy(1_000, at=NOW)
    person = person_of(shop.anna)
    with django_assert_num_queries(1 + 1):  # and the versions, which are kept outside of transactions
        queries.tiers_of(person_ids=[person], at=NOW)


def test_one_and_many_are_reckoned_by_as_many_statements(
    shop: Tiered, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    shop.buy(100, at=NOW)
    shop.buy(100, at=NOW, profile_id=shop.boris, number="B")
    counts = []
    for profiles in ([shop.anna], [shop.anna, shop.boris]):
        with django_assert_num_queries(9) as counted:
            services.reckon_tiers(profile_ids=profiles, now=NOW)
        counts.append(len(counted))
    assert counts[0] == counts[1]
