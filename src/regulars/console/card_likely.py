"""Cards that may be of one customer: each in a line, and in pairs with what they have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest

from regulars.analytics.types import CustomerRow
from regulars.console.contacts import Contact, first_contacts
from regulars.console.members_list import figures_of
from regulars.console.voice import Voice
from regulars.console.wording import merging as wording
from regulars.console.wording.people import name_or_number, worth
from regulars.customers import queries as customers
from regulars.customers.types import Duplicate


@dataclass(frozen=True)
class ShortCard:
    """Somebody in a line. `worth`: orders and what they brought, empty where there are none."""

    id: int
    name: str
    contacts: Sequence[Contact]
    worth: str


@dataclass(frozen=True)
class Pair:
    """Two who may be one, and why."""

    first: ShortCard
    second: ShortCard
    why: str


def cards_of(request: HttpRequest, person_ids: Sequence[int], speak: Voice) -> list[ShortCard]:
    """These persons in their order."""
    if not person_ids:
        return []
    names, contacts = customers.person_names(person_ids), first_contacts(request, person_ids)
    figures: Mapping[int, CustomerRow] = figures_of(person_ids)
    return [
        ShortCard(
            id=one,
            name=name_or_number(names.get(one), one),
            contacts=contacts.get(one, ()),
            worth=_worth(figures.get(one), speak),
        )
        for one in person_ids
    ]


def pairs_of(request: HttpRequest, rows: Sequence[Duplicate], speak: Voice) -> list[Pair]:
    """Who may be one, in the order given."""
    ids = sorted({one for row in rows for one in (row.first_id, row.second_id)})
    cards = {card.id: card for card in cards_of(request, ids, speak)}
    return [
        Pair(cards[row.first_id], cards[row.second_id], wording.likenesses(row.likenesses)) for row in rows
    ]


def _worth(figures: CustomerRow | None, speak: Voice) -> str:
    return worth(figures, speak) if figures and figures.orders else ""
