"""All that is kept of one customer, as a file, and its erasure."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from regulars.console import said
from regulars.console.access import allowed, user_id_of
from regulars.console.card_missing import missing
from regulars.console.import_pages import moment
from regulars.console.voice import voice
from regulars.console.wording import erasing as wording
from regulars.console.wording.people import name_or_number
from regulars.customers import queries, services
from regulars.customers.types import ErasureReason
from regulars.kit.errors import RegularsError
from regulars.team import services as team
from regulars.team.types import Action, Permission


@never_cache
@require_safe
@allowed(Permission.HAND_OUT_PERSONAL_DATA)
def page(request: HttpRequest, person: int) -> HttpResponse:
    """What is kept of a customer, to be handed to them or erased."""
    speak = voice()
    found = queries.personal_data(person, speak.now)
    if found is None:
        return missing(request, person, "customers-data")
    done = queries.erasure_of(person)
    context = {
        "person": person,
        "name": name_or_number(queries.person_names([person])[person], person),
        "sections": [
            {"label": section.label, "rows": speak.formats.number(len(section.rows)), "more": section.more}
            for section in found.sections
        ],
        "reasons": wording.REASONS.items(),
        "erased": {
            "when": moment(done.asked_at, speak),
            "why": wording.REASONS[done.reason],
            "finished": done.done_at is not None,
        }
        if done
        else None,
    }
    return render(request, "console/privacy/page.html", context)


@require_POST
@allowed(Permission.HAND_OUT_PERSONAL_DATA)
def export(request: HttpRequest, person: int) -> HttpResponse:
    """The file for the customer."""
    now = voice().now
    found = queries.personal_data(person, now)
    if found is None:
        return missing(request, person, "customers-data")
    _log(request, Action.PERSON_EXPORTED, person)
    name = f"customer-{person}-{now:%Y-%m-%d}.zip"
    return HttpResponse(
        queries.packed(found),
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


@require_POST
@allowed(Permission.HAND_OUT_PERSONAL_DATA)
def erase(request: HttpRequest, person: int) -> HttpResponse:
    """Erase a customer for good."""
    reason = request.POST.get("reason", "")
    if reason not in {one.value for one in ErasureReason}:
        said.refused(request, _("Say why the customer is to be erased."))
    elif request.POST.get("sure") != "yes":
        said.refused(request, _("Tick that you know: there is no way back."))
    else:
        try:
            services.erase(
                person_id=person,
                reason=ErasureReason(reason),
                user_id=user_id_of(request),
                now=voice().now,
            )
        except RegularsError as error:
            said.refused(request, error.message)
        else:
            _log(request, Action.PERSON_ERASED, person, reason=reason)
            said.done(request, _("The customer is erased. Their orders stay, without a name."))
    return redirect("customers-data", person)


def _log(request: HttpRequest, action: Action, person: int, **details: str) -> None:
    team.log(
        user_id=user_id_of(request),
        action=action,
        now=voice().now,
        subject=f"person:{person}",
        details=details,
    )
