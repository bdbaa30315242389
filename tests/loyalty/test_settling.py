"""Settling brings the books to what orders earned, in whatever order it is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from regulars.customers import services as customers
from regulars.events.models import Event
from regulars.loyalty import services
from regulars.loyalty.models import Lot, Posting, Wallet
from regulars.loyalty.queries import verify
from regulars.loyalty.types import Account, Cause, Wanted

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def profile(db: None) -> int:
    key = ("shop", "C-1")
    return customers.find_or_create_profiles(keys=[key], now=NOW)[key]


def wanted(profile: int, points: int, order: str = "1", *, at: datetime = NOW, **more: object) -> Wanted:
    given = {"usable_at": at, "expires_at": at + 365 * DAY, "earned_at": at} | more
    return Wanted(
        key=f"order:shop:{order}:cashback",
        profile_id=profile,
        points_minor=points,
        at=at,
        order_source="shop",
        order_id=order,
        rule="cashback",
        **given,  # type: ignore[arg-type]
    )


def balances(profile: int) -> tuple[int, int, int]:
    wallet = Wallet.objects.get(profile_id=profile)
    assert verify().findings == ()
    return wallet.pending_minor, wallet.available_minor, wallet.debt_minor


def test_the_difference_is_posted_and_the_same_again_changes_nothing(profile: int) -> None:
    for points, change in ((1_000, 1_000), (1_000, None), (400, -600), (700, 300), (0, -700)):
        settled = services.settle(wanted=[wanted(profile, points)], when_spent="owe", now=NOW)
        assert [one.change_minor for one in settled] == ([] if change is None else [change])
        assert balances(profile) == (0, points, 0)
