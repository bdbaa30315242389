"""The books of points in plain Python, as they ought to be: no database, nothing of the services.

It is eager: what time does (points become usable, expire) is done the moment it is due, as reading a balance
promises; the real books get round to it when they are run. Numbers are minor units.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

NEVER = datetime.max


class Refused(Exception):
    """What is asked for cannot be done; nothing has changed."""


@dataclass
class Lot:
    """Points that came at once. `lapsed` expired by time; `gone` came back when it had expired already."""

    id: int
    key: str
    profile: int
    usable_at: datetime | None
    expires_at: datetime | None
    sliding_days: int | None = None
    pending: int = 0
    available: int = 0
    redeemed: int = 0
    lapsed: int = 0
    gone: int = 0
    opened: bool = False
    target: int = 0
    let_go: int = 0

    def is_open(self, at: datetime) -> bool:
        return self.usable_at is not None and self.usable_at <= at and not self.is_over(at)

    def is_over(self, at: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= at

    @property
    def order(self) -> tuple[datetime, int]:
        """Who is drawn on first: the soonest to expire, never-expiring last, then the older one."""
        return (self.expires_at.replace(tzinfo=None) if self.expires_at else NEVER, self.id)


@dataclass
class Drawn:
    """What a hold took from a lot; of it `spent`, and of that `back`."""

    lot: Lot
    amount: int
    spent: int = 0
    back: int = 0


@dataclass
class Hold:
    key: str
    profile: int
    points: int
    at: datetime
    lasts_until: datetime
    told_at: datetime | None = None
    """When we heard of it, if not at once."""
    state: str = "held"
    spent: int = 0
    back: int = 0
    short: int = 0
    short_back: int = 0
    short_owed: bool = False
    drawn: list[Drawn] = field(default_factory=list)


@dataclass
class Model:
    """All profiles with their persons, lots and debts, at `now`."""

    now: datetime
    person_of: dict[int, int] = field(default_factory=dict)
    debts: dict[int, int] = field(default_factory=dict)
    lots: dict[str, Lot] = field(default_factory=dict)
    holds: dict[str, Hold] = field(default_factory=dict)

    # --- reading

    def profiles(self, profile: int) -> list[int]:
        person = self.person_of[profile]
        return [one for one, whose in self.person_of.items() if whose == person]

    def lots_of(self, profile: int) -> list[Lot]:
        theirs = set(self.profiles(profile))
        return sorted((lot for lot in self.lots.values() if lot.profile in theirs), key=lambda lot: lot.order)

    def owed(self, profile: int) -> int:
        return sum(self.debts.get(one, 0) for one in self.profiles(profile))

    def held_of(self, lot: Lot) -> int:
        return sum(
            drawn.amount
            for hold in self.holds.values()
            if hold.state == "held"
            for drawn in hold.drawn
            if drawn.lot is lot
        )

    def held(self, profile: int) -> int:
        return sum(self.held_of(lot) for lot in self.lots_of(profile))

    def pending(self, profile: int) -> int:
        return sum(lot.pending for lot in self.lots_of(profile))

    def there(self, lot: Lot, at: datetime) -> int:
        """What of a lot could be spent at a moment, which may be past: it may have lapsed since."""
        return lot.available + lot.lapsed if lot.is_open(at) else 0

    def spendable(self, profile: int, at: datetime) -> int:
        total = sum(self.there(lot, at) for lot in self.lots_of(profile))
        return max(0, total - self.owed(profile))

    # --- time

    def wait_until(self, now: datetime) -> None:
        """What is due happens in the order in which it is due."""
        moments = sorted(
            {
                moment
                for lot in self.lots.values()
                for moment in (lot.usable_at, lot.expires_at)
                if moment is not None and self.now < moment <= now
            }
        )
        for moment in [*moments, now]:
            self.now = moment
            for lot in sorted(self.lots.values(), key=lambda one: one.order):
                self._keep_up(lot)

    def _keep_up(self, lot: Lot) -> None:
        if lot.usable_at is not None and lot.usable_at <= self.now and not lot.opened:
            lot.opened = True
            coming, lot.pending = lot.pending, 0
            self._give(lot, coming)
        if lot.is_over(self.now):
            lot.lapsed, lot.available = lot.lapsed + lot.available, 0

    def _give(self, lot: Lot, amount: int) -> None:
        """Points become usable: a debt of the same profile is paid first."""
        paid = min(amount, self.debts.get(lot.profile, 0))
        self.debts[lot.profile] = self.debts.get(lot.profile, 0) - paid
        lot.available += amount - paid
        if lot.is_over(self.now):
            lot.lapsed, lot.available = lot.lapsed + lot.available, 0

    # --- what earns

    def settle(self, lot: Lot, target: int, when_spent: str) -> None:
        """`lot` is to have earned so much by now; it is made if it is new."""
        lot = self.lots.setdefault(lot.key, lot)
        change, lot.target = target - lot.target, target
        if change > 0:
            undone = min(change, lot.let_go)
            lot.let_go -= undone
            self._earn(lot, change - undone)
        elif change < 0:
            self._take_back(lot, -change, when_spent)

    def _earn(self, lot: Lot, amount: int) -> None:
        if lot.opened or (lot.usable_at is not None and lot.usable_at <= self.now):
            lot.opened = True
            self._give(lot, amount)
        else:
            lot.pending += amount

    def _take_back(self, lot: Lot, amount: int, when_spent: str) -> None:
        for account in ("pending", "available", "lapsed"):
            part = min(amount, getattr(lot, account))
            setattr(lot, account, getattr(lot, account) - part)
            amount -= part
        if when_spent != "write_off":
            for other in self.lots_of(lot.profile):
                if other is not lot and other.is_open(self.now):
                    part = min(amount, other.available)
                    other.available -= part
                    amount -= part
        if when_spent == "owe":
            self.debts[lot.profile] = self.debts.get(lot.profile, 0) + amount
        else:
            lot.let_go += amount

    def set_usable(self, lot: Lot, usable_at: datetime, expires_at: datetime | None) -> None:
        """The order arrived; what lasts by purchases does not end sooner for it."""
        if lot.sliding_days and lot.expires_at and expires_at:
            expires_at = max(lot.expires_at, expires_at)
        lot.usable_at, lot.expires_at = usable_at, expires_at
        self._keep_up(lot)

    def move_end(self, lot: Lot, expires_at: datetime | None) -> None:
        """A purchase moves the last day; what lapsed by the day before is there again."""
        lot.expires_at = expires_at
        if not lot.is_over(self.now):
            lot.available, lot.lapsed = lot.available + lot.lapsed, 0
            # What came back by way of a debt needs no second look: it had been paid when it was usable.

    # --- what spends

    def hold(self, hold: Hold) -> None:
        if hold.points > self.spendable(hold.profile, hold.at):
            raise Refused("not enough")
        hold.drawn = self._draw(hold.profile, hold.points, hold.at)
        self.holds[hold.key] = hold

    def spend(self, hold: Hold, when_short: str) -> None:
        """Done as far as there are points; the rest is owed, or let go."""
        there = min(hold.points, self.spendable(hold.profile, hold.at))
        hold.drawn = self._draw(hold.profile, there, hold.at)
        for drawn in hold.drawn:
            drawn.spent = drawn.amount
            drawn.lot.redeemed += drawn.amount
        hold.short, hold.short_owed = hold.points - there, when_short == "owe"
        if hold.short_owed:
            self.debts[hold.profile] = self.debts.get(hold.profile, 0) + hold.short
        hold.state, hold.spent = "captured", hold.points
        self.holds[hold.key] = hold

    def _draw(self, profile: int, amount: int, at: datetime) -> list[Drawn]:
        drawn = []
        for lot in self.lots_of(profile):
            part = min(amount, self.there(lot, at))
            if part:
                fresh = min(part, lot.available)
                lot.available -= fresh
                lot.lapsed -= part - fresh
                drawn.append(Drawn(lot, part))
                amount -= part
        assert amount == 0
        return drawn

    def capture(self, hold: Hold, points: int, at: datetime) -> None:
        """Spends what was drawn first; the rest is let go."""
        if hold.state == "timed_out" and at < hold.lasts_until:
            if hold.points > self.spendable(hold.profile, at):
                raise Refused("gone")
            hold.drawn = self._draw(hold.profile, hold.points, at)
            hold.state = "held"
        if hold.state != "held" or points > hold.points:
            raise Refused("closed")
        hold.state, hold.spent = "captured", points
        for drawn in hold.drawn:
            drawn.spent = min(points, drawn.amount)
            drawn.lot.redeemed += drawn.spent
            points -= drawn.spent
        self._let_go(((drawn.lot, drawn.amount - drawn.spent) for drawn in hold.drawn), at)

    def cancel(self, hold: Hold, at: datetime, state: str = "cancelled") -> None:
        if hold.state != "held":
            raise Refused("closed")
        hold.state = state
        self._let_go(((drawn.lot, drawn.amount) for drawn in hold.drawn), at)

    def _let_go(self, parts: Iterable[tuple[Lot, int]], at: datetime) -> None:
        """Back to the lots; where one has expired by then, on to what lapsed."""
        for lot, amount in parts:
            if lot.is_over(at):
                lot.lapsed += amount
            else:
                self._give(lot, amount)

    def time_out(self) -> None:
        """Of one that was told late we wait for what comes next as long as it was to last."""
        for hold in self.holds.values():
            until = max(hold.lasts_until, (hold.told_at or hold.at) + (hold.lasts_until - hold.at))
            if hold.state == "held" and until <= self.now:
                self.cancel(hold, hold.lasts_until, "timed_out")

    def give_back(self, hold: Hold, target: int, at: datetime, days: int) -> list[tuple[int, int]]:
        """So much of what was spent is to have come back; gives whom to give how much in new lots."""
        anew = []
        missing, hold.back = target - hold.back, target
        assert missing >= 0
        short = min(missing, hold.short - hold.short_back)
        missing -= short
        hold.short_back += short
        if paid := self._give_short_back(hold, short):
            anew.append((hold.profile, paid))
        for drawn in reversed(hold.drawn):
            part = min(missing, drawn.spent - drawn.back)
            drawn.back += part
            drawn.lot.redeemed -= part
            missing -= part
            if part and drawn.lot.is_over(at):
                drawn.lot.gone += part
                if days:
                    anew.append((drawn.lot.profile, part))
            elif part:
                self._give(drawn.lot, part)
        return anew

    def _give_short_back(self, hold: Hold, amount: int) -> int:
        """What was not there when it was spent came last, and goes back first.

        What was let go had been nobody's. What is still owed is owed no longer; what was owed and has been
        paid since is the customer's: gives how much that is.
        """
        if not hold.short_owed:
            return 0
        forgiven = min(amount, self.debts.get(hold.profile, 0))
        self.debts[hold.profile] = self.debts.get(hold.profile, 0) - forgiven
        return amount - forgiven

    def take(self, profile: int, amount: int) -> int:
        """By hand, from what can be spent now, as far as it goes."""
        taken = 0
        for lot in self.lots_of(profile):
            part = min(amount - taken, lot.available if lot.is_open(self.now) else 0)
            lot.available -= part
            taken += part
        return taken

    def compensate(self, lot: Lot, amount: int) -> None:
        """A new lot for what came back of one that had expired."""
        lot.opened = True
        self.lots[lot.key] = lot
        self._give(lot, amount)
