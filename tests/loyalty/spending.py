"""For tests of spending: points to spend, what is asked for, and what the books say of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.loyalty.books_of_points import DAY, NOW, wanted

from regulars.customers.models import Profile
from regulars.loyalty import queries, services
from regulars.loyalty.models import Lot, Posting
from regulars.loyalty.types import Balance, NewHold

HALF_AN_HOUR = timedelta(minutes=30)


def earn(profile_id: int, points: int, order: str = "1", *, now: datetime = NOW, **more: Any) -> Lot:
    """An order earned so much, to be spent since yesterday; the lot of it."""
    one = wanted(profile_id, points, order, at=NOW - DAY, **more)
    services.settle(wanted=[one], when_spent="owe", now=now)
    return Lot.objects.get(key=one.key)


def ask(profile_id: int, points: int, key: str = "k", *, at: datetime = NOW, **more: Any) -> NewHold:
    """A hold of half an hour."""
    given = {"lasts_until": at + HALF_AN_HOUR} | more
    return NewHold(key=key, profile_id=profile_id, points_minor=points, at=at, **given)


def spent_on(profile_id: int, points: int, order: str, *, now: datetime = NOW) -> int:
    """Points spent on an order; the number of the hold."""
    new = ask(profile_id, points, f"for {order}", at=now, order_source="shop", order_id=order)
    made = services.hold(new=new, now=now)
    return services.capture(hold_id=made.id, now=now).id


def has(profile_id: int, at: datetime = NOW) -> Balance:
    """What the person has; the books agree."""
    assert queries.verify().findings == ()
    return queries.balance(profile_id=profile_id, at=at)


def lot(key: str) -> tuple[int, int, int, int, int]:
    """What of a lot is pending, available, held, redeemed, expired."""
    found = Lot.objects.get(key=key)
    return (
        found.pending_minor,
        found.available_minor,
        found.held_minor,
        found.redeemed_minor,
        found.expired_minor,
    )


def drawn(hold_id: int, cause: str) -> list[tuple[int | None, int]]:
    """The lots and amounts a hold moved for a cause, in order."""
    found = Posting.objects.filter(hold_id=hold_id, cause=cause).order_by("id")
    return list(found.values_list("lot_id", "amount_minor"))


def person(profile_id: int) -> int:
    """Whose profile it is now."""
    return Profile.objects.get(pk=profile_id).person_id
