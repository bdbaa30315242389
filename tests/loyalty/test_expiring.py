"""Points expire at the end of their last day, and purchases make sliding ones last."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.loyalty.books_of_points import DAY, NOW, balances, customer, told, wanted

from regulars.customers import services as customers
from regulars.customers.models import Profile
from regulars.customers.types import NewTraits
from regulars.loyalty import queries, services
from regulars.loyalty.models import Lot, Posting
from regulars.loyalty.types import Account, Cause, Hold, NewHold

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
END = NOW + 10 * DAY


@pytest.fixture
def profile(db: None) -> int:
    return customer("C-1")


def earn(
    profile: int, points: int, order: str = "1", *, ends: datetime = END, slides: int | None = None
) -> None:
    one = wanted(profile, points, order, expires_at=ends, sliding_days=slides)
    services.settle(wanted=[one], when_spent="owe", now=NOW)


def held(profile: int, points: int, *, at: datetime = NOW) -> Hold:
    new = NewHold(key=f"h{points}", profile_id=profile, points_minor=points, at=at, lasts_until=at + 90 * DAY)
    return services.hold(new=new, now=at)


def there(profile: int, at: datetime) -> int:
    return queries.balance(profile_id=profile, at=at).spendable_minor


def test_nothing_is_spendable_at_the_first_moment_after_its_last_day(profile: int) -> None:
    earn(profile, 100)
    assert (there(profile, END - SECOND), there(profile, END)) == (100, 0)
    assert services.run_day(now=END - SECOND, limit=100) == 1, "the warning"
    assert services.run_day(now=END, limit=100) == 1
    assert (there(profile, END - SECOND), there(profile, END)) == (100, 0), "what is true does not change"
    assert Posting.objects.get(cause="expired").at == END


def test_what_was_spent_does_not_expire_again_flocafe_78(profile: int) -> None:
    """FloCafe #78: expired credits left the sum, the debits of them stayed, and a balance collapsed."""
    earn(profile, 1_000, "1", ends=NOW + 5 * DAY)
    earn(profile, 1_000, "2", ends=NOW + 50 * DAY)
    services.capture(hold_id=held(profile, 900).id, now=NOW)
    services.run_day(now=NOW + 6 * DAY, limit=100)
    assert balances(profile) == (0, 1_000, 0)
    assert told("points_expired") == [{"points_minor": 100}]


def test_every_kind_of_points_expires_liberu_1056(profile: int) -> None:
    """liberusoftware PR#1056: expiry went by a label, and points of other labels lived for ever."""
    earn(profile, 100)
    others = ((Account.ADJUSTMENTS, Cause.OPENING), (Account.ADJUSTMENTS, Cause.BY_HAND))
    for number, (account, cause) in enumerate((*others, (Account.COMPENSATION, Cause.COMPENSATED)), 2):
        one = wanted(profile, 100, str(number), expires_at=END, account=account, cause=cause)
        services.settle(wanted=[one], when_spent="owe", now=NOW)
    services.run_day(now=END, limit=100)
    assert balances(profile) == (0, 0, 0)
    assert told("points_expired") == [{"points_minor": 400}]


def test_what_is_held_stays_with_its_hold(profile: int) -> None:
    earn(profile, 100)
    hold = held(profile, 60)
    services.run_day(now=END, limit=100)
    assert told("points_expired") == [{"points_minor": 40}]
    services.capture(hold_id=hold.id, points_minor=50, now=END + DAY)
    assert balances(profile) == (0, 0, 0)
    assert Lot.objects.get().expired_minor == 50


def test_points_that_come_back_after_the_run_expire_with_the_next(profile: int) -> None:
    earn(profile, 100)
    hold = held(profile, 60)
    services.run_day(now=END, limit=100)
    services.cancel(hold_id=hold.id, now=END, at=END - SECOND)
    assert balances(profile) == (0, 60, 0), "it was let go while the points were alive"
    assert services.run_day(now=END, limit=100) == 0, "one run is named by its moment"
    assert services.run_day(now=END + SECOND, limit=100) == 1
    assert balances(profile) == (0, 0, 0)


def test_an_order_that_comes_back_after_its_points_expired_owes_nothing(profile: int) -> None:
    earn(profile, 100)
    services.run_day(now=END, limit=100)
    [done] = services.settle(wanted=[wanted(profile, 0, at=END + DAY)], when_spent="owe", now=END + DAY)
    assert (done.owed_minor, balances(profile)) == (0, (0, 0, 0))
    assert Lot.objects.get().expired_minor == 0


