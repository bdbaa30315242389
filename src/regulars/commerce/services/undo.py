"""Taking back what an import did to orders and credits.

What is taken back leaves the tables and the log as if it had never been told: the revision goes back too, so
that what was done before can be undone in its turn. So an import is undone from its last batch to its first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol, TypeVar

from django.db import connection, transaction

from regulars.commerce.locks import LockedCredit, LockedOrder, hold_sources, lock_credits, lock_orders
from regulars.commerce.services import credits, links, placing, reckoning, rows, shipments, telling
from regulars.commerce.services.credits import State
from regulars.commerce.services.marks import Marks
from regulars.commerce.services.telling import Telling
from regulars.commerce.types import (
    Change,
    CreditChange,
    Kept,
    NewCredit,
    Order,
    OrderChange,
    SourceKey,
    Told,
    Undone,
    UndoneOrders,
)
from regulars.events import services as events

CHANGES_MAX = 5_000
"""Most changes taken back in one transaction: an open write holds the readers of the log back."""


class _Locked(Protocol):
    @property
    def revision(self) -> int: ...


Pointer = tuple[str, int | None]
"""What a state points to: a kind of `_EXISTING` and the id, or None for nothing."""

# What an order pointed to before may itself have been taken back since.
_EXISTING = {
    "profile": "SELECT profile_id FROM facts_profiles WHERE profile_id = ANY(%s)",
    "product": "SELECT id FROM commerce_product WHERE id = ANY(%s)",
    "branch": "SELECT id FROM commerce_branch WHERE id = ANY(%s)",
}

LockedT = TypeVar("LockedT", bound=_Locked)
StateT = TypeVar("StateT")


@transaction.atomic
def undo_orders(*, changes: Sequence[OrderChange], now: datetime) -> UndoneOrders:
    """Put orders back into the state before these changes, wherever nobody changed them since.

    An order that the change created is removed with its lines, its returns and what the log tells of it;
    credits that reduced it wait for it again. The others are kept, and the reason says why.

    `changes` holds at most one of each order. Raises ValueError above CHANGES_MAX, and the log's
    NotBackfill where a change set something off.
    """
    _bound(changes)
    if not changes:
        return Undone(0, 0, {})
    wanted = {change.key: change for change in changes}
    hold_sources(source for source, _ in wanted)
    beside = placing.hold_beside(wanted, [order.id for order in links.orders_of_keys(wanted).values()])
    locked = lock_orders(wanted)
    kept, removed, restored = _sorted_out(wanted, locked, _order_points_to)
    marks = Marks()
    _remove(removed, marks)
    _restore(restored, marks, now)
    telling.record(placing.place(beside, now=now, backfill=True, marks=marks), now)
    marks.write()
    return Undone(len(removed), len(restored), kept)


def _remove(removed: Sequence[LockedOrder], marks: Marks) -> None:
    if not removed:
        return
    keys = []
    for row in removed:
        marks.order(row.order)
        keys += telling.keys_of_order(row.id, row.order, range(1, row.revision + 1))
    ids = [row.id for row in removed]
    keys += links.unlink(ids, all_=True, forget=True, marks=marks)
    keys += shipments.unlink(ids)
    placing.forget(ids)
    rows.remove_orders(ids)
    events.retract(source=telling.SOURCE, keys=keys)


def _restore(restored: Sequence[tuple[LockedOrder, Order]], marks: Marks, now: datetime) -> None:
    if not restored:
        return
    keys = []
    for row, before in restored:
        marks.order(row.order)
        marks.order(before)
        keys += telling.keys_of_order(row.id, row.order, [row.revision])
    rows.change_orders([rows.NewState(row.id, row.revision - 1, before) for row, before in restored], now)
    ids = [row.id for row, _ in restored]
    links.mark_credits_of(ids, marks)
    keys += links.unlink(ids, all_=False, forget=True, marks=marks)
    # First taken out, then told anew: an occasion is in the log once.
    events.retract(source=telling.SOURCE, keys=keys)
    tellings = links.link(ids, backfill=True, marks=marks).tellings
    tellings += reckoning.settle(ids, now=now, backfill=True, marks=marks)
    telling.record(tellings, now)


@transaction.atomic
def undo_credits(*, changes: Sequence[CreditChange], now: datetime) -> Undone[SourceKey]:
    """As `undo_orders`, of credits: what was given back by those that go counts as paid again."""
    _bound(changes)
    if not changes:
        return Undone(0, 0, {})
    wanted = {change.key: change for change in changes}
    hold_sources(source for source, _ in wanted)
    links.hold_named([change.before for change in changes if change.before])
    locked = lock_credits(wanted)
    kept, removed, restored = _sorted_out(wanted, locked, _credit_points_to)
    marks = Marks()
    _remove_credits(removed, marks)
    _restore_credits(restored, marks, now)
    of_orders = {row.order_id for row in locked.values() if row.order_id}
    of_orders |= {row.named_order_id for row, _ in restored if row.named_order_id}
    of_orders |= {order.id for order in links.named_orders(before for _, before in restored).values()}
    telling.record(reckoning.settle(sorted(of_orders), now=now, backfill=True, marks=marks), now)
    marks.write()
    return Undone(len(removed), len(restored), kept)


def _remove_credits(removed: Sequence[LockedCredit], marks: Marks) -> None:
    if not removed:
        return
    keys = []
    for row in removed:
        marks.credit(row.credit, row.order_profile_id)
        keys += telling.keys_of_credit(row.id, row.told_revision, row.revision)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM commerce_credit WHERE id = ANY(%s)", [[row.id for row in removed]])
    events.retract(source=telling.SOURCE, keys=keys)


def _restore_credits(restored: Sequence[tuple[LockedCredit, NewCredit]], marks: Marks, now: datetime) -> None:
    if not restored:
        return
    named = links.named_orders(before for _, before in restored)
    given = links.orders_of_ids(row.named_order_id for row, _ in restored)
    keys, states, tellings = [], [], []
    for row, before in restored:
        order = credits.order_of(row, before, named, given)
        marks.credit(row.credit, row.order_profile_id)
        marks.credit(before, order.profile_id if order else None)
        keys += telling.keys_of_change(row.id, row.revision)
        state = State(before, row.revision - 1, row.told, row.told_revision, order)
        if row.told is Told.BACKFILL and row.told_revision == row.revision:
            keys.append(telling.refund_key(row.id))
            state = replace(state, told=Told.NOT_YET, told_revision=0)
        told = credits.told_now(before, order, backfill=True)
        if state.told is Told.NOT_YET and told is not Told.NOT_YET:
            state = replace(state, told=told, told_revision=state.revision)
            tellings.append(Telling(credits.refund(row.id, state), backfill=True))
        states.append((row.id, state))
    credits.write_states(states)
    events.retract(source=telling.SOURCE, keys=keys)
    telling.record(tellings, now)


def _bound(changes: Sequence[Change[SourceKey, StateT]]) -> None:
    if len(changes) > CHANGES_MAX:
        raise ValueError(f"{len(changes)} changes in one batch; the most is {CHANGES_MAX}")


def _sorted_out(
    changes: Mapping[SourceKey, Change[SourceKey, StateT]],
    locked: Mapping[SourceKey, LockedT],
    points_to: Callable[[StateT], Iterator[Pointer]],
) -> tuple[dict[SourceKey, Kept], list[LockedT], list[tuple[LockedT, StateT]]]:
    """Which changes stay and why, what is removed, and what becomes what it was before."""
    befores = [change.before for change in changes.values() if change.before is not None]
    pointers = {pointer for before in befores for pointer in points_to(before)}
    lost = pointers - _existing(pointers)
    kept: dict[SourceKey, Kept] = {}
    removed, restored = [], []
    for key, change in changes.items():
        row, before = locked.get(key), change.before
        if row is None:
            if before is not None:
                kept[key] = Kept.GONE
        elif row.revision != change.revision:
            kept[key] = Kept.CHANGED_SINCE
        elif before is None:
            removed.append(row)
        elif lost and not lost.isdisjoint(points_to(before)):
            kept[key] = Kept.GONE
        else:
            restored.append((row, before))
    return kept, removed, restored


def _order_points_to(order: Order) -> Iterator[Pointer]:
    for line in order.lines:
        yield "product", line.product_id
    yield "profile", order.profile_id
    yield "branch", order.branch_id


def _credit_points_to(credit: NewCredit) -> Iterator[Pointer]:
    yield "product", credit.product_id
    yield "profile", credit.profile_id
    yield "branch", credit.branch_id


def _existing(pointers: Iterable[Pointer]) -> set[Pointer]:
    """Those that point to nobody, or to something that is there."""
    wanted: dict[str, list[int]] = {}
    for kind, id_ in pointers:
        if id_ is not None:
            wanted.setdefault(kind, []).append(id_)
    found: set[Pointer] = {(kind, None) for kind in _EXISTING}
    with connection.cursor() as cursor:
        for kind, ids in wanted.items():
            cursor.execute(_EXISTING[kind], [ids])
            found |= {(kind, id_) for (id_,) in cursor.fetchall()}
    return found
