from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from regulars.commerce.rules.checking import Checking
from regulars.commerce.rules.occasions import occasions, occasions_max
from regulars.commerce.rules.states import as_stored, with_returns_of
from regulars.commerce.types import NewCredit, Order, OrderLine, OrderReturn, OrderStatus, RefusedOrder

NOON = datetime(2026, 3, 15, 12, tzinfo=UTC)
DAY = timedelta(days=1)
CANCELLED = OrderStatus.CANCELLED


def order(**values: Any) -> Order:
    lines = (OrderLine(amount_minor=500), OrderLine(amount_minor=250, quantity=Decimal(2)))
    told = {"source": "shop", "external_id": "A1", "profile_id": 1, "ordered_at": NOON, "currency": "RUB"}
    return Order(**told | {"lines": lines} | values)


def back(amount: int = 100, days: int = 1, **values: Any) -> OrderReturn:
    return OrderReturn(returned_at=NOON + days * DAY, amount_minor=amount, **values)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({}, None),
        ({"profile_id": None}, None),
        ({"lines": (OrderLine(amount_minor=0),)}, None),
        ({"returns": (back(10_000), back(line=2, quantity=Decimal("0.5")))}, None),
        ({"external_id": ""}, "no_order_id"),
        ({"external_id": "1" * 200}, None),
        ({"external_id": "1" * 201}, "bad_order_id"),
        ({"external_id": "A\0"}, "bad_order_id"),
        ({"lines": ()}, "no_lines"),
        ({"ordered_at": datetime(2026, 3, 15)}, "bad_date"),
        ({"ordered_at": NOON + 2 * DAY}, None),
        ({"ordered_at": NOON + 2 * DAY + timedelta(microseconds=1)}, "in_the_future"),
        ({"status": CANCELLED, "cancelled_at": datetime(2026, 3, 15)}, "bad_date"),
        ({"currency": "rub"}, "bad_currency"),
        ({"currency": ""}, "bad_currency"),
        ({"lines": (OrderLine(amount_minor=-1),)}, "bad_amount"),
        ({"lines": (OrderLine(amount_minor=2**62),) * 2}, "bad_amount"),
        ({"lines": (OrderLine(amount_minor=1, quantity=Decimal(0)),)}, "bad_quantity"),
        ({"lines": (OrderLine(amount_minor=1, quantity=Decimal("NaN")),)}, "bad_quantity"),
        ({"lines": (OrderLine(amount_minor=1, quantity=Decimal("sNaN")),)}, "bad_quantity"),
        ({"lines": (OrderLine(amount_minor=1, quantity=Decimal("999999999999.9999999")),)}, "bad_quantity"),
        ({"lines": (OrderLine(amount_minor=1, quantity=Decimal("1e12")),)}, "bad_quantity"),
        ({"lines": (OrderLine(amount_minor=1, quantity=Decimal("0.0000001")),)}, "bad_quantity"),
        ({"channel": "v\0k"}, "bad_channel"),
        ({"channel": "\ud800"}, "bad_channel"),
        ({"external_id": "\ud800"}, "bad_order_id"),
        ({"returns": None}, None),
        ({"returns": (back(0),)}, "bad_return"),
        ({"returns": (back(-5),)}, "bad_return"),
        ({"returns": (back(line=3),)}, "bad_return"),
        ({"returns": (back(line=0),)}, "bad_return"),
        ({"returns": (back(quantity=Decimal(-1)),)}, "bad_return"),
    ],
)
def test_reasons_to_refuse(values: dict[str, Any], reason: str | None) -> None:
    checked = Checking().check(order(**values), NOON)
    assert (checked if isinstance(checked, RefusedOrder) else None) == reason


def test_lines_are_written_in_the_form_of_copy() -> None:
    lines = (
        OrderLine(amount_minor=500, product_id=7, quantity=Decimal("1e2")),
        OrderLine(amount_minor=0, quantity=Decimal("0.2500005")),
        OrderLine(amount_minor=3, quantity=Decimal("1.50")),
    )
    checked = Checking().check(order(lines=lines), NOON)
    assert not isinstance(checked, RefusedOrder)
    assert checked.amount_minor == 503
    assert checked.lines == ["7\t100\t500", "\\N\t0.250001\t0", "\\N\t1.5\t3"]


def credit(**values: Any) -> NewCredit:
    told = {"source": "shop", "external_id": "C1", "profile_id": 1, "credited_at": NOON, "currency": "RUB"}
    return NewCredit(**told | {"amount_minor": 100} | values)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({}, None),
        ({"profile_id": None, "order_external_id": "A1", "quantity": Decimal(2)}, None),
        ({"external_id": ""}, "no_return_id"),
        ({"external_id": "1" * 201}, "bad_return_id"),
        ({"order_external_id": "1" * 201}, "bad_return_id"),
        ({"credited_at": datetime(2026, 3, 15)}, "bad_date"),
        ({"amount_minor": 0}, "bad_amount"),
        ({"amount_minor": 2**63}, "bad_amount"),
        ({"quantity": Decimal(0)}, "bad_quantity"),
        ({"currency": "rub"}, "bad_currency"),
        ({"channel": "\0"}, "bad_channel"),
    ],
)
def test_reasons_to_refuse_a_credit(values: dict[str, Any], reason: str | None) -> None:
    assert Checking().check_credit(credit(**values)) == reason


