"""Which version of the programme holds when, and what cannot be published."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.loyalty.shop_with_points import NOW as SHOP_NOW
from tests.loyalty.shop_with_points import Shop

from regulars.loyalty import queries, services
from regulars.loyalty.errors import BadProgramme
from regulars.loyalty.types import Programme
from regulars.loyalty.types.programme import AfterReturnWindow, WithoutPurchase

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.django_db
def test_each_version_holds_from_its_moment_on() -> None:
    assert queries.current(NOW) is None
    first = services.publish(programme=Programme(), since=None, now=NOW, user_id=None)
    later = services.publish(
        programme=Programme(cashback_percent=Decimal("7.5")), since=NOW + DAY, now=NOW, user_id=None
    )
    assert queries.versions() == (first, later)
    assert queries.version_at(NOW - timedelta(microseconds=1)) is None
    assert queries.version_at(NOW) == queries.version_at(NOW + DAY - timedelta(microseconds=1)) == first
    assert queries.version_at(NOW + DAY) == later
    assert first.programme.currency == "RUB"


@pytest.mark.django_db
def test_what_was_ordered_already_keeps_its_version() -> None:
    with pytest.raises(BadProgramme, match="choose now"):
        services.publish(programme=Programme(), since=NOW - timedelta(seconds=1), now=NOW, user_id=None)
    assert queries.versions() == ()


@pytest.mark.django_db
def test_a_moment_is_given_once() -> None:
    services.publish(programme=Programme(), since=NOW, now=NOW, user_id=None)
    with pytest.raises(BadProgramme, match="another moment"):
        services.publish(programme=Programme(), since=NOW, now=NOW, user_id=None)
    again = services.publish(programme=Programme(), since=None, now=NOW, user_id=None)
    assert again.since > NOW


@pytest.mark.django_db
def test_what_is_to_hold_from_some_day_on_can_be_put_right_until_then() -> None:
    services.publish(programme=Programme(), since=None, now=NOW, user_id=None)
    tomorrow = NOW + DAY

    def publish(percent: int, *, instead_of: int | None, now: datetime = NOW) -> int:
        programme = Programme(cashback_percent=Decimal(percent))
        return services.publish(
            programme=programme, since=tomorrow, now=now, user_id=None, instead_of=instead_of
        ).id

    first = publish(7, instead_of=None)
    second = publish(8, instead_of=first)
    for instead_of in (None, first):  # somebody else was faster
        with pytest.raises(BadProgramme, match="another moment"):
            publish(9, instead_of=instead_of)
    with pytest.raises(BadProgramme, match="another moment"):
        publish(9, instead_of=second, now=tomorrow)  # orders are earned by it already
    assert [version.programme.cashback_percent for version in queries.versions()] == [5, 8]


@pytest.mark.django_db
def test_what_something_was_earned_by_is_not_put_right() -> None:
    """By an order of a till whose clock is ahead."""
    shop = Shop()
    tomorrow = SHOP_NOW + DAY
    version = shop.publish(tomorrow, cashback_percent="7")
    shop.tell(shop.order(ordered_at=tomorrow), now=SHOP_NOW + timedelta(hours=1))
    with pytest.raises(BadProgramme, match="another moment"):
        services.publish(
            programme=Programme(), since=tomorrow, now=SHOP_NOW, user_id=None, instead_of=version.id
        )
    assert queries.versions()[-1] == version


@pytest.mark.django_db
@pytest.mark.parametrize(("waits", "lasts", "fits"), [(None, 14, False), (None, 15, True), (30, 30, False)])
def test_points_do_not_expire_before_they_can_be_spent(waits: int | None, lasts: int, fits: bool) -> None:
    programme = Programme(usable=AfterReturnWindow(days=waits), expiry=WithoutPurchase(days=lasts))
    refused = contextlib.nullcontext() if fits else pytest.raises(BadProgramme, match="last longer")
    with refused:
        services.publish(programme=programme, since=None, now=NOW, user_id=None)
    assert len(queries.versions()) == fits


@pytest.mark.django_db
def test_a_version_by_which_nothing_was_earned_can_be_withdrawn() -> None:
    version = services.publish(programme=Programme(), since=NOW + DAY, now=NOW, user_id=None)
    assert services.withdraw_version(version_id=version.id)
    assert queries.versions() == ()


@pytest.mark.django_db(transaction=True)
def test_what_is_published_holds_at_once_where_it_was_and_soon_elsewhere() -> None:
    """A process keeps the versions for a moment; its own publishing ends that."""
    first = services.publish(programme=Programme(), since=None, now=NOW, user_id=None)
    assert queries.current(NOW) == first
    with CaptureQueriesContext(connection) as asked:
        assert queries.current(NOW) == first
    assert len(asked) == 0
    second = services.publish(programme=Programme(running=False), since=NOW + DAY, now=NOW, user_id=None)
    assert queries.version_at(NOW + DAY) == second
