"""Metrics: headline figures over time, cohorts, RFM, channels; every table as a workbook."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from regulars.analytics import queries
from regulars.analytics.queries import Kept
from regulars.analytics.types import Audit
from regulars.analytics.wording.numbers import Formats
from regulars.commerce import queries as commerce
from regulars.console import metrics
from regulars.console.access import allowed, user_id_of
from regulars.console.figures import basis
from regulars.console.metrics.sheets import Sheet
from regulars.console.voice import language
from regulars.console.xlsx import workbook
from regulars.kit import clock
from regulars.team import services as team
from regulars.team.types import Action, Permission

Build = Callable[[Kept, Formats], dict[str, Any]]


@never_cache
@require_safe
@allowed(Permission.SEE_FIGURES)
def page(request: HttpRequest) -> HttpResponse:
    """Do customers come back, and is it getting better?"""
    return _shown(
        request, "page", lambda kept, formats: metrics.trend.context(kept, queries.latest_run(), formats)
    )


@never_cache
@require_safe
@allowed(Permission.SEE_FIGURES)
def cohorts(request: HttpRequest) -> HttpResponse:
    """Who keeps coming, by the month of the first order?"""
    show = request.GET.get("show", "")
    return _shown(
        request, "cohorts", lambda kept, formats: metrics.cohorts.context(kept.audit, formats, show)
    )


@never_cache
@require_safe
@allowed(Permission.SEE_FIGURES)
def rfm(request: HttpRequest) -> HttpResponse:
    """Who are the customers, by how recently and how often they ordered?"""
    return _shown(request, "rfm", lambda kept, formats: metrics.rfm.context(kept.audit, formats))


@never_cache
@require_safe
@allowed(Permission.SEE_FIGURES)
def channels(request: HttpRequest) -> HttpResponse:
    """What do customers cost and bring, by channel?"""
    return _shown(request, "channels", lambda kept, formats: metrics.channels.context(kept.audit, formats))


@never_cache
@require_safe
@allowed(Permission.SEE_FIGURES, Permission.TAKE_LISTS_OUT)
def export(request: HttpRequest, table: str) -> HttpResponseBase:
    """One table of these pages as a workbook; all of its rows, also those a page has no room for."""
    kept = queries.latest_kept()
    made = None if kept is None else _table(table, kept.audit)
    if kept is None or made is None:
        raise Http404
    with transaction.atomic():
        team.log(
            user_id=user_id_of(request),
            action=Action.LIST_TAKEN_OUT,
            now=clock.now(),
            details={"list": f"metrics-{table}", "rows": len(made.rows)},
        )
    return workbook(
        name=f"{table}-{kept.audit.as_of.isoformat()}",
        columns=made.columns,
        rows=made.rows,
        timezone=kept.audit.timezone,
    )


def _table(name: str, audit: Audit) -> Sheet | None:
    """None where there is no table of this name, or nothing to put into it."""
    if name == "trend":
        run = queries.latest_run()
        return None if run is None else metrics.sheets.trend(run.trend)
    if name not in metrics.sheets.SHEETS:
        return None
    return metrics.sheets.sheet(name, audit, Formats(language(), audit.currency))


def _shown(request: HttpRequest, name: str, build: Build) -> HttpResponse:
    """The page made of the figures of the last run, or what to do until there are some."""
    kept = queries.latest_kept()
    work = queries.figures_work()
    if kept is None:
        context = {"seen": "", "work": work, "has_orders": commerce.any_orders()}
        return render(request, "console/metrics/empty.html", context)
    formats = Formats(language(), kept.audit.currency)
    people = reverse("customers")
    return render(
        request,
        f"console/metrics/{name}.html",
        {
            "seen": kept.id,
            "work": work,
            "basis": basis(kept.audit, formats),
            "people_url": people,
            "segment_url": f"{people}?segment=",
            "stage_url": f"{people}?stage=",
            **build(kept, formats),
        },
    )
