"""Events of a shop's trade, in Segment's words for it: what they tell, before any of it is stored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import msgspec

from regulars.api.ingest import allowed, ids
from regulars.api.ingest.errors import Refused
from regulars.api.ingest.types import Code, Id
from regulars.commerce.types import NewProduct
from regulars.customers.types import SHOP
from regulars.kit import money

CARTS = frozenset({"product_added", "product_removed", "cart_viewed", "checkout_started", "cart_cleared"})
ORDERS = frozenset({"order_completed", "order_updated", "order_cancelled", "order_refunded"})
_OF_ONE_PRODUCT = frozenset({"product_added", "product_removed"})
LINES_MAX = 500
"""More lines has no order of a shop."""
_AMOUNT_DIGITS_MAX = 18

Amount = Decimal | None


class Goods(msgspec.Struct):
    """A product as an event tells of it; amounts are in major units, as Segment has them."""

    product_id: Id = None
    sku: Id = None
    name: str | None = None
    category: str | None = None
    brand: str | None = None
    variant: str | None = None
    price: Amount = None
    quantity: Amount = None
    url: str | None = None
    image_url: str | None = None


class Told(Goods):
    """The properties of an event of trade; those of one product stand beside those of the whole."""

    order_id: Id = None
    cart_id: Id = None
    refund_id: Id = None
    currency: str | None = None
    total: Amount = None
    subtotal: Amount = None
    revenue: Amount = None
    shipping: Amount = None
    discount: Amount = None
    products: list[Goods] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """So many of a product; `amount_minor`: in orders what was paid for all, in carts the price of one."""

    product: str
    """The shop's id of it; empty where none is told."""
    quantity: Decimal
    amount_minor: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """What an event tells of an order or a cart. Amounts are whole minor units of `currency`."""

    name: str
    id: str = ""
    """Of the order, or of the cart."""
    refund: str = ""
    currency: str = ""
    amount_minor: int | None = None
    lines: tuple[Line, ...] = ()


_read = msgspec.json.Decoder(Told).decode
_shop_currency = Callable[[], str]


def read(raw: msgspec.Raw) -> Told:
    """The properties. Raises Refused, naming the field that is wrong."""
    if not len(memoryview(raw)):
        return Told()
    try:
        told = _read(raw)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        words = str(error) if isinstance(error, msgspec.MsgspecError) else "it cannot be read"
        raise Refused(Code.BAD_PROPERTIES, f"properties: {words}.") from None
    if len(told.products or ()) > LINES_MAX:
        raise Refused(Code.BAD_PROPERTIES, f"products may have {LINES_MAX} lines.")
    return told


def products(told: Told, shop_currency: Callable[[], str]) -> tuple[NewProduct, ...]:
    """The products an event names, with all it tells of them."""
    found = [_product(one, told, shop_currency) for one in (told, *(told.products or ())) if key_of(one)]
    return tuple(found)


def deal(name: str, told: Told, shop_currency: Callable[[], str]) -> Deal:
    """What an event of an order or a cart tells. Raises Refused."""
    if name in CARTS:
        return _cart(name, told, shop_currency)
    order = _id("order_id", told.order_id)
    if not order:
        raise Refused(Code.BAD_PROPERTIES, "properties.order_id has to be the shop's id of the order.")
    if name == "order_cancelled":
        return Deal(name=name, id=order)
    if name == "order_refunded":
        return _refund(order, told, shop_currency)
    currency = _currency(told, shop_currency)
    return Deal(name=name, id=order, currency=currency, lines=_order_lines(told, currency))


def key_of(goods: Goods) -> str:
    """The shop's id of a product: product_id, else sku."""
    return _id("product_id", goods.product_id) or _id("sku", goods.sku)


def _cart(name: str, told: Told, shop_currency: Callable[[], str]) -> Deal:
    currency = _currency(told, shop_currency)
    named: Sequence[Goods] = (told,) if name in _OF_ONE_PRODUCT and key_of(told) else told.products or ()
    lines = tuple(
        Line(product=key, quantity=_quantity(one), amount_minor=_minor("price", one.price, currency))
        for one in named
        if (key := key_of(one))
    )
    return Deal(name=name, id=_id("cart_id", told.cart_id), currency=currency, lines=lines)


