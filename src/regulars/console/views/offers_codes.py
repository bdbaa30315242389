"""Codes of an offer in bulk: made, watched as they are, saved as a file."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from regulars.console import said, written
from regulars.console.access import allowed
from regulars.console.offers_pages.codes import cells_of, csv_of, progress
from regulars.console.offers_pages.codes_workbook import WORKBOOK, workbook_in_pieces
from regulars.console.views.offers import changed, known, taken_out
from regulars.console.voice import voice
from regulars.kit.errors import RegularsError
from regulars.offers import queries, services
from regulars.team.types import Permission

COUNT_CHARACTERS_MAX = 12
COUNTED_MAX = 10**9
"""Far above what the service allows, which says how many that is."""


@require_POST
@allowed(Permission.SET_UP_LOYALTY)
def make(request: HttpRequest, number: int) -> HttpResponse:
    """Have codes made."""
    offer = known(number)
    told = written.number(request.POST.get("count", "")[:COUNT_CHARACTERS_MAX])
    count = int(told) if told is not None and told == int(told) and 0 < told < COUNTED_MAX else 0
    try:
        with transaction.atomic():
            services.order_codes(offer_id=number, count=count)
            changed(request, voice(), offer, what="codes", codes=count)
    except RegularsError as error:
        said.refused(request, error.message)
    return redirect("offers-one", number)


@never_cache
@require_safe
@allowed(Permission.SEE_CUSTOMERS)
def state(request: HttpRequest, number: int) -> HttpResponse:
    """How far they are; htmx asks while they are made."""
    offer = known(number)
    shown = progress(offer, voice())
    if not shown.is_working:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "console/offers/codes_state.html", {"offer": offer, "progress": shown})


@require_safe
@allowed(Permission.SET_UP_LOYALTY, Permission.TAKE_LISTS_OUT)
def as_csv(request: HttpRequest, number: int) -> HttpResponseBase:
    """All codes as a file that any program reads, sent as it is made."""
    offer = known(number)
    taken_out(request, voice(), "offer-codes", offer.codes_made, offer)
    headers = {
        "Content-Disposition": f'attachment; filename="codes-{number}.csv"',
        "Cache-Control": "no-store",
    }
    return StreamingHttpResponse(csv_of(number), content_type="text/csv; charset=utf-8", headers=headers)


@require_safe
@allowed(Permission.SET_UP_LOYALTY, Permission.TAKE_LISTS_OUT)
def as_workbook(request: HttpRequest, number: int) -> HttpResponseBase:
    """The same as a workbook; what a sheet does not hold goes on in the next."""
    offer = known(number)
    taken_out(request, voice(), "offer-codes", offer.codes_made, offer)
    name = f"codes-{number}"
    rows = cells_of(queries.printed_codes(number))
    pieces = workbook_in_pieces(name, [_("Number"), _("Code"), _("State")], rows)
    headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(pieces, content_type=WORKBOOK, headers=headers)
