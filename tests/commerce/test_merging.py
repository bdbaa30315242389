"""What becomes of an order that is told of as of several moments."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from regulars.commerce.rules.merging import cancelled, first_state, merged, merged_shipment
from regulars.commerce.types import (
    NewShipment,
    Order,
    OrderLine,
    OrderReturn,
    OrderStatus,
    ShipmentStatus,
)

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
COMPLETED, CANCELLED = OrderStatus.COMPLETED, OrderStatus.CANCELLED


def at(hours: float) -> datetime:
    return NOW - 24 * HOUR + hours * HOUR


def order(amount: int = 100, as_of: float | None = None, **values: object) -> Order:
    told: dict[str, object] = {
        "source": "shop",
        "external_id": "A",
        "profile_id": 1,
        "ordered_at": at(1),
        "currency": "RUB",
        "lines": (OrderLine(amount_minor=amount),),
        "returns": None,
        "as_of": None if as_of is None else at(as_of),
    }
    return Order(**told | values)  # type: ignore[arg-type]


def end_of(*tellings: Order | datetime) -> Order:
    """What they come to in this order; a moment is one of cancelling. The first is an order."""
    state: Order | None = None
    for told in tellings:
        if isinstance(told, datetime):
            assert state
            state = cancelled(state, told)
        else:
            state = first_state(told, NOW) if state is None else merged(state, told, NOW).order
    assert state
    return state


def shown(state: Order) -> tuple[object, ...]:
    return state.ordered_at, state.status, state.cancelled_at, state.amount_minor


def test_content_status_and_moment_each_hold_as_of_their_own_moment() -> None:
    completed = order(100, 1)
    updated = order(250, 5, ordered_at=at(5), status=None, ordered_at_is_guess=True)
    off = at(3)
    ends = {
        shown(end_of(*arriving))
        for arriving in permutations([completed, updated, off])
        if isinstance(arriving[0], Order)
    }
    # The update is newer than the cancellation, but says nothing of the status, nor of when it was ordered.
    assert ends == {(at(1), CANCELLED, at(3), 250)}


@pytest.mark.parametrize("hours", [0, 2, 6])
def test_what_was_completed_after_it_was_cancelled_is_completed(hours: float) -> None:
    first, again, off = order(100, 1), order(100, 4), at(hours)
    ends = {
        shown(end_of(*arriving))
        for arriving in permutations([first, again, off])
        if isinstance(arriving[0], Order)
    }
    status, moment = (CANCELLED, at(6)) if hours == 6 else (COMPLETED, None)
    assert ends == {(at(1), status, moment, 100)}


def test_at_one_moment_what_was_cancelled_stays_cancelled() -> None:
    assert end_of(order(as_of=1), at(1), order(as_of=1)).status is CANCELLED


def test_told_without_a_moment_is_what_holds_now() -> None:
    state = end_of(order(100, 1), order(200))
    assert (state.amount_minor, state.as_of) == (200, NOW)
    # Told before that, arriving after it.
    late = merged(state, order(300, 23), NOW)
    assert (late.changed, late.stale, late.order.amount_minor) == (False, True, 200)
    # Whoever says that it is cancelled knows more than that it was ordered.
    assert cancelled(end_of(order(100)), at(0.5)).status is CANCELLED
    # And whoever says now that it is not knows more than that.
    assert end_of(order(100, 1), at(2), order(100)).status is COMPLETED


def test_a_clock_that_is_ahead_does_not_lock_out_what_follows() -> None:
    state = end_of(order(100, 1), order(200, 24 + 8))
    assert state.as_of == NOW
    assert merged(state, order(300, 24), NOW).order.amount_minor == 300
    # Another process is two seconds ahead of ours.
    ahead = replace(state, as_of=NOW + timedelta(seconds=2))
    now_told = merged(ahead, order(400), NOW)
    assert (now_told.order.amount_minor, now_told.order.as_of) == (400, ahead.as_of)


def test_a_guess_of_when_it_was_ordered_gives_way() -> None:
    guess = {"ordered_at_is_guess": True, "status": None}
    tellings = [order(1, 7, ordered_at=at(7), **guess), order(2, 5, ordered_at=at(5), **guess)]
    assert {end_of(*arriving).ordered_at for arriving in permutations(tellings)} == {at(5)}
    known = order(3, 2, ordered_at=at(2))
    assert {end_of(*arriving).ordered_at for arriving in permutations([*tellings, known])} == {at(2)}
    corrected = order(4, 6, ordered_at=at(1.5))
    ends = {shown(end_of(*arriving)) for arriving in permutations([*tellings, known, corrected])}
    assert ends == {(at(1.5), COMPLETED, None, 1)}


def test_the_same_as_of_later_is_confirmed_and_then_holds_against_what_was_between() -> None:
    state = first_state(order(100, 1), NOW)
    again = merged(state, order(100, 9), NOW)
    assert (again.changed, again.confirmed, again.stale) == (False, True, False)
    assert merged(again.order, order(200, 5), NOW).stale
    assert merged(state, order(200, 5), NOW).changed
    same = merged(again.order, order(100, 9), NOW)
    assert (same.changed, same.confirmed) == (False, False)
    # Told without a moment, it changes nothing: a file read again every day writes nothing.
    daily = merged(state, order(100), NOW)
    assert (daily.changed, daily.confirmed) == (False, False)


def test_what_is_stored_from_before_there_were_moments_gives_way_to_any() -> None:
    old = replace(first_state(order(100), NOW), as_of=None)
    assert merged(old, order(200, 1), NOW).order.amount_minor == 200


def test_returns_are_of_the_content() -> None:
    back = OrderReturn(returned_at=at(2), amount_minor=10)
    state = end_of(order(100, 4, returns=(back,)), order(100, 3, returns=()))
    assert state.returns == (back,)
    assert end_of(state, order(200, 5)).returns == (back,)


def test_of_a_shipment_the_newest_telling_holds() -> None:
    sent = NewShipment(
        source="shop", external_id="S", order_external_id="A", status=ShipmentStatus.SHIPPED, as_of=at(1)
    )
    there = replace(sent, status=ShipmentStatus.DELIVERED, as_of=at(2))
    assert merged_shipment(sent, there, NOW) == there
    assert merged_shipment(there, sent, NOW) is None
    assert merged_shipment(there, replace(there, as_of=at(1)), NOW) == there
    assert merged_shipment(there, replace(there, as_of=None), NOW) == there
    assert merged_shipment(there, replace(sent, as_of=None), NOW) == replace(sent, as_of=NOW)
