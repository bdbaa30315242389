"""Who may open a page: each view names what it asks for, and `team.rules` says which role has it."""

from __future__ import annotations

from collections.abc import Callable, Set
from functools import wraps
from typing import Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from regulars.team import queries as team
from regulars.team.types import Permission

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

ASKED_FOR = "asked_for"
"""The attribute of a view that holds what it asks for; a test walks over all addresses and reads it."""


def allowed(*permissions: Permission) -> Callable[[View[P]], View[P]]:
    """Let in who has all of these; everybody of the team if none is named.

    Who has no overview is led from the first page on to the one they begin with.
    """

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            has = permissions_of(request)
            if has.issuperset(permissions):
                return view(request, *args, **kwargs)
            begins = first_page_for(has)
            if has and request.path == "/" and begins != "overview":
                return redirect(begins)
            raise PermissionDenied

        setattr(guarded, ASKED_FOR, frozenset(permissions))
        return guarded

    return decorate


def while_signed_in(view: View[P]) -> View[P]:
    """For what a page asks for every few seconds: after the session has ended the page is loaded anew.

    Otherwise a sign-in form would be put into the middle of it.
    """

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        return HttpResponse(headers={"HX-Refresh": "true"})

    return guarded


def permissions_of(request: HttpRequest) -> frozenset[Permission]:
    """What the one behind this request may see and do; asked of the database once a request."""
    known: frozenset[Permission] | None = getattr(request, "permissions", None)
    if known is None:
        user_id = request.user.pk if request.user.is_authenticated else None
        known = frozenset() if user_id is None else team.user_permissions(user_id)
        request.permissions = known  # type: ignore[attr-defined]
    return known


def may(request: HttpRequest, permission: Permission) -> bool:
    """Whether the one behind this request has it."""
    return permission in permissions_of(request)


def user_id_of(request: HttpRequest) -> int:
    """The number of who is signed in; only for views that only they reach."""
    user_id = request.user.pk
    if user_id is None:
        raise PermissionDenied
    return int(user_id)


def first_page_for(permissions: Set[Permission]) -> str:
    """The name of the page somebody begins with: figures if they see them, else their day, else customers."""
    if Permission.SEE_FIGURES in permissions:
        return "overview"
    if Permission.DO_TASKS in permissions:
        return "tasks-my-day"
    return "customers" if Permission.SEE_CUSTOMERS in permissions else "account"


def entrance(request: HttpRequest, wanted: str | None) -> str:
    """Where to go after the sign-in: where one wanted to, but first of all the shop has to be set up."""
    if not team.shop().set_up_at:
        return reverse("setup" if may(request, Permission.SET_UP_SHOP) else "setup-waiting")
    if wanted and wanted != "/":
        return wanted
    return reverse(first_page_for(permissions_of(request)))
