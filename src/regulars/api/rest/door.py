"""The way into /api: past sessions, cookies and pages, with every end in problem+json."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import get_resolver
from django.utils import translation

from regulars.api import keys
from regulars.api.rest import problems
from regulars.api.rest.bodies import check_length
from regulars.api.rest.problems import Problem
from regulars.kit import clock
from regulars.kit.database import is_unable

PREFIX = "/api/"
URLS = "regulars.api.rest.urls"

_log = logging.getLogger(__name__)


class Door:
    """Middleware that answers what is below /api itself and lets pass everything else.

    A call has a key instead of a session, so nothing that follows is for it; and no page of ours may come
    back from here, whatever happens.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        response = _answered(request)
        # Django would write the address into its log, and an id in it may be somebody's e-mail.
        response._has_been_logged = True  # type: ignore[attr-defined]
        for name, value in getattr(request, "limit_headers", {}).items():
            response[name] = value
        if key := getattr(request, "caller", None):
            told = bool(getattr(request, "writes", False))
            taken, refused = told and response.status_code < 400, told and 400 <= response.status_code < 500
            keys.count(key, taken=int(taken), refused=int(refused))
        return response


def _answered(request: HttpRequest) -> HttpResponse:
    request.now = clock.now()  # type: ignore[attr-defined]
    request.document = ""  # type: ignore[attr-defined]
    try:
        check_length(request)
        with translation.override("en"):  # those who read these answers write programs
            return _dispatched(request)
    except Problem as problem:
        return problem.response()
    except Exception as error:
        if is_unable(error):
            _log.warning("a call found the database unable to answer: %s", type(error).__name__)
            return problems.unavailable().response()
        _log.exception("a call broke: %s %s", request.method, _route(request))
        return problems.broken().response()


def _dispatched(request: HttpRequest) -> HttpResponse:
    asked = request.method
    if asked == "HEAD":  # as GET; the web server leaves the body out
        request.method = "GET"
    try:
        match = get_resolver(URLS).resolve(request.path_info)
        request.resolver_match = match
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
    except Http404 as error:
        raise problems.missing(
            f"There is nothing at this address. All there are: {problems.REFERENCE}"
        ) from error
    if response.status_code != 405:
        return response
    methods = {name.strip() for name in response["Allow"].split(",")}
    methods |= {"HEAD"} if "GET" in methods else set()
    allowed = sorted(methods | {"OPTIONS"})
    if asked == "OPTIONS":
        return HttpResponse(status=204, headers={"Allow": ", ".join(allowed)})
    raise problems.method_not_allowed(allowed)


def _route(request: HttpRequest) -> str:
    """The address without what stands in it: ids may be somebody's e-mail."""
    return request.resolver_match.route if request.resolver_match else "?"
