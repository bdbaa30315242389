"""What a cart of one's own would cost with the offer that is being written."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.http import QueryDict
from django.utils.translation import gettext as _

from regulars.console.offers_pages.lines import offer_voice
from regulars.console.tried_carts import categories_and_brands, number, usual_amount, written_at
from regulars.console.voice import Voice
from regulars.kit.money import to_minor
from regulars.offers import queries
from regulars.offers.rules.refusing import not_this_cart
from regulars.offers.types import Cart, CartLine, OfPrices, Terms
from regulars.offers.wording import refusal_sentence

LINES = 3
AMOUNT_MAX = Decimal(10) ** 9
PIECES_MAX = Decimal(10_000)
NAMED_MAX = 50


@dataclass(frozen=True)
class Line:
    """A line as it was written, and what is taken off it."""

    amount: str
    pieces: str
    goods: str
    off: str = ""


@dataclass(frozen=True)
class Trying:
    """The cart that is tried, and what came of it, in words."""

    lines: tuple[Line, ...]
    goods: tuple[str, ...]
    result: str = ""
    before: str = ""
    off: str = ""
    hint: str = ""
    problem: str = ""


def trying(asked: QueryDict, terms: Terms | None, currency: str, speak: Voice) -> Trying:
    """The cart of a form; without one, a round sum. `terms` None: they cannot be read yet."""
    lines = _lines(asked, currency)
    goods = _named(terms)
    if terms is None:
        return Trying(lines, goods, problem=_("When the form can be read, it is reckoned here."))
    try:
        cart = _cart(lines, currency)
    except (ValueError, InvalidOperation):
        return Trying(lines, goods, problem=_("Write amounts as numbers, such as 1500."))
    voice = offer_voice(speak, currency)
    if (why := not_this_cart(terms, currency, cart)) is not None:
        return Trying(lines, goods, problem=refusal_sentence(why, voice))
    off, money, total = sum(queries.try_terms(terms, cart)), voice.money, cart.total_minor
    return Trying(
        lines,
        goods,
        result=money(total - off),
        before=money(total),
        off=money(off),
        hint="" if off or not goods or any(line.goods for line in lines) else _names_goods(),
    )


def _names_goods() -> str:
    return _("Name one of its goods in the cart: nothing else has a discount.")


def _cart(lines: tuple[Line, ...], currency: str) -> Cart:
    """Raises ValueError, InvalidOperation."""
    known = categories_and_brands([line.goods for line in lines if line.goods])
    told = []
    for line in lines:
        if not line.amount.strip():
            continue
        category, brand = known.get(line.goods.casefold(), (line.goods, line.goods))
        told.append(
            CartLine(
                amount_minor=to_minor(number(line.amount, AMOUNT_MAX), currency),
                quantity=number(line.pieces or "1", PIECES_MAX),
                product=line.goods,
                category=category,
                brand=brand,
            )
        )
    return Cart(currency=currency, lines=tuple(told))


def _lines(asked: QueryDict, currency: str) -> tuple[Line, ...]:
    amounts, pieces, goods = (asked.getlist(f"cart_{name}") for name in ("amount", "pieces", "goods"))
    if not amounts:
        amounts = [usual_amount(currency)]

    return tuple(
        Line(written_at(amounts, n), written_at(pieces, n), written_at(goods, n)) for n in range(LINES)
    )


def _named(terms: Terms | None) -> tuple[str, ...]:
    """Goods the offer speaks of: those that make a difference."""
    if terms is None:
        return ()
    goods = terms.goods
    names = [*goods.categories, *goods.brands, *goods.products]
    if isinstance(terms.takes, OfPrices):
        names += terms.takes.prices
    return tuple(sorted(names)[:NAMED_MAX])
