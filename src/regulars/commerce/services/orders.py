"""Storing orders as their source tells of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from regulars.commerce.locks import LockedOrder, hold_sources, lock_orders
from regulars.commerce.rules.checking import Checking, SoundOrder
from regulars.commerce.rules.states import as_stored, returns_text, with_returns_of
from regulars.commerce.services import links, rows, telling
from regulars.commerce.services.marks import Marks
from regulars.commerce.services.telling import Telling
from regulars.commerce.types import Order, RecordedOrders, RefusedOrder, SourceKey

ORDERS_MAX = 5_000
"""Most orders in one transaction, about a second's work: an open write holds the readers of the log back."""


Happened = tuple[int, LockedOrder | None, Order]
"""The id of an order, what it was and what it is."""


@transaction.atomic
def record_orders(*, orders: Sequence[Order], now: datetime, backfill: bool = False) -> RecordedOrders:
    """Store orders whole, by (source, external id); the last of each in the batch wins.

    New ones are added; known ones that differ are changed and counted once; the same batch again changes
    nothing. What cannot be stored is refused with its reason and stops nobody else. Credits that named a
    new order reduce it from now on. Records `order_completed`, `order_cancelled`, `order_refunded` and
    `order_updated`.

    Raises ValueError above ORDERS_MAX.
    """
    if len(orders) > ORDERS_MAX:
        raise ValueError(f"{len(orders)} orders in one batch; the most is {ORDERS_MAX}")
    wanted, refused = _sorted_out(orders)
    if not wanted:
        return RecordedOrders({}, 0, 0, refused)
    hold_sources(source for source, _ in wanted)
    stored = rows.read_orders(wanted.values())
    created = rows.insert_orders({key: sound for key, sound in wanted.items() if key not in stored})
    differing = [key for key, row in stored.items() if _differs(row, wanted[key])]
    changed = lock_orders(differing)
    after = {key: with_returns_of(as_stored(wanted[key].order), changed[key].order) for key in changed}
    rows.change_orders([rows.NewState(row.id, row.revision + 1, after[key]) for key, row in changed.items()])
    happened: list[Happened] = [(id_, None, wanted[key].order) for key, id_ in created.items()]
    happened += [(row.id, row, after[key]) for key, row in changed.items()]
    _tell(happened, now, backfill)
    return RecordedOrders(
        {key: row.id for key, row in stored.items()} | created,
        len(created),
        len(changed),
        refused,
        {key: row.order for key, row in changed.items()},
        dict.fromkeys(created, 1) | {key: row.revision + 1 for key, row in changed.items()},
    )


def _sorted_out(
    orders: Sequence[Order],
) -> tuple[dict[SourceKey, SoundOrder], Mapping[SourceKey, RefusedOrder]]:
    wanted: dict[SourceKey, SoundOrder] = {}
    refused: dict[SourceKey, RefusedOrder] = {}
    check = Checking().check
    for order in orders:
        checked = check(order)
        if isinstance(checked, RefusedOrder):
            refused[order.key] = checked
        else:
            wanted[order.key] = checked
    return wanted, refused


def _differs(row: rows.StoredOrder, told: SoundOrder) -> bool:
    returns = told.order.returns
    return (
        not row.same_head
        or row.lines != "\n".join(told.lines)
        or (returns is not None and row.returns != returns_text(returns))
    )


def _tell(happened: Sequence[Happened], now: datetime, backfill: bool) -> None:
    """Link the credits of what was written, tell the log, and mark what was touched."""
    if not happened:
        return
    marks = Marks()
    tellings = []
    for id_, before, after in happened:
        marks.order(after)
        if before:
            marks.order(before.order)
        tellings += [Telling(event, backfill) for event in telling.of_order(id_, before, after, now)]
    changed = [id_ for id_, before, _ in happened if before]
    if changed:
        links.unlink(changed, all_=False, forget=False, marks=marks)
        links.mark_credits_of(changed, marks)
    tellings += links.link([id_ for id_, _, _ in happened], backfill=backfill, marks=marks)
    telling.record(tellings, now)
    marks.write()
