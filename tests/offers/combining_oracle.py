"""What offers take off a cart, in plain words and the plainest Python: written from the docs alone.

Everything is tried: each set of offers that may count together, and each offer by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any

from regulars.offers.types import Cart, CartLine, OffAmount, OfferKind, OffPercent, OfPrices, Terms

Taken = dict[int, list[int]]
"""By the number of the offer what it takes off each line."""
Card = Mapping[str, Any]
"""What a tier takes off, as its document says: `discount_percent`, `discount_sum` or nothing."""


@dataclass(frozen=True)
class Ending:
    """A way a cart may end, by the docs: what each offer takes off each line, and the tier."""

    offers: Taken
    tier: list[int]


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


def ways(offers: dict[int, Terms]) -> list[tuple[int, ...]]:
    """Each set of offers that may count, also none."""
    together = [number for number, terms in offers.items() if terms.with_offers]
    found: list[tuple[int, ...]] = [(), *((number,) for number in offers)]
    for count in range(2, len(together) + 1):
        found += combinations(together, count)
    return found


def best(offers: dict[int, Terms], cart: Cart) -> int:
    """The most that any way of combining them takes off."""
    return max(sum(map(sum, in_turn(offers, way, cart).values())) for way in ways(offers))


def endings(offers: dict[int, Terms], cart: Cart, card: Card) -> list[Ending]:
    """All that docs/offers.md allows: of ways that are equal in everything it says, any."""
    found = [_ending(offers, cart, card, way) for way in ways(offers)]

    def to_pay_and_codes(way: Ending) -> tuple[int, int]:
        taken = sum(map(sum, way.offers.values())) + sum(way.tier)
        codes = [number for number in way.offers if offers[number].kind is OfferKind.SHARED]
        return cart.total_minor - taken, len(codes)

    least = min(map(to_pay_and_codes, found))
    return [way for way in found if to_pay_and_codes(way) == least]


def _ending(offers: dict[int, Terms], cart: Cart, card: Card, way: tuple[int, ...]) -> Ending:
    """What these offers take off, and then the tier, if all that take anything off go with it."""
    taken = {number: off for number, off in in_turn(offers, way, cart).items() if any(off)}
    if not all(offers[number].with_tier for number in taken):
        return Ending(taken, [0] * len(cart.lines))
    left = [line.amount_minor - sum(off[n] for off in taken.values()) for n, line in enumerate(cart.lines)]
    return Ending(taken, of_card(card, cart.total_minor, left))


def of_card(card: Card, total: int, left: list[int]) -> list[int]:
    """What a tier takes off lines of which so much is left, of a cart that came to `total`."""
    if card.get("discount_percent"):
        return [int(Fraction(rest) * Fraction(card["discount_percent"]) / 100) for rest in left]
    off = card.get("discount_sum")
    if not off or total < off.get("total_from_minor", 0):
        return [0] * len(left)
    return by_shares(off["amount_minor"], left)
