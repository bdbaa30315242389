"""A small shop that has offers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from regulars.commerce import services as commerce
from regulars.commerce.types import Order, OrderLine, OrderReturn, OrderStatus
from regulars.customers import queries as people
from regulars.customers import services as customers
from regulars.events.queries.reading import BODY, COLUMNS
from regulars.events.types import Batch, LoggedEvent
from regulars.offers import queries, services
from regulars.offers.handlers import CONSUMERS
from regulars.offers.queries.stored import forget
from regulars.offers.types import Applied, Cart, CartLine, CouponRefusal, NewUse, Offer, Refused, Terms, Use

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
DAY = timedelta(days=1)
HALF_AN_HOUR = timedelta(minutes=30)


def line(
    roubles: float, product: str = "", category: str = "", brand: str = "", pieces: float = 1
) -> CartLine:
    return CartLine(
        amount_minor=round(roubles * 100),
        quantity=Decimal(str(pieces)),
        product=product,
        category=category,
        brand=brand,
    )


def cart(*lines: CartLine | float, currency: str = "RUB") -> Cart:
    told = tuple(one if isinstance(one, CartLine) else line(one) for one in lines)
    return Cart(currency=currency, lines=told or (line(1000),))


def terms(
    kind: str = "shared", percent: float | None = 10, amount: float | None = None, **values: Any
) -> Terms:
    takes: dict[str, Any] = {"kind": "percent", "percent": percent}
    if amount is not None:
        takes = {"kind": "amount", "amount_minor": round(amount * 100)}
    return Terms.model_validate({"name": "Spring", "kind": kind, "takes": takes, **values})


def whys(refused: Mapping[str, Refused]) -> dict[str, CouponRefusal]:
    """The reasons alone."""
    return {code: one.why for code, one in refused.items()}


class Shop:
    """Anna and Boris, and what the log tells the readers of offers."""

    def __init__(self) -> None:
        forget()
        keys = [("shop", "C-1"), ("shop", "C-2")]
        found = customers.find_or_create_profiles(keys=keys, now=NOW)
        self.anna, self.boris = (found[key] for key in keys)
        self.read = 0

    def offer(self, what: Terms | None = None, code: str = "SPRING", **values: Any) -> Offer:
        """A running offer."""
        what = what or terms(**values)
        made = services.make_offer(terms=what, shared_code=code, now=NOW, user_id=None)
        return services.start(offer_id=made.id)

    def apply(
        self, what: Cart | None = None, *codes: str, whose: int | None = None, at: datetime = NOW
    ) -> Applied:
        return queries.apply(cart=what or cart(), codes=codes, profile_id=whose, at=at)

    def new(self, key: str, *codes: str, **values: Any) -> NewUse:
        told: dict[str, Any] = {"cart": cart(), "at": NOW, "lasts_until": NOW + HALF_AN_HOUR, "codes": codes}
        return NewUse(key=key, **told | values)

    def reserve(self, key: str, *codes: str, **values: Any) -> Use:
        return services.reserve(new=self.new(key, *codes, **values), now=NOW)

    def order(self, number: str = "1001", *, back: float = 0, cancelled: bool = False, **values: Any) -> None:
        """Tell of an order of Anna's for 900, and let the readers catch up."""
        at = NOW + timedelta(minutes=1)
        returns = (OrderReturn(returned_at=NOW + DAY, amount_minor=round(back * 100)),) if back else ()
        told: dict[str, Any] = {
            "source": "shop",
            "external_id": number,
            "profile_id": self.anna,
            "ordered_at": at,
            "currency": "RUB",
            "lines": (OrderLine(amount_minor=90000),),
            "returns": returns,
        }
        if cancelled:
            told["status"] = OrderStatus.CANCELLED
        commerce.record_orders(orders=[Order(**told | values)], now=NOW + 2 * DAY)
        self.catch_up()

    def merge(self) -> None:
        """Anna and Boris are one."""
        customers.merge(pairs=[(self.person(), self.person(self.boris))], now=NOW)

    def person(self, profile_id: int | None = None) -> int:
        """Whose profile that is, Anna's if none is named."""
        named = profile_id or self.anna
        return people.profiles([named])[named].person_id

    def catch_up(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {COLUMNS}, {BODY} FROM events WHERE id > %s ORDER BY id", [self.read])
            found = [LoggedEvent._make(row) for row in cursor.fetchall()]
        self.read = max((event.id for event in found), default=self.read)
        for consumer in CONSUMERS:
            names = consumer.names or ()
            wanted = [e for e in found if e.name in names and (consumer.backfill or not e.backfill)]
            if wanted:
                consumer.handle(Batch(wanted, NOW + 2 * DAY))

    def names(self) -> list[str]:
        """What the log tells of offers."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM events WHERE name LIKE 'coupon%' ORDER BY id")
            return [name for (name,) in cursor.fetchall()]
