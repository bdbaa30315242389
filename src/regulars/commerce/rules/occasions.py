"""What happened between two states of an order, and when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from regulars.commerce.types import (
    ORDER_CANCELLED,
    ORDER_COMPLETED,
    ORDER_REFUNDED,
    ORDER_UPDATED,
    Order,
    OrderReturn,
    OrderStatus,
)
from regulars.events.types import EventType


@dataclass(frozen=True, slots=True)
class Occasion:
    """Something that happened to an order. Without a moment of its own it happens now."""

    type: EventType
    occurred_at: datetime | None
    amount_minor: int


def occasions(before: Order | None, after: Order) -> list[Occasion]:
    """What happened between two states of an order; `before` is None for one not seen before.

    Returns of one moment are one refund. One that only comes to be of another line gives no money back.
    """
    found = []
    amount = after.amount_minor
    if before is None or before.status != after.status:
        if after.status is not OrderStatus.CANCELLED:
            found.append(Occasion(ORDER_COMPLETED, after.ordered_at if before is None else None, amount))
        else:
            at = after.cancelled_at or (after.ordered_at if before is None else None)
            found.append(Occasion(ORDER_CANCELLED, at, amount))
    had = (before.returns or ()) if before else ()
    has = after.returns or ()
    refunds: dict[datetime, int] = {}
    for (moment, given_back), count in (_money(has) - _money(had)).items():
        refunds[moment] = refunds.get(moment, 0) + count * given_back
    found += [Occasion(ORDER_REFUNDED, moment, refunds[moment]) for moment in sorted(refunds)]
    if before is not None and (Counter(had) - Counter(has) or _content(before) != _content(after)):
        found.append(Occasion(ORDER_UPDATED, None, amount))
    return found


def occasions_max(order: Order) -> int:
    """No change that led to this state can have been told of by more occasions."""
    return 2 + len({back.returned_at for back in order.returns or ()})


def _money(returns: Iterable[OrderReturn]) -> Counter[tuple[datetime, int]]:
    return Counter((back.returned_at, back.amount_minor) for back in returns)


def _content(order: Order) -> Order:
    """The order without what has events of its own, and without the moments at which it was told of."""
    return replace(
        order,
        returns=(),
        status=OrderStatus.COMPLETED,
        cancelled_at=None,
        as_of=None,
        status_as_of=None,
        ordered_as_of=None,
        ordered_at_is_guess=False,
    )


def month_of(moment: datetime) -> date:
    """The month, of UTC, by which what happened at a moment is kept in the lake."""
    return moment.astimezone(UTC).date().replace(day=1)


def months_of(order: Order) -> set[date]:
    """The months of an order and of its returns."""
    return {month_of(order.ordered_at), *(month_of(back.returned_at) for back in order.returns or ())}
