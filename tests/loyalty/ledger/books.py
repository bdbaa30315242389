"""Books written by hand, posting by posting, for tests of what proves them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from regulars.customers import services as customers
from regulars.loyalty.models import Hold, Lot, Posting, Wallet
from regulars.loyalty.types import POINTS


@dataclass
class Books:
    """Makes wallets, lots, holds and postings at `now`; `wallets`, `lots`, `holds` hold ids for the test."""

    now: datetime
    wallets: list[int] = field(default_factory=list)
    lots: list[int] = field(default_factory=list)
    holds: list[int] = field(default_factory=list)
    _keys: count[int] = field(default_factory=count)

    def customer(self, name: str) -> int:
        """The wallet of a new customer."""
        key = ("shop", name)
        profile = customers.find_or_create_profiles(keys=[key], now=self.now)[key]
        return Wallet.objects.create(profile_id=profile, currency=POINTS).pk

    def lot(self, wallet: int, key: str, **other: Any) -> int:
        """A lot of it, usable for a day already."""
        usable = {"usable_at": self.now - timedelta(days=1), "usable_since": self.now - timedelta(days=1)}
        return Lot.objects.create(wallet_id=wallet, key=key, earned_at=self.now, **usable | other).pk

    def hold(self, wallet: int, key: str, points_minor: int, *, state: str = "held", **other: Any) -> int:
        """A hold of its customer, without the postings."""
        return Hold.objects.create(
            key=key,
            profile_id=Wallet.objects.get(pk=wallet).profile_id,
            currency=POINTS,
            points_minor=points_minor,
            state=state,
            at=self.now,
            made_at=self.now,
            lasts_until=self.now + timedelta(minutes=30),
            closed_at=None if state == "held" else self.now,
            **other,
        ).pk

    def post(self, lot: int, source: str, target: str, amount: int, *, hold: int | None = None) -> None:
        """Move points of a lot."""
        self._post(Lot.objects.get(pk=lot).wallet_id, source, target, amount, lot=lot, hold=hold)

    def post_debt(self, wallet: int, amount: int) -> None:
        """Have the customer owe something."""
        self.post_loose(wallet, "debt", "issued", amount)

    def post_loose(self, wallet: int, source: str, target: str, amount: int) -> None:
        """Move points without a lot."""
        self._post(wallet, source, target, amount)

    def _post(
        self,
        wallet: int,
        source: str,
        target: str,
        amount: int,
        *,
        lot: int | None = None,
        hold: int | None = None,
    ) -> None:
        Posting.objects.bulk_create(
            [
                Posting(
                    wallet_id=wallet,
                    lot_id=lot,
                    hold_id=hold,
                    currency=POINTS,
                    key=f"by hand:{next(self._keys)}",
                    cause="earned",
                    from_account=source,
                    to_account=target,
                    amount_minor=amount,
                    at=self.now,
                    recorded_at=self.now,
                )
            ]
        )
