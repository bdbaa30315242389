"""What stands between a page and the browser."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse

from regulars.console.views.errors import not_found


class HelpWhereNothingIsShown:
    """An address that only takes forms, opened by itself (after signing in anew, say): Django answers with
    an empty page. It gets the words and the ways of the page for addresses that do not exist."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method != "GET" or response.status_code != 405:
            return response
        page = not_found(request, Http404())
        page.status_code = 405
        page["Allow"] = response["Allow"]
        return page
