"""How each kind of thing is put back as it was, by the service of its domain."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

import msgspec

from regulars.commerce import services as commerce
from regulars.commerce.types import (
    BranchChange,
    ChannelDayCost,
    CostChange,
    CreditChange,
    NewBranch,
    NewCredit,
    NewProduct,
    Order,
    OrderChange,
    ProductChange,
)
from regulars.customers import services as customers
from regulars.customers.types import ProfileBefore, ProfileChange
from regulars.imports.ledger import PART
from regulars.imports.types import Thing
from regulars.loyalty import services as loyalty
from regulars.loyalty.types.opening import OpeningBefore, OpeningChange

ORDER = (Thing.POINTS, Thing.CREDIT, Thing.ORDER, Thing.COST, Thing.PRODUCT, Thing.BRANCH, Thing.PROFILE)
"""What points to something goes before it."""

Name = tuple[str, str]
"""(source, key) as in `models.Change`."""


class Done(Protocol):
    """One thing an import did, as it is stored."""

    source: str
    key: str
    revision: int
    before: Any


def take_back(thing: Thing, changes: Sequence[Done], now: datetime) -> dict[Name, str]:
    """Undo changes of one kind of thing, each of another one; gives the reasons for those that stay."""
    kept = _TAKE[thing](changes, now)
    return {name: str(reason) for name, reason in kept.items()}


def _before(change: Done, type_: Any) -> Any:
    return None if change.before is None else msgspec.convert(change.before, type_)


def _orders(changes: Sequence[Done], now: datetime) -> Mapping[Name, str]:
    wanted = [OrderChange((c.source, c.key), c.revision, _before(c, Order)) for c in changes]
    return commerce.undo_orders(changes=wanted, now=now).kept


def _credits(changes: Sequence[Done], now: datetime) -> Mapping[Name, str]:
    wanted = [CreditChange((c.source, c.key), c.revision, _before(c, NewCredit)) for c in changes]
    return commerce.undo_credits(changes=wanted, now=now).kept


def _products(changes: Sequence[Done], now: datetime) -> Mapping[Name, str]:
    wanted = [ProductChange((c.source, c.key), c.revision, _before(c, NewProduct)) for c in changes]
    return commerce.undo_products(changes=wanted, now=now).kept


def _branches(changes: Sequence[Done], now: datetime) -> Mapping[Name, str]:
    wanted = [BranchChange((c.source, c.key), c.revision, _before(c, NewBranch)) for c in changes]
    return commerce.undo_branches(changes=wanted, now=now).kept


def _profiles(changes: Sequence[Done], now: datetime) -> Mapping[Name, str]:
    wanted = [ProfileChange((c.source, c.key), c.revision, _before(c, ProfileBefore)) for c in changes]
    return customers.undo_profiles(changes=wanted, now=now).kept


def _costs(changes: Sequence[Done], now: datetime) -> Mapping[Name, str]:
    names = {_cost_key(c.key): (c.source, c.key) for c in changes}
    wanted = [CostChange(_cost_key(c.key), c.revision, _before(c, ChannelDayCost)) for c in changes]
    kept = commerce.undo_costs(changes=wanted, now=now).kept
    return {names[key]: reason for key, reason in kept.items()}


def _points(changes: Sequence[Done], now: datetime) -> Mapping[Name, str]:
    wanted = [OpeningChange((c.source, c.key), c.revision, _before(c, OpeningBefore)) for c in changes]
    return loyalty.undo_openings(changes=wanted, now=now).kept


def cost_name(key: tuple[str, date, str]) -> Name:
    """What a cost is called among the changes."""
    channel, day, currency = key
    return "", PART.join((channel, day.isoformat(), currency))


def _cost_key(text: str) -> tuple[str, date, str]:
    channel, day, currency = text.rsplit(PART, 2)
    return channel, date.fromisoformat(day), currency


_TAKE: dict[Thing, Callable[[Sequence[Done], datetime], Mapping[Name, str]]] = {
    Thing.ORDER: _orders,
    Thing.CREDIT: _credits,
    Thing.PRODUCT: _products,
    Thing.BRANCH: _branches,
    Thing.PROFILE: _profiles,
    Thing.COST: _costs,
    Thing.POINTS: _points,
}
