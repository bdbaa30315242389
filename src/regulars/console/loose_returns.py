"""Returns that name no order, as pages show them, and what naming one does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.analytics.wording.numbers import plain
from regulars.commerce import queries as commerce
from regulars.commerce import services as commerce_services
from regulars.commerce.types import LooseCredit, OrderThatFits, WhyUnfit
from regulars.console.card_likely import ShortCard, cards_of
from regulars.console.friend_pages import people_found
from regulars.console.ids import id_of
from regulars.console.import_pages import moment
from regulars.console.voice import Voice
from regulars.console.wording.people import name_or_number
from regulars.customers import queries as customers
from regulars.loyalty import services as loyalty_services
from regulars.loyalty.queries.orders import lots_of_orders, spent_on_orders
from regulars.loyalty.types import OrderTold
from regulars.loyalty.wording import amounts

PEOPLE_SHOWN = 20
LINES_SHOWN = 4
"""What was in an order, as far as it helps to tell it from others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A return. `told`: what its source says of an order that nobody knows."""

    id: int
    number: str
    source: str
    when: str
    amount: str
    what: str
    person: int | None
    who: str
    told: str
    order_id: int | None
    order: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitting:
    """An order that a return may be of."""

    id: int
    number: str
    when: str
    amount: str
    left: str
    what: str
    has_product: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Looking for the customer of a return whose source names none. `found`: whom somebody may mean."""

    person: int | None = None
    name: str = ""
    asked: str = ""
    found: Sequence[ShortCard] = ()
    more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What becomes of an order, and of its customer's points."""

    taken_minor: int
    returned_minor: int
    left_minor: int


def lines_of(rows: Sequence[LooseCredit], speak: Voice) -> list[Line]:
    """These returns in words; the names of their customers are asked for at once."""
    persons = customers.persons_of({row.profile_id for row in rows if row.profile_id is not None})
    names = customers.person_names(sorted(set(persons.values()))) if persons else {}
    return [_line(row, persons.get(row.profile_id or 0), names, speak) for row in rows]


def _line(row: LooseCredit, person: int | None, names: dict[int, str], speak: Voice) -> Line:
    return Line(
        id=row.id,
        number=plain(row.external_id),
        source=plain(row.source),
        when=moment(row.credited_at, speak),
        amount=speak.money(row.amount_minor, row.currency),
        what=_pieces(row.product, row.quantity, speak),
        person=person,
        who=name_or_number(names.get(person), person) if person else "",
        told=plain(row.told_order),
        order_id=row.order_id,
        order=plain(row.order_number),
    )


def _pieces(product: str, quantity: Decimal | None, speak: Voice) -> str:
    if not product or quantity is None or quantity == 1:
        return plain(product)
    places = max(0, -int(quantity.normalize().as_tuple().exponent))
    return f"{plain(product)} × {speak.formats.number(quantity, places)}"


def fitting_of(orders: Sequence[OrderThatFits], speak: Voice) -> list[Fitting]:
    """Orders to choose from, with what was in them."""
    lines = commerce.order_lines([order.id for order in orders])
    found = []
    for order in orders:
        goods = [plain(line.product) for line in lines[order.id] if line.product]
        more = [_("and more")] if len(goods) > LINES_SHOWN else []
        found.append(
            Fitting(
                id=order.id,
                number=plain(order.number),
                when=" · ".join(filter(None, [moment(order.ordered_at, speak), plain(order.branch)])),
                amount=speak.money(order.amount_minor, order.currency),
                left=speak.money(order.left_minor, order.currency)
                if order.left_minor != order.amount_minor
                else "",
                what=", ".join([*goods[:LINES_SHOWN], *more]),
                has_product=order.has_product,
            )
        )
    return found


def whose_of(request: HttpRequest, speak: Voice) -> Whose:
    """Who was chosen, or who is found by what was asked."""
    number = id_of(request.GET.get("person", ""))
    asked = request.GET.get("q", "").replace("\0", "").strip()[:200]
    if number is not None and (person := customers.person(number)):
        return Whose(person=person.id, name=name_or_number(person.name, person.id), asked=asked)
    ids = people_found(asked, limit=PEOPLE_SHOWN + 1) if asked else []
    cards = cards_of(request, ids[:PEOPLE_SHOWN], speak)
    return Whose(asked=asked, found=cards, more=len(ids) > PEOPLE_SHOWN)


def unfit_words(reasons: Mapping[WhyUnfit, int], speak: Voice) -> list[str]:
    """ "2 orders were made after the return.": why none of a customer's orders fits."""
    said = sorted(reasons.items(), key=lambda one: -one[1])
    return [_unfit(why, count) % {"n": speak.formats.number(count)} for why, count in said]


def _unfit(why: WhyUnfit, n: int) -> str:
    match why:
        case WhyUnfit.LATER:
            return ngettext(
                "%(n)s order was made after the return.", "%(n)s orders were made after the return.", n
            )
        case WhyUnfit.CURRENCY:
            return ngettext("%(n)s order is in another currency.", "%(n)s orders are in another currency.", n)
        case WhyUnfit.CANCELLED:
            return ngettext("%(n)s order is cancelled.", "%(n)s orders are cancelled.", n)
        case WhyUnfit.GIVEN_BACK:
            return ngettext(
                "All of %(n)s order is given back already.",
                "All of %(n)s orders is given back already.",
                n,
            )


def effect(*, credit_id: int, order_id: int, now: datetime) -> Effect:
    """What naming this order does: it is done, looked at and taken back at once, so it cannot be another.

    Raises what `name_order` does.
    """
    with transaction.atomic():
        earned, spent_back = _points(order_id)
        commerce_services.name_order(credit_id=credit_id, order_id=order_id, now=now)
        told = OrderTold(order_id=order_id, at=now)
        loyalty_services.settle_orders(told=[told], now=now)
        earned_after, spent_back_after = _points(order_id)
        left_minor = commerce.order_standings([order_id])[order_id].net_minor
        transaction.set_rollback(True)
    return Effect(
        taken_minor=earned - earned_after,
        returned_minor=spent_back_after - spent_back,
        left_minor=left_minor,
    )


def _points(order_id: int) -> tuple[int, int]:
    """What an order has earned its customer, and what came back of what was spent on it."""
    order = commerce.order_standings([order_id]).get(order_id)
    if order is None:
        return 0, 0
    keys = [(order.source, order.external_id)]
    earned = sum(lot.settled_minor for lots in lots_of_orders(keys).values() for lot in lots)
    return earned, sum(one.given_back_minor for holds in spent_on_orders(keys).values() for one in holds)


def effect_words(done: Effect, currency: str, speak: Voice) -> list[str]:
    """The same in sentences."""
    said = []
    if done.taken_minor > 0:
        points = amounts.points(done.taken_minor, speak.formats)
        said.append(_("Taken back from the customer: %(points)s.") % {"points": points})
    if done.returned_minor > 0:
        points = amounts.points(done.returned_minor, speak.formats)
        said.append(_("Returned to the customer, as they were spent on it: %(points)s.") % {"points": points})
    if not said:
        said.append(_("No points change."))
    left = speak.money(max(0, done.left_minor), currency)
    return [*said, _("The order will be worth %(amount)s.") % {"amount": left}]
