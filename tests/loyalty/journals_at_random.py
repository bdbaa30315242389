"""Random days of a till that is cut off, and the same days lived through plainly, one thing after the other.

A day is of two customers of its own, so that thousands of them fit beside each other into one database.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.db import connection, transaction

from regulars.commerce import queries as commerce
from regulars.commerce import services as trade
from regulars.commerce.models import Branch
from regulars.commerce.types import NewProduct, NewRefund, Order, OrderLine, RefundLine
from regulars.customers import services as customers
from regulars.customers.types import SHOP
from regulars.loyalty import queries, services
from regulars.loyalty.errors import KeyReused
from regulars.loyalty.types import (
    Account,
    Cause,
    EntryKind,
    Hold,
    HoldState,
    NewEntry,
    NewHold,
    OrderTold,
    Programme,
    Wanted,
)
from regulars.loyalty.types.programme import AfterDays, AtOnce

BRANCH = 7
OPENED = datetime(2026, 3, 1, 9, tzinfo=UTC)
CUT_OFF = datetime(2026, 3, 2, 9, tzinfo=UTC)
CHANGED = CUT_OFF + timedelta(hours=24)
"""Another version of the programme holds from here on."""
BACK = CUT_OFF + timedelta(days=4)
LIMIT = 9_000
"""Of a till alone."""


def publish() -> None:
    """Two versions, of which the second earns more and writes off what is spent already."""
    Branch.objects.create(id=BRANCH, source=SHOP, external_id="north", name="North")
    queries.forget_versions()
    first = Programme(
        usable=AtOnce(), expiry=AfterDays(days=2), currency="RUB", offline_minor=LIMIT, hold_minutes=90
    )
    services.publish(programme=first, since=None, now=OPENED, user_id=None)
    second = first.model_copy(update={"cashback_percent": Decimal(10), "when_spent": "write_off"})
    services.publish(programme=second, since=CHANGED, now=OPENED, user_id=None)


@dataclass(frozen=True)
class Day:
    """What two customers had (points, usable from, until), and what the till did."""

    name: str
    had: dict[str, list[tuple[int, datetime, datetime | None]]]
    entries: Sequence[NewEntry]


@dataclass
class _Making:
    name: str
    chance: Random
    at: datetime = CUT_OFF
    entries: list[NewEntry] = field(default_factory=list)
    holds: list[str] = field(default_factory=list)
    orders: list[str] = field(default_factory=list)
    whose: dict[str, str] = field(default_factory=dict)

    def add(self, kind: EntryKind, key: str, body: dict[str, Any]) -> None:
        self.entries.append(NewEntry(number=len(self.entries) + 1, kind=kind, key=key, at=self.at, body=body))

    def who(self) -> str:
        return f"{self.name}-{self.chance.choice('AB')}"

    def new(self, what: str) -> str:
        return f"{self.name}-{what}{len(self.entries)}"

    def step(self) -> None:
        self.at += timedelta(minutes=self.chance.choice((1, 5, 30, 200, 700)))
        kinds = ["order", "order", "spend", "spend", "hold"]
        kinds += ["capture", "cancel"] * bool(self.holds) + ["return", "return"] * bool(self.orders)
        getattr(self, f"make_{self.chance.choice(kinds)}")()

    def make_order(self) -> None:
        id_, who = self.new("O"), self.who()
        amounts = [self.chance.randrange(1_000, 150_000) for _ in range(self.chance.randint(1, 3))]
        lines = [{"product_id": f"P{n}", "quantity": 2, "amount_minor": a} for n, a in enumerate(amounts)]
        body = {"customer_id": who, "ordered_at": self.at.isoformat(), "currency": "RUB", "lines": lines}
        self.orders.append(id_)
        self.add(EntryKind.ORDER, self.new("k"), {"order_id": id_, "body": body})

    def make_spend(self) -> None:
        body: dict[str, Any] = {"customer": f"id:{self.who()}", "points_minor": self._points()}
        if self.orders and self.chance.random() < 0.5:
            body["order_id"] = self.chance.choice(self.orders)
        self.add(EntryKind.SPEND, self.new("s"), body)

    def make_hold(self) -> None:
        key = self.new("h")
        self.holds.append(key)
        self.add(EntryKind.HOLD, key, {"customer": f"id:{self.who()}", "points_minor": self._points()})

    def make_capture(self) -> None:
        body: dict[str, Any] = {"hold": self.chance.choice(self.holds)}
        if self.chance.random() < 0.3:
            body["points_minor"] = self._points()
        if self.orders and self.chance.random() < 0.5:
            body["order_id"] = self.chance.choice(self.orders)
        self.add(EntryKind.CAPTURE, self.new("k"), body)

    def make_cancel(self) -> None:
        self.add(EntryKind.CANCEL, self.new("k"), {"hold": self.chance.choice(self.holds)})

    def make_return(self) -> None:
        body: dict[str, Any] = {
            "order_id": self.chance.choice(self.orders),
            "returned_at": self.at.isoformat(),
        }
        if self.chance.random() < 0.6:
            body["lines"] = [{"product_id": "P0", "quantity": self.chance.choice((1, 2))}]
        self.add(EntryKind.RETURN, self.new("k"), {"return_id": self.new("R"), "body": body})

    def _points(self) -> int:
        return self.chance.choice((100, 1_500, 4_000, 8_000, 12_000))


def day(name: str, seed: int) -> Day:
    """A day that the seed makes, under a name that nothing else in the database has."""
    chance = Random(seed)  # noqa: S311 (to be had again)
    had = {f"{name}-{who}": [_lot(chance) for _ in range(chance.randint(0, 3))] for who in "AB"}
    making = _Making(name, chance)
    for _ in range(chance.randint(3, 9)):
        making.step()
    return Day(name, had, making.entries)


def _lot(chance: Random) -> tuple[int, datetime, datetime | None]:
    ends = chance.choice((None, *(CUT_OFF + timedelta(hours=hours) for hours in (2, 10, 30, 200))))
    return chance.randrange(500, 15_000), OPENED, ends


def open_books(days: Sequence[Day]) -> None:
    """Give the customers of these days what they had."""
    numbers = [(SHOP, who) for day in days for who in day.had]
    ids = customers.find_or_create_profiles(keys=numbers, now=OPENED)
    products = [NewProduct(source=SHOP, external_id=f"P{n}", name="") for n in range(3)]
    trade.upsert_products(products=products)
    wanted = [
        Wanted(
            key=f"opening:{who}:{n}",
            profile_id=ids[SHOP, who],
            points_minor=points,
            at=OPENED,
            earned_at=OPENED,
            usable_at=since,
            expires_at=until,
            account=Account.ADJUSTMENTS,
            cause=Cause.OPENING,
        )
        for day in days
        for who, lots in day.had.items()
        for n, (points, since, until) in enumerate(lots)
    ]
    services.settle(wanted=wanted, when_spent="owe", now=OPENED)


# --- the same days lived through plainly: every thing at its own time, by the services and not by the journal


def live(day: Day) -> None:
    """Do what the till did as it did it, the clock of the shop going with it."""
    asked: dict[str, tuple[str, int]] = {}
    for entry in day.entries:
        services.time_out_holds(entry.at, 1000)
        body = entry.body
        match entry.kind:
            case EntryKind.ORDER:
                _order(entry)
            case EntryKind.RETURN:
                _return(entry)
            case EntryKind.SPEND:
                _spend(entry, entry.key, body["customer"], body["points_minor"])
            case EntryKind.HOLD:
                asked[entry.key] = body["customer"], body["points_minor"]
                _hold(entry)
            case EntryKind.CAPTURE:
                # Captured twice, and not as the first time: that is refused, and nothing of it stays.
                with contextlib.suppress(KeyReused), transaction.atomic():
                    _capture(entry, *asked[body["hold"]])
            case EntryKind.CANCEL:
                found = _held(body["hold"])
                if found is not None and found.state is HoldState.HELD:
                    services.cancel(hold_id=found.id, now=entry.at)


def _order(entry: NewEntry) -> None:
    told = entry.body["body"]
    key = (SHOP, told["customer_id"])
    products = commerce.product_ids([(SHOP, line["product_id"]) for line in told["lines"]])
    order = Order(
        source=SHOP,
        external_id=entry.body["order_id"],
        profile_id=customers.find_or_create_profiles(keys=[key], now=entry.at)[key],
        ordered_at=entry.at,
        currency="RUB",
        branch_id=BRANCH,
        as_of=entry.at,
        returns=None,
        lines=tuple(
            OrderLine(
                amount_minor=line["amount_minor"],
                quantity=Decimal(line["quantity"]),
                product_id=products[SHOP, line["product_id"]],
            )
            for line in told["lines"]
        ),
    )
    stored = trade.record_orders(orders=[order], now=entry.at)
    _settle(stored.ids[order.key], entry.at)


def _return(entry: NewEntry) -> None:
    told = entry.body["body"]
    refund = NewRefund(
        source=SHOP,
        external_id=entry.body["return_id"],
        order_external_id=told["order_id"],
        refunded_at=entry.at,
        amount_minor=None,
        currency="RUB",
        lines=tuple(
            RefundLine(product=line["product_id"], quantity=Decimal(line["quantity"]), amount_minor=None)
            for line in told.get("lines", [])
        ),
    )
    trade.record_refunds(refunds=[refund], now=entry.at)
    order = commerce.order(SHOP, told["order_id"])
    assert order is not None
    _settle(order.id, entry.at)


def _settle(order_id: int, at: datetime) -> None:
    services.settle_orders(told=[OrderTold(order_id=order_id, at=at, began=True)], now=at)


def _programme(at: datetime) -> Programme:
    found = queries.version_at(at)
    assert found is not None
    return found.programme


def _spend(entry: NewEntry, key: str, customer: str, points: int, beside: int = 0) -> None:
    """As much as a till alone may, beside what it has spent so already."""
    if allowed := min(points, max(0, LIMIT - beside)):
        services.spend(
            new=_new(entry, key, customer, allowed),
            now=entry.at,
            when_short=_programme(entry.at).when_spent,
        )


def _hold(entry: NewEntry) -> None:
    """As many points as there are."""
    customer = entry.body["customer"]
    there = queries.balance(profile_id=_profile(customer), at=entry.at).spendable_minor
    points = min(entry.body["points_minor"], LIMIT, there)
    if points:
        services.hold(new=_new(entry, entry.key, customer, points), now=entry.at)


def _capture(entry: NewEntry, customer: str, asked: int) -> None:
    """What was set aside; what was not, or not for so long, is spent beside it."""
    found, points = _held(entry.body["hold"]), entry.body.get("points_minor") or asked
    if found is None:
        _spend(entry, entry.body["hold"], customer, points)
        return
    if found.state is HoldState.CANCELLED:
        return
    if found.state is HoldState.CAPTURED:
        if found.spent_minor not in {points, min(points, found.points_minor)}:
            return
    elif found.state is HoldState.HELD:
        order = entry.body.get("order_id", "")
        services.capture(
            hold_id=found.id,
            points_minor=min(points, found.points_minor),
            now=entry.at,
            order_source=SHOP if order else "",
            order_id=order,
        )
    rest = points - min(points, found.points_minor)
    if found.state is HoldState.TIMED_OUT:
        rest = points
    if rest:
        _spend(entry, f"{entry.body['hold']}:rest", customer, rest, points - rest)


def _held(key: str) -> Hold | None:
    return queries.hold_by_key(f"{BRANCH}:{key}")


def _profile(customer: str) -> int:
    key = (SHOP, customer.removeprefix("id:"))
    return customers.find_or_create_profiles(keys=[key], now=OPENED)[key]


def _new(entry: NewEntry, key: str, customer: str, points: int) -> NewHold:
    order = entry.body.get("order_id", "")
    return NewHold(
        key=f"{BRANCH}:{key}",
        profile_id=_profile(customer),
        points_minor=points,
        at=entry.at,
        lasts_until=entry.at + timedelta(minutes=90),
        order_source=SHOP if order else "",
        order_id=order,
        branch_id=BRANCH,
    )


# --- how a journal arrives, and what came of it


def portions(day: Day, chance: Random) -> Iterator[list[NewEntry]]:
    """The entries in any order, in portions, some of them more than once."""
    left = [*day.entries, *chance.sample(day.entries, chance.randint(0, len(day.entries)))]
    chance.shuffle(left)
    while left:
        size = chance.randint(1, len(left))
        yield left[:size]
        left = left[size:]


def send(day: Day, entries: Sequence[NewEntry], now: datetime) -> None:
    stored = services.store_entries(branch_id=BRANCH, till=day.name, entries=entries, now=now)
    services.do_entries(journal_id=stored.journal_id, now=now, limit=1000)


def let_time_pass(now: datetime) -> None:
    """What the worker does each minute."""
    while services.time_out_holds(now, 1000):
        pass
    while services.run_day(now=now, limit=1000):
        pass


_WALLETS = """
SELECT p.external_id, w.pending_minor, w.available_minor, w.held_minor, w.debt_minor, w.issued_minor,
       w.redeemed_minor, w.expired_minor, w.compensation_minor, w.adjustments_minor
