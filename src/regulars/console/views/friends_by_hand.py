"""Telling of a friend by hand: a customer says who sent them, and has no code at hand."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.console import friend_pages as pages
from regulars.console import said
from regulars.console.access import allowed, user_id_of
from regulars.console.card_likely import cards_of
from regulars.console.card_missing import missing
from regulars.console.ids import id_of
from regulars.console.voice import voice
from regulars.console.ways import back
from regulars.console.wording.people import name_or_number
from regulars.customers import queries as customers
from regulars.customers.types import PersonRow
from regulars.kit.errors import RegularsError
from regulars.loyalty import queries as loyalty
from regulars.loyalty import services
from regulars.loyalty.types.referring import ReferralRow
from regulars.loyalty.wording.referring import refused_words
from regulars.team import services as team_services
from regulars.team.types import Action, Permission

FOUND_SHOWN = 20


@never_cache
@require_safe
@allowed(Permission.ADJUST_POINTS)
def who_came(request: HttpRequest) -> HttpResponse:
    """Look for the customer who was brought."""
    return _look(request, None)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.ADJUST_POINTS)
def brought_by(request: HttpRequest, person: int) -> HttpResponse:
    """Look for the customer who brought this one; chosen with POST."""
    found = customers.person(person)
    if found is None:
        return missing(request, person, "customers-brought-by")
    is_asked = "referrer" in request.GET or request.method == "POST"
    if not is_asked:
        return _look(request, found)
    chosen = id_of(request.POST.get("referrer") or request.GET.get("referrer", ""))
    referrer = customers.person(chosen) if chosen is not None else None
    if referrer is None:
        said.refused(request, _("Choose the customer who brought them."))
        return redirect("customers-brought-by", person)
    if request.method != "POST":
        return _preview(request, referrer, found)
    speak, user = voice(), user_id_of(request)
    try:
        with transaction.atomic():
            row = pages.tell_of(referrer, found, user_id=user, now=speak.now)
            if is_new := pages.is_told_now(row, user, speak.now):
                _log(row, user, Action.REFERRAL_TOLD)
    except RegularsError as error:
        said.refused(request, error.message)
    else:
        _say(request, row, is_new=is_new)
    return redirect("customers-friends", person)


@require_POST
@allowed(Permission.ADJUST_POINTS)
def undo(request: HttpRequest, number: int) -> HttpResponse:
    """It was a slip: take back what a colleague told of a friend."""
    speak, user = voice(), user_id_of(request)
    try:
        with transaction.atomic():
            row = services.undo_by_hand(number=min(number, 2**63 - 1), now=speak.now)
            _log(row, user, Action.REFERRAL_UNDONE)
    except RegularsError as error:
        said.refused(request, error.message)
    else:
        said.done(request, _("Taken back: nobody is noted there any more."))
    return redirect(back(request, reverse("loyalty-friends")))


def _preview(request: HttpRequest, referrer: PersonRow, friend: PersonRow) -> HttpResponse:
    """What noting it would come to; nothing is kept."""
    try:
        would_be = pages.would_be(referrer, friend, user_id=user_id_of(request), speak=voice())
    except RegularsError as error:
        said.refused(request, error.message)
        return redirect("customers-brought-by", friend.id)
    context = {
        "person": friend,
        "name": name_or_number(friend.name, friend.id),
        "referrer": referrer,
        "referrer_name": name_or_number(referrer.name, referrer.id),
        "would_be": would_be,
    }
    return render(request, "console/friends/told.html", context)


def _look(request: HttpRequest, person: PersonRow | None) -> HttpResponse:
    """The search; `person`: who was brought, where that is known already."""
    speak = voice()
    version = loyalty.current(speak.now)
    asked = request.GET.get("q", "").strip()[:200]
    ids = pages.people_found(asked, limit=FOUND_SHOWN + 2) if asked else []
    others = [one for one in ids if person is None or one != person.id]
    context = {
        "person": person,
        "name": name_or_number(person.name, person.id) if person else "",
        "sentences": pages.sentences(speak, version.programme if version else None),
        "q": asked,
        "found": cards_of(request, others[:FOUND_SHOWN], speak),
        "more": len(others) > FOUND_SHOWN,
    }
    return render(request, "console/friends/tell.html", context)


def _say(request: HttpRequest, row: ReferralRow, *, is_new: bool) -> None:
    names = pages.names_of([row])
    told = {
        "referrer": names.person(row.referrer_person_id),
        "friend": names.person(row.friend_person_id),
        "why": refused_words(row.reason) if row.reason else "",
    }
    if not is_new:
        said.refused(request, _("This was told before: it stands below how far it is."))
    elif row.reason:
        said.refused(request, _("Noted, but it brings nothing: %(why)s.") % told)
    else:
        text = _("Noted: %(referrer)s brought %(friend)s. Both are rewarded as the programme says.") % told
        said.done(request, text, undo=reverse("loyalty-friends-undo", args=[row.id]))


def _log(row: ReferralRow, user: int, action: Action) -> None:
    team_services.log(
        user_id=user,
        action=action,
        now=voice().now,
        subject=f"person:{row.friend_person_id}",
        details={"referral": row.id, "accepted": row.reason is None},
    )
