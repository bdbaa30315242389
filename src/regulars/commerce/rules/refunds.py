"""Which credits a refund becomes."""

from __future__ import annotations

from collections.abc import Mapping

from regulars.commerce.rules.checking import ID_LENGTH_MAX, is_id
from regulars.commerce.types import (
    NO_CURRENCY,
    REFUND_LINES_MAX,
    NewCredit,
    NewRefund,
    Reckoned,
    RefundLine,
    RefusedCredit,
)

_SUFFIX = 4
"""Characters of the longest ending that ids of the later parts have."""


def refund_refused(refund: NewRefund) -> RefusedCredit | None:
    """Why this refund cannot be stored, or None; what its credits are refused for is not asked here."""
    if not refund.external_id:
        return RefusedCredit.NO_ID
    if not is_id(refund.external_id) or len(refund.external_id) > ID_LENGTH_MAX - _SUFFIX:
        return RefusedCredit.BAD_ID
    if not refund.order_external_id:
        return RefusedCredit.NO_ORDER
    if len(refund.lines) > REFUND_LINES_MAX:
        return RefusedCredit.TOO_MANY_LINES
    if not all(line.product and is_id(line.product) for line in refund.lines):
        return RefusedCredit.BAD_PRODUCT
    amounts = [refund.amount_minor, *(line.amount_minor for line in refund.lines)]
    told = [amount for amount in amounts if amount is not None]
    if any(amount <= 0 for amount in told):
        return RefusedCredit.BAD_AMOUNT
    return RefusedCredit.BAD_CURRENCY if told and not refund.currency else None


def part_id(external_id: str, number: int) -> str:
    """The id of the credit that a part of a refund becomes; numbers are from 1."""
    return external_id if number == 1 else f"{external_id}.{number}"


def parts(refund: NewRefund, products: Mapping[str, int]) -> list[NewCredit]:
    """The credits a sound refund becomes; `products` has the ids of those it names."""
    if not refund.lines:
        return [_credit(refund, 1, refund.amount_minor, Reckoned.REST)]
    if refund.amount_minor is None:
        return [
            _credit(refund, number, line.amount_minor, Reckoned.LINE, line, products)
            for number, line in enumerate(refund.lines, start=1)
        ]
    if len(refund.lines) == 1:
        return [_credit(refund, 1, refund.amount_minor, Reckoned.TOLD, refund.lines[0], products)]
    weights = [line.amount_minor for line in refund.lines]
    if None in weights:
        return [_credit(refund, 1, refund.amount_minor, Reckoned.TOLD)]
    shares = split(refund.amount_minor, [weight or 0 for weight in weights])
    shared = [(line, share) for line, share in zip(refund.lines, shares, strict=True) if share]
    return [
        _credit(refund, number, share, Reckoned.TOLD, line, products)
        for number, (line, share) in enumerate(shared, start=1)
    ]


def nothing(refund: NewRefund, number: int) -> NewCredit:
    """What becomes of a part that was told of before and is no more: a credit that counts for nothing."""
    return _credit(refund, number, None, Reckoned.LINE)


def split(amount: int, weights: list[int]) -> list[int]:
    """An amount in parts by weight, to the last minor unit; what is over goes to the first parts."""
    whole = sum(weights)
    shares = [amount * weight // whole for weight in weights]
    over = amount - sum(shares)
    return [share + (place < over) for place, share in enumerate(shares)]


def _credit(
    refund: NewRefund,
    number: int,
    amount_minor: int | None,
    reckoned: Reckoned,
    line: RefundLine | None = None,
    products: Mapping[str, int] | None = None,
) -> NewCredit:
    """`reckoned`: how the amount comes about where it is None."""
    return NewCredit(
        source=refund.source,
        external_id=part_id(refund.external_id, number),
        profile_id=refund.profile_id,
        credited_at=refund.refunded_at,
        amount_minor=amount_minor or 0,
        currency=refund.currency or NO_CURRENCY,
        order_external_id=refund.order_external_id,
        product_id=products[line.product] if line and products else None,
        quantity=line.quantity if line else None,
        reckoned=reckoned if amount_minor is None else Reckoned.TOLD,
    )
