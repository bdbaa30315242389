"""Metrics: headline figures over time, cohorts, RFM, channels."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse

from regulars.console.access import allowed
from regulars.team.types import Permission


@allowed(Permission.SEE_FIGURES)
def page(request: HttpRequest) -> HttpResponse:
    raise Http404


@allowed(Permission.SEE_FIGURES)
def cohorts(request: HttpRequest) -> HttpResponse:
    raise Http404


@allowed(Permission.SEE_FIGURES)
def rfm(request: HttpRequest) -> HttpResponse:
    raise Http404


@allowed(Permission.SEE_FIGURES)
def channels(request: HttpRequest) -> HttpResponse:
    raise Http404


@allowed(Permission.TAKE_LISTS_OUT)
def export(request: HttpRequest, table: str) -> HttpResponse:
    raise Http404
