"""What an order earns, reckoned in exact fractions from what the programme's document says, line by line.

Written from `types/earning.py` and docs/programme.md; shares nothing with the statement it is held against.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from math import floor

from regulars.loyalty.types import Programme
from regulars.loyalty.types.earning import Rule
from regulars.offers.types import Goods


@dataclass
class Line:
    amount: int
    pieces: int = 1
    product: str = ""
    category: str = ""
    brand: str = ""


@dataclass
class Asked:
    lines: list[Line]
    day: date
    currency: str = "RUB"
    tier: str = ""
    fits: set[str] = field(default_factory=set)
    branch: str = ""
    channel: str = ""
    room: int | None = None


def same(text: str, names: tuple[str, ...]) -> bool:
    return any(plain(text) == plain(name) for name in names)


def plain(text: str) -> str:
    return text.lower().replace("ё", "е")


def of(line: Line, goods: Goods) -> bool:
    if not goods.products and not goods.categories and not goods.brands:
        return True
    return (
        same(line.product, goods.products)
        or same(line.category, goods.categories)
        or same(line.brand, goods.brands)
    )


def applies(rule: Rule, order: Asked) -> bool:
    when = rule.when
    total = sum(line.amount for line in order.lines)
    return (
        (when.who is None or rule.key in order.fits)
        and (not when.tiers or order.tier in when.tiers)
        and (not when.weekdays or order.day.weekday() + 1 in when.weekdays)
        and (when.first is None or when.first <= order.day)
        and (when.last is None or order.day <= when.last)
        and (not when.branches or same(order.branch, when.branches))
        and (not when.channels or same(order.channel, when.channels))
        and total >= when.total_from_minor
    )


def earns(programme: Programme, order: Asked) -> tuple[int, dict[str, int]]:
    """The whole, and what of it each mechanic brought."""
    if not programme.running or (programme.currency and order.currency != programme.currency):
        return 0, {}
    rules = [rule for rule in programme.rules if applies(rule, order)]
    tier = None
    for level in programme.tiers.levels if programme.tiers else ():
        if level.key == order.tier:
            tier = level.brings
    # 1. Who has which line, and what each brings.
    owners: list[str | None] = []
    for line in order.lines:
        takers = [rule.key for rule in rules if rule.instead and of(line, rule.goods)]
        owners.append(takers[0] if takers else None)
    percent = programme.cashback_percent
    if tier is not None and tier.cashback_percent is not None:
        percent = tier.cashback_percent
    base = sum(line.amount for line, owner in zip(order.lines, owners, strict=True) if owner is None)
    brought: list[tuple[str, int, bool]] = [("cashback", points(programme, base, Fraction(percent)), True)]
    for rule in rules:
        if rule.instead:
            mine = [line for line, owner in zip(order.lines, owners, strict=True) if owner == rule.key]
        else:
            mine = [line for line in order.lines if of(line, rule.goods)]
        name = f"rule:{rule.key}"
        paid = sum(line.amount for line in mine)
        gives = rule.gives
        if gives.kind == "percent":
            brought.append((name, points(programme, paid, Fraction(gives.percent)), True))
        elif gives.kind == "amount":
            brought.append((name, paid // gives.per_minor * gives.points_minor, True))
        elif gives.kind == "piece":
            brought.append((name, sum(line.pieces for line in mine) * gives.points_minor, False))
        elif gives.kind == "order":
            brought.append((name, gives.points_minor if mine else 0, False))
    # 2. The largest factor: of equal ones the tier's, then the first in the list.
    factors = []
    if tier is not None and tier.factor is not None:
        factors.append((Fraction(tier.factor), f"tier:{order.tier}"))
    factors += [(Fraction(r.gives.factor), f"rule:{r.key}") for r in rules if r.gives.kind == "times"]
    if factors:
        factor, whose = max(factors, key=lambda one: one[0])
        by_share = sum(amount for _, amount, multiplied in brought if multiplied)
        brought.append((whose, floor(by_share * factor) - by_share, False))
    # 3. Limits, whole points, and whose share that goes off: the order of mechanics is cashback, the rules as
    # they stand, the tier.
    places = ["cashback", *(f"rule:{rule.key}" for rule in programme.rules)]
    whole = sum(amount for _, amount, _ in brought)
    total = min(whole, 10**15)
    if programme.caps.order_minor is not None:
        total = min(total, programme.caps.order_minor)
    if order.room is not None:
        total = max(0, min(total, order.room))
    if programme.whole_points:
        total -= total % 100
    shares = {name: amount for name, amount, _ in brought}
    off = whole - total
    by_size = sorted(shares, key=lambda n: (-shares[n], places.index(n) if n in places else len(places)))
    for name in by_size:
        less = min(off, shares[name])
        shares[name] -= less
        off -= less
    return total, {name: amount for name, amount in shares.items() if amount}


def points(programme: Programme, paid: int, percent: Fraction) -> int:
    """Minor units of points for a percentage of money, rounded down."""
    return floor(Fraction(paid) * percent / 100 / programme.worth_minor * 100)
