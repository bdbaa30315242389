"""One part of the programme in its form, and what a list of parts can do: up, down, copy, remove."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from regulars.console import said
from regulars.console.access import allowed, user_id_of
from regulars.console.forms.programme_fields import PartForm
from regulars.console.forms.programme_goals import BEGINNINGS, TITLES
from regulars.console.programme_pages import parts
from regulars.console.programme_pages.desk import Desk
from regulars.console.programme_pages.names import offered, unheard_of, unknown
from regulars.console.programme_pages.said import sentences_of
from regulars.console.programme_pages.steps import SINGLE, title_of
from regulars.console.voice import voice
from regulars.loyalty.types import Programme
from regulars.loyalty.types.drafts import Change, Changed
from regulars.team.types import Permission


class _Moved(Exception):
    """The part is not the one any more that was changed."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.SET_UP_LOYALTY)
def new(request: HttpRequest, name: str) -> HttpResponse:
    """A part that is not there yet; `?begin=` says what it begins with."""
    kind, desk = _kind(name), Desk(voice(), user_id_of(request))
    if not kind.most:
        raise Http404
    if len(kind.get(desk.programme)) >= kind.most:
        said.refused(
            request, _("There is no room for more of these: at most %(most)s.") % {"most": kind.most}
        )
        return redirect("loyalty-programme")
    return _edit(request, desk, name, kind, "", None)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.SET_UP_LOYALTY)
def edit(request: HttpRequest, name: str, key: str) -> HttpResponse:
    """Change a part."""
    kind, desk = _kind(name), Desk(voice(), user_id_of(request))
    wanted = "" if key == SINGLE and not kind.most else key
    part = parts.find(desk.programme, kind, wanted)
    if part is None and (kind.most or name == "reaching"):
        said.refused(request, _("This part is not in the programme any more."))
        return redirect("loyalty-programme")
    return _edit(request, desk, name, kind, wanted, part)


@never_cache
@require_POST
@allowed(Permission.SET_UP_LOYALTY)
def says(request: HttpRequest, name: str) -> HttpResponse:
    """What the form of a part says, in words; while it cannot be understood, what is wrong with it."""
    kind, desk = _kind(name), Desk(voice(), user_id_of(request))
    key = request.POST.get("key", "")
    form = kind.form(request.POST, around=desk.around(kind, key))
    if "tests" in request.GET:  # another event or property: what can be chosen of it is another
        context = {"form": form, "name": name, "bound": form["where"]}
        return render(request, "console/programme/tests.html", context)
    part = parts.find(desk.programme, kind, key)
    return render(request, "console/programme/says.html", _says(name, form, part, desk))


@never_cache
@require_POST
@allowed(Permission.SET_UP_LOYALTY)
def do(request: HttpRequest, name: str, key: str) -> HttpResponse:
    """Move a part up or down, copy it, remove it."""
    kind, desk = _kind(name), Desk(voice(), user_id_of(request))
    wanted = "" if key == SINGLE and not kind.most else key
    part = parts.find(desk.programme, kind, wanted)
    asked = request.POST.get("do", "")
    if part is not None and asked == "remove":
        desk.keep(lambda programme: parts.without(programme, kind, wanted), _changed("removed", name, part))
        _say(request, desk, _("“%(what)s” is removed from the draft.") % {"what": title_of(kind, part)})
    elif part is not None and asked == "copy":
        desk.keep(
            lambda programme: parts.copied(programme, kind, wanted, desk.key_for(kind)),
            _changed("copied", name, part),
        )
        _say(request, desk, _("“%(what)s” is copied in the draft.") % {"what": title_of(kind, part)})
    elif part is not None and asked in _BY and not kind.sorts:
        desk.keep(
            lambda programme: parts.moved(programme, kind, wanted, _BY[asked]), _changed("moved", name, part)
        )
    return redirect(f"{reverse('loyalty-programme')}#{name}")


_BY = {"up": -1, "down": 1}


def _say(request: HttpRequest, desk: Desk, text: str) -> None:
    """What was done to the draft, with its undo."""
    said.done(request, text, undo=f"{reverse('loyalty-programme-draft')}?do=undo&seen={desk.seen}")


def _edit(
    request: HttpRequest, desk: Desk, name: str, kind: parts.Kind, key: str, part: Any | None
) -> HttpResponse:
    around = desk.around(kind, key)
    was = parts.fingerprint(part)
    context: dict[str, Any] = {}
    if request.method == "POST":
        form = kind.form(request.POST, around=around)
        if form.is_valid():
            try:
                _keep(desk, name, key, form, request.POST.get("was", ""))
            except _Moved:
                part = parts.find(desk.programme, kind, key)
                was = parts.fingerprint(part)
                theirs = sentences_of(name, part, desk.programme, desk.speak) if part is not None else ()
                context = {"is_moved": True, "theirs": theirs, "draft_by": desk.by_whom()}
            else:
                said.done(request, _("Kept in the draft. Nothing is published yet."))
                return redirect(f"{reverse('loyalty-programme')}#{_step_of(name)}")
        else:
            was = request.POST.get("was", "")
    else:
        begin = BEGINNINGS.get(request.GET.get("begin", ""), {}) if name == "challenges" else {}
        form = kind.form(
            initial=kind.form.filled(part, around) | (begin if part is None else {}), around=around
        )
    title = title_of(kind, part)
    if part is None and name == "challenges":
        title = str(TITLES.get(request.GET.get("begin", ""), title))
    context |= _says(name, form, part, desk) | {
        "name": name,
        "key": key,
        "was": was,
        "form": form,
        "offered": offered(form),
        "title": title,
        "is_new": part is None,
    }
    return render(request, "console/programme/part.html", context, status=422 if form.is_bound else 200)


def _keep(desk: Desk, name: str, key: str, form: PartForm, was: str) -> None:
    """Put the part into the draft as it is by now. Raises _Moved where somebody changed that very part."""
    kind = _kind(name)

    def change(programme: Programme) -> Programme:
        kept = parts.find(programme, kind, key)
        if parts.fingerprint(kept) != was:
            raise _Moved
        return parts.with_part(programme, kind, form.part(key or desk.key_for(kind), kept))

    title = str(form.cleaned_data.get("name", ""))
    desk.keep(change, Changed("changed" if was else "added", name, title))


def _changed(what: Change, name: str, part: Any) -> Changed:
    """A change of a part for the audit log."""
    return Changed(what, name, str(getattr(part, "name", "")))


def _says(name: str, form: PartForm, part: Any | None, desk: Desk) -> dict[str, Any]:
    """The sentences of what stands in the form; of an untouched new one there are none yet."""
    if not form.is_bound:
        texts = sentences_of(name, part, desk.programme, desk.speak) if part is not None else ()
        return {"wrong": [], "texts": texts}
    if not form.is_valid():
        wrong = [
            (str(form.fields[field].label), errors[0])
            for field, errors in form.errors.items()
            if field in form.fields
        ]
        return {"wrong": wrong, "texts": ()}
    said_part = form.part(parts.key_of(part) if part is not None else "new", part)
    texts = sentences_of(name, said_part, desk.programme, desk.speak)
    return {"wrong": [], "texts": texts, "unknown": unknown(form), "unheard_of": unheard_of(form)}


def _kind(name: str) -> parts.Kind:
    kind = parts.KINDS.get(name)
    if kind is None:
        raise Http404
    return kind


def _step_of(name: str) -> str:
    return "tiers" if name == "reaching" else name
