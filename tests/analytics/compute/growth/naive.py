"""The groups and their outcomes once more, customer by customer in plain Python, as an oracle."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

Order = tuple[int, int, float]  # customer, day, amount

GROUPS = ("second_order", "win_back", "overdue", "almost_regulars", "keep_best")


@dataclass
class Person:
    orders: list[tuple[int, float]]  # (day, amount)

    @property
    def days(self) -> list[int]:
        return sorted({day for day, _ in self.orders})

    @property
    def revenue(self) -> float:
        return sum(amount for _, amount in self.orders)

    @property
    def gaps(self) -> list[int]:
        return [later - earlier for earlier, later in zip(self.days, self.days[1:], strict=False)]

    @property
    def regular(self) -> bool:
        many = len(self.orders)
        return many >= 4 or (many >= 2 and self.days[-1] - self.days[0] >= 365)


def people(orders: Iterable[Order], before: float = math.inf) -> dict[int, Person]:
    found: dict[int, Person] = defaultdict(lambda: Person([]))
    for customer, day, amount in orders:
        if day < before:
            found[customer].orders.append((day, amount))
    return dict(found)


def rhythm(persons: dict[int, Person]) -> float:
    gaps = [gap for person in persons.values() for gap in person.gaps]
    if len(gaps) < 50:
        return 90.0
    return max(30.0, quantiles(gaps, n=10, method="inclusive")[8])


def score(value: float, values: Sequence[float]) -> int:
    """RFM: from the share of customers with a strictly smaller value."""
    return min(5, 1 + 5 * sum(other < value for other in values) // len(values))


def groups(orders: Sequence[Order], at: int, q: float, longest_absence: int) -> dict[str, set[int]]:
    """The members of each group when day `at` began."""
    persons = people(orders, at)
    last = {customer: person.days[-1] for customer, person in persons.items()}
    found: dict[str, set[int]] = {key: set() for key in GROUPS}
    for customer, person in persons.items():
        absence, many = at - last[customer], len(person.orders)
        recency = score(last[customer], list(last.values()))
        frequency = score(many, [len(p.orders) for p in persons.values()])
        monetary = score(person.revenue, [p.revenue for p in persons.values()])
        if many == 1:
            if absence <= min(4 * q, longest_absence):
                found["second_order"].add(customer)
        elif absence > 2 * q:
            if monetary == 5 and absence <= longest_absence:
                found["win_back"].add(customer)
        elif len(person.days) >= 3 and absence > 1.5 * median(person.gaps):
            found["overdue"].add(customer)
        elif not person.regular and absence <= q:
            found["almost_regulars"].add(customer)
        elif frequency >= 4 and recency >= 3:
            found["keep_best"].add(customer)
    return found


def outcome(key: str, orders: Sequence[Order], customers: Iterable[int], at: int, days: int) -> float:
    """What these members brought, or for the best what was lost, in the days that followed."""
    then, after = people(orders, at), people(orders, at + days)
    year = max(0, at - 365)
    total = 0.0
    for customer in customers:
        before, later = then[customer], after[customer]
        ordered = len(later.orders) > len(before.orders)
        if key == "keep_best":
            recent = sum(amount for day, amount in before.orders if day >= year)
            total += 0.0 if ordered else recent / (at - year) * days
        elif key != "almost_regulars" or (ordered and later.regular):
            total += later.revenue - before.revenue
    return total
