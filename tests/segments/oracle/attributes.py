"""What the attributes mean that a shop's customers have from the first day, reckoned from plain data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tests.segments.oracle.world import Order, Person, World

from regulars.kit.attributes import Kind


@dataclass(frozen=True)
class Meaning:
    kind: Kind
    value: Callable[[Person, World, datetime], Any]


def _consent(channel: str) -> Callable[[Person, World, datetime], bool]:
    """The newest word holds; of a yes and a no at one moment the no. Who said nothing has not agreed."""

    def value(person: Person, world: World, now: datetime) -> bool:
        said = [consent for consent in person.consents if consent.channel == channel]
        if not said:
            return False
        newest = max(consent.at for consent in said)
        return all(consent.granted for consent in said if consent.at == newest)

    return value


def _counted(person: Person, world: World, now: datetime) -> list[Order]:
    """Orders of the figures: not cancelled, in the shop's currency, with something left."""
    return [
        order
        for order in person.orders
        if order.left > 0 and order.currency == world.currency and order.at <= now
    ]


def _first(person: Person, world: World, now: datetime) -> datetime | None:
    return min((order.at for order in _counted(person, world, now)), default=None)


def _last(person: Person, world: World, now: datetime) -> datetime | None:
    return max((order.at for order in _counted(person, world, now)), default=None)


def _orders(person: Person, world: World, now: datetime) -> int:
    return len(_counted(person, world, now))


def _spend(person: Person, world: World, now: datetime) -> int:
    return sum(order.left for order in _counted(person, world, now))


def _average(person: Person, world: World, now: datetime) -> Decimal | None:
    orders = _counted(person, world, now)
    return Decimal(sum(order.left for order in orders)) / len(orders) if orders else None


def _largest(person: Person, world: World, now: datetime) -> int | None:
    return max((order.left for order in _counted(person, world, now)), default=None)


def _said(trait: str) -> Callable[[Person, World, datetime], Any]:
    return lambda person, world, now: person.word(trait)


def _manager(person: Person, world: World, now: datetime) -> str | None:
    return None if person.manager is None else str(person.manager)


OWN: dict[str, tuple[Kind, tuple[str, ...]]] = {
    "nick": (Kind.TEXT, ()),
    "size": (Kind.NUMBER, ()),
    "wholesale": (Kind.YES_NO, ()),
    "wedding": (Kind.DAY, ()),
    "plan": (Kind.CHOICE, ("gold", "Silver")),
}
"""What this shop made up: by the trait it is read from."""


def _day(trait: str) -> Callable[[Person, World, datetime], date | None]:
    def value(person: Person, world: World, now: datetime) -> date | None:
        told = person.word(trait)
        return None if told is None else date.fromisoformat(told)

    return value


ATTRIBUTES: dict[str, Meaning] = {
    "customers.city": Meaning(Kind.TEXT, _said("city")),
    "customers.interests": Meaning(Kind.TEXT, _said("interests")),
    "customers.timezone": Meaning(Kind.TEXT, _said("timezone")),
    "customers.birthday": Meaning(Kind.DAY, _day("birthday")),
    "customers.gender": Meaning(Kind.CHOICE, _said("gender")),
    "customers.language": Meaning(Kind.CHOICE, _said("language")),
    "customers.preferred_channel": Meaning(Kind.CHOICE, _said("preferred_channel")),
    "customers.preferred_hour": Meaning(Kind.NUMBER, _said("preferred_hour")),
    "customers.manager": Meaning(Kind.CHOICE, _manager),
    "customers.known_since": Meaning(Kind.MOMENT, lambda person, world, now: person.since),
    "customers.has_email": Meaning(Kind.YES_NO, lambda person, world, now: bool(person.emails)),
    "customers.has_phone": Meaning(Kind.YES_NO, lambda person, world, now: bool(person.phones)),
    **{
        f"customers.consent_{channel}": Meaning(Kind.YES_NO, _consent(channel))
        for channel in ("email", "sms", "call", "push", "messenger", "post")
    },
    **{
        f"customers.custom_{trait}": Meaning(kind, (_day if kind is Kind.DAY else _said)(trait))
        for trait, (kind, _choices) in OWN.items()
    },
    "commerce.first_order_at": Meaning(Kind.MOMENT, _first),
    "commerce.last_order_at": Meaning(Kind.MOMENT, _last),
    "commerce.orders": Meaning(Kind.NUMBER, _orders),
    "commerce.spend": Meaning(Kind.MONEY, _spend),
    "commerce.largest_order": Meaning(Kind.MONEY, _largest),
    "commerce.average_order": Meaning(Kind.MONEY, _average),
}
