from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from regulars.commerce import services
from regulars.commerce.types import (
    NewCredit,
    NewProduct,
    Order,
    OrderLine,
    OrderReturn,
    RecordedCredits,
    RecordedOrders,
)
from regulars.customers import services as customers
from regulars.customers.types import NewProfile

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
NOON = datetime(2026, 2, 1, 12, tzinfo=UTC)


def plain(order: Order) -> Order:
    """Without the moments at which it was told of, which only the store knows."""
    return replace(order, as_of=None, status_as_of=None, ordered_as_of=None)


class Shop:
    """Three customers, two products, and short ways to tell of orders."""

    def __init__(self) -> None:
        people = [NewProfile(source="shop", external_id=str(n), name=f"Имя {n}") for n in (1, 2, 3)]
        ids = customers.upsert_profiles(profiles=people, now=NOW).ids
        self.profiles = [ids["shop", str(n)] for n in (1, 2, 3)]
        goods = [
            NewProduct(source="shop", external_id="t", name="Сенча", category="Чай"),
            NewProduct(source="shop", external_id="k", name="Кения АА"),
        ]
        products = services.upsert_products(products=goods)
        self.tea, self.coffee = products["shop", "t"], products["shop", "k"]

    def order(self, external_id: str = "A1", *amounts: int, **values: Any) -> Order:
        told: dict[str, Any] = {
            "source": "shop",
            "external_id": external_id,
            "profile_id": self.profiles[0],
            "ordered_at": NOON,
            "currency": "RUB",
            "lines": tuple(OrderLine(amount_minor=a, product_id=self.tea) for a in amounts or (500, 250)),
        }
        return Order(**told | values)

    def back(self, amount: int, line: int | None = None, days: int = 1) -> OrderReturn:
        moment = NOON + timedelta(days=days)
        return OrderReturn(returned_at=moment, amount_minor=amount, line=line, quantity=Decimal(1))

    def credit(self, external_id: str = "C1", amount: int = 100, **values: Any) -> NewCredit:
        told: dict[str, Any] = {
            "source": "shop",
            "external_id": external_id,
            "profile_id": self.profiles[0],
            "credited_at": NOON + timedelta(days=1),
            "amount_minor": amount,
            "currency": "RUB",
        }
        return NewCredit(**told | values)

    def record(self, *orders: Order, **values: Any) -> RecordedOrders:
        now = max([NOW, *(order.ordered_at for order in orders if order.ordered_at.tzinfo)])
        return services.record_orders(orders=orders, now=now, **values)

    def give_back(self, *credits: NewCredit, **values: Any) -> RecordedCredits:
        return services.record_credits(credits=credits, now=NOW, **values)


@pytest.fixture
def shop(db: None) -> Shop:
    return Shop()


@pytest.fixture
def open_shop(transactional_db: None) -> Shop:
    """The same, seen by other connections."""
    return Shop()
