"""The team: who may do what, invitations, links to set a password."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse

from regulars.console.access import allowed
from regulars.team.types import Permission


@allowed(Permission.MANAGE_TEAM)
def page(request: HttpRequest) -> HttpResponse:
    raise Http404


@allowed(Permission.MANAGE_TEAM)
def invite(request: HttpRequest) -> HttpResponse:
    raise Http404


@allowed(Permission.MANAGE_TEAM)
def member(request: HttpRequest, number: int) -> HttpResponse:
    raise Http404


@allowed(Permission.MANAGE_TEAM)
def password_link(request: HttpRequest, number: int) -> HttpResponse:
    raise Http404


@allowed(Permission.MANAGE_TEAM)
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    raise Http404


@allowed(Permission.SEE_AUDIT_LOG)
def audit_log(request: HttpRequest) -> HttpResponse:
    raise Http404


@allowed(Permission.SEE_AUDIT_LOG)
def audit_log_export(request: HttpRequest) -> HttpResponse:
    raise Http404
