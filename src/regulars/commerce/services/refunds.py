"""Refunds that are told of by themselves; they become credits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from regulars.commerce.locks import known_credits
from regulars.commerce.rules.checking import Checking
from regulars.commerce.rules.refunds import nothing, part_id, parts, refund_refused
from regulars.commerce.services import links
from regulars.commerce.services.catalogue import upsert_products
from regulars.commerce.services.credits import CREDITS_MAX, record_credits
from regulars.commerce.types import (
    REFUND_LINES_MAX,
    NewCredit,
    NewProduct,
    NewRefund,
    Reckoned,
    RecordedRefunds,
    RefusedCredit,
    SourceKey,
)

Parts = dict[SourceKey, list[NewCredit]]
"""The credits of each refund, the first under the refund's own id."""


@transaction.atomic
def record_refunds(*, refunds: Sequence[NewRefund], now: datetime, backfill: bool = False) -> RecordedRefunds:
    """Store refunds by (source, external id); the last of each in the batch wins.

    What a refund comes to, where that is not told, follows from its order: a line from what was paid for it,
    one without lines from what is left of the order. It is reckoned anew whenever the order changes, so it
    does not matter which is told of first. Events are those of `record_credits`.

    Raises ValueError above CREDITS_MAX, counting each line.
    """
    wanted: dict[SourceKey, NewRefund] = {}
    refused: dict[SourceKey, RefusedCredit] = {}
    for refund in refunds:
        if reason := refund_refused(refund):
            refused[refund.key] = reason
        else:
            wanted[refund.key] = refund
    if sum(max(1, len(refund.lines)) for refund in wanted.values()) > CREDITS_MAX:
        raise ValueError(f"more than {CREDITS_MAX} lines of refunds in one batch")
    made = _made(wanted, refused)
    told = [credit for credits in made.values() for credit in credits]
    told += _dropped([(wanted[key], len(credits)) for key, credits in made.items()])
    done = record_credits(credits=told, now=now, backfill=backfill)
    ids = {key: done.ids[key] for key in made}
    created = sum(key in done.revisions and key not in done.before for key in made)
    changed = sum(any(credit.key in done.before for credit in credits) for credits in made.values())
    return RecordedRefunds(ids, created, changed, refused, _awaited(made))


def _made(wanted: Mapping[SourceKey, NewRefund], refused: dict[SourceKey, RefusedCredit]) -> Parts:
    """The credits of each refund; those of which one cannot be stored are refused whole."""
    products = upsert_products(
        products=[
            NewProduct(source=refund.source, external_id=line.product, name="")
            for refund in wanted.values()
            for line in refund.lines
        ]
    )
    check = Checking().check_credit
    made: Parts = {}
    for key, refund in wanted.items():
        credits = parts(refund, {line.product: products[key[0], line.product] for line in refund.lines})
        if reason := next((reason for credit in credits if (reason := check(credit))), None):
            refused[key] = reason
        else:
            made[key] = credits
    return made


def _dropped(refunds: Sequence[tuple[NewRefund, int]]) -> list[NewCredit]:
    """What becomes of parts that were told of before and are no more; their numbers have no gaps."""
    following = {
        (refund.source, part_id(refund.external_id, count + 1)): (refund, count) for refund, count in refunds
    }
    longer = [following[key] for key in known_credits(following)]
    places = {
        (refund.source, part_id(refund.external_id, number)): nothing(refund, number)
        for refund, count in longer
        for number in range(count + 1, REFUND_LINES_MAX + 1)
    }
    return [places[key] for key in known_credits(places)]


def _awaited(made: Parts) -> frozenset[SourceKey]:
    named = {
        key: (credits[0].source, credits[0].order_external_id)
        for key, credits in made.items()
        if any(credit.reckoned is not Reckoned.TOLD for credit in credits)
    }
    known = links.known_orders(set(named.values()))
    return frozenset(key for key, order in named.items() if order not in known)
