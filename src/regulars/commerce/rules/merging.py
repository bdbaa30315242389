"""What becomes of a stored order when it is told of again, in whatever order the tellings come.

An order is three things, each told as of a moment: what is in it, its status, and when it was ordered. Of
each the newest telling holds, so the end is the same whichever arrives first. At one and the same moment the
last to arrive holds, but what was cancelled stays cancelled.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from regulars.commerce.rules.states import as_stored, with_returns_of
from regulars.commerce.types import NewShipment, Order, OrderStatus

_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Merged:
    """What an order becomes.

    `changed`: something of it is different. `confirmed`: nothing is, but it is told as of another moment.
    `stale`: what was told to be in it is older than what is stored, and other than that.
    """

    order: Order
    changed: bool
    confirmed: bool
    stale: bool


def said_at(told: Order, now: datetime) -> datetime:
    """As of when an order is told of. A source whose clock is ahead must not lock out what follows."""
    return now if told.as_of is None else min(told.as_of, now)


def first_state(told: Order, now: datetime) -> Order:
    """An order not seen before, as it will be stored."""
    said = said_at(told, now)
    status = told.status or OrderStatus.COMPLETED
    # That it was ordered is all that is said where an order is told of without a moment: a cancellation of
    # whatever moment is news then.
    silent = told.status is None or (told.as_of is None and status is OrderStatus.COMPLETED)
    return replace(
        told,
        status=status,
        returns=told.returns or (),
        cancelled_at=told.cancelled_at if status is OrderStatus.CANCELLED else None,
        as_of=said,
        status_as_of=None if silent else said,
        ordered_as_of=None,
    )


def merged(stored: Order, told: Order, now: datetime) -> Merged:
    """What a stored order becomes; what is told without a moment of its own is what holds now."""
    told = as_stored(told)
    said = said_at(told, now)
    is_newest = told.as_of is None or stored.as_of is None or said >= stored.as_of
    order = _with_status(stored, told, said)
    order = _with_moment(order, told, said)
    if is_newest:
        order = _with_content(order, with_returns_of(told, stored), said)
    if order.ordered_as_of == order.as_of or order.ordered_at_is_guess:
        order = replace(order, ordered_as_of=None)
    changed = _plain(order) != _plain(stored)
    return Merged(
        order,
        changed=changed,
        confirmed=not changed and told.as_of is not None and order != stored,
        stale=not is_newest and _content(with_returns_of(told, stored)) != _content(stored),
    )


def cancelled(stored: Order, cancelled_at: datetime) -> Order:
    """The order after it was said at this moment to be cancelled; the same if something newer was said."""
    if stored.status_as_of is not None and cancelled_at < stored.status_as_of:
        return stored
    return replace(stored, status=OrderStatus.CANCELLED, cancelled_at=cancelled_at, status_as_of=cancelled_at)


def merged_shipment(stored: NewShipment, told: NewShipment, now: datetime) -> NewShipment | None:
    """What a shipment becomes; None if what is told of it is older, and other than what is stored."""
    is_same = replace(told, as_of=stored.as_of) == stored
    held = stored.as_of or now
    if told.as_of is not None and told.as_of < held:
        return stored if is_same else None
    if told.as_of is None and is_same:
        return stored
    return replace(told, as_of=max(told.as_of or now, held))


def _with_content(stored: Order, told: Order, said: datetime) -> Order:
    return replace(
        stored,
        profile_id=told.profile_id,
        currency=told.currency,
        lines=told.lines,
        returns=told.returns,
        channel=told.channel,
        branch_id=told.branch_id,
        as_of=max(said, stored.as_of or said),
        # Until now the moment of ordering was as old as the rest.
        ordered_as_of=stored.ordered_as_of or stored.as_of,
    )


def _with_status(stored: Order, told: Order, said: datetime) -> Order:
    if told.status is None:
        return stored
    held = stored.status_as_of or _EVER
    if told.as_of is None:
        if (told.status, told.cancelled_at) == (stored.status, stored.cancelled_at):
            return stored
        said = max(said, held)
    elif said < held or (said == held and told.status is OrderStatus.COMPLETED):
        return stored
    return replace(stored, status=told.status, cancelled_at=told.cancelled_at, status_as_of=said)


def _with_moment(stored: Order, told: Order, said: datetime) -> Order:
    if told.ordered_at_is_guess:
        if not stored.ordered_at_is_guess:
            return stored
        return replace(stored, ordered_at=min(told.ordered_at, stored.ordered_at))
    held = _EVER if stored.ordered_at_is_guess else stored.ordered_as_of or stored.as_of or _EVER
    if told.as_of is not None and said < held:
        return stored
    return replace(
        stored, ordered_at=told.ordered_at, ordered_at_is_guess=False, ordered_as_of=max(said, held)
    )


def _content(order: Order) -> tuple[object, ...]:
    return order.profile_id, order.currency, order.lines, order.returns, order.channel, order.branch_id


def _plain(order: Order) -> Order:
    """Without the moments at which it was told of."""
    return replace(order, as_of=None, status_as_of=None, ordered_as_of=None, ordered_at_is_guess=False)
