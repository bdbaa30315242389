"""Which lots points are taken from, the soonest to expire first. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True, kw_only=True)
class Takeable:
    """A lot points may be taken from; its balances go down as they are taken.

    `expired_minor`: what was there when it expired.
    """

    id: int
    wallet_id: int
    usable_at: datetime
    expires_at: datetime | None
    available_minor: int
    expired_minor: int

    def there(self, at: datetime, now: datetime) -> int:
        """What of it can be taken at `at`; also what expired between then and now."""
        if self.usable_at > at or (self.expires_at is not None and self.expires_at <= at):
            return 0
        has_expired = self.expires_at is not None and self.expires_at <= now
        return self.available_minor + (self.expired_minor if has_expired else 0)


@dataclass(frozen=True, slots=True)
class Taken:
    """So much of a lot, `revived_minor` of which had expired."""

    lot: Takeable
    amount_minor: int
    revived_minor: int


def take(lots: Iterable[Takeable], *, points_minor: int, at: datetime, now: datetime) -> Iterator[Taken]:
    """Take points from lots in the order given, as far as they go."""
    short = points_minor
    for lot in lots:
        if not short:
            return
        if amount := min(short, lot.there(at, now)):
            revived = max(0, amount - lot.available_minor)
            lot.expired_minor -= revived
            lot.available_minor -= amount - revived
            short -= amount
            yield Taken(lot, amount, revived)
