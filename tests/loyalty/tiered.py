"""A shop with two tiers: what is bought, what time passes, and who then has what."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.loyalty.shop_with_points import Shop

from regulars.commerce import services as commerce
from regulars.commerce.types import OrderLine, OrderReturn
from regulars.customers.models import PersonAttributes, Profile
from regulars.events.models import Event
from regulars.loyalty import queries, services
from regulars.loyalty.types import TierStanding

DAY = timedelta(days=1)
LEVELS: list[dict[str, Any]] = [
    {"key": "silver", "name": "Silver", "from_minor": 1_000_00},
    {"key": "gold", "name": "Gold", "from_minor": 5_000_00},
]


class Tiered(Shop):
    """Silver from 1,000 roubles and gold from 5,000, unless something else is said."""

    def __init__(self, **tiers: Any) -> None:
        super().__init__(tiers={"levels": LEVELS, **tiers})

    def buy(
        self, roubles: float, *, at: datetime, profile_id: int | None = None, number: str = "", **more: Any
    ) -> str:
        """An order that is heard of at once; gives its number."""
        whose = profile_id or self.anna
        number = number or f"O-{whose}-{at:%Y%m%d%H%M}-{roubles}"
        self._told(number, roubles, at, at, whose, more)
        return number

    def give_back(
        self, number: str, roubles: float, *, ordered_at: datetime, back: float, at: datetime
    ) -> None:
        returned = OrderReturn(returned_at=at, amount_minor=round(back * 100), line=None)
        self._told(number, roubles, ordered_at, at, self.anna, {"returns": (returned,)})

    def reckon(self, at: datetime, *profiles: int) -> None:
        services.reckon_tiers(profile_ids=profiles or [self.anna], now=at)

    def pass_time(self, now: datetime) -> None:
        """What the worker does at that moment, until nothing is left to do."""
        while services.run_tiers(now=now, limit=100) >= 100:
            pass

    def standing(self, profile_id: int | None = None, at: datetime | None = None) -> TierStanding:
        person = person_of(profile_id or self.anna)
        return queries.tiers_of(person_ids=[person], at=at)[person]

    def tier(self, profile_id: int | None = None, at: datetime | None = None) -> str:
        return self.standing(profile_id, at).tier

    def live_in(self, zone: str, profile_id: int | None = None) -> None:
        PersonAttributes.objects.update_or_create(
            person_id=person_of(profile_id or self.anna), defaults={"timezone": zone}
        )

    def _told(
        self,
        number: str,
        roubles: float,
        ordered_at: datetime,
        at: datetime,
        profile_id: int,
        more: dict[str, Any],
    ) -> None:
        order = self.order(
            external_id=number,
            profile_id=profile_id,
            ordered_at=ordered_at,
            **{"lines": (OrderLine(amount_minor=round(roubles * 100)),)} | more,
        )
        commerce.record_orders(orders=[order], now=at)
        self.reckon(at, profile_id)


def person_of(profile_id: int) -> int:
    return Profile.objects.get(pk=profile_id).person_id


def told() -> list[tuple[str, str]]:
    """What the log was told of tiers: name and tier, in that order."""
    found = Event.objects.filter(name__startswith="tier_").order_by("id")
    return [(event.name, event.properties["tier"]) for event in found]
