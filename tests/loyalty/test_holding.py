"""Points are set aside once, spent once, and let go to where they came from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from regulars.customers import services as customers
from regulars.loyalty import queries, services
from regulars.loyalty.errors import HoldClosed, KeyReused, NoSuchHold, NotEnough
from regulars.loyalty.models import Lot, Posting, Wallet
from regulars.loyalty.types import POINTS, Balance, Hold, HoldState, NewHold

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> int:
    key = ("shop", "C-1")
    return customers.find_or_create_profiles(keys=[key], now=NOW)[key]


def give(
    profile_id, points, *, key="order:shop:1:cashback", usable_at=NOW - DAY, expires_at=None, pending=False
):
    wallet, _ = Wallet.objects.get_or_create(profile_id=profile_id, currency=POINTS)
    lot = Lot.objects.create(
        wallet=wallet,
        key=key,
        earned_at=NOW - DAY,
        usable_at=usable_at,
        usable_since=None if pending else NOW - DAY,
        expires_at=expires_at,
    )
    Posting.objects.bulk_create(
        [
            Posting(
                wallet_id=wallet.id,
                lot_id=lot.id,
                currency=POINTS,
                key=f"{key}:earned",
                cause="earned",
                from_account="issued",
                to_account="pending" if pending else "available",
                amount_minor=points,
                at=NOW,
                recorded_at=NOW,
            )
        ]
    )
    return lot


def ask(profile_id, points, key="k", at=NOW, **more):
    return NewHold(
        key=key,
        profile_id=profile_id,
        points_minor=points,
        at=at,
        lasts_until=at + timedelta(minutes=30),
        **more,
    )


def test_hold_and_capture(anna: int) -> None:
    give(anna, 1000)
    made = services.hold(new=ask(anna, 700), now=NOW)
    assert queries.balance(profile_id=anna, at=NOW) == Balance(300, 0, 700, 0)
    assert services.hold(new=ask(anna, 700), now=NOW) == made
    with pytest.raises(KeyReused):
        services.hold(new=ask(anna, 600), now=NOW)
    with pytest.raises(NotEnough) as refused:
        services.hold(new=ask(anna, 301, key="l"), now=NOW)
    assert refused.value.spendable_minor == 300
    done = services.capture(hold_id=made.id, points_minor=500, now=NOW, order_source="shop", order_id="7")
    assert done.state is HoldState.CAPTURED and done.spent_minor == 500
    assert queries.balance(profile_id=anna, at=NOW) == Balance(500, 0, 0, 0)
    assert services.capture(hold_id=made.id, points_minor=500, now=NOW) == done
    with pytest.raises(HoldClosed):
        services.capture(hold_id=made.id, now=NOW)
    assert queries.verify().findings == ()


def test_time_out_and_spend(anna: int) -> None:
    give(anna, 1000, pending=True, expires_at=NOW + DAY)
    made = services.hold(new=ask(anna, 700), now=NOW)
    assert services.time_out_holds(NOW + timedelta(hours=1), 10) == 1
    again = services.capture(hold_id=made.id, now=NOW + DAY, at=NOW)
    assert again.state is HoldState.CAPTURED
    spent = services.spend(new=ask(anna, 400, key="s"), now=NOW, when_short="owe")
    assert queries.balance(profile_id=anna, at=NOW) == Balance(0, 0, 0, 100)
    assert queries.verify().findings == ()
    with pytest.raises(NoSuchHold):
        services.cancel(hold_id=99, now=NOW)
