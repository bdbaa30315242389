"""What a customer is like, agreed to, and who looks after them: written down on the card."""

from __future__ import annotations

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.console import said
from regulars.console.access import allowed, user_id_of
from regulars.console.card_about import BadConsent, consent_of
from regulars.console.voice import voice
from regulars.console.wording import consents as consent_words
from regulars.customers import queries as customers
from regulars.customers import services
from regulars.team import services as team
from regulars.team.types import Action, Permission


@require_POST
@allowed(Permission.CHANGE_CUSTOMERS)
def attributes(request: HttpRequest, person: int) -> HttpResponse:
    raise Http404


@require_POST
@allowed(Permission.KEEP_CONSENTS)
@transaction.atomic
def consents(request: HttpRequest, person: int) -> HttpResponse:
    """Write down what a customer agreed to or refused."""
    found = customers.person(person)
    if found is None:
        return _missing(request)
    speak, user = voice(), user_id_of(request)
    try:
        consent = consent_of(request.POST, found.profile_ids[0], speak)
    except BadConsent as error:
        said.refused(request, error.message)
        return redirect(_card(person, "consents"))
    kept = services.record_consents(consents=[consent], now=speak.now)
    if kept.refused:
        said.refused(request, consent_words.refusal(kept.refused[0]))
    elif not kept.recorded:
        said.refused(request, _("The same was written down before."))
    else:
        team.log(
            user_id=user,
            action=Action.CONSENT_RECORDED,
            now=speak.now,
            subject=f"person:{person}",
            details={"channel": consent.channel, "granted": consent.granted},
        )
        said.done(
            request,
            _("It is written down: %(about)s, %(answer)s.") % _answer(consent.channel, consent.granted),
        )
    return redirect(_card(person, "consents"))


@require_POST
@allowed(Permission.CHANGE_CUSTOMERS)
def manager(request: HttpRequest, person: int) -> HttpResponse:
    raise Http404


def _answer(channel: str, granted: bool) -> dict[str, str]:
    answer = _("agreed") if granted else _("refused")
    return {"about": str(consent_words.CHANNELS[channel]).lower(), "answer": answer}


def _card(person: int, place: str) -> str:
    return f"{reverse('customers-card', args=[person])}#{place}"


def _missing(request: HttpRequest) -> HttpResponse:
    return render(request, "console/card/missing.html", status=404)
