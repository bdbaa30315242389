"""Two cards side by side, made one or two again."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.console import said
from regulars.console.access import allowed, may, user_id_of
from regulars.console.card_compare import compared
from regulars.console.card_likely import cards_of
from regulars.console.card_merges import merge_lines
from regulars.console.card_missing import missing, nobody, persons_now
from regulars.console.places import number_of
from regulars.console.voice import Voice, voice
from regulars.console.ways import back, with_choices
from regulars.console.wording import merging as wording
from regulars.console.wording.people import name_or_number
from regulars.customers import queries as customers
from regulars.customers import services
from regulars.customers.errors import CannotUnmerge
from regulars.team import services as team
from regulars.team.types import Action, Permission

PAGE = 50
FOUND_SHOWN = 20


@never_cache
@require_safe
@allowed(Permission.MERGE_CUSTOMERS)
def choose(request: HttpRequest, person: int) -> HttpResponse:
    """Look for the other card of a customer."""
    found = customers.person(person)
    if found is None:
        return missing(request, person, "customers-merge")
    asked = request.GET.get("q", "").strip()
    ids = customers.search(asked, limit=FOUND_SHOWN + 2) if asked else _likely(person)
    others = [one for one in ids if one != person]
    context = {
        "person": found,
        "name": name_or_number(found.name, person),
        "q": asked,
        "found": cards_of(request, others[:FOUND_SHOWN], voice()),
        "more": len(others) > FOUND_SHOWN,
    }
    return render(request, "console/merging/choose.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.MERGE_CUSTOMERS)
def compare(request: HttpRequest, person: int, other: int) -> HttpResponse:
    """Both cards side by side, and one of them made of the two."""
    first, second = customers.person(person), customers.person(other)
    if first is None or second is None:
        return _gone(request, person, other)
    comparison = customers.compare(person, other)
    if comparison is None:
        return redirect("customers-card", person)
    if request.method == "POST":
        return _merge(request, person, other)
    speak = voice()
    context = {
        "person": first,
        "other": second,
        "name": name_or_number(first.name, person),
        "cards": compared(request, first, second, speak),
        "verdict": wording.verdict(comparison, whole=may(request, Permission.SEE_CONTACTS)),
        "keep": comparison.keep,
        "back": back(request, ""),
    }
    return render(request, "console/merging/compare.html", context)


@require_POST
@allowed(Permission.MERGE_CUSTOMERS)
@transaction.atomic
def apart(request: HttpRequest, person: int, other: int) -> HttpResponse:
    """Say that two are different people, so that nothing puts them together; or take that back."""
    speak, user = voice(), user_id_of(request)
    there = back(request, reverse("customers-duplicates"))
    if not {person, other} <= persons_now(person, other).keys():
        return nobody(request)
    if "again" in request.GET:
        if services.perhaps_the_same(first=person, second=other):
            _log(user, Action.MERGE_RULES_CHANGED, person, speak, other=other, apart=False)
        said.done(request, _("That is taken back: they may be one."))
        return redirect(there)
    if not services.not_the_same(first=person, second=other, now=speak.now, user_id=user):
        return _gone(request, person, other)
    _log(user, Action.MERGE_RULES_CHANGED, person, speak, other=other, apart=True)
    said.done(
        request,
        _("They stay two people, and are no longer suggested."),
        undo=with_choices(request.path, again="yes"),
    )
    return redirect(there)


@never_cache
@require_safe
@allowed(Permission.MERGE_CUSTOMERS)
def of_one(request: HttpRequest, person: int) -> HttpResponse:
    """What a card was put together of."""
    found = customers.person(person)
    if found is None:
        return missing(request, person, "customers-merges")
    speak = voice()
    context = {
        "person": found,
        "name": name_or_number(found.name, person),
        "merges": merge_lines(request, customers.merges_of(person), speak),
    }
    return render(request, "console/merging/page.html", context)


@never_cache
@require_safe
@allowed(Permission.MERGE_CUSTOMERS)
def page(request: HttpRequest) -> HttpResponse:
    """All merges, the newest first."""
    after = number_of(request.GET.get("after", ""))
    rows = customers.merges_page(after=after, limit=PAGE + 1)
    shown = rows[:PAGE]
    path = reverse("customers-all-merges")
    context = {
        "merges": merge_lines(request, shown, voice()),
        "older_url": with_choices(path, after=shown[-1].id) if len(rows) > PAGE else "",
        "newer_url": path if after is not None else "",
    }
    return render(request, "console/merging/page.html", context)


@require_POST
@allowed(Permission.MERGE_CUSTOMERS)
def undo(request: HttpRequest, number: int) -> HttpResponse:
    """Make two of one again."""
    speak, user = voice(), user_id_of(request)
    try:
        with transaction.atomic():
            restored = services.unmerge(merge_id=number, now=speak.now, user_id=user)
            _log(user, Action.CUSTOMERS_UNMERGED, restored, speak, merge=number)
    except CannotUnmerge as error:
        said.refused(request, error.message)
        return redirect(back(request, reverse("customers-all-merges")))
    name = name_or_number(customers.person_names([restored]).get(restored), restored)
    said.done(request, _("They are two again; this is the card of %(name)s.") % {"name": name})
    return redirect("customers-card", restored)


def _gone(request: HttpRequest, person: int, other: int) -> HttpResponse:
    """One of the two is no more: perhaps they are one already."""
    now = persons_now(person, other)
    if person not in now or other not in now:
        return nobody(request)
    if now[person] == now[other]:
        said.done(request, _("These two are one customer already."))
        return redirect("customers-card", now[person])
    return redirect("customers-merge-compare", now[person], now[other])


def _merge(request: HttpRequest, person: int, other: int) -> HttpResponse:
    speak, user = voice(), user_id_of(request)
    keep = request.POST.get("keep", "")
    if keep not in (str(person), str(other)):
        said.refused(request, _("Choose which card stays."))
        return redirect("customers-merge-compare", person, other)
    kept, gone = (person, other) if keep == str(person) else (other, person)
    with transaction.atomic():
        done = services.merge(pairs=[(kept, gone)], now=speak.now, user_id=user)
        if done:
            _log(user, Action.CUSTOMERS_MERGED, kept, speak, merge=done[0], gone=gone)
    if not done:
        return _gone(request, person, other)
    said.done(
        request,
        _("They are one customer now."),
        undo=reverse("customers-merge-undo", args=[done[0]]),
    )
    return redirect(back(request, reverse("customers-card", args=[kept])))


def _likely(person: int) -> list[int]:
    """With whom somebody may be one, the surest first."""
    pairs = customers.duplicates_of(person, limit=FOUND_SHOWN)
    return [pair.second_id if pair.first_id == person else pair.first_id for pair in pairs]


def _log(user: int, action: Action, person: int, speak: Voice, **details: Any) -> None:
    team.log(user_id=user, action=action, now=speak.now, subject=f"person:{person}", details=details)
