"""Pages for when something went wrong: what it was, and where to go from here.

Whoever is signed in stays inside the console, with the menu and the places that are open to them; all
others, and every page that must not need a database, stand alone.
"""

from __future__ import annotations

from difflib import get_close_matches
from urllib.parse import urlsplit

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseForbidden,
    HttpResponseNotFound,
    HttpResponseServerError,
)
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.csrf import requires_csrf_token

from regulars.console.access import ASKED_FOR, permissions_of
from regulars.console.navigation import PLACES, Place, places_for
from regulars.console.preferences import chosen_theme
from regulars.console.wording.team import ROLES
from regulars.kit import clock
from regulars.team import queries as team
from regulars.team.rules import ROLE_PERMISSIONS
from regulars.team.types import Permission

INSIDE = "console/page.html"
LIKENESS = 0.6
"""How much the first word of an address must be like that of a place to mean it."""
OWNERS_SHOWN = 3


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: a search, the place that was probably meant, and the others that are open."""
    if not _is_inside(request):
        return HttpResponseNotFound(render_to_string("404.html", request=request))
    places = places_for(permissions_of(request))
    meant = _meant(request.path, places)
    context = {
        "frame": INSIDE,
        "meant": meant,
        "others": [place for place in places if place is not meant],
        "can_search": Permission.SEE_CUSTOMERS in permissions_of(request),
        "looked_for": _looked_for(request.path),
    }
    return HttpResponseNotFound(render_to_string("404.html", context, request=request))


@requires_csrf_token
def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: for whom the page is, who can give access, and what is open instead."""
    if not _is_inside(request):
        return HttpResponseForbidden(render_to_string("403.html", request=request))
    context = {
        "frame": INSIDE,
        "roles": _roles_for(request),
        "owners": [m for m in team.who_may(Permission.MANAGE_TEAM) if m.active][:OWNERS_SHOWN],
        "others": places_for(permissions_of(request)),
    }
    return HttpResponseForbidden(render_to_string("403.html", context, request=request))


@requires_csrf_token
def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 of a form without its token: the page it stood on, to be opened anew."""
    context = {"theme": chosen_theme(request), "page_url": _came_from(request)}
    return HttpResponseForbidden(render_to_string("403_csrf.html", context))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400; nothing of the request is believed but the theme."""
    return HttpResponseBadRequest(render_to_string("400.html", {"theme": chosen_theme(request)}))


def broken(request: HttpRequest) -> HttpResponse:
    """500, without a query: the database may be what broke. The moment is that of the server's log."""
    context = {"theme": chosen_theme(request), "moment": f"{clock.now():%Y-%m-%d %H:%M:%S} UTC"}
    return HttpResponseServerError(render_to_string("500.html", context))


def _is_inside(request: HttpRequest) -> bool:
    """Whether somebody of the team is signed in; where sessions were not reached, nobody is."""
    user = getattr(request, "user", None)
    return bool(user and user.is_authenticated and permissions_of(request))


def _meant(path: str, places: list[Place]) -> Place | None:
    """The place whose address begins most like this one."""
    word = path.strip("/").split("/")[0].lower()
    sections = [place.section for place in places]
    if word not in sections:
        word = next(iter(get_close_matches(word, sections, n=1, cutoff=LIKENESS)), "")
    return next((place for place in places if place.section == word), None)


def _looked_for(path: str) -> str:
    """What the address says of what was looked for, in words."""
    section = next((p.section for p in PLACES if path.startswith(f"/{p.section}/")), "")
    return {
        "customers": _("The customer was removed, or the two cards of one person became one."),
        "imports": _("The import or its file is no longer kept."),
        "tasks": _("The task is gone."),
        "metrics": _("There is no such table, or nothing has been computed to fill it with."),
        "audit": _("No audit is kept of that day, or none has been made yet."),
    }.get(section, "")


def _roles_for(request: HttpRequest) -> list[str]:
    """The roles that open this page."""
    match = request.resolver_match
    asked = getattr(match.func, ASKED_FOR, None) if match else None
    if not asked:
        return []
    return [str(ROLES[role]) for role, has in ROLE_PERMISSIONS.items() if has >= asked]


def _came_from(request: HttpRequest) -> str:
    """The page of ours the form stood on; the first page where that is not known."""
    referer: str = request.headers.get("referer") or ""
    if url_has_allowed_host_and_scheme(
        referer, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        path = urlsplit(referer).path
        try:
            resolve(path)
        except Resolver404:
            return "/"
        return path
    return "/"