def test_more_for_an_order_whose_points_have_expired_expires_too(profile: int) -> None:
    earn(profile, 100)
    services.run_day(now=END, limit=100)
    services.settle(wanted=[wanted(profile, 300)], when_spent="owe", now=END + DAY)
    assert there(profile, END + DAY) == 0
    assert services.run_day(now=END + DAY, limit=100) == 1
    assert balances(profile) == (0, 0, 0)


def test_taking_takes_the_soonest_to_end_of_all_the_persons_profiles(profile: int) -> None:
    other = customer("C-2")
    earn(profile, 100, "1", ends=NOW + 20 * DAY)
    earn(other, 100, "2", ends=NOW + 10 * DAY)
    earn(other, 100, "3", ends=NOW + 30 * DAY)
    persons = dict(Profile.objects.values_list("id", "person_id"))
    customers.merge(pairs=[(persons[profile], persons[other])], now=NOW)

    def take(points: int, key: str) -> int:
        return services.take(
            profile_id=profile,
            points_minor=points,
            key=key,
            cause=Cause.BY_HAND,
            account=Account.ADJUSTMENTS,
            at=NOW,
            now=NOW,
        )

    assert [take(150, "a"), take(150, "a")] == [150, 150]
    assert (balances(profile), balances(other)) == ((0, 50, 0), (0, 100, 0))
    assert take(500, "b") == 150


def test_a_take_that_we_hear_of_late_revives_what_it_takes(profile: int) -> None:
    earn(profile, 100)
    services.run_day(now=END, limit=100)
    taken = [
        services.take(
            profile_id=profile,
            points_minor=30,
            key=f"at {at}",
            cause=Cause.BY_HAND,
            account=Account.ADJUSTMENTS,
            at=at,
            now=END + DAY,
        )
        for at in (END - SECOND, END)
    ]
    assert taken == [30, 0]
    assert (Lot.objects.get().expired_minor, balances(profile)) == (70, (0, 0, 0))


def test_a_purchase_makes_all_sliding_points_of_the_person_last(profile: int) -> None:
    other = customer("C-2")
    earn(profile, 100, "1", slides=10)
    earn(other, 100, "2", slides=20)
    earn(other, 100, "3")
    persons = dict(Profile.objects.values_list("id", "person_id"))
    customers.merge(pairs=[(persons[profile], persons[other])], now=NOW)
    bought = NOW + 5 * DAY
    assert services.extend(activity={profile: bought}, now=bought) == 2
    assert services.extend(activity={profile: bought}, now=bought) == 0, "the same again"
    ends = list(Lot.objects.order_by("id").values_list("expires_at", flat=True))
    assert ends == [datetime(2026, 3, 16, 21, tzinfo=UTC), datetime(2026, 3, 26, 21, tzinfo=UTC), END]


def test_an_earlier_purchase_makes_nothing_end_sooner(profile: int) -> None:
    earn(profile, 100, slides=10)
    assert services.extend(activity={profile: NOW - 3 * DAY}, now=NOW) == 0
    assert Lot.objects.get().expires_at == END


def test_a_purchase_we_hear_of_late_brings_back_what_expired_meanwhile(profile: int) -> None:
    earn(profile, 100, slides=10)
    services.run_day(now=END, limit=100)
    now = END + DAY
    services.extend(activity={profile: END}, now=now)
    assert balances(profile) == (0, 0, 0), "at that moment it was gone"
    services.extend(activity={profile: END - SECOND}, now=now)
    assert balances(profile) == (0, 100, 0)
    assert services.run_day(now=END + 20 * DAY, limit=100) == 1
    assert balances(profile) == (0, 0, 0)


def test_what_a_purchase_revives_pays_a_debt_first(profile: int) -> None:
    earn(profile, 100, "1", slides=10)
    earn(profile, 80, "2", ends=NOW + 90 * DAY)
    services.run_day(now=END, limit=100)
    services.capture(hold_id=held(profile, 80, at=END).id, now=END)
    services.settle(wanted=[wanted(profile, 0, "2", at=END)], when_spent="owe", now=END)
    assert balances(profile) == (0, 0, -80)
    services.extend(activity={profile: END - SECOND}, now=END)
    assert balances(profile) == (0, 20, 0)


def test_days_of_a_purchase_are_those_of_the_customers_zone(profile: int) -> None:
    earn(profile, 100, slides=10)
    zone = NewTraits(profile_id=profile, values={"timezone": "Asia/Vladivostok"}, verified=True, as_of=NOW)
    customers.set_traits(traits=[zone], now=NOW)
    services.extend(activity={profile: NOW + 5 * DAY}, now=NOW + 5 * DAY)
    assert Lot.objects.get().expires_at == datetime(2026, 3, 16, 14, tzinfo=UTC)
