"""Books of points made by hand for the tests of pages, posting by posting."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count

from tests.console import shops

from regulars.customers.models import Profile
from regulars.loyalty import services
from regulars.loyalty.models import Lot, Posting, Wallet
from regulars.loyalty.types import POINTS, Account, Cause, Programme, Version

NOW = shops.NOW
_numbers = count()


def wallet(person: int) -> Wallet:
    profile = Profile.objects.filter(person_id=person).earliest("pk")
    return Wallet.objects.get_or_create(profile=profile, currency=POINTS)[0]


def lot(
    person: int,
    points: int,
    *,
    at: datetime = NOW,
    expires: datetime | None = None,
    order: str = "",
    cause: Cause = Cause.EARNED,
    account: Account = Account.ISSUED,
    pending: bool = False,
) -> Lot:
    """So many whole points, earned and written down at `at`."""
    number = next(_numbers)
    made = Lot.objects.create(
        wallet=wallet(person),
        key=f"test:{number}",
        order_source="shop" if order else "",
        order_id=order,
        earned_at=at,
        usable_at=at,
        usable_since=None if pending else at,
        expires_at=expires,
    )
    post(made, cause, account, Account.PENDING if pending else Account.AVAILABLE, points, at=at)
    return made


def post(
    of: Lot, cause: Cause, source: Account, target: Account, points: int, *, at: datetime = NOW
) -> Posting:
    return Posting.objects.create(
        wallet_id=of.wallet_id,
        lot_id=None if Account.DEBT in (source, target) and cause is Cause.OWED else of.pk,
        currency=POINTS,
        key=f"test:{next(_numbers)}",
        cause=cause.value,
        from_account=source.value,
        to_account=target.value,
        amount_minor=points * 100,
        at=at,
        recorded_at=at,
    )


def spend(of: Lot, points: int, *, at: datetime = NOW) -> None:
    post(of, Cause.HELD, Account.AVAILABLE, Account.HELD, points, at=at)
    post(of, Cause.SPENT, Account.HELD, Account.REDEEMED, points, at=at)


def expire(of: Lot, points: int, *, at: datetime = NOW) -> None:
    post(of, Cause.EXPIRED, Account.AVAILABLE, Account.EXPIRED, points, at=at)


def publish(
    *, days_ago: int = 60, now_days_ago: int | None = None, programme: Programme | None = None
) -> Version:
    """A version that holds from so many days ago on, published then or, with `now_days_ago`, earlier."""
    since = NOW - timedelta(days=days_ago)
    now = since if now_days_ago is None else NOW - timedelta(days=now_days_ago)
    return services.publish(
        programme=programme or Programme(currency="RUB"), since=since, now=now, user_id=None
    )
