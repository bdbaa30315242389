"""Orders, refunds and carts that events told of, stored through commerce."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from regulars.api.ingest.entries import Entry
from regulars.api.ingest.trade import CARTS, Deal
from regulars.api.ingest.types import Code, Result, Status
from regulars.commerce import queries
from regulars.commerce import services as commerce
from regulars.commerce.types import (
    Cancellation,
    CartChange,
    CartLine,
    CartStep,
    NewProduct,
    NewRefund,
    Order,
    OrderLine,
    OrderStatus,
    RefundLine,
)
from regulars.customers.types import SHOP
from regulars.team.types import Scope

_STEPS = {
    "product_added": CartStep.ADDED,
    "product_removed": CartStep.REMOVED,
    "cart_viewed": CartStep.VIEWED,
    "checkout_started": CartStep.CHECKOUT_STARTED,
    "cart_cleared": CartStep.CLEARED,
}
_STALE = "Something newer is stored of this order; it stays as it is."


@dataclass(frozen=True, slots=True)
class Dealt:
    """An entry that told of an order or a cart, with whose it is."""

    entry: Entry
    deal: Deal
    profile_id: int


def teach(entries: Sequence[Entry]) -> dict[str, int]:
    """Let the catalogue learn what servers told of products; gives the ids of all products that were named.

    A key that may not change the catalogue only makes products known by their ids, as an order does. What
    browsers name is looked up.
    """
    told: dict[str, NewProduct] = {}
    for entry in sorted(entries, key=lambda entry: entry.occurred_at):
        named = [line.product for line in entry.deal.lines if line.product] if entry.deal else []
        if entry.caller.browser:
            continue
        full = entry.caller.may(Scope.PRODUCTS_WRITE)
        for product in entry.products if full else ():
            told[product.external_id] = product
        for key in named:
            told.setdefault(key, NewProduct(source=SHOP, external_id=key, name=""))
    ids = {}
    if told:
        stored = commerce.upsert_products(products=list(told.values()))
        ids = {external_id: id_ for (_source, external_id), id_ in stored.items()}
    looked = {
        line.product
        for entry in entries
        if entry.deal is not None and entry.caller.browser
        for line in entry.deal.lines
        if line.product not in ids
    }
    if looked:
        found = queries.product_ids([(SHOP, key) for key in looked])
        ids |= {external_id: id_ for (_source, external_id), id_ in found.items()}
    return ids


def store_orders(dealt: Sequence[Dealt], products: Mapping[str, int], now: datetime) -> list[Result]:
    """What became of entries that tell of orders, in their order. Their occasions are claimed."""
    told = [one for one in dealt if one.deal.name in ("order_completed", "order_updated")]
    off = [one for one in dealt if one.deal.name == "order_cancelled"]
    back = [one for one in dealt if one.deal.name == "order_refunded"]
    outcome: dict[int, Result] = {}
    if (
        sum(map(bool, (told, off, back))) > 1
    ):  # who tells of both holds the source first, or waits in a circle
        commerce.hold_sources([SHOP])
    if told:
        orders = commerce.record_orders(orders=[_order(one, products) for one in told], now=now)
        for one in told:
            key = (SHOP, one.deal.id)
            outcome[id(one)] = _outcome(one.entry, orders.refused.get(key), key in orders.stale)
    if off:
        cancelled = commerce.cancel_orders(cancellations=[_cancellation(one) for one in off], now=now)
        for one in off:
            key = (SHOP, one.deal.id)
            outcome[id(one)] = _outcome(one.entry, cancelled.refused.get(key), key in cancelled.stale)
    if back:
        refunds = commerce.record_refunds(refunds=[_refund(one) for one in back], now=now)
        for one in back:
            outcome[id(one)] = _outcome(one.entry, refunds.refused.get((SHOP, _refund_id(one))), False)
    return [outcome[id(one)] for one in dealt]


def change_carts(dealt: Sequence[Dealt], products: Mapping[str, int], now: datetime) -> list[Result]:
    """What became of entries that tell of carts, in their order; commerce sees that each counts once."""
    changes: list[CartChange] = []
    results: list[Result | None] = []
    for one in dealt:
        lines = _cart_lines(one.deal, products)
        if one.deal.lines and not lines:
            results.append(
                Result(
                    Status.REFUSED,
                    one.entry.key,
                    Code.UNKNOWN_PRODUCT,
                    "No such product is known; a key in a browser cannot add to the catalogue. "
                    "Bring products in as a file or from a server.",
                )
            )
            continue
        changes.append(_cart_change(one, lines))
        results.append(None)
    changed = commerce.change_carts(changes=changes, now=now)
    taken = set(changed.taken)
    return [
        result if result is not None else _cart_outcome(one.entry, changed.refused, taken)
        for one, result in zip(dealt, results, strict=True)
    ]


def _cart_outcome(
    entry: Entry, refused: Mapping[tuple[str, str], str], taken: set[tuple[str, str]]
) -> Result:
    occasion = (entry.caller.source, entry.key)
    if occasion in refused:
        return _refused(entry, refused[occasion])
    if occasion not in taken:
        return Result(Status.REPEATED, entry.key)
    taken.remove(occasion)
    return taken_as_noted(entry)


def _order(one: Dealt, products: Mapping[str, int]) -> Order:
    updated = one.deal.name == "order_updated"
    at = one.entry.occurred_at
    return Order(
        source=SHOP,
        external_id=one.deal.id,
        profile_id=one.profile_id,
        ordered_at=at,
        ordered_at_is_guess=updated,
        currency=one.deal.currency,
        lines=tuple(
            OrderLine(
                amount_minor=line.amount_minor or 0,
                quantity=line.quantity,
                product_id=products.get(line.product),
            )
            for line in one.deal.lines
        ),
        returns=None,
        status=None if updated else OrderStatus.COMPLETED,
        as_of=at,
    )


def _cancellation(one: Dealt) -> Cancellation:
    return Cancellation(source=SHOP, external_id=one.deal.id, cancelled_at=one.entry.occurred_at)


def _refund(one: Dealt) -> NewRefund:
    return NewRefund(
        source=SHOP,
        external_id=_refund_id(one),
        order_external_id=one.deal.id,
        refunded_at=one.entry.occurred_at,
        profile_id=one.profile_id,
        amount_minor=one.deal.amount_minor,
        currency=one.deal.currency or None,
        lines=tuple(RefundLine(product=line.product, quantity=line.quantity) for line in one.deal.lines),
    )


def _refund_id(one: Dealt) -> str:
    """The shop's own id of it; without one the event is the refund."""
    return one.deal.refund or f"event:{one.entry.key}"


