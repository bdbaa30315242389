"""What may happen in a small world: each step changes the plain data, and is written by the services."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import count
from typing import Any

from django.db import transaction
from tests.segments.oracle.naming import named
from tests.segments.oracle.world import Consent, Event, Order, Person, Return, World

from regulars.commerce import services as commerce
from regulars.commerce import types as goods
from regulars.customers import services as customers
from regulars.customers.models import Profile
from regulars.customers.types import IdentityType, NewConsent, NewProfile, NewTraits
from regulars.events import services as events
from regulars.events.types import EventType, NewEvent
from regulars.segments.types import Condition

_runs = count(1)


@dataclass(frozen=True)
class Meets:
    """Somebody becomes known to the shop."""

    key: str
    since: datetime
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()


@dataclass(frozen=True)
class Says:
    """A source says what somebody is like; None takes back what it said."""

    key: str
    trait: str
    value: Any


@dataclass(frozen=True)
class Agrees:
    key: str
    consent: Consent


@dataclass(frozen=True)
class Does:
    key: str
    event: Event


@dataclass(frozen=True)
class Buys:
    key: str
    order: Order


@dataclass(frozen=True)
class GivesBack:
    key: str
    order: str
    back: Return


@dataclass(frozen=True)
class Cancels:
    key: str
    order: str


@dataclass(frozen=True)
class Merges:
    """Two turn out to be one."""

    kept: str
    gone: str


Step = Meets | Says | Agrees | Does | Buys | GivesBack | Cancels | Merges


@dataclass
class Catalogue:
    """Numbers of the products and the branches, by what the plain data call them."""

    products: Mapping[str, int]
    branches: Mapping[str, int]


@dataclass
class Scene:
    """A world as plain data and in the database, kept in step."""

    world: World
    catalogue: Catalogue
    types: Mapping[str, EventType]
    run: str = field(default_factory=lambda: f"run{next(_runs)}")
    _events: Any = field(default_factory=count)
    _profiles: dict[str, int] = field(default_factory=dict)

    def take(self, step: Step, now: datetime) -> None:
        """Change both."""
        match step:
            case Meets(key, since, emails, phones):
                self._meet(key, since, emails, phones, now)
            case Says(key, trait, value):
                self.world.person(key).said[trait] = (now, value)
                told = NewTraits(
                    profile_id=self._profiles[key], values={trait: value}, verified=True, as_of=now
                )
                customers.set_traits(traits=[told], now=now)
            case Agrees(key, consent):
                self.world.person(key).consents.append(consent)
                said = NewConsent(
                    profile_id=self._profiles[key],
                    channel=consent.channel,
                    granted=consent.granted,
                    at=consent.at,
                    source="form",
                )
                customers.record_consents(consents=[said], now=now)
            case Does(key, event):
                self.world.person(key).events.append(event)
                self._record(key, event, now)
            case Buys(key, order):
                self._buy(key, deepcopy(order), now)
            case GivesBack(key, order_key, back):
                found = self._order(key, order_key)
                if found is not None and 0 < back.amount <= self._most(found, back):
                    found.returns.append(back)
                    self._tell(key, found, now)
            case Cancels(key, order_key):
                found = self._order(key, order_key)
                if found is not None:
                    found.cancelled = True
                    self._tell(key, found, now)
            case Merges(kept, gone):
                self._merge(self.world.person(kept), self.world.person(gone), now)

    def profiles_of(self, person: Person) -> list[int]:
        """All profiles of somebody, also of those merged into them."""
        return [id_ for key, id_ in self._profiles.items() if self.world.person(key) is person]

    def named(self, condition: Condition, segments: Mapping[int, int] | None = None) -> Condition:
        """A condition as the database has to be asked."""
        products = {key: str(id_) for key, id_ in self.catalogue.products.items()}
        branches = {key: str(id_) for key, id_ in self.catalogue.branches.items()}
        return named(condition, {"product": products, "branch": branches}, segments or {})

    def _meet(
        self, key: str, since: datetime, emails: tuple[str, ...], phones: tuple[str, ...], now: datetime
    ) -> None:
        identities = [(IdentityType.EMAIL, each) for each in emails]
        identities += [(IdentityType.PHONE, each) for each in phones]
        new = NewProfile(
            source="shop",
            external_id=f"{self.run}-{key}",
            created_at=since,
            identities=tuple(identities),
        )
        with transaction.atomic():
            ids = customers.upsert_profiles(profiles=[new], now=now).ids
        self._profiles[key] = ids[new.key]
        person = Person(key=key, since=since, emails=set(emails), phones=set(phones))
        person.id = Profile.objects.get(id=ids[new.key]).person_id
        self.world.people[key] = person

    def _record(self, key: str, event: Event, now: datetime) -> None:
        new = NewEvent(
            type=self.types[event.name],
            source="oracle",
            key=f"{self.run}-{next(self._events)}",
            occurred_at=event.at,
            profile_id=self._profiles[key],
            properties=event.properties,
        )
        with transaction.atomic():
            events.record([new], now=now)

    def _buy(self, key: str, order: Order, now: datetime) -> None:
        """An order, or what has become of one that is known; its returns stay."""
        orders = self.world.person(key).orders
        known = self._order(key, order.key)
        if known is not None:
            orders.remove(known)
        orders.append(order)
        self._tell(key, order, now)

    def _order(self, key: str, order_key: str) -> Order | None:
        found = [order for order in self.world.person(key).orders if order.key == order_key]
        return found[0] if found else None

    @staticmethod
    def _most(order: Order, back: Return) -> int:
        """What can still be given back, of the order and of the line."""
        if back.line is None:
            return order.left
        if back.line >= len(order.lines):
            return 0
        returned = sum(one.amount for one in order.returns if one.line == back.line)
        return min(order.left, order.lines[back.line].amount - returned)

    def _tell(self, key: str, order: Order, now: datetime) -> None:
        lines = tuple(
            goods.OrderLine(
                amount_minor=line.amount,
                quantity=Decimal(1),
                product_id=self.catalogue.products[line.product] if line.product else None,
            )
            for line in order.lines
        )
        returns = tuple(
            goods.OrderReturn(
                returned_at=back.at,
                amount_minor=back.amount,
                line=None if back.line is None else back.line + 1,
            )
            for back in order.returns
        )
        told = goods.Order(
            source="shop",
            external_id=f"{self.run}-{order.key}",
            profile_id=self._profiles[key],
            ordered_at=order.at,
            currency=order.currency,
            lines=lines,
            returns=returns,
            status=goods.OrderStatus.CANCELLED if order.cancelled else goods.OrderStatus.COMPLETED,
            cancelled_at=order.at if order.cancelled else None,
            channel=order.channel,
            branch_id=self.catalogue.branches[order.branch] if order.branch else None,
        )
        done = commerce.record_orders(orders=[told], now=now)
        assert not done.refused, done.refused

    def _merge(self, kept: Person, gone: Person, now: datetime) -> None:
        if kept is gone:
            return
        customers.merge(pairs=[(kept.id, gone.id)], now=now)
        kept.since = min(kept.since, gone.since)
        kept.emails |= gone.emails
        kept.phones |= gone.phones
        kept.events += gone.events
        kept.orders += gone.orders
        kept.consents += gone.consents
        for trait, word in gone.said.items():
            if trait not in kept.said or kept.said[trait][0] < word[0]:
                kept.said[trait] = word
        for members in self.world.segments.values():
            if isinstance(members, set) and gone.key in members:
                members.discard(gone.key)
                members.add(kept.key)
        del self.world.people[gone.key]
        self.world.gone[gone.key] = kept.key


def catalogue(products: Mapping[str, tuple[str, str]], branches: tuple[str, ...]) -> Catalogue:
    """Store what is sold, by key its category and brand, and where."""
    new = [
        goods.NewProduct(source="shop", external_id=key, name=key, category=category, brand=brand or None)
        for key, (category, brand) in products.items()
    ]
    ids = commerce.upsert_products(products=new)
    places = [goods.NewBranch(source="shop", external_id=key, name=key) for key in branches]
    where = commerce.upsert_branches(branches=places)
    return Catalogue(
        {key: ids["shop", key] for key in products}, {key: where["shop", key] for key in branches}
    )
