"""Files and addresses that are read again by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.analytics.wording.numbers import plain
from regulars.console import said
from regulars.console.access import allowed, user_id_of
from regulars.console.forms.watches import WatchForm
from regulars.console.import_pages import moment
from regulars.console.voice import Voice, voice
from regulars.console.wording import imports as wording
from regulars.imports import queries, services
from regulars.imports.types import State, WatchRow
from regulars.kit.errors import RegularsError
from regulars.team.types import Permission

OFFERED = 30
"""Imports whose columns are offered."""


@dataclass(frozen=True)
class Watched:
    """A watch in words."""

    id: int
    place: str
    what: str
    hour: str
    active: bool
    checked: str
    worked: str
    error: str
    last_import: int | None


@never_cache
@require_safe
@allowed(Permission.IMPORT)
def page(request: HttpRequest) -> HttpResponse:
    """What is read by itself, and whether it works."""
    speak = voice()
    watches = [_watched(row, speak) for row in queries.watches()]
    return render(request, "console/imports/watches.html", {"watches": watches, "folder": _folder()})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.IMPORT)
def new(request: HttpRequest) -> HttpResponse:
    """One more place; with `import` its kind and its columns are those of that import."""
    offered = _offered()
    first = request.GET.get("import", "")
    known = int(first) if first.isascii() and first.isdigit() and int(first) in dict(offered) else 0
    kind = _kind_of(known) if known else "orders"
    form = WatchForm(
        request.POST or None, imports=offered, initial={"columns": known, "kind": kind, "active": True}
    )
    if request.method == "POST" and form.is_valid() and _save(request, form, None):
        said.done(request, _("From now on it is read each day."))
        return redirect("imports-watches")
    return render(request, "console/imports/watch.html", {"form": form, "folder": _folder(), "zone": _zone()})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.IMPORT)
def edit(request: HttpRequest, number: int) -> HttpResponse:
    """Change a place, its hour, its columns, or switch it off."""
    row = _row(number)
    offered = _offered()
    initial = {"place": row.place, "kind": row.kind, "at_hour": row.at_hour, "active": row.active}
    kept = next((id_ for id_, _name in offered if _mapping_of(id_) == dict(row.mapping)), 0)
    if row.mapping and not kept:
        offered = [(-1, _("As until now")), *offered]
        kept = -1
    form = WatchForm(request.POST or None, imports=offered, initial=initial | {"columns": kept})
    if request.method == "POST" and form.is_valid() and _save(request, form, row):
        said.done(request, _("The watched place is changed."))
        return redirect("imports-watches")
    context = {"form": form, "watch": _watched(row, voice()), "folder": _folder(), "zone": _zone()}
    return render(request, "console/imports/watch.html", context)


@require_POST
@allowed(Permission.IMPORT)
def check(request: HttpRequest, number: int) -> HttpResponse:
    """Have it looked at now instead of at its hour."""
    _row(number)
    try:
        services.check_watch(watch_id=number, user_id=user_id_of(request), now=voice().now)
    except RegularsError as error:
        said.refused(request, error.message)
    else:
        said.done(request, _("It is looked at within a minute; what comes of it stands among the imports."))
    return redirect("imports-watches")


@require_POST
@allowed(Permission.IMPORT)
def delete(request: HttpRequest, number: int) -> HttpResponse:
    """No longer read it; what it brought stays."""
    _row(number)
    try:
        services.delete_watch(watch_id=number, user_id=user_id_of(request), now=voice().now)
    except RegularsError as error:
        said.refused(request, error.message)
    else:
        said.done(request, _("It is no longer read. What it brought stays."))
    return redirect("imports-watches")


def _save(request: HttpRequest, form: WatchForm, row: WatchRow | None) -> bool:
    wanted = form.cleaned_data
    columns = wanted["columns"] or 0
    mapping: Mapping[str, str] = row.mapping if columns < 0 and row else _mapping_of(columns)
    try:
        services.save_watch(
            kind=wanted["kind"],
            place=wanted["place"],
            at_hour=wanted["at_hour"],
            mapping=mapping,
            user_id=user_id_of(request),
            now=voice().now,
            watch_id=row.id if row else None,
            active=wanted["active"] if row else True,
        )
    except RegularsError as error:
        form.add_error("place", error.message)
        return False
    return True


def _watched(row: WatchRow, speak: Voice) -> Watched:
    return Watched(
        id=row.id,
        place=plain(row.place),
        what=wording.kind_name(row.kind),
        hour=f"{row.at_hour}:00",
        active=row.active,
        checked=moment(row.last_checked_at, speak) if row.last_checked_at else "",
        worked=moment(row.last_worked_at, speak) if row.last_worked_at else "",
        error=plain(row.last_error),
        last_import=row.last_import_id,
    )


def _offered() -> list[tuple[int, str]]:
    """Imports that went well with columns somebody chose or accepted."""
    rows = queries.imports_page(limit=OFFERED)
    return [
        (row.id, _("As in “%(name)s”") % {"name": plain(row.name)[:80]})
        for row in rows
        if row.mapping and row.state is State.DONE
    ]


def _mapping_of(number: int) -> dict[str, str]:
    row = queries.import_state(number) if number > 0 else None
    return dict(row.mapping) if row else {}


def _kind_of(number: int) -> str:
    row = queries.import_state(number)
    return row.kind if row else "orders"


def _row(number: int) -> WatchRow:
    row = queries.watch(number)
    if row is None:
        raise Http404
    return row


def _folder() -> str:
    return str(settings.WATCH_FOLDER)


def _zone() -> str:
    return voice().shop.timezone
