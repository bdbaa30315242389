"""Uses follow their orders as these stand: captured when the order comes in, given back when all of it is.

Nothing here asks what changed, so events may come in any order and number, and be told again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F

from regulars.commerce import queries as commerce
from regulars.commerce.types import OrderStanding, OrderTold, SourceKey
from regulars.offers.models import Use
from regulars.offers.services import taking
from regulars.offers.services.telling import tell_returned, tell_used
from regulars.offers.types import UseState

ORDERS_MAX = 500
_FOLLOWS = (UseState.RESERVED, UseState.TIMED_OUT, UseState.CAPTURED, UseState.GIVEN_BACK)


@transaction.atomic
def see_orders(*, told: Sequence[OrderTold], now: datetime, backfill: bool = False) -> None:
    """Bring the uses of these orders to where the orders are.

    An order that stands captures what was set aside for it, also what timed out, if its offers still can be
    used. One of which all was given back lets its offers be used again, as far as their terms say so; one
    that stands again takes them again, unless others have used them up. Raises ValueError above ORDERS_MAX.
    """
    latest = {one.order_id: one for one in told}
    if len(latest) > ORDERS_MAX:
        raise ValueError(f"{len(latest)} orders to see; the most is {ORDERS_MAX}")
    orders = {(order.source, order.external_id): order for order in commerce.order_standings(latest).values()}
    rows = _uses_of(orders)
    moments, causes = {}, {}
    for row in rows:
        one = latest[orders[row.order_source, row.order_id].id]
        moments[row.pk] = min(one.at, now)
        if one.caused is not None:
            causes[row.pk] = one.caused
    used, returned = [], []
    for row in rows:
        order = orders[row.order_source, row.order_id]
        if is_all_given_back(order):
            if row.state in (UseState.CAPTURED, UseState.RESERVED):
                returned.append(row)
        elif row.state != UseState.CAPTURED and _takes(row, moments[row.pk]):
            used.append(row.pk)
    back = _give_back(returned, moments)
    _capture(used, moments)
    tell_used(used, at=moments, now=now, caused=causes, backfill=backfill)
    tell_returned(back, at=moments, now=now, caused=causes, backfill=backfill)


def any_uses() -> bool:
    """Whether anything was ever used: until then orders are not looked at."""
    return Use.objects.exists()


def is_all_given_back(order: OrderStanding) -> bool:
    """Whether nothing of an order is left; of one for nothing, no piece of it."""
    if order.is_cancelled:
        return True
    if order.amount_minor:
        return order.returned_minor >= order.amount_minor
    return (order.returned_pieces or 0) >= 1


def _uses_of(orders: Mapping[SourceKey, OrderStanding]) -> list[Use]:
    """Those that follow their orders, locked in the order of their ids, and then their offers."""
    if not orders:
        return []
    found = Use.objects.filter(
        order_source__in={source for source, _ in orders},
        order_id__in={number for _, number in orders},
        state__in=[state.value for state in _FOLLOWS],
    )
    locked = found.order_by("id").select_for_update(no_key=True)
    rows = [row for row in locked if (row.order_source, row.order_id) in orders]
    taking.lock_offers([row.pk for row in rows])
    return rows


def _takes(row: Use, at: datetime) -> bool:
    return row.state == UseState.RESERVED or taking.take_again(row.pk, at=at)


def _capture(use_ids: Sequence[int], moments: Mapping[int, datetime]) -> None:
    if not use_ids:
        return
    Use.objects.filter(pk__in=use_ids).update(
        state=UseState.CAPTURED.value,
        closed_at=max(moments[id_] for id_ in use_ids),
        returns=F("returns") + 1,
    )
    taking.mark_used(use_ids, at=max(moments[id_] for id_ in use_ids))


def _give_back(rows: Sequence[Use], moments: Mapping[int, datetime]) -> set[int]:
    """What was used comes back by the terms; what was only set aside is let go."""
    reserved = [row.pk for row in rows if row.state == UseState.RESERVED]
    taking.release(reserved)
    Use.objects.filter(pk__in=reserved).update(state=UseState.CANCELLED.value, closed_at=F("at"))
    captured = [row.pk for row in rows if row.state == UseState.CAPTURED]
    back = taking.release(captured, given_back=True)
    Use.objects.filter(pk__in=back).update(state=UseState.GIVEN_BACK.value, returns=F("returns") + 1)
    return back
