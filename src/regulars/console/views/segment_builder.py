"""Building a condition, with those it finds.

`segments-new` begins with nothing, or with `?ready=KEY` from a ready segment (`segments.ready`), or with
`?like=NUMBER` from the condition of another segment. The form sends itself whole each time; what a button
does to it is done on the server. With scripts only the form is drawn anew, without them the page is.
"""

from __future__ import annotations

from typing import Any

import msgspec
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from regulars.console import said
from regulars.console.access import allowed, user_id_of, while_signed_in
from regulars.console.ids import id_of
from regulars.console.segment_builder import fields
from regulars.console.segment_builder.actions import Focus, act
from regulars.console.segment_builder.desk import Desk
from regulars.console.segment_builder.found import found
from regulars.console.voice import Voice, voice
from regulars.kit.errors import Conflict, RegularsError
from regulars.segments import queries, services
from regulars.segments.errors import BadCondition
from regulars.segments.ready import BY_KEY
from regulars.segments.types import EVERYBODY, Condition, Kind, SegmentRow
from regulars.team.types import Permission

LATE_MAX = 20
SAVE, COUNT, LOOK = "save", "count", "look"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.MAKE_SEGMENTS)
def new(request: HttpRequest) -> HttpResponse:
    """A segment that is not there yet."""
    speak = voice()
    if request.method == "POST":
        desk = _desk(request, speak)
        if request.POST.get("do") == SAVE:
            return _save_new(request, desk)
        return _again(request, desk, {})
    name, note, condition = _begun(request)
    desk = Desk.opened(condition, speak)
    return _page(request, desk, {"name": name, "note": note})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.MAKE_SEGMENTS)
def edit(request: HttpRequest, number: int) -> HttpResponse:
    """Change the name of a segment, and the condition of one that has its people by it."""
    row, speak = _row(number), voice()
    context: dict[str, Any] = {"row": row, "used_by": queries.used_by(number)}
    if row.kind is not Kind.LIVE:
        return _edit_name(request, row, context)
    if request.method == "POST":
        desk = _desk(request, speak, number)
        if request.POST.get("do") == SAVE:
            return _save_changed(request, desk, row, context)
        return _again(request, desk, context)
    desk = Desk.opened(_condition_of(row), speak, beside=number)
    return _page(request, desk, context | {"name": row.name, "note": row.note, "revision": row.revision})


@never_cache
@login_not_required  # after the session ended the page is loaded anew, with no sign-in form in its middle
@require_POST
@while_signed_in
@allowed(Permission.MAKE_SEGMENTS)
def edit_tree(request: HttpRequest) -> HttpResponse:
    """The form after a button or a choice; the rest of the page stays."""
    desk = _desk(request, voice(), id_of(request.POST.get("segment", "")))
    focus = _act(request, desk)
    response = render(request, "console/segments/builder_form.html", desk.context(focus=focus))
    response["HX-Trigger"] = "counted-anew"
    return response


@never_cache
@login_not_required
@require_POST
@while_signed_in
@allowed(Permission.MAKE_SEGMENTS)
def count(request: HttpRequest) -> HttpResponse:
    """How many the form finds as it stands."""
    desk = _desk(request, voice(), id_of(request.POST.get("segment", "")))
    return render(request, "console/segments/builder_found.html", {"told": found(desk)})


# --- Saving ------------------------------------------------------------------------------------------------


def _save_new(request: HttpRequest, desk: Desk) -> HttpResponse:
    name, note = _named(request)
    context: dict[str, Any] = {}
    if desk.is_whole:
        try:
            made = services.make_segment(
                name=name, note=note, condition=desk.made.condition, now=desk.voice.now,
                user_id=user_id_of(request),
            )  # fmt: skip
        except RegularsError as error:
            context = _refused(desk, error, name)
        else:
            said.done(request, _("“%(name)s” is made; its people are being found.") % {"name": name})
            return redirect("segments-one", made)
    return _refuse(request, desk, context)


def _save_changed(request: HttpRequest, desk: Desk, row: SegmentRow, context: dict[str, Any]) -> HttpResponse:
    name, note = _named(request)
    if desk.is_whole:
        try:
            services.change_segment(
                segment_id=row.id, name=name, note=note, condition=desk.made.condition,
                revision=id_of(request.POST.get("revision", "")) or 0, now=desk.voice.now,
            )  # fmt: skip
        except Conflict:
            theirs = Desk.opened(_condition_of(row), desk.voice, beside=row.id)
            context |= {"theirs": theirs.sentence, "their_name": row.name, "revision": row.revision}
        except RegularsError as error:
            context |= _refused(desk, error, name)
        else:
            said.done(request, _("“%(name)s” is changed.") % {"name": name})
            return redirect("segments-one", row.id)
    return _refuse(request, desk, context)


