"""How much of an order a challenge counts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from regulars.commerce.types import LineStanding
from regulars.kit.folding import fold
from regulars.loyalty.types.challenges import OfOrders
from regulars.offers.types import Goods

AMOUNT_MAX = 1_000_000
"""So much at once is nobody's cups of coffee any more."""

_NAMES_MAX, _GOODS_MAX = 10_000, 1_000


def asks_for_lines(counted: OfOrders) -> bool:
    """Whether what an order holds makes a difference, and not only what it comes to."""
    return counted.pieces or not counted.goods.is_all


def order_counts(
    counted: OfOrders, *, net_minor: int, currency: str, shops_currency: str, lines: Sequence[LineStanding]
) -> int:
    """How much of it counts: 1 for an order, or its whole pieces; 0 where nothing is left of it."""
    if net_minor <= 0 or net_minor < counted.total_from_minor or currency != shops_currency:
        return 0
    if not asks_for_lines(counted):
        return 1
    goods = _folded(counted.goods)
    of_goods = [line for line in lines if line.amount_minor > 0 and line.pieces > 0 and goods.have(line)]
    if not counted.pieces:
        return 1 if of_goods else 0
    return min(AMOUNT_MAX, sum(int(line.pieces) for line in of_goods))


class _Folded:
    """Goods by names without case."""

    def __init__(self, goods: Goods) -> None:
        self._all = goods.is_all
        self._products = frozenset(map(fold, goods.products))
        self._categories = frozenset(map(fold, goods.categories))
        self._brands = frozenset(map(fold, goods.brands))

    def have(self, line: LineStanding) -> bool:
        return (
            self._all
            or _fold(line.product) in self._products
            or _fold(line.category) in self._categories
            or _fold(line.brand) in self._brands
        )


# A shop has few names, and folding goes sign by sign.
_fold = lru_cache(maxsize=_NAMES_MAX)(fold)
_folded = lru_cache(maxsize=_GOODS_MAX)(_Folded)
