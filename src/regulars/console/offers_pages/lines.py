"""Offers as the pages show them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from regulars.analytics.wording.numbers import DASH, plain
from regulars.console.aged import aged_figures
from regulars.console.voice import Voice
from regulars.offers import queries
from regulars.offers.queries.listing import OfferFigures
from regulars.offers.types import Offer, OfferKind, OfferState
from regulars.offers.wording import Voice as OfferVoice
from regulars.offers.wording import customer_sentence, sentences

LATELY_DAYS = 30

KINDS = {
    OfferKind.SHARED: gettext_lazy("One code for everybody"),
    OfferKind.CODES: gettext_lazy("Codes of one use each"),
    OfferKind.PERSONAL: gettext_lazy("By itself, without a code"),
    OfferKind.PRICES: gettext_lazy("Own prices"),
}
ICONS = {
    OfferKind.SHARED: "share-2",
    OfferKind.CODES: "ticket-percent",
    OfferKind.PERSONAL: "users-round",
    OfferKind.PRICES: "tag",
}


@dataclass(frozen=True)
class Mark:
    """How an offer stands, in a word; `tone` as in parts/mark.html."""

    name: str
    tone: str


@dataclass(frozen=True)
class OfferLine:
    """An offer in a list."""

    id: int
    name: str
    kind: str
    icon: str
    code: str
    sentence: str
    mark: Mark
    uses: str
    people: str
    taken: str
    left: str


@dataclass(frozen=True)
class Figure:
    label: str
    value: str
    period: str = ""
    help: str = ""


def offer_voice(speak: Voice, currency: str) -> OfferVoice:
    """How offers of that currency are spoken of on a page."""
    return OfferVoice(speak.language, currency, speak.zone)


def said_of(offer: Offer, speak: Voice) -> list[str]:
    """All of an offer in sentences."""
    voice = offer_voice(speak, offer.currency)
    return [plain(one) for one in sentences(offer.terms, voice, shared_code=offer.shared_code)]


def mark_of(offer: Offer, speak: Voice) -> Mark:
    """How an offer stands now."""
    if offer.state is OfferState.DRAFT:
        return Mark(pgettext("offer", "draft"), "")
    if offer.state is OfferState.PAUSED:
        return Mark(pgettext("offer", "paused"), "slipping")
    if offer.state is OfferState.STOPPED:
        return Mark(pgettext("offer", "stopped"), "")
    if offer.terms.until is not None and speak.now >= offer.terms.until:
        return Mark(pgettext("offer", "over"), "")
    if offer.left == 0 or _is_spent(offer):
        return Mark(pgettext("offer", "used up"), "")
    if offer.terms.since is not None and speak.now < offer.terms.since:
        return Mark(pgettext("offer", "begins later"), "slipping")
    return Mark(pgettext("offer", "running"), "kept")


def lines_of(offers: Sequence[Offer], figures: Mapping[int, OfferFigures], speak: Voice) -> list[OfferLine]:
    """A list of offers with their figures."""
    return [_line(offer, figures[offer.id], speak) for offer in offers]


def figures_of(ids: Collection[int], speak: Voice) -> dict[int, OfferFigures]:
    """What became of them, also lately."""
    return _figures_of(ids, speak.now)


def aged_figures_of(ids: Collection[int], speak: Voice) -> tuple[dict[int, OfferFigures], str]:
    """The same for a page, and since when they stand (empty: just now)."""
    return aged_figures(("offers", *ids), lambda now: _figures_of(ids, now), speak)


def _figures_of(ids: Collection[int], now: datetime) -> dict[int, OfferFigures]:
    return queries.figures_of(ids, since=now - timedelta(days=LATELY_DAYS)) if ids else {}


def figures_of_all(offers: Sequence[Offer], found: Mapping[int, OfferFigures], speak: Voice) -> list[Figure]:
    """The figures at the head of the list."""
    running = sum(1 for offer in offers if mark_of(offer, speak).tone == "kept")
    mine = [offer for offer in offers if offer.currency == speak.shop.currency]
    taken = sum(found[offer.id].lately_minor for offer in mine)
    period = ngettext("in the last %(n)s day", "in the last %(n)s days", LATELY_DAYS) % {"n": LATELY_DAYS}
    number = speak.formats.number
    return [
        Figure(_("Offers running"), number(running), _("now")),
        Figure(_("Used"), number(sum(one.lately for one in found.values())), period),
        Figure(
            _("Taken off"),
            speak.money(taken),
            period,
            _("What the offers took off orders, also of those being paid just now."),
        ),
    ]


def figures_of_one(offer: Offer, found: OfferFigures, speak: Voice) -> list[Figure]:
    """The figures at the head of an offer's page."""
    number = speak.formats.number
    shown = [
        Figure(
            _("Used"),
            number(offer.uses),
            _("since it began"),
            _("Counts uses set aside while an order is paid."),
        ),
        Figure(_("Taken off"), speak.money(offer.taken_minor, offer.currency), _("since it began")),
        Figure(_("Customers"), number(found.people), pgettext("customers", "known by name or number")),
    ]
    if offer.terms.budget_minor is not None:
        left = offer.terms.budget_minor - offer.taken_minor
        shown.append(Figure(_("Left of the budget"), speak.money(left, offer.currency), _("now")))
    if offer.left is not None:
        shown.append(Figure(_("Uses left"), number(offer.left), _("now")))
    elif offer.terms.kind is OfferKind.CODES:
        shown.append(Figure(_("Codes not used yet"), number(offer.codes_left), _("now")))
    return shown


def uses_left(offer: Offer) -> int | None:
    """How often an offer can be used yet, also by its codes; None: no limit."""
    if offer.terms.kind is not OfferKind.CODES:
        return offer.left
    return offer.codes_left if offer.left is None else min(offer.left, offer.codes_left)


def _line(offer: Offer, found: OfferFigures, speak: Voice) -> OfferLine:
    number = speak.formats.number
    left = uses_left(offer)
    told = DASH if left is None else number(left)
    if offer.codes_made:
        told = _("%(left)s of %(codes)s") % {"left": told, "codes": number(offer.codes_made)}
    return OfferLine(
        id=offer.id,
        name=plain(offer.terms.name),
        kind=str(KINDS[offer.terms.kind]),
        icon=ICONS[offer.terms.kind],
        code=offer.shared_code,
        sentence=plain(customer_sentence(offer.terms, offer_voice(speak, offer.currency))),
        mark=mark_of(offer, speak),
        uses=number(offer.uses),
        people=number(found.people),
        taken=speak.money(offer.taken_minor, offer.currency),
        left=told,
    )


def _is_spent(offer: Offer) -> bool:
    return offer.terms.budget_minor is not None and offer.taken_minor >= offer.terms.budget_minor
