"""Who may open a page: each view names what it asks for, and `team.rules` says which role has it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from regulars.team import queries as team
from regulars.team.types import Permission

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

ASKED_FOR = "asked_for"
"""The attribute of a view that holds what it asks for; a test walks over all addresses and reads it."""


def allowed(*permissions: Permission) -> Callable[[View[P]], View[P]]:
    """Let in who has all of these; everybody of the team if none is named."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not permissions_of(request).issuperset(permissions):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        setattr(guarded, ASKED_FOR, frozenset(permissions))
        return guarded

    return decorate


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
