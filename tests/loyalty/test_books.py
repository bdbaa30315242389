"""Postings move the balances of wallets and lots in their own statement, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from regulars.customers import services as customers
from regulars.loyalty.models import Hold, Lot, Posting, Wallet
from regulars.loyalty.types import POINTS

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def lot(db: None) -> Lot:
    key = ("shop", "C-1")
    profile = customers.find_or_create_profiles(keys=[key], now=NOW)[key]
    wallet = Wallet.objects.create(profile_id=profile, currency=POINTS)
    return Lot.objects.create(wallet=wallet, key="order:shop:1:cashback", earned_at=NOW)


def _post(lot: Lot, *moves: tuple[str, str, int], key: str = "k") -> None:
    Posting.objects.bulk_create(
        Posting(
            wallet_id=lot.wallet_id,
            lot_id=lot.id,
            currency=POINTS,
            key=f"{key}{number}",
            cause="earned",
            from_account=source,
            to_account=target,
            amount_minor=amount,
            at=NOW,
            recorded_at=NOW,
        )
        for number, (source, target, amount) in enumerate(moves)
    )


def test_postings_keep_wallet_and_lot(lot: Lot) -> None:
    _post(lot, ("issued", "available", 1000), ("available", "held", 300), ("held", "redeemed", 200))
    lot.refresh_from_db()
    wallet = Wallet.objects.get()
    assert (lot.got_minor, lot.available_minor, lot.held_minor, lot.redeemed_minor, lot.open) == (
        1000,
        700,
        100,
        200,
        True,
    )
    assert (wallet.issued_minor, wallet.available_minor, wallet.held_minor) == (-1000, 700, 100)
    _post(lot, ("available", "issued", 700), ("held", "available", 100), key="b")
    _post(lot, ("available", "expired", 100), key="c")
    lot.refresh_from_db()
    assert (lot.got_minor, lot.expired_minor, lot.redeemed_minor, lot.open) == (300, 100, 200, False)


@pytest.mark.parametrize(
    "moves", [[("available", "held", 1)], [("issued", "available", 5), ("held", "expired", 6)]]
)
def test_nothing_goes_below_zero(lot: Lot, moves: list[tuple[str, str, int]]) -> None:
    with pytest.raises(IntegrityError, match="not_below_zero"), transaction.atomic():
        _post(lot, *moves)
    assert not Posting.objects.exists()


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ("wallet SET partner_minor = 1", "comes_to_zero"),
        ("wallet SET debt_minor = 1, partner_minor = -1", "not_below_zero"),
        ("wallet SET redeemed_minor = -1, partner_minor = 1", "not_below_zero"),
        ("wallet SET expired_minor = -1, partner_minor = 1", "not_below_zero"),
        ("lot SET got_minor = 1", "adds_up"),
        ("lot SET pending_minor = -1, got_minor = -1", "not_below_zero"),
        ("lot SET settled_minor = -1", "not_below_zero"),
        ("lot SET let_go_minor = 1", "not_below_zero"),
        ("lot SET let_go_minor = -1, elsewhere_minor = 0", "not_below_zero"),
        ("lot SET open = true", "loyalty_lot_open"),
        ("lot SET held_minor = 1, got_minor = 1", "loyalty_lot_open"),
    ],
)
def test_the_database_refuses_what_cannot_be(lot: Lot, change: str, check: str) -> None:
    with (
        pytest.raises(IntegrityError, match=check),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE loyalty_{change}")


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ("spent_minor = 6, state = 'captured', closed_at = now()", "hold_spent"),
        ("given_back_minor = 1", "hold_spent"),
        ("given_back_minor = -1", "hold_spent"),
        ("spent_minor = 1", "hold_closed"),
        ("state = 'captured'", "hold_closed"),
        ("closed_at = now()", "hold_closed"),
        ("state = 'cancelled', closed_at = now(), spent_minor = 1", "hold_closed"),
    ],
)
def test_the_database_refuses_a_hold_that_cannot_be(lot: Lot, change: str, check: str) -> None:
    moments = dict.fromkeys(("at", "made_at", "lasts_until"), NOW)
    Hold.objects.create(
        key="h", profile_id=lot.wallet.profile_id, currency=POINTS, points_minor=5, state="held", **moments
    )
    with (
        pytest.raises(IntegrityError, match=check),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE loyalty_hold SET {change}")


def test_a_posting_of_another_wallets_lot_is_refused(lot: Lot) -> None:
    lot.wallet_id += 1
    with pytest.raises(IntegrityError, match="not of its wallet"), transaction.atomic():
        _post(lot, ("issued", "available", 5))


@pytest.mark.parametrize(
    "statement", ["UPDATE loyalty_posting SET amount_minor = 1", "DELETE FROM loyalty_posting"]
)
def test_postings_never_change(lot: Lot, statement: str) -> None:
    _post(lot, ("issued", "available", 5))
    with pytest.raises(IntegrityError, match="neither changed nor deleted"), transaction.atomic():
        connection.cursor().execute(statement)
