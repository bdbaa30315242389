"""Which column is the amount of a line: its own total, price × quantity, or the order's total taken once.

An order's total that stands on each line of the order (or on its first line only) must not be summed. It is
recognised by the data: in the orders of several lines it is the same on all of them, or blank on all but one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from regulars.analytics.compute.reading import numbers
from regulars.analytics.compute.reading.blanks import tidy

Level = Literal["line", "order"]
Named = Literal["line_total", "amount", "order_total"]

_NEARLY_ALL = 0.9
_MANY_ORDERS = 3
_TOLERANCE = 0.015  # prices are often shown rounded
_WEAK_NAME = 60  # below it, a total is used only where there is no price


@dataclass(frozen=True, slots=True)
class Candidate:
    column: int
    named: Named
    score: float
    filled: float
    forced: bool = False


@dataclass(frozen=True, slots=True)
class Amount:
    """`column` None: price × quantity. `once`: the order's total, to be counted on its first line only.

    `unused`: an order total that was seen and left aside, as the lines have prices of their own.
    """

    column: int | None
    once: bool = False
    unused: int | None = None


@dataclass(frozen=True, slots=True)
class Lines:
    """The sample as far as amounts need it; each column is as long as the sample."""

    orders: list[list[int]]  # rows of each order of several lines
    products: Sequence[str] | None
    prices: Sequence[str] | None
    quantities: Sequence[str] | None


def lines_of(
    sample: Sequence[Sequence[str]],
    order: int | None,
    product: int | None,
    price: int | None,
    quantity: int | None,
) -> Lines:
    groups: dict[str, list[int]] = defaultdict(list)
    if order is not None:
        for row, value in enumerate(sample[order]):
            if (key := tidy(value)) is not None:
                groups[key].append(row)
    return Lines(
        orders=[rows for rows in groups.values() if len(rows) > 1],
        products=sample[product] if product is not None else None,
        prices=sample[price] if price is not None else None,
        quantities=sample[quantity] if quantity is not None else None,
    )


def read(values: Sequence[str]) -> list[float | None]:
    """The sample of one column as numbers, blanks and rubbish as None."""
    found = [tidy(v) for v in values]
    said = numbers.marks((v, 1) for v in found if v is not None)
    how = numbers.decide(said, (), is_money=True)
    return [None if v is None else numbers.approximate(v, how.decimal) for v in found]


def choose(
    totals: Sequence[Candidate],
    has_price: bool,
    price_filled: float,
    lines: Lines,
    sample: Sequence[Sequence[str]],
) -> Amount | None:
    """`totals` in order of preference. None when there is neither a total nor a price."""
    order_total: int | None = None
    for total in totals:
        if total.score < _WEAK_NAME and has_price and not total.forced:
            continue
        if level(total, lines, sample) == "order":
            if total.forced:
                return Amount(total.column, once=True)
            order_total = total.column if order_total is None else order_total
        elif total.forced or not has_price or total.filled >= 0.5 * price_filled:
            return Amount(total.column)
    if has_price:
        return Amount(None, unused=order_total)
    if order_total is not None:
        return Amount(order_total, once=True)
    return None


def level(total: Candidate, lines: Lines, sample: Sequence[Sequence[str]]) -> Level:
    """Whether the column holds totals of lines or of whole orders."""
    if not lines.orders:
        return "line"
    raw = sample[total.column]
    values = read(raw)
    if _share(_only_first(rows, raw) for rows in lines.orders) >= _NEARLY_ALL:
        return "order"
    if _share(_same(rows, values) for rows in lines.orders) < _NEARLY_ALL or total.named == "line_total":
        return "line"
    if lines.prices is not None and lines.quantities is not None:
        pairs = zip(read(lines.prices), read(lines.quantities), strict=True)
        products = [_times(price, quantity) for price, quantity in pairs]
        if _share(_near(values[r], products[r]) for rows in lines.orders for r in rows) >= 0.8:
            return "line"
        if _share(_near(values[rows[0]], _sum(products[r] for r in rows)) for rows in lines.orders) >= 0.5:
            return "order"
    if total.named == "order_total":
        return "order"
    return "order" if len(lines.orders) >= _MANY_ORDERS and _lines_differ(lines) else "line"


def _only_first(rows: list[int], raw: Sequence[str]) -> bool:
    return tidy(raw[rows[0]]) is not None and all(tidy(raw[r]) is None for r in rows[1:])


def _same(rows: list[int], values: list[float | None]) -> bool:
    first = values[rows[0]]
    return first is not None and all(values[r] == first for r in rows)


def _lines_differ(lines: Lines) -> bool:
    """Orders of equal lines (two tickets at one price) are no sign of a total that is repeated."""
    what = lines.products if lines.products is not None else lines.prices
    if what is None:
        return False
    return _share(len({what[r] for r in rows}) > 1 for rows in lines.orders) >= 0.5


def _times(one: float | None, two: float | None) -> float | None:
    return None if one is None or two is None else one * two


def _sum(values: Iterable[float | None]) -> float | None:
    total = 0.0
    for value in values:
        if value is None:
            return None
        total += value
    return total


def _near(one: float | None, two: float | None) -> bool:
    if one is None or two is None:
        return False
    return abs(abs(one) - abs(two)) <= _TOLERANCE * max(1.0, abs(two))


def _share(tests: Iterable[bool]) -> float:
    results = list(tests)
    return sum(results) / len(results) if results else 0.0
