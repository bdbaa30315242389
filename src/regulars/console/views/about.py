"""What a customer is like, agreed to, and who looks after them: written down on the card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.analytics.wording.numbers import plain
from regulars.console import said
from regulars.console.access import allowed, user_id_of
from regulars.console.card_about import BadConsent, changes_of, consent_of
from regulars.console.card_missing import missing
from regulars.console.places import number_of
from regulars.console.voice import Voice, voice
from regulars.console.wording import consents as consent_words
from regulars.customers import queries as customers
from regulars.customers import services
from regulars.customers.errors import BadAttribute
from regulars.team import queries as team_queries
from regulars.team import services as team
from regulars.team.types import Action, Member, Permission


@require_POST
@allowed(Permission.CHANGE_CUSTOMERS)
@transaction.atomic
def attributes(request: HttpRequest, person: int) -> HttpResponse:
    """Write down what a colleague knows of a customer: whatever the form changed."""
    if customers.person(person) is None:
        return missing(request, person)
    speak, user = voice(), user_id_of(request)
    standing = customers.attributes_of_person(person)
    wanted = changes_of(request.POST, standing, speak)
    labels = {one.key: plain(str(one.label)) for one in standing}
    changed, wrong = [], []
    for key, value in wanted.items():
        try:
            if services.set_attribute(
                person_id=person, key=key, value=value or None, user_id=user, now=speak.now
            ):
                changed.append(key)
        except BadAttribute as error:
            wrong.append(f"{labels[key]}: {error.message}")
    if changed:
        _log(user, Action.CUSTOMER_CHANGED, person, speak, fields=changed)
        said.done(
            request, _("Written down: %(names)s.") % {"names": ", ".join(labels[key] for key in changed)}
        )
    for message in wrong:
        said.refused(request, message)
    return redirect(_card(person, "about"))


@require_POST
@allowed(Permission.KEEP_CONSENTS)
@transaction.atomic
def consents(request: HttpRequest, person: int) -> HttpResponse:
    """Write down what a customer agreed to or refused."""
    found = customers.person(person)
    if found is None:
        return missing(request, person)
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
        _log(user, Action.CONSENT_RECORDED, person, speak, channel=consent.channel, granted=consent.granted)
        said.done(
            request,
            _("It is written down: %(about)s, %(answer)s.") % _answer(consent.channel, consent.granted),
        )
    return redirect(_card(person, "consents"))


@require_POST
@allowed(Permission.CHANGE_CUSTOMERS)
@transaction.atomic
def manager(request: HttpRequest, person: int) -> HttpResponse:
    """Give a customer to a colleague, or to nobody; what follows offers to give them back."""
    found = customers.person(person)
    if found is None:
        return missing(request, person)
    speak, user = voice(), user_id_of(request)
    members = {member.id: member for member in team_queries.members()}
    text = request.POST.get("manager", request.GET.get("manager", ""))  # an undo has it in its address
    asked = number_of(text)
    if text and asked not in members:
        said.refused(request, _("Choose one of your colleagues."))
        return redirect(_card(person, "manager"))
    before = customers.managers_of([person]).get(person)
    if services.set_manager(person_ids=[person], manager_id=asked, user_id=user, now=speak.now):
        _log(user, Action.CUSTOMER_CHANGED, person, speak, manager=asked)
        said.done(request, _looked_after(members, asked), undo=f"{request.path}?manager={before or ''}")
    return redirect(_card(person, "manager"))


def _looked_after(members: Mapping[int, Member], manager: int | None) -> str:
    if manager is None:
        return _("Nobody in particular looks after this customer now.")
    return _("%(name)s looks after this customer now.") % {"name": members[manager].called}


def _answer(channel: str, granted: bool) -> dict[str, str]:
    answer = _("agreed") if granted else _("refused")
    return {"about": str(consent_words.CHANNELS[channel]).lower(), "answer": answer}


def _card(person: int, place: str) -> str:
    return f"{reverse('customers-card', args=[person])}#{place}"


def _log(user: int, action: Action, person: int, speak: Voice, **details: Any) -> None:
    team.log(user_id=user, action=action, now=speak.now, subject=f"person:{person}", details=details)
