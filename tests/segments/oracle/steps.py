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
from tests.segments.oracle.attributes import OWN
from tests.segments.oracle.naming import named
from tests.segments.oracle.world import Consent, Credit, Event, Order, Person, Return, World

from regulars.commerce import services as commerce
from regulars.commerce import types as goods
from regulars.customers import services as customers
from regulars.customers.models import Profile
from regulars.customers.types import IdentityType, NewConsent, NewProfile, NewTraits, ProfileIdentity
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
class Credits:
    """Money given back that is told of by itself."""

    key: str
    order: str
    credit: Credit


@dataclass(frozen=True)
class Manages:
    """A colleague looks after somebody from now on, or nobody does."""

    key: str
    manager: int | None


@dataclass(frozen=True)
class Writes:
    """An address is added to somebody, or taken from them."""

    key: str
    email: str
    is_added: bool


@dataclass(frozen=True)
class Cancels:
    key: str
    order: str


@dataclass(frozen=True)
class Merges:
    """Two turn out to be one."""

    kept: str
    gone: str


@dataclass(frozen=True)
class Parts:
    """The last merge was a mistake."""


Step = Meets | Says | Agrees | Does | Buys | GivesBack | Credits | Cancels | Manages | Writes | Merges | Parts


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
    _merges: list[tuple[int, dict[str, str], dict[int, set[str]]]] = field(default_factory=list)
    """Merges that were not undone, with whose the records were before, and who was in segments by hand in
    which those were who are gone."""

    def take(self, step: Step, now: datetime) -> None:
        """Change both."""
        match step:
            case Meets(key, since, emails, phones):
                self._meet(key, since, emails, phones, now)
            case Says(key, trait, value):
                self.world.records[key].said[trait] = (now, value)
                told = NewTraits(
                    profile_id=self._profiles[key], values={trait: value}, verified=True, as_of=now
                )
                customers.set_traits(traits=[told], now=now)
            case Agrees(key, consent):
                self.world.records[key].consents.append(consent)
                said = NewConsent(
                    profile_id=self._profiles[key],
                    channel=consent.channel,
                    granted=consent.granted,
                    at=consent.at,
                    source="form",
                )
                customers.record_consents(consents=[said], now=now)
            case Does(key, event):
                self.world.records[key].events.append(event)
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
            case Credits(key, order_key, credit):
                self._credit(key, order_key, credit, now)
            case Manages(key, manager):
                self._manage(self.world.whose(key), manager, now)
            case Writes(key, email, is_added):
                self._write(key, email, is_added, now)
            case Merges(kept, gone):
                self._merge(self.world.whose(kept), self.world.whose(gone), now)
            case Parts():
                self._part(now)

    def _own(self, contact: str) -> str:
        """Of this world alone: who shares one with somebody of another would become one with them."""
        number = self.run.removeprefix("run")
        return f"{number}.{contact}" if "@" in contact else f"{contact}{number:0>6}"

    def _credit(self, key: str, order_key: str, credit: Credit, now: datetime) -> None:
        found = self._order(key, order_key)
        if found is None or found.cancelled or not 0 < credit.amount <= found.left:
            return
        if credit.product not in {"", *(line.product for line in found.lines)}:
            return
        found.credits.append(credit)
        told = goods.NewCredit(
            source="shop",
            external_id=f"{self.run}-{next(self._events)}",
            profile_id=self._profiles[key],
            credited_at=now,
            amount_minor=credit.amount,
            currency=found.currency,
            order_external_id=f"{self.run}-{order_key}",
            product_id=self.catalogue.products[credit.product] if credit.product else None,
        )
        assert not commerce.record_credits(credits=[told], now=now).refused

    def _manage(self, owner: str, manager: int | None, now: datetime) -> None:
        self.world.records[owner].manager = manager
        with transaction.atomic():
            customers.set_manager(
                person_ids=[self.world.records[owner].id], manager_id=manager, user_id=None, now=now
            )

    def _write(self, key: str, email: str, is_added: bool, now: datetime) -> None:
        identity = ProfileIdentity(self._profiles[key], IdentityType.EMAIL, self._own(email))
        if is_added:
            self.world.records[key].emails.add(email)
            customers.add_identities(identities=[identity], now=now)
        else:
            self.world.records[key].emails.discard(email)
            customers.remove_identities(identities=[identity], now=now)

    def profiles_of(self, person: Person) -> list[int]:
        """All profiles of somebody, also of those merged into them."""
        return [id_ for key, id_ in self._profiles.items() if self.world.whose(key) == person.key]

    def named(self, condition: Condition, segments: Mapping[int, int] | None = None) -> Condition:
        """A condition as the database has to be asked."""
        return named(condition, segments or {})

    def _meet(
        self, key: str, since: datetime, emails: tuple[str, ...], phones: tuple[str, ...], now: datetime
    ) -> None:
        identities = [(IdentityType.EMAIL, self._own(each)) for each in emails]
        identities += [(IdentityType.PHONE, self._own(each)) for each in phones]
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
        self.world.records[key] = person

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
        orders = self.world.records[key].orders
        known = self._order(key, order.key)
        if known is not None:
            order.returns, order.credits = known.returns, known.credits
            orders.remove(known)
        orders.append(order)
        self._tell(key, order, now)

    def _order(self, key: str, order_key: str) -> Order | None:
        found = [order for order in self.world.records[key].orders if order.key == order_key]
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

    def _merge(self, kept: str, gone: str, now: datetime) -> None:
        if kept == gone:
            return
        records = self.world.records
        (merge_id,) = customers.merge(pairs=[(records[kept].id, records[gone].id)], now=now)
        by_hand = {number: set(of) for number, of in self.world.segments.items() if isinstance(of, set)}
        theirs = {number: of & {kept, gone} for number, of in by_hand.items() if gone in of}
        self._merges.append((merge_id, dict(self.world.merged), theirs))
        for key in records:
            if self.world.whose(key) == gone:
                self.world.merged[key] = kept
        if records[kept].manager is None:
            records[kept].manager = records[gone].manager
        for members in self.world.segments.values():
            if isinstance(members, set) and gone in members:
                members.discard(gone)
                members.add(kept)

    def _part(self, now: datetime) -> None:
        if self._merges:
            merge_id, merged, by_hand = self._merges.pop()
            customers.unmerge(merge_id=merge_id, now=now, user_id=None)
            both = {self.world.merged[key] for key in self.world.merged.keys() - merged.keys()}
            self.world.merged = merged
            for number, members in by_hand.items():
                of = self.world.segments[number]
                assert isinstance(of, set)
                of -= both
                of |= members


def catalogue(products: Mapping[str, tuple[str, str]], branches: tuple[str, ...], now: datetime) -> Catalogue:
    """Store what is sold, by key its category and brand, and where; and what this shop wants to know."""
    new = [
        goods.NewProduct(source="shop", external_id=key, name=key, category=category, brand=brand or None)
        for key, (category, brand) in products.items()
    ]
    ids = commerce.upsert_products(products=new)
    for trait, (kind, choices) in OWN.items():
        customers.define_attribute(label=trait, trait=trait, kind=kind, choices=choices, now=now)
    places = [goods.NewBranch(source="shop", external_id=key, name=key) for key in branches]
    where = commerce.upsert_branches(branches=places)
    return Catalogue(
        {key: ids["shop", key] for key in products}, {key: where["shop", key] for key in branches}
    )
