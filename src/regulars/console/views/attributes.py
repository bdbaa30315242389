"""What the shop wants to know of its customers."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from regulars.analytics.wording.numbers import plain
from regulars.console import said
from regulars.console.access import allowed, user_id_of
from regulars.console.forms.attributes import DefinitionForm
from regulars.console.voice import voice
from regulars.console.wording import definitions as wording
from regulars.customers import queries, services
from regulars.customers.types import Definition
from regulars.kit.attributes import Kind
from regulars.kit.errors import RegularsError
from regulars.team import services as team
from regulars.team.types import Action, Permission

SUGGESTED = 8
"""Traits of the data that are offered."""
NAME_SHOWN = 24


@never_cache
@require_http_methods(["GET", "HEAD"])
@allowed(Permission.SET_UP_SHOP)
def page(request: HttpRequest) -> HttpResponse:
    """What is known of customers, of how many, and what their data have besides."""
    speak = voice()
    own = queries.definitions(archived=True)
    known, misfits = queries.known_of_the_newest(), queries.misfits()
    lines = [(one, wording.line(one, known, misfits, speak)) for one in own]
    usual = [
        {
            "label": label,
            "known": wording.share(key, known, speak),
            "misfits": wording.unfit(misfits.get(key, 0), speak),
        }
        for key, label in queries.usual_attributes()
    ]
    progress = queries.attributes_progress()
    context = {
        "own": [line for one, line in lines if one.archived_at is None],
        "away": [line for one, line in lines if one.archived_at is not None],
        "usual": usual,
        "newest": speak.formats.number(known.of),
        "suggested": [
            {
                "name": Truncator(plain(trait.name)).chars(NAME_SHOWN),
                "trait": trait.name,
                "kind": trait.kind.value,
                "times": trait.times,
            }
            for trait in queries.unread_traits()[:SUGGESTED]
        ],
        "progress": {"done": progress.done, "total": max(progress.total, 1)} if progress else None,
    }
    return render(request, "console/settings/attributes.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.SET_UP_SHOP)
def new(request: HttpRequest) -> HttpResponse:
    """One more; `trait` and `kind` of the address are what the data offer."""
    trait = request.GET.get("trait", "")[:100]
    initial = {
        "trait": trait,
        "label": trait.replace("_", " ").capitalize(),
        "kind": request.GET.get("kind", ""),
    }
    form = DefinitionForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            number = services.define_attribute(
                label=told["label"],
                trait=told["trait"],
                kind=told["kind"],
                choices=told["choices"],
                now=voice().now,
            )
        except RegularsError as error:
            form.add_error(None, error.message)
        else:
            _log(request, number, "made")
            said.done(request, _("It is kept from now on. What your data have of it already is being read."))
            return redirect("settings-attributes")
    return render(request, "console/settings/attribute.html", {"form": form})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.SET_UP_SHOP)
def attribute(request: HttpRequest, number: int) -> HttpResponse:
    """Change one, put it away or bring it back; what was said and does not fit it."""
    found = queries.definition(number)
    if found is None:
        raise Http404
    initial = {"label": found.label, "trait": found.trait, "choices": "\n".join(found.choices)}
    do = request.POST.get("do", "")
    form = DefinitionForm(request.POST if do == "save" else None, initial=initial, kind=found.kind)
    if request.method == "POST" and _done(request, do, found, form):
        return redirect("settings-attributes")
    context = {
        "form": form,
        "name": plain(found.label),
        "kind": wording.KINDS[found.kind],
        "away": found.archived_at is not None,
        "misfits": [plain(text) for text in queries.misfit_examples(found.key)],
    }
    return render(request, "console/settings/attribute.html", context)


def _done(request: HttpRequest, do: str, found: Definition, form: DefinitionForm) -> bool:
    """Do what was asked for; False if something has to be mended first."""
    now = voice().now
    if do == "save" and not form.is_valid():
        return False
    try:
        if do == "save":
            told = form.cleaned_data
            choices = told["choices"] if found.kind is Kind.CHOICE else ()
            changed = services.change_attribute(
                definition_id=found.id, label=told["label"], trait=told["trait"], choices=choices, now=now
            )
            words = _("The attribute is changed.")
        elif do == "archive":
            changed = services.archive_attribute(definition_id=found.id, now=now)
            words = _("The attribute is put away. Segments that ask about it go on as before.")
        elif do == "restore":
            changed = services.restore_attribute(definition_id=found.id)
            words = _("The attribute is back.")
        else:
            raise Http404
    except RegularsError as error:
        if do == "save":
            form.add_error(None, error.message)
            return False
        said.refused(request, error.message)
        return True
    if changed:
        _log(request, found.id, do)
    said.done(request, words)
    return True


def _log(request: HttpRequest, number: int, what: str) -> None:
    team.log(
        user_id=user_id_of(request),
        action=Action.ATTRIBUTE_CHANGED,
        now=voice().now,
        subject=f"attribute:{number}",
        details={"what": what},
    )
