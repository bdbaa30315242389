"""Offers: which there are, what became of them, begun, paused, ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from regulars.analytics.wording.numbers import DASH, plain
from regulars.console import said
from regulars.console.access import allowed, user_id_of
from regulars.console.aged import may_take_long
from regulars.console.offers_pages import lines, using
from regulars.console.offers_pages.codes import progress
from regulars.console.offers_pages.finding import ASKED_MAX, find
from regulars.console.voice import Voice, voice
from regulars.console.xlsx import Cell, Column, workbook
from regulars.kit.errors import RegularsError
from regulars.offers import queries, services
from regulars.offers.models import Code
from regulars.offers.types import Offer, OfferKind
from regulars.team import services as team
from regulars.team.types import Action, Permission


@never_cache
@require_safe
@allowed(Permission.SEE_CUSTOMERS)
@may_take_long
def page(request: HttpRequest) -> HttpResponse:
    """What offers there are, and what they bring about."""
    speak = voice()
    offers = queries.offers()
    figures, as_of = lines.aged_figures_of([offer.id for offer in offers], speak)
    asked = request.GET.get("code", "").strip()[:ASKED_MAX]
    context = {
        "asked": asked,
        "found": find(asked, speak) if asked else None,
        "can_find": bool(offers) or Code.objects.exists(),
        "lines": lines.lines_of(offers, figures, speak),
        "figures": lines.figures_of_all(offers, figures, speak),
        "as_of": as_of,
    }
    return render(request, "console/offers/page.html", context)


@require_safe
@allowed(Permission.SEE_CUSTOMERS, Permission.TAKE_LISTS_OUT)
def export(request: HttpRequest) -> HttpResponseBase:
    """The list as a file."""
    speak = voice()
    offers = queries.offers()
    figures = lines.figures_of([offer.id for offer in offers], speak)
    taken_out(request, speak, "offers", len(offers))
    columns = [
        Column(_("Offer"), width=32),
        Column(_("Kind"), width=24),
        Column(_("Code")),
        Column(_("State")),
        Column(_("Used"), "whole"),
        Column(_("Customers"), "whole"),
        Column(_("Taken off"), "money"),
        Column(_("Currency")),
        Column(_("Uses left"), "whole"),
        Column(_("In plain words"), width=80),
    ]
    rows = (
        [
            plain(offer.terms.name),
            str(lines.KINDS[offer.terms.kind]),
            offer.shared_code,
            lines.mark_of(offer, speak).name,
            offer.uses,
            figures[offer.id].people,
            speak.amount(offer.taken_minor, offer.currency),
            offer.currency,
            lines.uses_left(offer),
            " ".join(lines.said_of(offer, speak)),
        ]
        for offer in offers
    )
    return workbook(name=_("offers"), columns=columns, rows=rows, timezone=speak.shop.timezone)


@never_cache
@require_safe
@allowed(Permission.SEE_CUSTOMERS)
@may_take_long
def one(request: HttpRequest, number: int) -> HttpResponse:
    """An offer: what it says, what became of it, its codes."""
    speak = voice()
    offer = known(number)
    before = request.GET.get("before", "")
    shown = using.uses_of(offer, before=before, speak=speak)
    figures, as_of = lines.aged_figures_of([number], speak)
    days = using.days_of(offer, speak)
    context = {
        "offer": offer,
        "name": plain(offer.terms.name),
        "kind": lines.KINDS[offer.terms.kind],
        "mark": lines.mark_of(offer, speak),
        "says": lines.said_of(offer, speak),
        "figures": lines.figures_of_one(offer, figures[number], speak),
        "as_of": as_of,
        "days": days,
        "days_most": using.most_of(days),
        "uses": shown.lines,
        "older": shown.older,
        "before": before,
        "has_codes": offer.terms.kind is OfferKind.CODES,
        "by_hand": not offer.key,
        "progress": progress(offer, speak),
        "none": DASH,
    }
    return render(request, "console/offers/offer.html", context)


@require_POST
@allowed(Permission.SET_UP_LOYALTY)
def state(request: HttpRequest, number: int) -> HttpResponse:
    """Start an offer, pause it, end it, or throw a draft away; `do` stands in the address of what undoes."""
    speak = voice()
    offer = known(number)
    name, wanted = plain(offer.terms.name), request.POST.get("do") or request.GET.get("do", "")
    if wanted not in _MOVES:
        raise Http404
    move, words, undo = _MOVES[wanted]
    try:
        with transaction.atomic():
            move(offer_id=number)
            changed(request, speak, offer, what=wanted)
    except RegularsError as error:
        said.refused(request, error.message)
        return redirect("offers-one", number)
    address = f"{reverse('offers-state', args=[number])}?do={undo}" if undo else ""
    said.done(request, str(words) % {"name": name}, undo=address)
    return redirect("offers") if wanted == "drop" else redirect("offers-one", number)


_MOVES: Mapping[str, tuple[Callable[..., object], Promise, str]] = {
    "drop": (services.drop_draft, gettext_lazy("The draft “%(name)s” is thrown away."), ""),
    "start": (services.start, gettext_lazy("“%(name)s” runs: it can be used at the till now."), "pause"),
    "pause": (services.pause, gettext_lazy("“%(name)s” is paused: nobody can use it."), "start"),
    "stop": (services.stop, gettext_lazy("“%(name)s” is stopped for good."), ""),
}
"""What is done, what is said of it, and what undoes it."""


@require_safe
@allowed(Permission.SEE_CUSTOMERS, Permission.TAKE_LISTS_OUT)
def export_uses(request: HttpRequest, number: int) -> HttpResponseBase:
    """Who used it when, as a file."""
    speak = voice()
    offer = known(number)
    rows = using.all_uses(offer)
    taken_out(request, speak, "offer-uses", len(rows), offer)
    columns = [
        Column(_("When"), "moment", 20),
        Column(_("Customer"), width=32),
        Column(_("Order")),
        Column(_("Taken off"), "money"),
        Column(_("Currency")),
        Column(_("State")),
    ]
    cells: Iterator[list[Cell]] = (
        [
            row.at,
            plain(row.who),
            row.order_id,
            speak.amount(row.amount_minor, row.currency),
            row.currency,
            row.state,
        ]
        for row in using.named(rows)
    )
    return workbook(name=_("uses of an offer"), columns=columns, rows=cells, timezone=speak.shop.timezone)


def known(number: int) -> Offer:
    """The offer of an address."""
    found = queries.offer(number) if number < 2**63 else None
    if found is None:
        raise Http404
    return found


def changed(request: HttpRequest, speak: Voice, offer: Offer, **what: object) -> None:
    """Write down who did what to an offer, in the transaction of that."""
    team.log(
        user_id=user_id_of(request),
        action=Action.OFFER_CHANGED,
        now=speak.now,
        subject=f"offer:{offer.id}",
        details={"offer": offer.terms.name, **what},
    )


def taken_out(request: HttpRequest, speak: Voice, name: str, rows: int, offer: Offer | None = None) -> None:
    """Write down that somebody saved a list, with the offer it is of."""
    team.log(
        user_id=user_id_of(request),
        action=Action.LIST_TAKEN_OUT,
        now=speak.now,
        subject=f"offer:{offer.id}" if offer else "",
        details={"list": name, "rows": rows},
    )
