"""A made-up history of a tea and coffee shop: who came when, bought what, and how much it cost to win them.

Pure: the same arguments give the same history. People come through channels of different quality, buy
what they drink again when it is used up, take something along with it, and leave for good after some
purchase; so there are many who came once, some regulars who carry the shop, and good ones slipping away.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from regulars.simulator import names
from regulars.simulator.baskets import Line, Shopper, fill_basket

ZONE = ZoneInfo("Europe/Moscow")
BRANCHES = ("Маросейка", "Петроградская")

# How much is bought in each month of the year, against an average one: December for presents, less in summer.
_SEASON = (0.85, 1.0, 1.05, 0.95, 0.85, 0.75, 0.7, 0.75, 0.95, 1.1, 1.3, 1.6)
_WEEKDAY = (0.9, 0.9, 0.95, 1.0, 1.1, 1.15, 1.0)
_HOURS = (10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21)
_HOUR_WEIGHTS = (3, 5, 8, 9, 7, 6, 6, 7, 9, 10, 8, 5)


@dataclass(frozen=True, slots=True)
class Channel:
    """Where customers come from. The second figure of a pair holds at the end of the history.

    `share` of the newcomers, `returns` the chance that one comes a second time, `cost` roubles for one.
    """

    code: str
    share: tuple[float, float]
    returns: tuple[float, float]
    cost: tuple[int, int]


CHANNELS = (
    Channel("yandex_direct", (0.30, 0.30), (0.56, 0.52), (1900, 2600)),
    Channel("vk", (0.16, 0.30), (0.54, 0.36), (1250, 1650)),
    Channel("search", (0.24, 0.18), (0.60, 0.60), (420, 450)),
    Channel("referral", (0.10, 0.10), (0.70, 0.70), (600, 600)),
    Channel("offline", (0.20, 0.12), (0.64, 0.64), (0, 0)),
)


@dataclass(frozen=True, slots=True)
class Customer:
    number: int
    name: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Return:
    at: datetime
    line: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Purchase:
    customer: int
    at: datetime
    lines: tuple[Line, ...]
    channel: str
    branch: int | None
    cancelled_at: datetime | None = None
    returned: Return | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    channel: str
    day: date
    cost_minor: int


@dataclass(frozen=True, slots=True)
class History:
    """Everything, in the order of time."""

    customers: list[Customer] = field(default_factory=list)
    purchases: list[Purchase] = field(default_factory=list)
    costs: list[Cost] = field(default_factory=list)


def make_history(*, now: datetime, seed: int, customers: int, months: int) -> History:
    """The history of the `months` before `now`."""
    random = Random(seed)  # noqa: S311 - a made-up shop, not a secret
    today = now.astimezone(ZONE).date()
    days = [today - timedelta(days=n) for n in range(round(months * 30.44), 0, -1)]
    weights = [_busy(day) * (1 + 0.3 * n / len(days)) for n, day in enumerate(days)]
    first_days = sorted(random.choices(range(len(days)), weights, k=customers))
    history = History()
    for number, index in enumerate(first_days, start=1):
        grown = index / len(days)
        channel = random.choices(CHANNELS, [_at(c.share, grown) for c in CHANNELS])[0]
        shopper = Shopper.make(random, number)
        first = _moment(random, days[index])
        name = names.firm(number // Shopper.FIRM_EVERY) if shopper.firm else names.person(random)
        history.customers.append(Customer(number, name, first))
        life = _Life(random, shopper, channel, _at(channel.returns, grown), days[0], now)
        history.purchases.extend(life.purchases(number, first))
    history.purchases.sort(key=lambda purchase: (purchase.at, purchase.customer))
    history.costs.extend(_costs(random, days, weights, customers))
    return history


@dataclass(slots=True)
class _Life:
    """One customer from the first purchase until they leave for good or the present is reached."""

    random: Random
    shopper: Shopper
    channel: Channel
    returns: float
    opened: date
    now: datetime

    def purchases(self, number: int, at: datetime) -> list[Purchase]:
        home = 0 if self.random.random() < 0.65 else 1
        chance = self.returns if not self.shopper.gift else self.returns * 0.45
        found: list[Purchase] = []
        while at < self.now:
            found.append(self._purchase(number, at, home, first=not found))
            if self.random.random() > chance:
                break
            chance = 1 - self.shopper.leaves * self._discontent(at)
            at = self._next(at)
        return found

    def _discontent(self, at: datetime) -> float:
        # Half a year ago delivery got slower: since then more of the good ones leave.
        return 1.7 if self.now - at < timedelta(days=180) else 1.0

    def _next(self, at: datetime) -> datetime:
        days = self.shopper.rhythm * self.random.lognormvariate(0, 0.35) / math.sqrt(_busy(at.date()))
        return _moment(self.random, at.date() + timedelta(days=max(1, round(days))))

    def _purchase(self, number: int, at: datetime, home: int, *, first: bool) -> Purchase:
        random = self.random
        channel = self.channel.code
        if not first and random.random() > 0.7:
            channel = random.choice(("search", "offline", "offline", "yandex_direct"))
        branch = home if channel == "offline" or random.random() < 0.2 else None
        lines = fill_basket(random, self.shopper, at, self._prices(at))
        cancelled = at + timedelta(minutes=random.randint(15, 2000)) if random.random() < 0.018 else None
        if cancelled is not None and cancelled < self.now:
            return Purchase(number, at, lines, channel, branch, cancelled_at=cancelled)
        return Purchase(number, at, lines, channel, branch, returned=self._return(at, lines))

    def _return(self, at: datetime, lines: tuple[Line, ...]) -> Return | None:
        line = self.random.randrange(len(lines))
        returned = at + timedelta(minutes=self.random.randint(2 * 1440, 12 * 1440))
        # What breaks or does not fit comes back more often than what is drunk.
        chance = 0.06 if lines[line].item.need == "ware" else 0.018
        if self.random.random() > chance or returned >= self.now:
            return None
        return Return(returned, line + 1, lines[line].amount_minor)

    def _prices(self, at: datetime) -> float:
        # Two rises of prices: after a third and after two thirds of the history.
        passed = (at.date() - self.opened) / max(self.now.date() - self.opened, timedelta(days=1))
        return 1.0 if passed < 1 / 3 else 1.05 if passed < 2 / 3 else 1.12


def _at(pair: tuple[float, float], grown: float) -> float:
    return pair[0] + (pair[1] - pair[0]) * grown


def _busy(day: date) -> float:
    return _SEASON[day.month - 1] * _WEEKDAY[day.weekday()]


def _moment(random: Random, day: date) -> datetime:
    hour = random.choices(_HOURS, _HOUR_WEIGHTS)[0]
    return datetime.combine(day, time(hour, random.randrange(60), random.randrange(60)), tzinfo=ZONE)


def _costs(random: Random, days: list[date], weights: list[float], customers: int) -> list[Cost]:
    """Money spent each day for as many newcomers as that day could be expected to bring."""
    found = []
    for channel in CHANNELS:
        for n, day in enumerate(days):
            grown = n / len(days)
            expected = customers * weights[n] / sum(weights) * _at(channel.share, grown)
            roubles = round(expected * _at(channel.cost, grown) * random.uniform(0.8, 1.2))
            if roubles:
                found.append(Cost(channel.code, day, roubles * 100))
    return found
