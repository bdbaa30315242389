"""What one offer takes off the lines of a cart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from regulars.kit.folding import fold
from regulars.kit.shares import percent_of, spread
from regulars.offers.types import CartLine, OffAmount, OffPercent, OfPrices, Terms

_WHOLE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a cart with its texts folded."""

    amount_minor: int
    quantity: Decimal
    product: str
    category: str
    brand: str


def folded(lines: Sequence[CartLine]) -> tuple[Line, ...]:
    """The lines without case."""
    return tuple(
        Line(line.amount_minor, line.quantity, fold(line.product), fold(line.category), fold(line.brand))
        for line in lines
    )


def taken_off(takes: OffPercent | OffAmount, left: Sequence[int]) -> list[int]:
    """What a percent or a sum takes off lines of which so much is left to be paid; never more than that."""
    if isinstance(takes, OffAmount):
        return spread(takes.amount_minor, left)
    off = percent_of(left, takes.percent)
    if takes.most_minor is not None and sum(off) > takes.most_minor:
        off = spread(takes.most_minor, off)
    return off


class Ready:
    """Terms made ready to be asked of many carts: names without case, prices found by name."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self._products = frozenset(map(fold, terms.goods.products))
        self._categories = frozenset(map(fold, terms.goods.categories))
        self._brands = frozenset(map(fold, terms.goods.brands))
        prices: Mapping[str, int] = terms.takes.prices if isinstance(terms.takes, OfPrices) else {}
        self._prices: Mapping[str, int] = {fold(name): price for name, price in prices.items()}
        self.kept = terms.model_dump(mode="json", exclude={"takes": {"prices"}})
        """The terms as a use keeps them: without a list of prices."""

    @property
    def listed(self) -> int | None:
        """The list of prices that is kept apart, if it is one of these."""
        takes = self.terms.takes
        return takes.listed if isinstance(takes, OfPrices) else None

    def priced(self, prices: Mapping[str, int]) -> Ready:
        """The same with these prices of its list, by name without case: those a cart asks for."""
        made = copy(self)
        made._prices = prices
        return made

    def counts(self, line: Line) -> bool:
        """Whether a line is of the goods."""
        return self.terms.goods.is_all or (
            line.product in self._products or line.category in self._categories or line.brand in self._brands
        )

    def off(self, lines: Sequence[Line], left: Sequence[int]) -> tuple[int, ...]:
        """What it takes off each line, of which so much is left to be paid; never more than that."""
        mine = [rest if self.counts(line) else 0 for line, rest in zip(lines, left, strict=True)]
        takes = self.terms.takes
        if not isinstance(takes, OfPrices):
            return tuple(taken_off(takes, mine))
        return tuple(self._below(line, rest) if rest else 0 for line, rest in zip(lines, mine, strict=True))

    def _below(self, line: Line, rest: int) -> int:
        price = self._prices.get(line.product) if line.product else None
        if price is None:
            return 0
        costs = int((price * line.quantity).quantize(_WHOLE, rounding=ROUND_HALF_UP))
        return max(0, rest - costs)
