"""What a browser remembers for its user: the language (Django's own cookie) and light or dark."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

THEMES = ("light", "dark")
THEME_COOKIE = "regulars_theme"
THEME_COOKIE_AGE = 365 * 24 * 3600  # seconds: a year, the same as the language

# Both are offered on the sign-in page too.
language = login_not_required(set_language)


def chosen_theme(request: HttpRequest) -> str:
    """ "light", "dark", or "" for what the system prefers."""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return theme if theme in THEMES else ""


def keep_language(response: HttpResponse, language: str) -> None:
    """Have the browser speak this language from the next page on."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        samesite="Lax",
        secure=settings.LANGUAGE_COOKIE_SECURE,
    )


@login_not_required
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep the choice in a cookie, so that the server renders it: no script, no flash of the other theme."""
    response = HttpResponseRedirect(_back(request))
    choice = request.POST.get("theme", "")
    if choice in THEMES:
        response.set_cookie(
            THEME_COOKIE,
            choice,
            max_age=THEME_COOKIE_AGE,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    else:
        response.delete_cookie(THEME_COOKIE, samesite="Lax")
    return response


def _back(request: HttpRequest) -> str:
    """The page the form stood on, if it is one of ours."""
    page = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(
        page, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return page
    return "/"
