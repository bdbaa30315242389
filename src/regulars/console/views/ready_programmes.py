"""Programmes to begin with, by trade: chosen, looked at as a customer reads them, published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from regulars.console import said
from regulars.console.access import allowed, user_id_of
from regulars.console.loyalty_pages import in_words
from regulars.console.loyalty_pages.reading import NOW, Source, fit, language_of, reading
from regulars.console.voice import Voice, voice
from regulars.loyalty import queries, services
from regulars.loyalty.errors import BadProgramme, DraftChanged
from regulars.loyalty.ready import Ready, programmes
from regulars.loyalty.ready import programme as ready_programme
from regulars.loyalty.types import Version
from regulars.loyalty.wording.as_read import ReadPart, as_read
from regulars.team import services as team
from regulars.team.types import Action, Permission

SENTENCES = 3
"""So many say enough to choose by."""


@dataclass(frozen=True, slots=True)
class Card:
    """One to choose."""

    ready: Ready
    sentences: tuple[str, ...]


@never_cache
@require_safe
@allowed(Permission.SET_UP_LOYALTY)
def page(request: HttpRequest) -> HttpResponse:
    """All six, with what they come to."""
    speak = voice()
    cards = [_card(ready, speak) for ready in programmes(speak.shop.currency)]
    return render(request, "console/loyalty/ready.html", {"cards": cards})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.SET_UP_LOYALTY)
def one(request: HttpRequest, key: str) -> HttpResponse:
    """One as customers would read it; published at once, or taken over to be changed first."""
    speak = voice()
    told = request.POST if request.method == "POST" else request.GET
    language = language_of(told.get("language", ""), speak)
    with translation.override(language):
        ready = ready_programme(key, speak.shop.currency)
    if ready is None:
        raise Http404(_("There is no ready programme of that name."))
    versions = queries.versions()
    newest = versions[-1] if versions else None
    problem = ""
    if request.method == "POST":
        problem = _do(request, ready, newest, speak)
        if not problem:
            return redirect("loyalty-programme" if "draft" in request.POST else "loyalty-programme-versions")
    context = _context(ready, language, newest, speak) | {"problem": problem}
    return render(request, "console/loyalty/ready_one.html", context, status=422 if problem else 200)


def _card(ready: Ready, speak: Voice) -> Card:
    days = speak.shop.return_window_days
    read = as_read(ready.programme, title=ready.name, formats=speak.formats, return_window_days=days)
    told = [said for part in read.parts for said in _telling(part)]
    return Card(ready, tuple(told[:SENTENCES]))


def _telling(part: ReadPart) -> tuple[str, ...]:
    """What says most of a part: of tiers the lowest and the highest, of others what comes first."""
    return (part.sentences[1], part.sentences[-1]) if part.key == "tiers" else part.sentences[:1]


def _context(ready: Ready, language: str, newest: Version | None, speak: Voice) -> dict[str, Any]:
    read = reading(Source(NOW, ready.name, ready.programme), language, speak)
    return {
        "ready": ready,
        "read": read,
        "fit": fit(read, speak),
        "read_in": language,
        "languages": [(code, name, code == language) for code, name in settings.LANGUAGES],
        "newest": newest,
        "differences": in_words.differences(newest.programme, ready.programme, speak) if newest else (),
    }


def _do(request: HttpRequest, ready: Ready, newest: Version | None, speak: Voice) -> str:
    """Publish it or take it over as the draft; gives what was wrong."""
    if request.POST.get("newest", "") != str(newest.id if newest else 0):
        return _("Somebody published rules meanwhile: look whether you still want these.")
    user = user_id_of(request)
    try:
        if "draft" in request.POST:
            kept = queries.draft()
            services.keep_draft(
                programme=ready.programme,
                seen=kept.number if kept else None,
                based_on=newest.id if newest else None,
                now=speak.now,
                user_id=user,
            )
            said.done(request, _("“%(name)s” is the draft now. Change what you like.") % {"name": ready.name})
            return ""
        with transaction.atomic():
            version = services.publish(programme=ready.programme, since=None, now=speak.now, user_id=user)
            team.log(
                user_id=user,
                action=Action.PROGRAMME_PUBLISHED,
                now=speak.now,
                subject=f"programme:{version.id}",
                details={"since": version.since.isoformat()},
            )
    except (BadProgramme, DraftChanged) as error:
        return error.message
    said.done(request, _("Published. The rules hold for orders from now on."))
    return ""