def _cart_lines(deal: Deal, products: Mapping[str, int]) -> tuple[CartLine, ...]:
    return tuple(
        CartLine(product_id=products[line.product], quantity=line.quantity, price_minor=line.amount_minor)
        for line in deal.lines
        if line.product in products
    )


def _cart_change(one: Dealt, lines: tuple[CartLine, ...]) -> CartChange:
    return CartChange(
        source=one.entry.caller.source,
        key=one.entry.key,
        profile_id=one.profile_id,
        what=_STEPS[one.deal.name],
        at=one.entry.occurred_at,
        currency=one.deal.currency,
        lines=lines,
        cart=one.deal.id,
    )


def is_cart(deal: Deal) -> bool:
    """Whether it is about a cart rather than an order."""
    return deal.name in CARTS


def _outcome(entry: Entry, reason: str | None, stale: bool) -> Result:
    if reason is not None:
        return _refused(entry, reason)
    if stale:
        return Result(Status.TAKEN, entry.key, Code.STALE, _STALE)
    return taken_as_noted(entry)


def _refused(entry: Entry, reason: str) -> Result:
    return Result(
        Status.REFUSED, entry.key, str(reason), f"It could not be stored: {str(reason).replace('_', ' ')}."
    )


def taken_as_noted(entry: Entry) -> Result:
    """Taken, with what of it was not."""
    code, detail = entry.note or (None, None)
    return Result(Status.TAKEN, entry.key, code, detail)
