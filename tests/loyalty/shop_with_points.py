"""A small shop with a programme, whose orders are told of as any source does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from regulars.commerce import services as commerce
from regulars.commerce.types import Order, OrderLine, OrderReturn
from regulars.customers import services as customers
from regulars.events.queries.reading import BODY, COLUMNS
from regulars.events.types import Batch, LoggedEvent
from regulars.loyalty import queries, services
from regulars.loyalty.handlers import CONSUMERS
from regulars.loyalty.models import Hold
from regulars.loyalty.types import MINOR, Balance, NewHold, Programme, Version
from regulars.offers.types import Cart, CartLine

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
DAY = timedelta(days=1)


class LogReader:
    """Reads the log for the consumers of points, in the test's own transaction."""

    def __init__(self) -> None:
        self.read = 0

    def catch_up(self, now: datetime) -> int:
        """What a worker does with the log, in the test's own transaction; says how many events there were."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {COLUMNS}, {BODY} FROM events WHERE id > %s ORDER BY id",
                [self.read],
            )
            found = [LoggedEvent._make(row) for row in cursor.fetchall()]
        self.read = max((event.id for event in found), default=self.read)
        for consumer in CONSUMERS:
            names = consumer.names
            wanted = [
                e
                for e in found
                if (names is None or e.name in names) and (consumer.backfill or not e.backfill)
            ]
            if wanted:
                consumer.handle(Batch(wanted, now))
        return len(found)


class Shop:
    """Two customers and a programme: 5% in whole points worth a rouble, to be spent at once."""

    def __init__(self, **rules: Any) -> None:
        keys = [("shop", "C-1"), ("shop", "C-2")]
        found = customers.find_or_create_profiles(keys=keys, now=NOW)
        self.anna, self.boris = (found[key] for key in keys)
        self.version = self.publish(**rules)
        self.log = LogReader()
        self.catch_up(NOW)

    def publish(self, since: datetime = NOW, **rules: Any) -> Version:
        programme = Programme.model_validate({"usable": {"kind": "at_once"}, **rules})
        return services.publish(programme=programme, since=since, now=min(since, NOW), user_id=None)

    def order(self, *roubles: float, **values: Any) -> Order:
        """Order 1001 of Anna, an hour after the programme began."""
        told: dict[str, Any] = {
            "source": "shop",
            "external_id": "1001",
            "profile_id": self.anna,
            "ordered_at": NOW + timedelta(hours=1),
            "currency": "RUB",
            "lines": tuple(OrderLine(amount_minor=round(amount * 100)) for amount in roubles or (1200, 800)),
        }
        return Order(**told | values)

    def tell(self, *orders: Order, now: datetime = NOW + DAY, backfill: bool = False) -> None:
        commerce.record_orders(orders=orders, now=now, backfill=backfill)
        self.catch_up(now)

    def catch_up(self, now: datetime) -> int:
        """What a worker does with the log; says how many events there were."""
        return self.log.catch_up(now)

    def points(self, profile_id: int | None = None, at: datetime = NOW + DAY) -> int:
        """Points that can be spent, less what is owed."""
        found = self.balance(profile_id, at)
        whole, rest = divmod(found.spendable_minor - found.owed_minor, MINOR)
        assert rest == 0
        return whole

    def balance(self, profile_id: int | None = None, at: datetime = NOW + DAY) -> Balance:
        return queries.balance(profile_id=profile_id or self.anna, at=at)

    def spend(self, points: int, *, order: str, at: datetime) -> Hold:
        new = NewHold(
            key=f"{order}:{points}",
            profile_id=self.anna,
            points_minor=points * MINOR,
            at=at,
            lasts_until=at + timedelta(minutes=30),
        )
        held = services.hold(new=new, now=at)
        services.capture(hold_id=held.id, now=at, order_source="shop", order_id=order)
        return Hold.objects.get(id=held.id)


def cart(*lines: int) -> Cart:
    """Lines that cost so many kopecks each."""
    return Cart(currency="RUB", lines=tuple(CartLine(amount_minor=amount) for amount in lines))


def back(roubles: float, line: int | None = None, hours: int = 30) -> OrderReturn:
    """Money given back so many hours after the programme began."""
    at = NOW + timedelta(hours=hours)
    return OrderReturn(returned_at=at, amount_minor=round(roubles * 100), line=line)
