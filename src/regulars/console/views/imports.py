"""Imports: files brought in, their mapping, progress, what was set aside, undo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.analytics.previews import Preview
from regulars.console import import_examples, import_files, import_mapping, said
from regulars.console.access import allowed, may, user_id_of
from regulars.console.ids import id_of
from regulars.console.import_pages import ImportPage, listed
from regulars.console.voice import Voice, voice
from regulars.console.ways import with_choices
from regulars.console.wording import imports as wording
from regulars.imports import queries, registry, services
from regulars.imports.errors import NotNow
from regulars.imports.types import ImportRow, State
from regulars.kit.errors import RegularsError
from regulars.team import queries as team
from regulars.team import services as team_services
from regulars.team.types import Action, Permission

PAGE = 30
BODY_BEYOND_FILE = 1024**2
"""What a form around a file may take."""


@never_cache
@require_safe
@allowed(Permission.IMPORT)
def page(request: HttpRequest) -> HttpResponse:
    """All imports, the newest first; before the first one, what a file needs and an example of it."""
    speak = voice()
    before = request.GET.get("before", "")
    at = id_of(before)
    rows = queries.imports_page(before=at, limit=PAGE + 1)
    shown = rows[:PAGE]
    names = team.user_names({row.started_by for row in shown if row.started_by is not None})
    path = reverse("imports")
    return render(
        request,
        "console/imports/page.html",
        {
            "rows": listed(shown, names, speak),
            "is_first": at is None,
            "example": import_examples.example("orders"),
            "older_url": with_choices(path, before=shown[-1].id) if len(rows) > PAGE else "",
            "newer_url": path if at is not None else "",
        },
    )


@never_cache
@require_safe
@allowed(Permission.IMPORT)
def example(request: HttpRequest, kind: str, format_: str) -> HttpResponseBase:
    """A small table to begin with."""
    found = import_examples.example(kind)
    if found is None or format_ not in import_examples.FORMATS:
        raise Http404
    return import_files.example(found, format_, voice())


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.IMPORT)
def upload(request: HttpRequest) -> HttpResponse:
    """Choose a file, and what it tells of if one knows better than the file itself."""
    problem = ""
    kind = request.POST.get("kind", request.GET.get("kind", ""))
    if kind not in registry.kinds():
        kind = ""
    if request.method == "POST":
        files = [file for file in request.FILES.values() if isinstance(file, UploadedFile)]
        if files:
            return _take(request, files[0], kind)
        problem = _("Choose a file first.")
    return render(
        request,
        "console/imports/upload.html",
        {
            "kinds": registry.kinds().values(),
            "kind": kind,
            "problem": problem,
            "size": settings.IMPORT_BYTES_MAX // 1024**2,
            "example": import_examples.example(kind or "orders"),
            "example_kind": kind or "orders",
        },
        status=422 if problem else 200,
    )


def _take(request: HttpRequest, file: UploadedFile[bytes], kind: str) -> HttpResponse:
    number = services.take_file(
        name=file.name or "file",
        chunks=file.chunks(),
        kind=kind or None,
        user_id=user_id_of(request),
        now=voice().now,
    )
    return redirect("imports-detail", number)


@never_cache
@require_safe
@allowed(Permission.IMPORT)
def detail(request: HttpRequest, number: int) -> HttpResponse:
    """One import, wherever it is: the choice of columns, the work, the result."""
    row = _row(number)
    shown = ImportPage(row, voice())
    context: dict[str, Any] = {"row": row, "page": shown, "who": _who(row)}
    if row.can_choose and (preview := preview_of(row)) is not None:
        titles, first_rows = import_mapping.rows(preview, shown.voice)
        choices, further = import_mapping.choices(preview)
        context |= {
            "preview": shown.preview(preview),
            "kinds": registry.kinds().values(),
            "choices": choices,
            "further": further,
            "titles": titles,
            "first_rows": first_rows,
        }
        return render(request, "console/imports/mapping.html", context)
    if row.is_working:
        return render(request, "console/imports/working.html", context)
    return render(request, "console/imports/result.html", context)


@never_cache
@login_not_required  # a poll after the session ended must reload the page, not get a sign-in form into it
@require_safe
def state(request: HttpRequest, number: int) -> HttpResponse:
    """How far the work is, asked by the page every second; the page loads anew once it is over."""
    row = queries.import_state(number)
    if not request.user.is_authenticated or not may(request, Permission.IMPORT):
        return _reload()
    if row is None or not row.is_working or row.state.value != request.GET.get("seen", ""):
        return _reload()
    context = {"row": row, "page": ImportPage(row, voice())}
    return render(request, "console/imports/state.html", context)


@require_POST
@allowed(Permission.IMPORT)
def mapping(request: HttpRequest, number: int) -> HttpResponse:
    """The choices of the form, and what to do with them: look again, check everything, bring it in."""
    row = _row(number)
    preview = preview_of(row)
    if preview is None or not row.can_choose:
        said.refused(request, _("The import has moved on meanwhile."))
        return redirect("imports-detail", number)
    wanted = import_mapping.chosen(request.POST, preview)
    then = request.POST.get("then", "look")
    now = voice().now
    if wanted.is_as_shown and then in {"check", "start"} and row.state is not State.FAILED:
        if then == "check":
            return _do(request, number, lambda: services.check(import_id=number, now=now))
        user = user_id_of(request)
        return _do(request, number, lambda: services.start(import_id=number, user_id=user, now=now))
    if then in {"check", "start"} and not wanted.is_as_shown:
        said.refused(request, _("You chose other columns. Look below how they read, then bring it in."))
    return _do(
        request,
        number,
        lambda: services.choose_mapping(import_id=number, kind=wanted.kind, mapping=wanted.mapping, now=now),
    )


@require_POST
@allowed(Permission.IMPORT)
def start(request: HttpRequest, number: int) -> HttpResponse:
    """Bring it in as it was checked, or go on where it was left."""
    row, now = _row(number), voice().now
    if row.can_resume:
        return _do(request, number, lambda: services.resume(import_id=number, now=now))
    user = user_id_of(request)
    return _do(request, number, lambda: services.start(import_id=number, user_id=user, now=now))


@require_POST
@allowed(Permission.IMPORT)
def stop(request: HttpRequest, number: int) -> HttpResponse:
    """Leave off after the portion in hand."""
    return _do(request, number, lambda: services.stop(import_id=number, now=voice().now))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.IMPORT)
def undo(request: HttpRequest, number: int) -> HttpResponse:
    """First what would be taken back and what came of it already; then it is done."""
    row = _row(number)
    if request.method == "POST":
        user, now = user_id_of(request), voice().now
        return _do(request, number, lambda: services.undo(import_id=number, user_id=user, now=now))
    if not row.can_undo:
        return redirect("imports-detail", number)
    shown = ImportPage(row, voice())
    plan = shown.undo_plan(services.plan_undo(import_id=number))
    return render(request, "console/imports/undo.html", {"row": row, "page": shown, "plan": plan})


@never_cache
@require_safe
@allowed(Permission.IMPORT)
def rejected(request: HttpRequest, number: int) -> HttpResponseBase:
    """The rows set aside with their own cells and what is wrong with each, to be mended and brought again."""
    speak = voice()
    row = _row(number)
    found = queries.rejected_rows(number)
    if not found.rows:
        raise Http404
    _log_taken(request, f"import:{number}", len(found.rows), speak)
    return import_files.rejected(row, found, speak)


@never_cache
@require_safe
@allowed(Permission.IMPORT, Permission.TAKE_LISTS_OUT)
def export(request: HttpRequest) -> HttpResponseBase:
    """The list of imports as a workbook."""
    speak = voice()
    rows = queries.imports_page(limit=import_files.IMPORTS_MAX)
    names = team.user_names({row.started_by for row in rows if row.started_by is not None})
    _log_taken(request, "imports", len(rows), speak)
    return import_files.imports(rows, names, speak)


def preview_of(row: ImportRow) -> Preview | None:
    """What was seen of the file; None before that, or of a file that could not be taken at all."""
    return msgspec.convert(row.preview, Preview) if row.preview else None


def _row(number: int) -> ImportRow:
    row = queries.import_row(number)
    if row is None:
        raise Http404
    return row


def _who(row: ImportRow) -> str:
    if row.started_by is None:
        return wording.origin(row)
    return team.user_names([row.started_by]).get(row.started_by, "")


def _do(request: HttpRequest, number: int, step: Callable[[], object]) -> HttpResponse:
    """Take a step and show the import; one that cannot be taken says why."""
    try:
        step()
    except NotNow:
        said.refused(request, _("The import has moved on meanwhile."))
    except RegularsError as error:
        said.refused(request, error.message)
    return redirect("imports-detail", number)


def _log_taken(request: HttpRequest, subject: str, rows: int, speak: Voice) -> None:
    team_services.log(
        user_id=user_id_of(request),
        action=Action.LIST_TAKEN_OUT,
        now=speak.now,
        subject=subject,
        details={"rows": rows},
    )


def _reload() -> HttpResponse:
    """Have htmx load the whole page anew."""
    return HttpResponse(headers={"HX-Refresh": "true"})