def test_returns_that_are_not_told_of_stay() -> None:
    stored = order(returns=(back(10, line=2), back(20, line=1), back(5)))
    told = order(lines=(OrderLine(amount_minor=750),), returns=None)
    assert with_returns_of(told, stored).returns == (back(10), back(20, line=1), back(5))
    assert with_returns_of(order(), stored).returns == ()


def test_no_state_is_told_of_by_more_occasions_than_are_taken_back() -> None:
    after = order(status=CANCELLED, channel="vk", returns=(back(1), back(2), back(3, days=2)))
    assert len(occasions(order(returns=(back(9),)), after)) == occasions_max(after) == 4


def test_an_order_is_compared_as_the_database_gives_it_back() -> None:
    told = order(
        lines=(OrderLine(amount_minor=1, quantity=Decimal("0.3333335")),),
        returns=(back(quantity=Decimal("2.0000004")),),
        cancelled_at=NOON,  # of an order that is not cancelled
    )
    stored = as_stored(told)
    assert stored.lines[0].quantity == Decimal("0.333334")
    assert stored.returns is not None
    assert stored.returns[0].quantity == 2
    assert stored.cancelled_at is None
    assert as_stored(stored) == stored


def happened(before: Order | None, after: Order) -> list[tuple[str, datetime | None, int]]:
    return [(o.type.name, o.occurred_at, o.amount_minor) for o in occasions(before, after)]


def test_a_new_order() -> None:
    assert happened(None, order()) == [("order_completed", NOON, 750)]
    assert happened(None, order(returns=(back(),))) == [
        ("order_completed", NOON, 750),
        ("order_refunded", NOON + DAY, 100),
    ]


def test_an_order_that_comes_cancelled_was_never_completed() -> None:
    assert happened(None, order(status=CANCELLED)) == [("order_cancelled", NOON, 750)]
    later = NOON + 2 * DAY
    assert happened(None, order(status=CANCELLED, cancelled_at=later)) == [("order_cancelled", later, 750)]


def test_the_same_order_again() -> None:
    same = order(returns=(back(),))
    assert happened(same, replace(same)) == []


def test_cancelling_and_taking_it_back() -> None:
    off = order(status=CANCELLED)
    assert happened(order(), off) == [("order_cancelled", None, 750)]
    assert happened(off, order()) == [("order_completed", None, 750)]
    # Only the moment became known: nothing happened to the customer.
    assert happened(off, order(status=CANCELLED, cancelled_at=NOON)) == []


def test_returns_of_one_moment_are_one_refund() -> None:
    first, second, third = back(100), back(50, line=1), back(70, days=3)
    assert happened(order(), order(returns=(third, first, second))) == [
        ("order_refunded", NOON + DAY, 150),
        ("order_refunded", NOON + 3 * DAY, 70),
    ]
    assert happened(order(returns=(first,)), order(returns=(first, third))) == [
        ("order_refunded", NOON + 3 * DAY, 70)
    ]
    # Twice the same amount at the same moment is twice the money.
    assert happened(order(returns=(first,)), order(returns=(first, first))) == [
        ("order_refunded", NOON + DAY, 100)
    ]


def test_a_return_that_comes_to_be_of_another_line_is_no_refund() -> None:
    assert happened(order(returns=(back(line=1),)), order(returns=(back(),))) == [
        ("order_updated", None, 750)
    ]


def test_a_return_taken_back_is_a_change() -> None:
    assert happened(order(returns=(back(),)), order()) == [("order_updated", None, 750)]
    assert happened(order(returns=(back(100),)), order(returns=(back(90),))) == [
        ("order_refunded", NOON + DAY, 90),
        ("order_updated", None, 750),
    ]


@pytest.mark.parametrize(
    "values",
    [
        {"profile_id": 2},
        {"ordered_at": NOON + DAY},
        {"currency": "EUR"},
        {"channel": "vk"},
        {"branch_id": 5},
        {"lines": (OrderLine(amount_minor=750),)},
        {
            "lines": (
                OrderLine(amount_minor=500, product_id=3),
                OrderLine(amount_minor=250, quantity=Decimal(2)),
            )
        },
    ],
)
def test_another_content_is_a_change(values: dict[str, Any]) -> None:
    assert [name for name, _, _ in happened(order(), order(**values))] == ["order_updated"]


def test_cancelled_and_changed_at_once() -> None:
    after = order(status=CANCELLED, channel="vk")
    assert [name for name, _, _ in happened(order(), after)] == ["order_cancelled", "order_updated"]
