"""What offers take off a cart, in plain words and the plainest Python: written from the docs alone.

Everything is tried: each set of offers that may count together, and each offer by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations

from regulars.offers.types import Cart, CartLine, OffAmount, OffPercent, OfPrices, Terms

Taken = dict[int, list[int]]
"""By the number of the offer what it takes off each line."""


def of_goods(line: CartLine, terms: Terms) -> bool:
    goods = terms.goods
    if not (goods.products or goods.categories or goods.brands):
        return True

    def same(text: str, names: Sequence[str]) -> bool:
        return text.lower().replace("ё", "е") in [name.lower().replace("ё", "е") for name in names]

    return (
        same(line.product, goods.products)
        or same(line.category, goods.categories)
        or same(line.brand, goods.brands)
    )


def by_shares(amount: int, over: list[int]) -> list[int]:
    """Whole units by shares: one after the other to whoever lacks most of their exact share."""
    total = sum(over)
    amount = min(amount, total)
    if amount <= 0:
        return [0] * len(over)
    exact = [Fraction(part * amount, total) for part in over]
    given = [int(share) for share in exact]
    while sum(given) < amount:
        lacking = [share - have for share, have in zip(exact, given, strict=True)]
        given[lacking.index(max(lacking))] += 1
    return given


def off(terms: Terms, cart: Cart, left: list[int]) -> list[int]:
    mine = [rest if of_goods(line, terms) else 0 for line, rest in zip(cart.lines, left, strict=True)]
    takes = terms.takes
    if isinstance(takes, OffPercent):
        taken = [int(Fraction(rest) * Fraction(takes.percent) / 100) for rest in mine]
        most = takes.most_minor
        return taken if most is None or sum(taken) <= most else by_shares(most, taken)
    if isinstance(takes, OffAmount):
        return by_shares(takes.amount_minor, mine)
    taken = []
    for line, rest in zip(cart.lines, mine, strict=True):
        prices = [price for name, price in takes.prices.items() if name.lower() == line.product.lower()]
        costs = int(Fraction(prices[0]) * Fraction(line.quantity) + Fraction(1, 2)) if prices else rest
        taken.append(max(0, rest - costs))
    return taken


def in_turn(offers: dict[int, Terms], numbers: Sequence[int], cart: Cart) -> Taken:
    def turn(number: int) -> tuple[int, int]:
        takes = offers[number].takes
        return (0 if isinstance(takes, OfPrices) else 1 if isinstance(takes, OffPercent) else 2, number)

    left = [line.amount_minor for line in cart.lines]
    taken: Taken = {}
    for number in sorted(numbers, key=turn):
        taken[number] = off(offers[number], cart, left)
        left = [rest - part for rest, part in zip(left, taken[number], strict=True)]
    return taken


def best(offers: dict[int, Terms], cart: Cart) -> int:
    """The most that any way of combining them takes off."""
    together = [number for number, terms in offers.items() if terms.with_offers]
    ways: list[tuple[int, ...]] = [(number,) for number in offers]
    for count in range(2, len(together) + 1):
        ways += combinations(together, count)
    return max((sum(map(sum, in_turn(offers, way, cart).values())) for way in ways), default=0)
