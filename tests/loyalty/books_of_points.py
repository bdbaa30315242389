"""For tests of lots: an order's earning, what a wallet has, what the log was told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from regulars.customers import services as customers
from regulars.events.models import Event
from regulars.loyalty.models import Wallet
from regulars.loyalty.queries import verify
from regulars.loyalty.types import Wanted

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def customer(number: str) -> int:
    """The profile of a new customer."""
    key = ("shop", number)
    return customers.find_or_create_profiles(keys=[key], now=NOW)[key]


def wanted(profile_id: int, points: int, order: str = "1", *, at: datetime = NOW, **more: Any) -> Wanted:
    """What an order earned: at once to be spent, for a year."""
    given = {"usable_at": at, "expires_at": at + 365 * DAY, "earned_at": at} | more
    return Wanted(
        key=f"order:shop:{order}:cashback",
        profile_id=profile_id,
        points_minor=points,
        at=at,
        order_source="shop",
        order_id=order,
        rule="cashback",
        **given,
    )


def balances(profile_id: int) -> tuple[int, int, int]:
    """What is pending and available, and what is owed (negative); the books agree."""
    wallet = Wallet.objects.get(profile_id=profile_id)
    assert verify().findings == ()
    return wallet.pending_minor, wallet.available_minor, wallet.debt_minor


def told(name: str) -> list[dict[str, Any]]:
    """What the log was told under this name."""
    return list(Event.objects.filter(name=name).order_by("id").values_list("properties", flat=True))
