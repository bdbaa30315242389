"""Two cards side by side: line for line what each of them says, and what they have in common."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from regulars.analytics import queries as analytics
from regulars.analytics.types import CustomerRow
from regulars.analytics.wording.numbers import plain
from regulars.commerce import queries as commerce
from regulars.commerce.types import OrderRow
from regulars.console.access import may
from regulars.console.contacts import contact, kind_name
from regulars.console.voice import Voice
from regulars.console.wording import card as card_words
from regulars.console.wording import consents as consent_words
from regulars.console.wording.attributes import shown
from regulars.console.wording.people import Basis, name_or_number, stage
from regulars.customers import queries as customers
from regulars.customers.types import IdentityType, PersonAttribute, PersonRow
from regulars.team.types import Permission
from regulars.work import queries as work

ORDERS_SHOWN = 3
"""Of each: enough to see whether the two buy the same things."""
TELLING = frozenset({"birthday", "city"})
"""Attributes that speak for one person where both cards have the same; half of all are women."""


@dataclass(frozen=True)
class Value:
    text: str
    shared: bool = False
    """Whether the other card has the same."""


@dataclass(frozen=True)
class Line:
    """One thing both cards are asked about."""

    label: str
    first: list[Value]
    second: list[Value]


@dataclass(frozen=True)
class Side:
    """One of the two cards, in a few words."""

    id: int
    name: str
    numbers: str
    story: str


@dataclass(frozen=True)
class Compared:
    """Both cards. `together`: what there would be to say of the one that they would become."""

    sides: tuple[Side, Side]
    lines: list[Line]
    together: str


@dataclass(frozen=True)
class _Card:
    """All that is asked of one of them."""

    person: PersonRow
    figures: CustomerRow | None
    orders: list[OrderRow]
    bought: dict[int, str]
    attributes: list[PersonAttribute]
    consents: list[str]
    notes: int
    tasks: int


def compared(request: HttpRequest, first: PersonRow, second: PersonRow, speak: Voice) -> Compared:
    """What stands on both cards, contacts as whoever asks may see them."""
    whole = may(request, Permission.SEE_CONTACTS)
    cards = _card(request, first, speak), _card(request, second, speak)
    run = analytics.latest_run()
    basis = Basis.of(run)
    sides = _side(cards[0], basis, speak, whole=whole), _side(cards[1], basis, speak, whole=whole)
    lines = [
        _line(pgettext("of a person", "Name"), *(_names(card.person) for card in cards), telling=True),
        *(_contacts(cards, type_, whole=whole) for type_ in IdentityType),
        *_attributes(cards, speak),
        _line(_("Known since"), *([_since(card, speak)] for card in cards)),
        _line(_("Orders"), *(_orders(card, speak) for card in cards)),
        _line(_("Last order"), *(_last(card, speak) for card in cards)),
        _line(_("Usual gap"), *(_gap(card, speak) for card in cards)),
        _line(_("Stage"), *(_stage(card, speak) for card in cards)),
        _line(_("Bought lately"), *(_bought(card, speak) for card in cards)),
        _line(_("Consents"), *(card.consents for card in cards)),
        _line(_("Notes"), *(_count(card.notes, speak) for card in cards)),
        _line(_("Open tasks"), *(_count(card.tasks, speak) for card in cards)),
    ]
    return Compared(sides, [line for line in lines if line.first or line.second], _together(cards, speak))


def _card(request: HttpRequest, person: PersonRow, speak: Voice) -> _Card:
    orders = commerce.last_orders(person.profile_ids, ORDERS_SHOWN)
    goods = commerce.order_lines([order.id for order in orders])
    standing = consent_words.standing(customers.consent_history(person.profile_ids), speak)
    tasks = work.tasks_of(person.id) if may(request, Permission.DO_TASKS) else []
    return _Card(
        person=person,
        figures=analytics.figures_of(person.id),
        orders=orders,
        bought={
            number: ", ".join(dict.fromkeys(plain(line.product) for line in lines if line.product))
            for number, lines in goods.items()
        },
        attributes=customers.attributes_of_person(person.id),
        consents=[f"{said.about}: {said.answer}" for said in standing],
        notes=len(customers.notes_of(person.id)),
        tasks=sum(task.closed_at is None for task in tasks),
    )


def _side(card: _Card, basis: Basis | None, speak: Voice, *, whole: bool) -> Side:
    return Side(
        id=card.person.id,
        name=name_or_number(card.person.name, card.person.id),
        numbers=", ".join(card_words.sources(card.person.profiles, whole=whole)),
        story=card_words.story(card.figures, basis, speak, has_ordered=bool(card.orders)),
    )


def _line(label: str, first: Sequence[str], second: Sequence[str], *, telling: bool = False) -> Line:
    """`telling`: that both say the same speaks for one person, and is marked, whatever its case."""
    both = {text.casefold() for text in first} & {text.casefold() for text in second} if telling else set()
    return Line(label, *([Value(text, text.casefold() in both) for text in side] for side in (first, second)))


def _contacts(cards: tuple[_Card, _Card], type_: IdentityType, *, whole: bool) -> Line:
    """Two that look the same once they are masked need not be: what is stored is compared."""
    values = [[value for known, value in card.person.identities if known is type_] for card in cards]
    both = set(values[0]) & set(values[1])
    shown = [
        [Value(contact(type_, value, whole=whole).shown, value in both) for value in side] for side in values
    ]
    return Line(kind_name(type_), *shown)


def _attributes(cards: tuple[_Card, _Card], speak: Voice) -> list[Line]:
    """What is known of both besides; both are asked about the same, in the same order."""
    return [
        _line(
            plain(str(first.label)),
            *([text] if (text := shown(one, speak)) else [] for one in (first, second)),
            telling=first.key in TELLING,
        )
        for first, second in zip(cards[0].attributes, cards[1].attributes, strict=True)
    ]


def _names(person: PersonRow) -> list[str]:
    return list(dict.fromkeys(name for profile in person.profiles if (name := plain(profile.name))))


def _since(card: _Card, speak: Voice) -> str:
    return speak.formats.day(speak.day_of(card.person.created_at))


def _orders(card: _Card, speak: Voice) -> list[str]:
    figures = card.figures
    if figures is None or not figures.orders:
        return []
    money = speak.money(figures.revenue_minor, figures.currency)
    return [_("%(orders)s for %(money)s") % {"orders": speak.formats.orders(figures.orders), "money": money}]


def _last(card: _Card, speak: Voice) -> list[str]:
    return [speak.day(speak.day_of(card.orders[0].ordered_at))] if card.orders else []


def _bought(card: _Card, speak: Voice) -> list[str]:
    told = (
        card.bought.get(order.id) or speak.money(order.amount_minor, order.currency) for order in card.orders
    )
    return list(dict.fromkeys(told))


def _gap(card: _Card, speak: Voice) -> list[str]:
    gap = card.figures.usual_gap_days if card.figures else None
    return [] if gap is None else [speak.formats.days(gap)]


def _stage(card: _Card, speak: Voice) -> list[str]:
    found = stage(card.figures.stage, None, speak) if card.figures else None
    return [found.name] if found else []


def _count(count: int, speak: Voice) -> list[str]:
    return [speak.formats.number(count)] if count else []


def _together(cards: Iterable[_Card], speak: Voice) -> str:
    """ "9 orders for RUB 15,000, known since 1 May 2021": of the one card that there would be."""
    both = list(cards)
    since = speak.formats.day(speak.day_of(min(card.person.created_at for card in both)))
    ordered = [card.figures for card in both if card.figures and card.figures.orders]
    if not ordered or len({figures.currency for figures in ordered}) > 1:
        return _("known since %(day)s") % {"day": since}
    return _("%(orders)s for %(money)s, known since %(day)s") % {
        "orders": speak.formats.orders(sum(figures.orders for figures in ordered)),
        "money": speak.money(sum(figures.revenue_minor for figures in ordered), ordered[0].currency),
        "day": since,
    }