def _edit_name(request: HttpRequest, row: SegmentRow, context: dict[str, Any]) -> HttpResponse:
    name, note = (row.name, row.note) if request.method != "POST" else _named(request)
    if request.method == "POST":
        try:
            services.change_segment(
                segment_id=row.id, name=name, note=note, condition=None, revision=row.revision,
                now=voice().now,
            )  # fmt: skip
        except RegularsError as error:
            context["problem"] = error.message
        else:
            said.done(request, _("“%(name)s” is changed.") % {"name": name})
            return redirect("segments-one", row.id)
    context |= {"name": name, "note": note}
    return render(request, "console/segments/builder_name.html", context)


def _refused(desk: Desk, error: RegularsError, name: str) -> dict[str, Any]:
    """What to say where the service did not take it: at the nodes, at the name, or above all."""
    if isinstance(error, BadCondition) and error.wrongs:
        desk.tell(error.wrongs)
        return {}
    return {"name_problem": error.message} if not name else {"problem": error.message}


def _refuse(request: HttpRequest, desk: Desk, context: dict[str, Any]) -> HttpResponse:
    name, note = _named(request)
    if not name:
        context.setdefault("name_problem", _("Give the segment a name."))
    context.setdefault(
        "problem", "" if "theirs" in context else _("It is not saved yet: see what is said below.")
    )
    return _page(request, desk, _kept(request) | {"name": name, "note": note} | context, strict=True)


def _desk(request: HttpRequest, speak: Voice, beside: int | None = None) -> Desk:
    """What the form holds, with what buttons asked for whose answers it did not wait for."""
    draft = fields.read(request.POST)
    for late in request.POST.get("late", "").split(";")[:LATE_MAX]:
        act(draft, late)
    return Desk.of(draft, speak, beside)


def _act(request: HttpRequest, desk: Desk) -> Focus | None:
    """Do what a button says; after Enter in a list the keyboard stays there for the next value."""
    do, grown = request.POST.get("do", ""), desk.draft.grown
    focus = act(desk.draft, do)
    desk.offers.settle(desk.draft)
    return Focus(grown, "more") if focus is None and do == LOOK and grown else focus


# --- Showing -----------------------------------------------------------------------------------------------


def _again(request: HttpRequest, desk: Desk, context: dict[str, Any]) -> HttpResponse:
    """The whole page after a button, for browsers without scripts."""
    context |= {"focus": _act(request, desk)} | _kept(request)
    if request.POST.get("do") == COUNT:
        context |= {"found": found(desk)}
    name, note = _named(request)
    context |= {"name": name, "note": note}
    return _page(request, desk, context)


def _page(request: HttpRequest, desk: Desk, context: dict[str, Any], *, strict: bool = False) -> HttpResponse:
    whole = context | desk.context(focus=context.get("focus"), strict=strict)
    whole["found"] = context.get("found", {})
    return render(request, "console/segments/builder.html", whole)


def _begun(request: HttpRequest) -> tuple[str, str, Condition]:
    """With what a new segment begins: name, note, condition."""
    ready = BY_KEY.get(request.GET.get("ready", ""))
    if ready is not None:
        return str(ready.name), str(ready.what_for), ready.condition
    like = queries.segment(id_of(request.GET.get("like", "")) or 0)
    if like is not None and like.condition is not None:
        return _("%(name)s, copy") % {"name": like.name}, like.note, _condition_of(like)
    return "", "", EVERYBODY


def _condition_of(row: SegmentRow) -> Condition:
    return msgspec.json.decode(row.condition or "null", type=Condition)  # type: ignore[no-any-return]


def _kept(request: HttpRequest) -> dict[str, Any]:
    return {"revision": request.POST.get("revision", "")}


def _named(request: HttpRequest) -> tuple[str, str]:
    name, note = (request.POST.get(field, "").replace("\x00", "").strip() for field in ("name", "note"))
    return name, note


def _row(number: int) -> SegmentRow:
    row = queries.segment(number)
    if row is None:
        raise Http404
    return row
