"""Points given and taken by hand: limits, a second pair of eyes, the opposite."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from tests.console.people import person

from regulars.customers import queries as customers
from regulars.customers import services as customer_services
from regulars.customers.types import NewProfile
from regulars.events.models import Event
from regulars.loyalty import queries, services
from regulars.loyalty.errors import CannotAdjust, KeyReused
from regulars.loyalty.types import Account, AdjustmentRow, AdjustmentState, Cause, Programme, Wanted
from regulars.loyalty.types.programme import AfterDays, AtOnce
from regulars.team.types import Role

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
KEYS = iter(range(1_000_000))

pytestmark = pytest.mark.django_db


class Shop:
    """A customer, a programme and three colleagues."""

    def __init__(self) -> None:
        programme = Programme(usable=AtOnce(), expiry=AfterDays(days=30), second_eyes_minor=300_000)
        services.publish(programme=programme, since=NOW - DAY, now=NOW - DAY, user_id=None)
        self.profile = profile_of("C-1")
        self.owner = person(Role.OWNER).pk
        self.marketer = person(Role.MARKETER).pk
        self.agent = person(Role.AGENT).pk

    def adjust(
        self, points: int, by: int | None = None, at: datetime = NOW, profile: int | None = None
    ) -> AdjustmentRow:
        return services.adjust(
            profile_id=profile or self.profile,
            points_minor=points * 100,
            reason="The parcel was late",
            key=f"form:{next(KEYS)}",
            user_id=by or self.agent,
            now=at,
        )

    def has(self, at: datetime = NOW) -> int:
        return queries.balance(profile_id=self.profile, at=at).spendable_minor // 100


def profile_of(name: str) -> int:
    stored = customer_services.upsert_profiles(
        profiles=[NewProfile(source="shop", external_id=name)], now=NOW
    )
    return stored.ids["shop", name]


@pytest.fixture
def shop(db: None) -> Shop:
    return Shop()


def agrees() -> bool:
    return queries.verify().findings == ()


def refused(code: str) -> pytest.RaisesExc[CannotAdjust]:
    return pytest.RaisesExc(CannotAdjust, check=lambda error: error.code == code)


def test_given_points_can_be_spent_at_once_and_last_as_earned_ones_do(shop: Shop) -> None:
    given = shop.adjust(500)
    assert (given.state, given.decided_by, given.person_id) == (AdjustmentState.DONE, None, person_of(shop))
    assert shop.has() == 500
    balance = queries.balance(profile_id=shop.profile, at=NOW)
    assert balance.soonest_at is not None
    assert timedelta(days=30) < balance.soonest_at - NOW <= timedelta(days=31)
    (told,) = Event.objects.filter(name="points_adjusted")
    assert told.properties == {"points_minor": 50_000, "adjustment_id": given.id}
    assert agrees()


def test_what_is_taken_goes_soonest_to_expire_first(shop: Shop) -> None:
    shop.adjust(100)
    shop.adjust(100, at=NOW + 5 * DAY)
    assert shop.adjust(-150, at=NOW + 6 * DAY).state is AdjustmentState.DONE
    left = queries.balance(profile_id=shop.profile, at=NOW + 6 * DAY)
    assert (left.spendable_minor, left.soonest_minor) == (5_000, 5_000)
    assert left.soonest_at is not None
    assert left.soonest_at > NOW + 35 * DAY
    assert agrees()


def test_more_than_there_is_is_not_taken(shop: Shop) -> None:
    shop.adjust(100)
    with refused("not_enough_points"):
        shop.adjust(-101)
    assert shop.has() == 100
    with refused("not_enough_points"):
        shop.adjust(-1, at=NOW + 40 * DAY)


def test_each_role_has_its_limit(shop: Shop) -> None:
    with refused("beyond_limit"):
        shop.adjust(1_001)
    cashier = person(Role.CASHIER).pk
    with refused("beyond_limit"):
        shop.adjust(1, by=cashier)
    assert shop.adjust(1_001, by=shop.marketer).state is AdjustmentState.DONE


def test_without_a_programme_nothing_is_given(db: None) -> None:
    profile, owner = profile_of("C-1"), person(Role.OWNER).pk
    with refused("no_programme"):
        services.adjust(profile_id=profile, points_minor=1, reason="a", key="k", user_id=owner, now=NOW)


@pytest.mark.parametrize(("points", "reason", "code"), [(1, " \n", "no_reason"), (0, "a", "no_points")])
def test_what_is_missing_is_asked_for(shop: Shop, points: int, reason: str, code: str) -> None:
    with refused(code):
        services.adjust(
            profile_id=shop.profile, points_minor=points, reason=reason, key="k", user_id=shop.agent, now=NOW
        )


def test_sent_twice_is_done_once(shop: Shop) -> None:
    told = {"profile_id": shop.profile, "reason": "a", "key": "form:x", "user_id": shop.agent, "now": NOW}
    first = services.adjust(points_minor=5_000, **told)  # type: ignore[arg-type]
    assert services.adjust(points_minor=5_000, **told) == first  # type: ignore[arg-type]
    assert shop.has() == 50
    with pytest.raises(KeyReused):
        services.adjust(points_minor=6_000, **told)  # type: ignore[arg-type]


def test_above_the_threshold_a_second_colleague_decides(shop: Shop) -> None:
    asked = shop.adjust(3_001, by=shop.marketer)
    assert (asked.state, shop.has()) == (AdjustmentState.WAITING, 0)
    assert queries.count_adjustments_waiting() == 1
    assert queries.count_adjustments_waiting(not_asked_by=shop.marketer) == 0
    with refused("own_request"):
        services.decide_adjustment(adjustment_id=asked.id, accept=True, user_id=shop.marketer, now=NOW)
    with refused("beyond_limit"):
        services.decide_adjustment(adjustment_id=asked.id, accept=True, user_id=shop.agent, now=NOW)
    done = services.decide_adjustment(adjustment_id=asked.id, accept=True, user_id=shop.owner, now=NOW + DAY)
    assert (done.state, done.decided_by) == (AdjustmentState.DONE, shop.owner)
    assert shop.has(NOW + DAY) == 3_001
    assert shop.has() == 0, "they can be spent from when they were allowed"
    with refused("decided_already"):
        services.decide_adjustment(adjustment_id=asked.id, accept=False, user_id=shop.owner, now=NOW)
    assert agrees()


def test_what_is_refused_leaves_no_trace_in_the_books(shop: Shop) -> None:
    asked = shop.adjust(3_001, by=shop.marketer)
    said = services.decide_adjustment(adjustment_id=asked.id, accept=False, user_id=shop.owner, now=NOW)
    assert (said.state, shop.has()) == (AdjustmentState.REFUSED, 0)
    assert queries.statement(profile_ids=[shop.profile]) == []
    assert not Event.objects.filter(name="points_adjusted").exists()


def test_small_steps_do_not_get_around_the_threshold(shop: Shop) -> None:
    for _ in range(3):
        assert shop.adjust(1_000).state is AdjustmentState.DONE
    assert shop.adjust(1).state is AdjustmentState.WAITING
    assert shop.adjust(1_000, by=shop.marketer).state is AdjustmentState.DONE, "each colleague by themselves"
    assert shop.adjust(1_000, profile=profile_of("C-2")).state is AdjustmentState.DONE
    assert shop.adjust(1_000, at=NOW + DAY).state is AdjustmentState.DONE, "a day later they start anew"


def test_what_waits_to_be_taken_is_looked_at_again_when_it_is_decided(shop: Shop) -> None:
    shop.adjust(4_000, by=shop.owner)
    given = queries.adjustments()[0]
    services.decide_adjustment(adjustment_id=given.id, accept=True, user_id=shop.marketer, now=NOW)
    asked = shop.adjust(-4_000, by=shop.marketer)
    assert asked.state is AdjustmentState.WAITING
    shop.adjust(-1)
    with refused("not_enough_points"):
        services.decide_adjustment(adjustment_id=asked.id, accept=True, user_id=shop.owner, now=NOW)
    waiting = queries.adjustments_waiting_of([shop.profile])
    assert [one.id for one in waiting] == [asked.id], "it goes on waiting"


def test_undoing_takes_what_was_given_and_not_what_ends_sooner(shop: Shop) -> None:
    shop.adjust(100)
    wrong = shop.adjust(300, at=NOW + 3 * DAY)
    undone = services.undo_adjustment(adjustment_id=wrong.id, user_id=shop.agent, now=NOW + 3 * DAY)
    assert (undone.points_minor, undone.undoes, undone.state) == (-30_000, wrong.id, AdjustmentState.DONE)
    left = queries.balance(profile_id=shop.profile, at=NOW + 3 * DAY)
    assert (left.spendable_minor, left.soonest_minor) == (10_000, 10_000)
    again = services.undo_adjustment(adjustment_id=wrong.id, user_id=shop.agent, now=NOW + 3 * DAY)
    assert again == undone, "twice is once"
    found = queries.adjustment(wrong.id)
    assert found is not None
    assert not found.can_undo
    with refused("nothing_to_undo"):
        services.undo_adjustment(adjustment_id=undone.id, user_id=shop.agent, now=NOW)
    assert agrees()


def test_undoing_gives_back_into_the_lots_it_was_taken_from(shop: Shop) -> None:
    shop.adjust(100)
    shop.adjust(100, at=NOW + DAY)
    before = queries.balance(profile_id=shop.profile, at=NOW + 2 * DAY)
    wrong = shop.adjust(-150, at=NOW + 2 * DAY)
    services.undo_adjustment(adjustment_id=wrong.id, user_id=shop.agent, now=NOW + 2 * DAY)
    assert queries.balance(profile_id=shop.profile, at=NOW + 2 * DAY) == before
    assert agrees()


def test_what_was_spent_since_is_not_undone(shop: Shop) -> None:
    wrong = shop.adjust(300)
    shop.adjust(-1)
    services.undo_adjustment(adjustment_id=queries.adjustments()[0].id, user_id=shop.agent, now=NOW)
    spend(shop, 100)
    with refused("not_whole"):
        services.undo_adjustment(adjustment_id=wrong.id, user_id=shop.agent, now=NOW)
    assert shop.has() == 299 - 99


def test_what_would_have_expired_since_is_not_given_back(shop: Shop) -> None:
    shop.adjust(100)
    wrong = shop.adjust(-100)
    with refused("not_whole"):
        services.undo_adjustment(adjustment_id=wrong.id, user_id=shop.agent, now=NOW + 40 * DAY)


def test_undoing_what_needed_two_needs_two(shop: Shop) -> None:
    asked = shop.adjust(4_000, by=shop.marketer)
    services.decide_adjustment(adjustment_id=asked.id, accept=True, user_id=shop.owner, now=NOW)
    first = services.undo_adjustment(adjustment_id=asked.id, user_id=shop.owner, now=NOW)
    assert first.state is AdjustmentState.WAITING
    services.decide_adjustment(adjustment_id=first.id, accept=False, user_id=shop.marketer, now=NOW)
    second = services.undo_adjustment(adjustment_id=asked.id, user_id=shop.owner, now=NOW)
    assert second.id != first.id
    services.decide_adjustment(adjustment_id=second.id, accept=True, user_id=shop.marketer, now=NOW)
    assert shop.has() == 0
    assert agrees()


def test_undoing_brings_back_what_was_owed(shop: Shop) -> None:
    owed = Wanted(
        key="order:shop:1:cashback", profile_id=shop.profile, points_minor=10_000, at=NOW, earned_at=NOW,
        usable_at=NOW, expires_at=None,
    )  # fmt: skip
    services.settle(wanted=[owed], when_spent="owe", now=NOW)
    spend(shop, 100)
    back = Wanted(
        key="order:shop:1:cashback", profile_id=shop.profile, points_minor=0, at=NOW, earned_at=NOW,
        usable_at=NOW, expires_at=None,
    )  # fmt: skip
    services.settle(wanted=[back], when_spent="owe", now=NOW)
    assert queries.balance(profile_id=shop.profile, at=NOW).owed_minor == 10_000
    given = shop.adjust(300)
    assert queries.balance(profile_id=shop.profile, at=NOW).owed_minor == 0
    assert shop.has() == 200
    services.undo_adjustment(adjustment_id=given.id, user_id=shop.agent, now=NOW)
    balance = queries.balance(profile_id=shop.profile, at=NOW)
    assert (balance.spendable_minor, balance.owed_minor) == (0, 10_000)
    assert agrees()


def spend(shop: Shop, points: int) -> None:
    taken = services.take(
        profile_id=shop.profile, points_minor=points * 100, key=f"spent:{next(KEYS)}", cause=Cause.SPENT,
        account=Account.REDEEMED, at=NOW, now=NOW,
    )  # fmt: skip
    assert taken == points * 100


def person_of(shop: Shop) -> int:
    return customers.profiles([shop.profile])[shop.profile].person_id


def at_once(*doings: Callable[[], object]) -> list[object]:
    """Do these in threads of their own, all at one moment; gives what each gave, or was refused with."""
    gate = threading.Barrier(len(doings))

    def one(doing: Callable[[], object]) -> object:
        gate.wait()
        try:
            return doing()
        except CannotAdjust as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(doings)) as pool:
        return list(pool.map(one, doings))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_colleagues_decide_at_once_and_one_of_them_does(transactional_db: None) -> None:
    shop = Shop()
    owners = [person(Role.OWNER, email=f"{n}@example.com").pk for n in range(6)]
    asked = shop.adjust(3_001, by=shop.marketer)

    def decide(user: int) -> Callable[[], object]:
        return lambda: services.decide_adjustment(adjustment_id=asked.id, accept=True, user_id=user, now=NOW)

    said = at_once(*(decide(user) for user in owners))
    assert said.count("decided_already") == len(owners) - 1
    assert shop.has() == 3_001
    assert agrees()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_what_is_there_is_taken_once_however_many_take(transactional_db: None) -> None:
    shop = Shop()
    shop.adjust(250)
    colleagues = [person(Role.AGENT, email=f"{n}@example.com").pk for n in range(6)]
    said = at_once(*(lambda user=user: shop.adjust(-100, by=user) for user in colleagues))
    assert said.count("not_enough_points") == len(colleagues) - 2
    assert shop.has() == 50
    assert agrees()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_form_sent_many_times_at_once_is_done_once(transactional_db: None) -> None:
    shop = Shop()
    told = {"profile_id": shop.profile, "reason": "a", "key": "form:x", "user_id": shop.agent, "now": NOW}
    rows = at_once(*[lambda: services.adjust(points_minor=5_000, **told)] * 6)  # type: ignore[arg-type]
    assert len({row.id for row in rows if isinstance(row, AdjustmentRow)}) == 1
    assert shop.has() == 50
    assert agrees()
