"""Days, weeks and months where the clocks are changed, far from UTC, and where midnight comes twice or never.

What orders ought to earn is reckoned here in plain Python, by a table of clocks that was written by hand.
"""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.loyalty.shop_of_rules import kept
from tests.loyalty.shop_with_points import Shop, cart
from tests.loyalty.tiered import person_of

from regulars.customers import services as customers
from regulars.customers.models import PersonAttributes
from regulars.loyalty import queries, services
from regulars.loyalty.models import Grant
from regulars.loyalty.types import Programme
from regulars.team.models import Shop as TheShop

HOUR = timedelta(hours=1)
CLOCKS: dict[str, list[tuple[str, float]]] = {
    "Europe/Berlin": [("2026-01-01T00:00", 1), ("2026-03-29T01:00", 2), ("2026-10-25T01:00", 1)],
    "America/Sao_Paulo": [("2026-01-01T00:00", -3)],
    "Asia/Kathmandu": [("2026-01-01T00:00", 5.75)],
    "Pacific/Apia": [("2026-01-01T00:00", 13)],
    "Europe/Moscow": [("2026-01-01T00:00", 3)],
    # Midnight does not come on 8 March, and comes twice on 1 November.
    "America/Havana": [("2026-01-01T00:00", -5), ("2026-03-08T05:00", -4), ("2026-11-01T05:00", -5)],
    # Half an hour at a time.
    "Australia/Lord_Howe": [("2026-01-01T00:00", 11), ("2026-04-04T15:00", 10.5), ("2026-10-03T15:30", 11)],
}
"""From which moment (UTC) on the clocks are how many hours ahead of UTC."""
CHANGES = [date(2026, 3, 8), date(2026, 3, 29), date(2026, 4, 4), date(2026, 4, 5), date(2026, 4, 30)]
"""About these days orders come: when clocks are changed, and at the ends of a month."""
FIRST = datetime(2026, 3, 1, tzinfo=UTC)
PERCENT, FIXED, SATURDAY, LIMIT = 5, 7_00, 6, 130_00
GOAL, RUN = 3, 2
DOCUMENT = {
    "usable": {"kind": "at_once"},
    "cashback_percent": f"{PERCENT}",
    "whole_points": False,
    "rules": [
        {
            "key": "saturdays",
            "name": "Saturdays",
            "gives": {"kind": "times", "factor": "2"},
            "when": {"weekdays": [SATURDAY]},
        },
        {
            "key": "campaign",
            "name": "Campaign",
            "gives": {"kind": "order", "points_minor": FIXED},
            "when": {"first": "2026-03-08", "last": "2026-03-29"},
        },
    ],
    "challenges": [
        {
            "key": "month",
            "name": "Three orders in a month",
            "counted": {"kind": "orders"},
            "times": GOAL,
            "window": "month",
            "benefit": {"kind": "badge"},
        },
        {
            "key": "row",
            "name": "Two days in a row",
            "shape": "visits",
            "counted": {"kind": "orders"},
            "times": RUN,
            "in_a_row": "days",
            "repeats": True,
            "benefit": {"kind": "badge"},
        },
    ],
}


def day_of(moment: datetime, zone: str) -> date:
    hours = next(ahead for since, ahead in reversed(CLOCKS[zone]) if at(since) <= moment)
    return (moment + timedelta(hours=hours)).date()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@dataclass
class Oracle:
    """What one customer's orders, in the order of their moments, ought to bring."""

    zone: str
    period: str
    earned: defaultdict[object, int] = field(default_factory=lambda: defaultdict(int))
    months: defaultdict[tuple[int, int], int] = field(default_factory=lambda: defaultdict(int))
    days: set[date] = field(default_factory=set)

    def order(self, moment: datetime, kopecks: int) -> int:
        day = day_of(moment, self.zone)
        points = kopecks * PERCENT // 100 * (2 if day.isoweekday() == SATURDAY else 1)
        points += FIXED if date(2026, 3, 8) <= day <= date(2026, 3, 29) else 0
        # The number of a week: days since some Monday.
        weeks = (day - date(2024, 1, 1)).days // 7
        period = {"day": day, "week": weeks, "month": (day.year, day.month)}[self.period]
        points = min(points, LIMIT - self.earned[period])
        self.earned[period] += points
        self.months[day.year, day.month] += 1
        self.days.add(day)
        return points

    def goals(self) -> dict[str, int]:
        rows, run, last = 0, 0, date.min
        for day in sorted(self.days):
            run = run + 1 if day - last == timedelta(days=1) else 1
            last = day
            if run == RUN:
                rows, run = rows + 1, 0
        return {"month": sum(count >= GOAL for count in self.months.values()), "row": rows}


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("period", ["day", "week", "month"])
def test_orders_earn_and_count_by_the_days_of_whoever_orders(period: str) -> None:
    """The till asks before each order; most customers have a zone of their own, one has the shop's."""
    told = {"currency": "RUB", "trade": "retail", "return_window_days": 14, "set_up_at": FIRST}
    TheShop.objects.create(timezone="America/Havana", **told)
    document = DOCUMENT | {"caps": {"period": period, "period_minor": LIMIT}}
    shop = Shop(**document)  # published again in the middle of the month: what was begun goes on
    programme = Programme.model_validate(document)
    services.publish(programme=programme, since=FIRST, now=FIRST, user_id=None)
    lot = random.Random(period)  # noqa: S311
    for number, zone in enumerate(CLOCKS):
        key = ("shop", f"Z-{number}")
        whose = customers.find_or_create_profiles(keys=[key], now=FIRST)[key]
        if zone != "America/Havana":
            PersonAttributes.objects.update_or_create(person_id=person_of(whose), defaults={"timezone": zone})
        plain = Oracle(zone, period)
        for moment in moments(zone, lot):
            kopecks = lot.choice([100_00, 500_00, 1_000_00])
            wanted = plain.order(moment, kopecks)
            quoted = queries.quote(cart=cart(kopecks), profile_id=whose, points_wanted=None, at=moment)
            name = f"{number}-{moment:%m%dT%H%M}"
            shop.tell(
                shop.order(kopecks / 100, external_id=name, profile_id=whose, ordered_at=moment), now=moment
            )
            one = kept(name)
            assert (one.day, one.points_minor) == (day_of(moment, zone), wanted), (zone, moment)
            assert quoted.earns_minor == wanted, (zone, moment)
        parts = list(Grant.objects.filter(profile_id=whose, state="given").values_list("part", flat=True))
        assert {key: parts.count(key) for key in ("month", "row")} == plain.goals(), zone


def moments(zone: str, lot: random.Random) -> list[datetime]:
    """Within an hour of midnight there, and of the change of the clocks."""
    found = set()
    for day in CHANGES:
        for hours in (0, 24):
            midnight = datetime(day.year, day.month, day.day, tzinfo=UTC) + hours * HOUR
            ahead = timedelta(hours=next(a for since, a in reversed(CLOCKS[zone]) if at(since) <= midnight))
            found |= {midnight - ahead + step * HOUR / 2 for step in lot.sample([-2, -1, 0, 1], 1)}
    for since, _ahead in CLOCKS[zone][1:]:
        if at(since) < datetime(2026, 5, 2, tzinfo=UTC):
            found |= {at(since) - HOUR / 60, at(since)}
    return sorted(found)
