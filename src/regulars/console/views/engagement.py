"""How people take part in the programme."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from regulars.console.access import allowed, user_id_of
from regulars.console.aged import aged_context, may_take_long
from regulars.console.loyalty_pages import engagement, engagement_parts, words
from regulars.console.voice import voice
from regulars.console.xlsx import Cell, Column, workbook
from regulars.loyalty import queries
from regulars.team import services as team
from regulars.team.types import Action, Permission


@never_cache
@require_safe
@allowed(Permission.SEE_FIGURES)
@may_take_long
def page(request: HttpRequest) -> HttpResponse:
    """Who takes part, in which part and tier, what it costs, and what nobody uses."""
    speak = voice()
    days = engagement.days_of(request.GET.get("days", ""))
    version = queries.current(speak.now)
    key = ("engagement", version and version.id, days)
    context = aged_context(key, lambda s: engagement.context(version, days, s), speak)
    return render(request, "console/loyalty/engagement.html", context)


@never_cache
@require_safe
@allowed(Permission.TAKE_LISTS_OUT, Permission.SEE_FIGURES)
def export(request: HttpRequest) -> HttpResponseBase:
    """The parts as a file."""
    speak = voice()
    version = queries.current(speak.now)
    days = engagement.days_of(request.GET.get("days", ""))
    team.log(
        user_id=user_id_of(request),
        action=Action.LIST_TAKEN_OUT,
        now=speak.now,
        details={"list": "engagement"},
    )
    current = engagement_parts.parts(version, speak) if version else []
    rows = engagement_parts.part_rows(
        current, engagement_parts.parts_of(days, version, speak), 0, version, speak
    )
    columns = [
        Column(_("Part of the programme"), width=36),
        Column(_("Kind")),
        Column(_("Customers"), "whole"),
        Column(_("Times"), "whole"),
        Column(_("Points"), "money"),
        Column(_("Given, in money"), "money", 20),
    ]
    currency = version.programme.currency if version else speak.shop.currency
    cells: list[list[Cell]] = [
        [
            row.name,
            row.kind,
            row.people_count,
            row.times_count,
            words.amount(row.points_minor),
            speak.amount(row.cost_minor, currency or speak.shop.currency),
        ]
        for row in rows
    ]
    name = f"engagement-{days}-{speak.today.isoformat()}"
    return workbook(name=name, columns=columns, rows=cells, timezone=speak.shop.timezone)
