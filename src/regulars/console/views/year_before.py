"""What a programme would have cost over the last twelve months."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from regulars.commerce import queries as commerce
from regulars.console.access import allowed, may, user_id_of, while_signed_in
from regulars.console.loyalty_pages import year, year_file
from regulars.console.voice import voice
from regulars.loyalty import services
from regulars.team import services as team
from regulars.team.types import Action, Permission


@never_cache
@require_safe
@allowed(Permission.SET_UP_LOYALTY, Permission.SEE_FIGURES)
def page(request: HttpRequest) -> HttpResponse:
    """What the draft, or the rules in force, would have cost; or how far the reckoning is."""
    speak = voice()
    chosen, current = year.subject(request.GET.get("of", ""), speak)
    if chosen is None:
        return render(request, "console/loyalty/year.html", {"nothing": "rules"})
    context = year.context(chosen, current, cards=may(request, Permission.SEE_CUSTOMERS), speak=speak)
    if "result" not in context and not commerce.any_orders():
        context["nothing"] = "orders"
    return render(request, "console/loyalty/year.html", context)


@require_POST
@allowed(Permission.SET_UP_LOYALTY, Permission.SEE_FIGURES)
def make(request: HttpRequest) -> HttpResponse:
    """Have it reckoned, beside the rules in force where these are others."""
    speak = voice()
    chosen, current = year.subject(request.POST.get("of", ""), speak)
    if chosen is None:
        raise Http404
    with transaction.atomic():
        for one in (chosen, current):
            if one is not None:
                services.request_year(programme=one.programme, now=speak.now, user_id=user_id_of(request))
    return redirect(f"{reverse('loyalty-programme-year')}?of={chosen.key}")


@never_cache
@login_not_required
@require_safe
@while_signed_in
@allowed(Permission.SET_UP_LOYALTY, Permission.SEE_FIGURES)
def state(request: HttpRequest) -> HttpResponse:
    """How far it is, asked by the page every second until there is something to show."""
    chosen, current = year.subject(request.GET.get("of", ""), voice())
    if chosen is None or not year.is_at_work(chosen, current):
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "console/loyalty/year_state.html", year.progress(chosen, current))


@never_cache
@require_safe
@allowed(Permission.SET_UP_LOYALTY, Permission.SEE_FIGURES, Permission.TAKE_LISTS_OUT)
def export(request: HttpRequest) -> HttpResponseBase:
    """The tables as a file."""
    speak = voice()
    chosen, _current = year.subject(request.GET.get("of", ""), speak)
    if chosen is None or chosen.year is None or chosen.year.result is None:
        raise Http404
    team.log(
        user_id=user_id_of(request),
        action=Action.LIST_TAKEN_OUT,
        now=speak.now,
        details={"list": "programme-year"},
    )
    return year_file.workbook(chosen.year.result, speak)
