"""Storing orders as their source tells of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import transaction

from regulars.commerce.locks import LockedOrder, join_sources, lock_orders
from regulars.commerce.rules.checking import Checking, SoundOrder
from regulars.commerce.rules.merging import cancelled, first_state, merged
from regulars.commerce.rules.states import returns_text
from regulars.commerce.services import links, placing, reckoning, rows, shipments, telling
from regulars.commerce.services.marks import Marks
from regulars.commerce.services.telling import Telling
from regulars.commerce.types import Order, OrderStatus, RecordedOrders, RefusedOrder, SourceKey

ORDERS_MAX = 5_000
"""Most orders in one transaction, about a second's work: an open write holds the readers of the log back."""


Happened = tuple[int, LockedOrder | None, Order]
"""The id of an order, what it was and what it is."""
Round = dict[SourceKey, SoundOrder]
"""Orders of a batch, each told of once."""


@transaction.atomic
def record_orders(*, orders: Sequence[Order], now: datetime, backfill: bool = False) -> RecordedOrders:
    """Store orders whole, by (source, external id).

    New ones are added; known ones that differ are changed and counted once; the same batch again changes
    nothing. Of several tellings of one order the newest holds (`Order.as_of`), whichever comes first; of
    those that say no moment, the last. What cannot be stored is refused with its reason and stops nobody
    else. Credits, cancellations and shipments that named a new order are of it from now on. Records
    `order_completed`, `order_cancelled`, `order_refunded` and `order_updated`.

    Raises ValueError above ORDERS_MAX.
    """
    if len(orders) > ORDERS_MAX:
        raise ValueError(f"{len(orders)} orders in one batch; the most is {ORDERS_MAX}")
    rounds, refused = _sorted_out(orders, now)
    if not rounds:
        return RecordedOrders({}, 0, 0, refused)
    join_sources(source for source, _ in rounds[0])
    writing = _Writing(now)
    for wanted in rounds:
        writing.store(wanted)
    tell(writing.happened, now, backfill, beside=writing.beside)
    return RecordedOrders(
        writing.ids,
        len(writing.created),
        len(writing.before),
        refused,
        writing.before,
        writing.revisions,
        frozenset(writing.stale),
    )


def _sorted_out(
    orders: Sequence[Order], now: datetime
) -> tuple[list[Round], Mapping[SourceKey, RefusedOrder]]:
    """Sound orders, and why others are not; one told of as of several moments is in several rounds."""
    rounds: list[Round] = []
    tellings: dict[SourceKey, int] = {}
    refused: dict[SourceKey, RefusedOrder] = {}
    check = Checking().check
    for order in orders:
        checked = check(order, now)
        if isinstance(checked, RefusedOrder):
            refused[order.key] = checked
            continue
        key = order.key
        at = tellings.get(key, 0)
        if at and order.as_of is None:
            at -= 1
        if at == len(rounds):
            rounds.append({})
        rounds[at][key] = checked
        tellings[key] = at + 1
    return rounds, refused


@dataclass
class _Writing:
    """What storing a batch has done so far."""

    now: datetime
    ids: dict[SourceKey, int] = field(default_factory=dict)
    created: set[SourceKey] = field(default_factory=set)
    before: dict[SourceKey, Order] = field(default_factory=dict)
    revisions: dict[SourceKey, int] = field(default_factory=dict)
    stale: set[SourceKey] = field(default_factory=set)
    happened: list[Happened] = field(default_factory=list)
    beside: set[int] = field(default_factory=set)
    """Credits named by hand that have to do with these orders."""

    def store(self, wanted: Round) -> None:
        stored = rows.read_orders(wanted.values())
        missing = {key: sound for key, sound in wanted.items() if key not in stored}
        created: dict[SourceKey, int] = {}
        if missing:
            created = self._add(missing)
            # What somebody else stored while we looked: it is there now.
            raced = [sound for key, sound in missing.items() if key not in created]
            if raced:
                stored |= rows.read_orders(raced)
        self.ids |= {key: row.id for key, row in stored.items()}
        told = {key: wanted[key].order for key, row in stored.items() if _differs(row, wanted[key])}
        self.beside |= placing.hold_beside([*created, *told], [stored[key].id for key in told])
        self._change(told)

    def _add(self, missing: Round) -> dict[SourceKey, int]:
        off = links.cancellations(missing)
        first = dict(missing)
        for key, sound in missing.items():
            order = sound.order
            # Orders by the thousand, as of a file, are stored as they are told.
            if order.as_of is None and order.status is not OrderStatus.CANCELLED and key not in off:
                continue
            order = first_state(order, self.now)
            first[key] = replace(sound, order=cancelled(order, off[key]) if key in off else order)
        created = rows.insert_orders(first, self.now)
        self.ids |= created
        self.created |= set(created)
        self.revisions |= dict.fromkeys(created, 1)
        self.happened += [(id_, None, first[key].order) for key, id_ in created.items()]
        return created

    def _change(self, told: Mapping[SourceKey, Order]) -> None:
        if not told:
            return
        changes: list[rows.NewState] = []
        confirmations: list[rows.NewState] = []
        for key, row in lock_orders(told).items():
            end = merged(row.order, told[key], self.now)
            if end.stale:
                self.stale.add(key)
            if not end.changed and not end.confirmed:
                continue
            state = rows.NewState(row.id, row.revision + 1, end.order)
            (changes if end.changed else confirmations).append(state)
            if end.changed:
                self.happened.append((row.id, row, end.order))
                if key not in self.created:
                    self.before.setdefault(key, row.order)
            if key in self.created or key in self.before:
                self.revisions[key] = state.revision
        rows.change_orders(changes, self.now)
        rows.confirm_orders(confirmations)


def _differs(row: rows.StoredOrder, told: SoundOrder) -> bool:
    returns = told.order.returns
    return (
        told.order.as_of is not None
        or not row.same_head
        or row.lines != "\n".join(told.lines)
        or (returns is not None and row.returns != returns_text(returns))
    )


def tell(
    happened: Sequence[Happened], now: datetime, backfill: bool, *, beside: Collection[int] = ()
) -> None:
    """Link what names the orders that were written, tell the log, and mark what was touched."""
    if not happened:
        return
    marks = Marks()
    tellings = []
    for id_, before, after in happened:
        marks.order(after)
        if before:
            marks.order(before.order)
        tellings += [Telling(event, backfill) for event in telling.of_order(id_, before, after, now)]
    ids = list(dict.fromkeys(id_ for id_, _, _ in happened))
    changed = [id_ for id_, before, _ in happened if before]
    if changed:
        links.unlink(changed, all_=False, forget=False, marks=marks)
        links.mark_credits_of(changed, marks)
    linked = links.link(ids, backfill=backfill, marks=marks)
    tellings += linked.tellings
    tellings += reckoning.settle([*changed, *linked.order_ids], now=now, backfill=backfill, marks=marks)
    tellings += placing.place(beside, now=now, backfill=backfill, marks=marks)
    tellings += shipments.link(ids, now=now, backfill=backfill)
    telling.record(tellings, now)
    marks.write()
