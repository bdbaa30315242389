"""How the programme stands: points given, spent and open, and what is owed to customers."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from regulars.console.access import allowed, may, permissions_of, user_id_of
from regulars.console.aged import aged_context, may_take_long
from regulars.console.loyalty_pages import in_words, liability_file, standing, tills
from regulars.console.loyalty_pages import liability as owed
from regulars.console.loyalty_pages.first_steps import first_steps
from regulars.console.voice import Voice, voice
from regulars.loyalty import queries, ready
from regulars.team import services as team
from regulars.team.types import Action, Permission


@never_cache
@require_safe
@allowed(Permission.SEE_CUSTOMERS)
@may_take_long
def page(request: HttpRequest) -> HttpResponse:
    """How the programme stands; who sees no figures begins with what they do: points by hand, or telling
    customers of the rules."""
    if not may(request, Permission.SEE_FIGURES):
        gives = may(request, Permission.ADJUST_POINTS)
        return redirect("loyalty-by-hand" if gives else "loyalty-programme-as-read")
    speak = voice()
    versions = queries.versions()
    version = next((v for v in reversed(versions) if v.since <= speak.now), None)
    has_begun = queries.has_begun()
    context: dict[str, Any] = {
        "version": version,
        "headline": in_words.headline(versions, speak),
        "any": bool(versions) or has_begun,
    }
    if has_begun:
        context |= aged_context(
            ("loyalty", version and version.id), lambda s: standing.context(version, s), speak
        )
    elif versions:
        context["steps"] = first_steps(permissions_of(request))
    if context["any"]:
        context["hints"] = _hints(request, speak)
    else:
        usual = ready.beginning(speak.shop.currency)
        context["beginning"] = [*in_words.briefly(usual, speak), in_words.example(usual, speak)]
    return render(request, "console/loyalty/page.html", context)


@never_cache
@require_safe
@allowed(Permission.SEE_FIGURES)
@may_take_long
def liability(request: HttpRequest) -> HttpResponse:
    """What the shop owes in points, by age."""
    speak = voice()
    version = queries.current(speak.now)
    context = aged_context(("liability", version and version.id), lambda s: owed.context(version, s), speak)
    return render(request, "console/loyalty/liability.html", context)


@never_cache
@require_safe
@allowed(Permission.TAKE_LISTS_OUT, Permission.SEE_FIGURES)
def liability_export(request: HttpRequest) -> HttpResponseBase:
    """The same as a file."""
    speak = voice()
    team.log(
        user_id=user_id_of(request),
        action=Action.LIST_TAKEN_OUT,
        now=speak.now,
        details={"list": "points-owed"},
    )
    return liability_file.workbook(queries.current(speak.now), speak)


def _hints(request: HttpRequest, speak: Voice) -> list[standing.Hint]:
    decide = (
        queries.count_adjustments_waiting(not_asked_by=user_id_of(request))
        if may(request, Permission.APPROVE_POINTS)
        else 0
    )
    checks = queries.checks(limit=1)
    findings = len(checks[0].findings) if checks else 0
    return standing.waiting(decide, tills.count_wrong(speak.now - standing.SPAN), findings)
