"""Which lots points are taken from, the soonest to expire first. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True, kw_only=True)
class Takeable:
    """A lot points may be taken from; its balances go down as they are taken.

    `expired_minor`: what was there when it expired. `is_usable`: it was activated.
    """

    id: int
    wallet_id: int
    usable_at: datetime
    expires_at: datetime | None
    is_usable: bool
    pending_minor: int
    available_minor: int
    expired_minor: int

    def can_be_spent(self, at: datetime) -> bool:
        """Whether `at` lies in its life."""
        return self.usable_at <= at and (self.expires_at is None or self.expires_at > at)

    def there(self, at: datetime, now: datetime) -> int:
        """What of it can be taken at `at`; also what expired between then and now."""
        if not self.can_be_spent(at):
            return 0
        return self.pending_minor + self.available_minor + self._gone(now)

    def _gone(self, now: datetime) -> int:
        return self.expired_minor if self.expires_at is not None and self.expires_at <= now else 0


@dataclass(frozen=True, slots=True)
class Taken:
    """So much of a lot; first, what was pending becomes usable, and what had expired is revived."""

    lot: Takeable
    amount_minor: int
    activated_minor: int
    revived_minor: int


def take(lots: Iterable[Takeable], *, points_minor: int, at: datetime, now: datetime) -> Iterator[Taken]:
    """Take points from lots in the order given, as far as they go."""
    short = points_minor
    for lot in lots:
        if not short:
            return
        if amount := min(short, lot.there(at, now)):
            yield _taken(lot, amount)
            short -= amount


def _taken(lot: Takeable, amount: int) -> Taken:
    activated = 0 if lot.is_usable else lot.pending_minor
    lot.pending_minor, lot.is_usable = 0, True
    lot.available_minor += activated
    revived = max(0, amount - lot.available_minor)
    lot.expired_minor -= revived
    lot.available_minor += revived - amount
    return Taken(lot, amount, activated, revived)
