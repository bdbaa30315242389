"""Postings move the balances of wallets and lots in their own statement, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from regulars.customers import services as customers
from regulars.loyalty.models import Lot, Posting, Wallet
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
