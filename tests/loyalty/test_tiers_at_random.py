"""Tiers of random customers and days, side by side with plain Python written from `types.tiers` alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from tests.loyalty.tiered import Tiered, person_of

from regulars.customers import services as customers
from regulars.loyalty import services

DAY = timedelta(days=1)
ZONES = ("", "Asia/Vladivostok", "America/St_Johns", "Pacific/Auckland", "America/New_York")
"""Empty: the shop's."""
LEVELS = ((300_00, "a"), (700_00, "b"), (1_500_00, "c"))
BEGIN = datetime(2026, 3, 15, 12, tzinfo=UTC)


@dataclass
class Person:
    """Somebody and what is known of them by the book."""

    profile: int
    zone: ZoneInfo
    orders: list[tuple[datetime, int]] = field(default_factory=list)
    tier: int = -1
    ends: datetime | None = None

    def day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), tzinfo=self.zone).astimezone(UTC)

    def counts(self, ordered_at: datetime, now: datetime, span: str) -> bool:
        today, on = self.day(now), self.day(ordered_at)
        if ordered_at > now:
            return False
        if span == "rolling_year":
            return (today - on).days <= 364
        return span == "ever" or on.year >= today.year - 1

    def measured(self, now: datetime, measure: str, span: str) -> int:
        counted = [amount for at, amount in self.orders if amount and self.counts(at, now, span)]
        return len(counted) if measure == "orders" else sum(counted)

    def look(self, now: datetime, measured: int, levels: list[int], grace: int) -> None:
        """What is so at a moment, by what was so before it."""
        fits = max((n for n, least in enumerate(levels) if least <= measured), default=-1)
        if fits >= self.tier:
            self.tier, self.ends = fits, None
        elif self.ends is None:
            self.ends = self.midnight(self.day(now) + DAY * (grace + 1))
        elif self.ends <= now:
            self.tier, self.ends = fits, None


def _live(seed: int, measure: str, span: str, steps: int) -> None:
    random = Random(seed)  # noqa: S311
    levels = [2, 4, 7] if measure == "orders" else [least for least, _ in LEVELS]
    grace = random.choice([0, 3, 30])
    documents = [
        {"key": key, "name": key, "from_minor": least} for least, (_, key) in zip(levels, LEVELS, strict=True)
    ]
    shop = Tiered(measure=measure, span=span, grace_days=grace, levels=documents)
    keys = [("shop", f"R-{n}") for n in range(6)]
    profiles = customers.find_or_create_profiles(keys=keys, now=BEGIN)
    people = []
    for key in keys:
        zone = random.choice(ZONES)
        people.append(Person(profiles[key], ZoneInfo(zone or "Europe/Moscow")))
        if zone:
            shop.live_in(zone, profiles[key])
    now = BEGIN
    for step in range(steps):
        now += random.choice([timedelta(minutes=7), timedelta(hours=5), DAY, 9 * DAY, 40 * DAY])
        _as_time_goes(shop, people, now, levels, grace, measure, span)
        for person in random.sample(people, 2):
            at = now - random.choice([timedelta(), timedelta(hours=30), 20 * DAY])
            amount = random.choice([0, 50_00, 120_00, 400_00, 900_00])
            shop._told(f"{seed}-{step}-{person.profile}", amount / 100, at, now, person.profile, {})
            person.orders.append((at, amount))
            person.look(now, person.measured(now, measure, span), levels, grace)
        _agree(shop, people, now, levels, measure, span)


def _as_time_goes(
    shop: Tiered,
    people: list[Person],
    until: datetime,
    levels: list[int],
    grace: int,
    measure: str,
    span: str,
) -> None:
    """The worker comes by at each quarter of an hour at which anything may turn, and last at `until`."""
    moments = {until}
    for person in people:
        turns = [person.ends] if person.ends else []
        for at, _amount in person.orders:
            on = person.day(at)
            turns += [person.midnight(on + 365 * DAY), person.midnight(date(on.year + 2, 1, 1)), at]
        moments |= {turn for turn in turns if shop_last.get(id(shop), BEGIN) < turn <= until}
    for moment in sorted(moments):
        shop.pass_time(moment)
        for person in people:
            person.look(moment, person.measured(moment, measure, span), levels, grace)
            if person.ends is not None and person.ends <= moment:
                person.look(moment, person.measured(moment, measure, span), levels, grace)
    shop_last[id(shop)] = until


shop_last: dict[int, datetime] = {}


def _agree(
    shop: Tiered, people: list[Person], now: datetime, levels: list[int], measure: str, span: str
) -> None:
    for person in people:
        found = shop.standing(person.profile)
        measured = person.measured(now, measure, span)
        assert found.measured_minor == measured, (person, now)
        assert found.tier == (LEVELS[person.tier][1] if person.tier >= 0 else ""), (person, now)
        assert found.ends_at == person.ends, (person, now)


@pytest.mark.django_db
@pytest.mark.parametrize(("measure", "span"), [("spend", "rolling_year"), ("orders", "calendar_year")])
def test_some_weeks(measure: str, span: str) -> None:
    _live(1, measure, span, steps=4)


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("measure", ["spend", "orders"])
@pytest.mark.parametrize("span", ["rolling_year", "calendar_year", "ever"])
def test_some_years(seed: int, measure: str, span: str) -> None:
    _live(seed, measure, span, steps=12)


@pytest.mark.django_db
def test_one_by_one_as_all_together(db: None) -> None:
    """Whoever is reckoned with many others has what they would have alone."""
    random, shop = Random(5), Tiered()  # noqa: S311
    keys = [("shop", f"T-{n}") for n in range(5)]
    profiles = list(customers.find_or_create_profiles(keys=keys, now=BEGIN).values())
    for n, profile in enumerate(profiles):
        for m in range(3):
            at = BEGIN - random.randrange(500) * DAY
            shop._told(f"T-{n}-{m}", random.choice([100, 900, 3_000]), at, BEGIN, profile, {})
    now = BEGIN + 100 * DAY
    services.reckon_tiers(profile_ids=profiles, now=now)
    together = {profile: shop.standing(profile) for profile in profiles}
    for profile in profiles:
        services.reckon_tiers(profile_ids=[profile], now=now)
        assert shop.standing(profile) == together[profile], person_of(profile)
