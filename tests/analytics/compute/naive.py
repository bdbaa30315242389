"""Orders and figures once more, by plain loops over docs/metrics.md: slow, and sharing no code with ours."""

from __future__ import annotations

import statistics
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

Line = dict[str, Any]


@dataclass
class Order:
    id: str
    customer: str
    moment: datetime
    channel: str | None
    lines: list[Line] = field(default_factory=list)  # each with "left"

    @property
    def amount(self) -> Decimal:
        return sum((line["left"] for line in self.lines), Decimal(0))

    @property
    def day(self) -> date:
        return self.moment.date()


@dataclass
class Assembled:
    orders: list[Order] = field(default_factory=list)  # that count, by (customer, moment, id)
    void: int = 0
    strays: int = 0
    unmatched: list[Decimal] = field(default_factory=list)
    duplicates: int = 0
    differing: int = 0


def assemble(lines: list[Line], as_of: date) -> Assembled:
    """`lines` are all readable and have a customer; order ids everywhere but on some credits."""
    result = Assembled()
    lines = [line for line in lines if line["ordered_at"].date() < as_of]
    lines = _first_copies(lines, result)
    orders: dict[str, Order] = {}
    own = [line for line in lines if line["kind"] != "credit"]
    for line in sorted(own, key=lambda x: (x["ordered_at"], x["row"])):
        at = Order(line["order_id"], line["customer_id"], line["ordered_at"], line["channel"])
        order = orders.setdefault(line["order_id"], at)
        if order.customer != line["customer_id"]:
            result.strays += 1
        else:
            left = Decimal(0) if line["kind"] == "void" else line["amount"]
            order.lines.append({**line, "left": left})
    named, unnamed = defaultdict(list), []
    for line in lines:
        if line["kind"] != "credit":
            continue
        if line["order_id"] not in orders:
            unnamed.append(line)
        elif orders[line["order_id"]].customer != line["customer_id"]:
            result.strays += 1
        else:
            named[line["order_id"]].append(line)
    for id, credits in named.items():
        _take_named(orders[id], credits)
    for line in sorted(unnamed, key=lambda x: (x["ordered_at"], x["row"])):
        _take_unnamed(list(orders.values()), line, result)
    counted = [order for order in orders.values() if order.amount > 0]
    result.void = len(orders) - len(counted)
    result.orders = sorted(counted, key=lambda o: (o.customer, o.moment, o.id))
    return result


def _first_copies(lines: list[Line], result: Assembled) -> list[Line]:
    by_id: dict[str, dict[int, list[Line]]] = defaultdict(lambda: defaultdict(list))
    kept = [line for line in lines if line["order_id"] is None]
    for line in lines:
        if line["order_id"] is not None:
            by_id[line["order_id"]][line["part"]].append(line)
    for parts in by_id.values():
        has_own = {p for p, found in parts.items() if any(x["kind"] != "credit" for x in found)}
        has_credit = {p for p, found in parts.items() if any(x["kind"] == "credit" for x in found)}
        own = min(has_own) if has_own else None
        credit = own if own in has_credit else min(parts.keys() - has_own, default=None)
        for p, found in parts.items():
            if p in (own, credit):
                kept += found
                continue
            first = parts[own if p in has_own else credit]  # type: ignore[index]
            result.duplicates += 1
            result.differing += _looks(found) != _looks(first)
    return kept


def _looks(lines: list[Line]) -> tuple[int, Decimal, str, str]:
    customers = [line["customer_id"] for line in lines]
    return len(lines), sum(line["amount"] for line in lines), min(customers), max(customers)


def _take_named(order: Order, credits: list[Line]) -> None:
    asked: dict[str | None, Decimal] = defaultdict(Decimal)
    for line in credits:
        asked[line["product"]] += abs(line["amount"])
    newest_first = sorted(order.lines, key=lambda x: -x["row"])
    rest = Decimal(0)
    for product, amount in asked.items():
        rest += _take(amount, [line for line in newest_first if line["product"] == product])
    _take(rest, newest_first)


def _take_unnamed(orders: list[Order], credit: Line, result: Assembled) -> None:
    orders = [o for o in orders if o.customer == credit["customer_id"] and o.moment <= credit["ordered_at"]]
    lines = [(o.moment, line["row"], line) for o in orders for line in o.lines]
    lines = [found for found in lines if found[2]["product"] == credit["product"]]
    newest_first = [line for _, _, line in sorted(lines, key=lambda x: x[:2], reverse=True)]
    if rest := _take(abs(credit["amount"]), newest_first):
        result.unmatched.append(rest)


def _take(amount: Decimal, lines: list[Line]) -> Decimal:
    for line in lines:
        taken = min(amount, line["left"])
        line["left"] -= taken
        amount -= taken
    return amount


class Customers:
    """Who ordered when, and the figures made from that."""

    def __init__(self, orders: list[Order], as_of: date) -> None:
        self.as_of = as_of
        self.orders: dict[str, list[Order]] = defaultdict(list)
        for order in orders:
            self.orders[order.customer].append(order)

    def days(self, customer: str) -> list[date]:
        return sorted({order.day for order in self.orders[customer]})

    def revenue(self, customer: str) -> Decimal:
        return sum((order.amount for order in self.orders[customer]), Decimal(0))

    def gaps(self) -> list[int]:
        return [
            (b - a).days for c in self.orders for a, b in zip(self.days(c), self.days(c)[1:], strict=False)
        ]

    def rhythm(self) -> float:
        gaps = sorted(self.gaps())
        if len(gaps) < 50:
            return 90.0
        return max(30.0, statistics.quantiles(gaps, n=10, method="inclusive")[8])

    def stage(self, customer: str) -> str:
        q, days, n = self.rhythm(), self.days(customer), len(self.orders[customer])
        d = (self.as_of - days[-1]).days
        for times, stage in ((4, "lost"), (2, "lapsed"), (1, "at_risk")):
            if d > times * q:
                return stage
        orders = [order.day for order in self.orders[customer]]
        if n > 1 and (orders[-1] - orders[-2]).days > 2 * q:
            return "returned"
        if self.is_regular(customer):
            return "regular"
        return "active" if n >= 2 else "new"

    def is_regular(self, customer: str) -> bool:
        n, days = len(self.orders[customer]), self.days(customer)
        return n >= 4 or (n >= 2 and (days[-1] - days[0]).days >= 365)

    def score(self, customer: str, value: Any) -> int:
        smaller = sum(value(other) < value(customer) for other in self.orders)
        return min(5, 1 + 5 * smaller // len(self.orders))

    def scores(self, customer: str) -> tuple[int, int, int]:
        return (
            self.score(customer, lambda c: self.days(c)[-1]),
            self.score(customer, lambda c: len(self.orders[c])),
            self.score(customer, self.revenue),
        )

    def in_window(self, start: date, end: date) -> set[str]:
        return {c for c in self.orders if any(start <= day < end for day in self.days(c))}

    def retention(self, w: int) -> tuple[set[str], set[str]]:
        """Customers of the window before the last, and of the last."""
        middle = self.as_of - timedelta(days=w)
        return self.in_window(middle - timedelta(days=w), middle), self.in_window(middle, self.as_of)

    def share_with_second_day_by(self, x: int) -> float | None:
        """Among those whose day x after the first has passed."""
        watched = [self.days(c) for c in self.orders if self.days(c)[0] + timedelta(days=x) < self.as_of]
        came = [days for days in watched if len(days) > 1 and (days[1] - days[0]).days <= x]
        return len(came) / len(watched) if watched else None