FROM loyalty_wallet AS w JOIN customers_profile AS p ON p.id = w.profile_id
"""
# Points that came back after they had expired are given anew: the key of their lot names the hold by our id.
_LOTS = """
SELECT p.external_id, CASE WHEN l.key LIKE 'back:%' THEN 'back' ELSE l.key END, l.pending_minor,
       l.available_minor, l.held_minor, l.redeemed_minor, l.expired_minor, l.elsewhere_minor, l.expires_at
FROM loyalty_lot AS l JOIN loyalty_wallet AS w ON w.id = l.wallet_id
JOIN customers_profile AS p ON p.id = w.profile_id
"""
_HOLDS = """
SELECT p.external_id, h.key, h.spent_minor, h.short_minor, h.given_back_minor, h.order_id
FROM loyalty_hold AS h JOIN customers_profile AS p ON p.id = h.profile_id WHERE h.state = 'captured'
"""
_ORDERS = """
SELECT p.external_id, o.external_id, o.amount_minor,
       (SELECT coalesce(sum(c.amount_minor), 0)::bigint FROM commerce_credit AS c WHERE c.order_id = o.id)
FROM commerce_order AS o JOIN customers_profile AS p ON p.id = o.profile_id
"""


def ends() -> dict[str, list[str]]:
    """All that the books and the orders came to, by the name of the day and without it."""
    found: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        for statement in (_WALLETS, _LOTS, _HOLDS, _ORDERS):
            cursor.execute(statement)
            for row in cursor.fetchall():
                name = row[0].rpartition("-")[0]
                found.setdefault(name, []).append(" ".join(map(str, row)).replace(f"{name}-", ""))
    return {name: sorted(lines) for name, lines in found.items()}
