"""What is left of the lines of an order after what was given back of it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(slots=True)
class Left:
    """What is left of a line; amounts in minor units."""

    product_id: int | None
    pieces: Decimal
    amount_minor: int

    def take(self, amount_minor: int, pieces: Decimal | None = None) -> int:
        """Take so much money off, and so many pieces; gives the money that there was not.

        Where nobody says how many pieces, as many as the money is of the line's. Of a line that cost
        something and of which no money is left, no pieces are either.
        """
        taken = min(amount_minor, self.amount_minor)
        if pieces is None:
            pieces = self.pieces * taken / self.amount_minor if self.amount_minor else Decimal(0)
        is_whole = taken > 0 and taken == self.amount_minor
        self.pieces = Decimal(0) if is_whole else max(Decimal(0), self.pieces - pieces)
        self.amount_minor -= taken
        return amount_minor - taken


@dataclass(frozen=True, slots=True)
class GivenBack:
    """Money given back: for a line (its place among the lines), for a product, or for the order.

    `whole`: of all that was left of the order, whatever that is in money.
    """

    amount_minor: int
    pieces: Decimal | None = None
    line: int | None = None
    product_id: int | None = None
    whole: bool = False


def take_off(lines: Sequence[Left], given_back: Sequence[GivenBack]) -> None:
    """Take what was given back off the lines it was given for; the rest off all, by what they still cost.

    What names a product is spread in the same way over the lines of the product, its pieces off the first
    that have any. What is more than those lines cost is taken off the others.
    """
    rest = sum(
        lines[one.line].take(one.amount_minor, one.pieces) for one in given_back if one.line is not None
    )
    for one in given_back:
        if one.line is None:
            of_product = [line for line in lines if one.product_id and line.product_id == one.product_id]
            rest += _off_product(of_product, one) if of_product else one.amount_minor
    _spread(rest, lines)
    if any(one.whole and not one.amount_minor for one in given_back):
        for line in lines:
            line.pieces = Decimal(0)


def _off_product(lines: Sequence[Left], one: GivenBack) -> int:
    if one.pieces is None:
        return _spread(one.amount_minor, lines)
    had = [(line.pieces, line.amount_minor) for line in lines]
    left = _spread(one.amount_minor, lines)
    pieces = one.pieces
    for line, (before, cost) in zip(lines, had, strict=True):
        taken = min(pieces, before)
        pieces -= taken
        line.pieces = Decimal(0) if cost and not line.amount_minor else before - taken
    return left


def _spread(amount: int, lines: Sequence[Left]) -> int:
    """Take an amount off lines by what they cost, to the last minor unit; gives what is more than that."""
    cost = sum(line.amount_minor for line in lines)
    taken = min(amount, cost)
    if taken <= 0:
        return amount
    shares = [line.amount_minor * taken // cost for line in lines]
    # What rounding leaves over is taken where it took least, of equals from the first.
    lost = sorted(range(len(lines)), key=lambda n: (-(lines[n].amount_minor * taken % cost), n))
    for place in lost[: taken - sum(shares)]:
        shares[place] += 1
    for line, share in zip(lines, shares, strict=True):
        line.take(share)
    return amount - taken