def _refund(order: str, told: Told, shop_currency: Callable[[], str]) -> Deal:
    amount = told.total if told.total is not None else told.revenue
    currency = _currency(told, shop_currency) if told.currency or amount is not None else ""
    lines = tuple(
        Line(product=key, quantity=_quantity(one), amount_minor=None)
        for one in told.products or ()
        if (key := key_of(one))
    )
    return Deal(
        name="order_refunded",
        id=order,
        refund=_id("refund_id", told.refund_id),
        currency=currency,
        amount_minor=_minor("total", amount, currency),
        lines=lines,
    )


def _order_lines(told: Told, currency: str) -> tuple[Line, ...]:
    """The lines of an order, each with its share of what was paid for the goods, without delivery."""
    listed = [
        (key_of(one), _quantity(one), _minor("price", _times(one.price, _quantity(one)), currency) or 0)
        for one in told.products or ()
    ]
    paid = _paid(told, sum(amount for _, _, amount in listed), currency)
    if paid is None and not listed:
        raise Refused(Code.BAD_PROPERTIES, "An order needs products with prices, or revenue, or total.")
    if not listed:
        listed = [("", Decimal(1), paid or 0)]
    shares = _shares(paid, [amount for _, _, amount in listed])
    return tuple(
        Line(product=key, quantity=quantity, amount_minor=share)
        for (key, quantity, _), share in zip(listed, shares, strict=True)
    )


def _paid(told: Told, listed: int, currency: str) -> int | None:
    """Paid for the goods: revenue, else the subtotal, else the total without shipping, else list prices
    without the discount. None: nothing is told but list prices.
    """
    for name, amount in (("revenue", told.revenue), ("subtotal", told.subtotal)):
        if amount is not None:
            return _minor(name, amount, currency)
    if told.total is not None:
        total = _minor("total", told.total, currency) or 0
        return total - (_minor("shipping", told.shipping, currency) or 0)
    if told.discount is not None and listed:
        return listed - (_minor("discount", told.discount, currency) or 0)
    return None


def _shares(paid: int | None, listed: Sequence[int]) -> list[int]:
    """What was paid, by list prices, to the last minor unit; without prices the first has all."""
    whole = sum(listed)
    if paid is None or paid == whole:
        return list(listed)
    if paid < 0 or whole <= 0 or min(listed) < 0:
        return [paid] + [0] * (len(listed) - 1)
    shares = [paid * amount // whole for amount in listed]
    rests = sorted(range(len(listed)), key=lambda place: -(paid * listed[place] % whole))
    for place in rests[: paid - sum(shares)]:
        shares[place] += 1
    return shares


def _product(goods: Goods, told: Told, shop_currency: Callable[[], str]) -> NewProduct:
    price = None
    if goods.price is not None:
        currency = _currency(told, shop_currency)
        price = _minor("price", goods.price, currency)
    return NewProduct(
        source=SHOP,
        external_id=key_of(goods),
        name=_text(goods.name) or "",
        category=_text(goods.category) or "",
        price_minor=price,
        currency=currency if price is not None else None,
        brand=_text(goods.brand),
        url=allowed.address(goods.url) if goods.url else None,
        image_url=goods.image_url.replace("\x00", "")[: allowed.TEXT_CHARACTERS_MAX]
        if goods.image_url
        else None,
        variant=_text(goods.variant),
        sku=_id("sku", goods.sku) or None,
    )


def _text(value: str | None) -> str | None:
    return value.replace("\x00", "").strip()[:300] if value else None


def _id(name: str, told: Id) -> str:
    return ids.read(name, told) or ""


def _currency(told: Told, shop_currency: Callable[[], str]) -> str:
    code = (told.currency or "").strip().upper() or shop_currency()
    try:
        money.exponent(code)
    except ValueError:
        raise Refused(Code.BAD_MONEY, "currency has to be a code such as RUB or EUR.") from None
    return code


def _quantity(goods: Goods) -> Decimal:
    quantity = goods.quantity
    if quantity is None:
        return Decimal(1)
    if not quantity.is_finite() or quantity <= 0 or abs(quantity.adjusted()) > _AMOUNT_DIGITS_MAX:
        raise Refused(Code.BAD_PROPERTIES, "quantity has to be a number above 0.")
    return quantity


def _times(price: Amount, quantity: Decimal) -> Amount:
    if price is None or not price.is_finite() or abs(price.adjusted()) > _AMOUNT_DIGITS_MAX:
        return price
    return price * quantity


def _minor(name: str, amount: Amount, currency: str) -> int | None:
    if amount is None:
        return None
    try:
        return money.to_minor(amount, currency)
    except (ValueError, ArithmeticError):
        raise Refused(Code.BAD_MONEY, f"{name} is not an amount of money in {currency}.") from None
