"""Taking back what an import did to orders and credits.

What is taken back leaves the tables and the log as if it had never been told: the revision goes back too, so
that what was done before can be undone in its turn. So an import is undone from its last batch to its first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from django.db import connection, transaction

from regulars.commerce.locks import LockedCredit, LockedOrder, hold_sources, lock_credits, lock_orders
from regulars.commerce.services import credits, links, rows, telling
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


LockedT = TypeVar("LockedT", bound=_Locked)
StateT = TypeVar("StateT")


@transaction.atomic
def undo_orders(*, changes: Sequence[OrderChange], now: datetime) -> UndoneOrders:
    """Put orders back into the state before these changes, wherever nobody changed them since.

    An order that the change created is removed with its lines, its returns and what the log tells of it;
    credits that reduced it wait for it again. The others are kept, and the reason says why.

    Raises ValueError above CHANGES_MAX, and the log's NotBackfill where a change set something off.
    """
    _bound(changes)
    if not changes:
        return Undone(0, 0, {})
    wanted = {change.key: change for change in changes}
    hold_sources(source for source, _ in wanted)
    locked = lock_orders(wanted)
    kept = _kept(wanted.values(), locked)
    removed = [row for key, row in locked.items() if key not in kept and wanted[key].before is None]
    restored = [
        (row, before) for key, row in locked.items() if key not in kept and (before := wanted[key].before)
    ]
    marks = Marks()
    keys = _remove(removed, marks)
    keys += _restore(restored, marks, now)
    events.retract(source=telling.SOURCE, keys=keys)
    marks.write()
    return Undone(len(removed), len(restored), kept)


def _remove(removed: Sequence[LockedOrder], marks: Marks) -> list[str]:
    if not removed:
        return []
    keys = []
    for row in removed:
        marks.order(row.order)
        keys += telling.keys_of_order(row.id, row.order, range(1, row.revision + 1))
    ids = [row.id for row in removed]
    keys += links.unlink(ids, all_=True, forget=True, marks=marks)
    rows.remove_orders(ids)
    return keys


def _restore(restored: Sequence[tuple[LockedOrder, Order]], marks: Marks, now: datetime) -> list[str]:
    if not restored:
        return []
    keys = []
    for row, before in restored:
        marks.order(row.order)
        marks.order(before)
        keys += telling.keys_of_order(row.id, row.order, [row.revision])
    rows.change_orders([rows.NewState(row.id, row.revision - 1, before) for row, before in restored])
    ids = [row.id for row, _ in restored]
    links.mark_credits_of(ids, marks)
    keys += links.unlink(ids, all_=False, forget=True, marks=marks)
    telling.record(links.link(ids, backfill=True, marks=marks), now)
    return keys


@transaction.atomic
def undo_credits(*, changes: Sequence[CreditChange], now: datetime) -> Undone[SourceKey]:
    """As `undo_orders`, of credits: what was given back by those that go counts as paid again."""
    _bound(changes)
    if not changes:
        return Undone(0, 0, {})
    wanted = {change.key: change for change in changes}
    hold_sources(source for source, _ in wanted)
    locked = lock_credits(wanted)
    kept = _kept(wanted.values(), locked)
    removed = [row for key, row in locked.items() if key not in kept and wanted[key].before is None]
    restored = [
        (row, before) for key, row in locked.items() if key not in kept and (before := wanted[key].before)
    ]
    marks = Marks()
    keys = _remove_credits(removed, marks)
    keys += _restore_credits(restored, marks, now)
    events.retract(source=telling.SOURCE, keys=keys)
    marks.write()
    return Undone(len(removed), len(restored), kept)


def _remove_credits(removed: Sequence[LockedCredit], marks: Marks) -> list[str]:
    keys = []
    for row in removed:
        marks.credit(row.credit, row.order_profile_id)
        keys.append(telling.refund_key(row.id))
        keys += [telling.correction_key(row.id, revision) for revision in range(2, row.revision + 1)]
    if removed:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM commerce_credit WHERE id = ANY(%s)", [[row.id for row in removed]])
    return keys


def _restore_credits(
    restored: Sequence[tuple[LockedCredit, NewCredit]], marks: Marks, now: datetime
) -> list[str]:
    named = links.named_orders(before for _, before in restored)
    keys, states, tellings = [], [], []
    for row, before in restored:
        order = links.order_of(before, named)
        marks.credit(row.credit, row.order_profile_id)
        marks.credit(before, order.profile_id if order else None)
        keys.append(telling.correction_key(row.id, row.revision))
        waits = bool(before.order_external_id) and order is None
        told = row.told
        if waits and told is Told.BACKFILL:
            told = Told.NOT_YET
            keys.append(telling.refund_key(row.id))
        state = State(before, row.revision - 1, told, order)
        if not waits and told is Told.NOT_YET:
            state = State(before, row.revision - 1, Told.BACKFILL, order)
            tellings.append(Telling(credits.refund(row.id, state), backfill=True))
        states.append((row.id, state))
    credits.write_states(states)
    telling.record(tellings, now)
    return keys


def _bound(changes: Sequence[Change[SourceKey, StateT]]) -> None:
    if len(changes) > CHANGES_MAX:
        raise ValueError(f"{len(changes)} changes in one batch; the most is {CHANGES_MAX}")


def _kept(
    changes: Iterable[Change[SourceKey, StateT]], locked: Mapping[SourceKey, LockedT]
) -> dict[SourceKey, Kept]:
    kept = {}
    for change in changes:
        row = locked.get(change.key)
        if row is None:
            if change.before is not None:
                kept[change.key] = Kept.GONE
        elif row.revision != change.revision:
            kept[change.key] = Kept.CHANGED_SINCE
    return kept
