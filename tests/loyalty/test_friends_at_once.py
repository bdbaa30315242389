"""Many at the same moment: one friend, one order, one birthday, and each counts once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from threading import Barrier

import pytest
from django.db import transaction
from tests.loyalty.friends_shop import HOUR, FriendsShop
from tests.loyalty.shop_with_points import DAY, NOW
from tests.loyalty.test_days import DaysShop, moment
from tests.together import together

from regulars.customers import services as customers
from regulars.customers.models import Profile
from regulars.loyalty import queries, services
from regulars.loyalty.models import DayTurn, FriendReferral, Grant
from regulars.loyalty.services import referring_looking
from regulars.loyalty.types.referring import ReferralSource, ReferralState, ToldReferral

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
MANY = 8


@pytest.fixture(autouse=True)
def _versions() -> Iterator[None]:
    queries.forget_versions()
    yield
    queries.forget_versions()


def all_went_well(found: list[object]) -> None:
    assert [one for one in found if isinstance(one, Exception)] == []


def test_without_a_lock_two_codes_would_both_bring_the_same_friend() -> None:
    """The race there is: two who look first and write then see nobody before them."""
    shop = FriendsShop(wait_days=0)
    friend = shop.newcomer("C-9")
    barrier = Barrier(2)

    def naively(referrer: int) -> None:
        with transaction.atomic():
            before = FriendReferral.objects.filter(friend_id=friend).exists()
            barrier.wait(20)
            FriendReferral.objects.create(
                referrer_id=referrer,
                friend_id=friend,
                version_id=shop.version.id,
                at=NOW,
                told_at=NOW,
                source=ReferralSource.API,
                state=ReferralState.REFUSED if before else ReferralState.WAITING,
                reason="twice" if before else "",
            )

    all_went_well(together([partial(naively, shop.anna), partial(naively, shop.boris)]))
    assert FriendReferral.objects.filter(state=ReferralState.WAITING).count() == 2


def test_two_bring_one_friend_at_once_and_one_counts() -> None:
    shop = FriendsShop(wait_days=0)
    shop.bought(shop.boris, at=NOW - DAY, now=NOW)
    codes = [shop.code, shop.code_of(shop.boris)]
    friend = shop.newcomer("C-9")

    def comes(code: str) -> None:
        told = ToldReferral(code=code, profile_id=friend, at=NOW + HOUR, source=ReferralSource.API)
        services.refer(told=told, now=NOW + HOUR)

    all_went_well(together([partial(comes, code) for code in codes for _ in range(MANY // 2)]))
    states = sorted(FriendReferral.objects.values_list("state", "reason"))
    assert states == [("refused", "twice"), ("waiting", "")]


def test_one_is_rewarded_once_by_many_workers() -> None:
    shop = FriendsShop(wait_days=0)
    rows = [shop.comes(shop.newcomer(f"N-{n}")) for n in range(5)]
    for row in rows:
        shop.bought(row.friend_profile_id, at=NOW + 2 * HOUR, now=NOW + 2 * HOUR)
    shop.catch_up(NOW + 2 * HOUR)
    look = partial(services.see_to_referrals, now=NOW + DAY, limit=100)
    all_went_well(together([look] * MANY))
    assert FriendReferral.objects.filter(state=ReferralState.REWARDED).count() == 5
    assert Grant.objects.filter(mechanic="referral").count() == 10
    assert shop.points(shop.anna, NOW + DAY) == 1_500


def test_the_limit_holds_for_many_workers_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(referring_looking, "PORTION", 1)
    shop = FriendsShop(wait_days=0, most=3)
    rows = [shop.comes(shop.newcomer(f"N-{n}")) for n in range(8)]
    for row in rows:
        shop.bought(row.friend_profile_id, at=NOW + 2 * HOUR, now=NOW + 2 * HOUR)
    shop.catch_up(NOW + 2 * HOUR)
    look = partial(services.see_to_referrals, now=NOW + DAY, limit=100)
    all_went_well(together([look] * MANY))
    assert FriendReferral.objects.filter(state=ReferralState.REWARDED).count() == 3
    assert FriendReferral.objects.filter(reason="over_limit").count() == 5


def test_an_order_that_falls_while_it_is_looked_at_is_seen() -> None:
    shop = FriendsShop(wait_days=0)
    row = shop.comes(shop.boris)
    order = shop.bought(shop.boris, at=NOW + 2 * HOUR, now=NOW + 2 * HOUR)
    shop.catch_up(NOW + 2 * HOUR)

    def falls() -> None:
        shop.cancelled(order, NOW + DAY)
        services.mark_referrals(buyers=[shop.boris], now=NOW + DAY)

    look = partial(services.see_to_referrals, now=NOW + DAY, limit=100)
    all_went_well(together([falls, look, look]))
    services.see_to_referrals(now=NOW + DAY, limit=100)
    assert shop.referral(row.id).state is ReferralState.WAITING
    assert set(shop.given().values()) <= {"withdrawn"}
    assert shop.points(shop.anna, NOW + 2 * DAY) == 0


def test_one_asks_for_a_code_many_times_at_once_and_has_one() -> None:
    shop = FriendsShop()
    shop.bought(shop.boris, at=NOW - DAY, now=NOW)
    found = together([partial(shop.code_of, shop.boris)] * MANY)
    assert len(set(found)) == 1


def test_many_workers_give_for_a_birthday_once_while_people_become_one() -> None:
    shop = DaysShop()
    shop.born(shop.anna, "1990-04-10")
    shop.born(shop.boris, "1990-04-10")
    now = moment("2026-04-05T00:00:00")
    persons = [Profile.objects.get(pk=one).person_id for one in (shop.anna, shop.boris)]

    def merge() -> None:
        customers.merge(pairs=[(persons[0], persons[1])], now=now)

    give = partial(services.give_personal_days_late, now=now, limit=100)
    deeds: list[Callable[[], object]] = [merge, *[give] * (MANY - 1)]
    all_went_well(together(deeds))
    give()
    # Who was given before they became one keeps it; afterwards nothing is given again.
    given = Grant.objects.filter(mechanic="day").count()
    assert given in {1, 2}
    assert DayTurn.objects.count() == given
    services.give_personal_days_late(now=now + DAY, limit=100)
    assert Grant.objects.filter(mechanic="day").count() == given
