"""Offers that apply to a customer by themselves, for their card."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, F, Q

from regulars.analytics.wording.numbers import plain
from regulars.console.offers_pages.lines import offer_voice
from regulars.console.voice import Voice
from regulars.offers.models import Offer, Taken
from regulars.offers.queries.stored import ready
from regulars.offers.types import OfferKind, OfferState, Terms
from regulars.offers.wording import Voice as OfferVoice
from regulars.offers.wording import customer_sentence
from regulars.segments import queries as segments

_BY_ITSELF = (OfferKind.PERSONAL.value, OfferKind.PRICES.value)


@dataclass(frozen=True)
class OfCustomer:
    """An offer of which a customer has something at the till now."""

    id: int
    name: str
    text: str


def offers_of(person_id: int, speak: Voice) -> list[OfCustomer]:
    """Those that run now, are for this customer, and are not used up; the oldest first."""
    now = speak.now
    rows = Offer.objects.filter(
        Q(since=None) | Q(since__lte=now),
        Q(until=None) | Q(until__gt=now),
        Q(uses_most=None) | Q(uses__lt=F("uses_most")),
        Q(budget_minor=None) | Q(taken_minor__lt=F("budget_minor")),
        state=OfferState.RUNNING.value,
        kind__in=_BY_ITSELF,
    ).order_by("id")
    running = {row.pk: row for row in rows.only("id", "revision", "currency", "uses_each")}
    if not running:
        return []
    used = _used(person_id) if any(row.uses_each for row in running.values()) else {}
    offers = ready({(row.pk, row.revision) for row in running.values()})
    conditions = {str(id_): offer.terms.who for id_, offer in offers.items()}
    fits = segments.fits(conditions=conditions, asked=[segments.Asked(1, person_id, now)])
    return [
        _told(id_, offers[id_].terms, offer_voice(speak, row.currency))
        for id_, row in running.items()
        if fits[str(id_)] and (row.uses_each is None or used.get(id_, 0) < row.uses_each)
    ]


def _told(offer_id: int, terms: Terms, speak: OfferVoice) -> OfCustomer:
    return OfCustomer(offer_id, plain(terms.name), plain(customer_sentence(terms, speak)))


def _used(person_id: int) -> dict[int, int]:
    """How often they used each offer."""
    taken = Taken.objects.filter(profile__person_id=person_id, counts=True).values("offer_id")
    return {row["offer_id"]: row["times"] for row in taken.annotate(times=Count("id"))}
