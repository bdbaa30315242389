"""The programme as customers read it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from regulars.console.access import allowed, may
from regulars.console.loyalty_pages.reading import (
    DRAFT,
    Source,
    fit,
    language_of,
    reading,
    ready_source,
    rewards_to_be_had,
    sources,
)
from regulars.console.voice import Voice, voice
from regulars.loyalty.wording.as_read import Reading
from regulars.team.types import Permission


@never_cache
@require_safe
@allowed(Permission.SEE_CUSTOMERS)
def page(request: HttpRequest) -> HttpResponse:
    """All of it on one page, in either language, and whether it still fits."""
    speak = voice()
    found = sources(speak, may_change=may(request, Permission.SET_UP_LOYALTY))
    source, language, read = _read(request, found, speak)
    context: dict[str, Any] = {"source": source, "sources": found, "read_in": language, "read": read}
    if read is not None:
        context["fit"] = fit(read, speak)
    context["languages"] = [(code, name, code == language) for code, name in settings.LANGUAGES]
    return render(request, "console/loyalty/as_read.html", context)


@never_cache
@require_safe
@allowed(Permission.SEE_CUSTOMERS)
def plain(request: HttpRequest) -> HttpResponse:
    """The same as a text, for a leaflet, a letter or a site."""
    speak = voice()
    found = sources(speak, may_change=may(request, Permission.SET_UP_LOYALTY))
    _source, language, read = _read(request, found, speak)
    if read is None:
        raise Http404(_("There is no programme to read yet."))
    return HttpResponse(
        read.plain,
        content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="programme-{language}.txt"'},
    )


def _read(
    request: HttpRequest, found: list[Source], speak: Voice
) -> tuple[Source | None, str, Reading | None]:
    """What was asked for: by default the draft, where one is being made, else what holds."""
    language = language_of(request.GET.get("language", ""), speak)
    wanted = request.GET.get("what", "")
    source = next((one for one in found if one.key == wanted), None)
    if source is None and wanted:
        source = ready_source(wanted, language, speak)
    if source is None and found:
        source = next((one for one in found if one.key == DRAFT), found[0])
    if source is None:
        return None, language, None
    # A ready programme is read as it would be in any shop.
    rewards = rewards_to_be_had(speak) if source in found else []
    return source, language, reading(source, language, speak, rewards=rewards)
