"""Segments: the list, one of them, its people."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from regulars.analytics import queries as analytics
from regulars.console import said
from regulars.console.access import allowed, may, user_id_of
from regulars.console.segment_pages import listing, not_found, words
from regulars.console.segment_pages import people as people_page
from regulars.console.segment_pages.growth import MONTH
from regulars.console.segment_pages.logged import log_changed, log_made
from regulars.console.segment_pages.page import DAYS_DRAWN, PASSAGES_SHOWN, SegmentPage
from regulars.console.voice import voice
from regulars.console.ways import back, with_choices
from regulars.console.xlsx import Cell, Column, workbook
from regulars.customers import queries as customers
from regulars.kit.errors import RegularsError
from regulars.segments import queries, services
from regulars.segments.types import Kind, SegmentRow, State
from regulars.team import queries as team
from regulars.team import services as team_services
from regulars.team.types import Action, Permission

SEARCH_FROM = 12
"""Segments from which on a field to find one is worth its room."""


@never_cache
@require_safe
@allowed(Permission.SEE_CUSTOMERS)
def page(request: HttpRequest) -> HttpResponse:
    """Which groups of customers there are, and which of them grow; `show=away`: those that were put away."""
    speak, away = voice(), request.GET.get("show") == "away"
    every = listing.sorted_rows(queries.segments(archived=away))
    wanted = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    rows = [row for row in every if wanted.casefold() in row.name.casefold()]
    before = listing.before_of(rows, speak.today)
    names = team.user_names({row.created_by for row in rows if row.created_by is not None})
    path = reverse("segments")
    return render(
        request,
        "console/segments/page.html",
        {
            "rows": listing.listed(rows, before, names, speak),
            "any": bool(every),
            "headline": listing.headline(rows, before, speak) if rows and not away else "",
            "away": away,
            "wanted": wanted,
            "searchable": len(every) >= SEARCH_FROM or bool(wanted),
            "here_url": path,
            "away_url": with_choices(path, show="away"),
            "file_url": with_choices(reverse("segments-export"), show="away" if away else ""),
        },
    )


@require_safe
@allowed(Permission.SEE_CUSTOMERS, Permission.TAKE_LISTS_OUT)
def export(request: HttpRequest) -> HttpResponseBase:
    """The list of segments as a file."""
    speak, away = voice(), request.GET.get("show") == "away"
    rows = listing.sorted_rows(queries.segments(archived=away))
    before = listing.before_of(rows, speak.today)
    names = team.user_names({row.created_by for row in rows if row.created_by is not None})
    told = listing.sentences(rows)
    columns = [
        Column(_("Number"), "whole", 10),
        Column(_("Segment"), width=36),
        Column(_("Who is in it"), width=72),
        Column(_("People"), "whole", 12),
        Column(_("Change in 30 days"), "whole", 18),
        Column(_("State"), width=22),
        Column(_("Made on"), "moment", 18),
        Column(_("Made by"), width=28),
    ]
    cells: list[list[Cell]] = [
        [
            row.id,
            row.name,
            told[row.id],
            row.members,
            row.members - before[row.id].members if row.id in before else None,
            words.standing(row).name,
            row.created_at,
            names.get(row.created_by or 0),
        ]
        for row in rows
    ]
    return workbook(name=_("segments"), columns=columns, rows=cells, timezone=speak.shop.timezone)


@never_cache
@require_safe
@allowed(Permission.SEE_CUSTOMERS)
def segment(request: HttpRequest, number: int) -> HttpResponse:
    """One segment: how many, how it grew, who came and left, its people, what to do."""
    row, speak = _row(number), voice()
    first = speak.today - timedelta(days=DAYS_DRAWN - 1)
    days = queries.days(number, first=first, last=speak.today)
    shown, run = SegmentPage(row, days, speak), analytics.latest_run()
    passages = []
    if shown.is_live:
        passages = queries.passages(number, since=speak.now - MONTH, limit=PASSAGES_SHOWN)
    names = customers.person_names(sorted({passage.person_id for passage in passages})) if passages else {}
    lost = not_found.kept(segment_id=number, user_id=user_id_of(request)) if shown.is_list else []
    context = {
        "row": row,
        "page": shown,
        "tiles": shown.tiles(*people_page.worth(row)),
        "passages": shown.came(passages, names),
        "used_by": queries.used_by(number),
        "not_found": len(lost),
        "file_url": with_choices(reverse("segments-people", args=[number]), sort=request.GET.get("sort")),
        "customers_url": with_choices(reverse("customers"), **{"in": number}),
    }
    if shown.is_building:
        context |= _progress(row, shown)
    context |= people_page.context(request, row, run, speak)
    return render(request, "console/segments/segment.html", context)


@never_cache
@login_not_required  # a poll after the session ended must reload the page, not get a sign-in form into it
@require_safe
def state(request: HttpRequest, number: int) -> HttpResponse:
    """How far the building is, asked by the page every second; the page loads anew once it is over."""
    row = queries.segment(number)
    if not request.user.is_authenticated or not may(request, Permission.SEE_CUSTOMERS):
        return _reload()
    if row is None or row.state is not State.BUILDING:
        return _reload()
    shown = SegmentPage(row, [], voice())
    return render(request, "console/segments/state.html", {"row": row, "page": shown} | _progress(row, shown))


@require_safe
@allowed(Permission.SEE_CUSTOMERS, Permission.TAKE_LISTS_OUT)
def people(request: HttpRequest, number: int) -> HttpResponseBase:
    """Everybody in the segment as a file; with contacts for those who may see them."""
    row, speak = _row(number), voice()
    file, rows = people_page.file(request, row, analytics.latest_run(), speak)
    team_services.log(
        user_id=user_id_of(request),
        action=Action.LIST_TAKEN_OUT,
        now=speak.now,
        subject=f"segment:{number}",
        details={"rows": rows, "contacts": may(request, Permission.SEE_CONTACTS)},
    )
    return file


@require_POST
@allowed(Permission.MAKE_SEGMENTS)
def freeze(request: HttpRequest, number: int) -> HttpResponse:
    """Keep those who are in it now, whatever happens afterwards."""
    row, speak = _row(number), voice()
    name = request.POST.get("name", "").strip() or SegmentPage(row, [], speak).frozen_name
    try:
        with transaction.atomic():
            made = services.freeze(segment_id=number, name=name, now=speak.now, user_id=user_id_of(request))
            log_made(request, made, speak, frozen_of=number)
    except RegularsError as error:
        said.refused(request, error.message)
        return redirect("segments-one", number)
    said.done(
        request,
        _("Here are those of “%(name)s” as of now. Nobody comes or goes any more.") % {"name": row.name},
        undo=reverse("segments-archive", args=[made]),
    )
    return redirect("segments-one", made)


@require_POST
@allowed(Permission.MAKE_SEGMENTS)
def rename(request: HttpRequest, number: int) -> HttpResponse:
    """Another name; of a live one the builder changes it together with the rest."""
    row, speak = _row(number), voice()
    try:
        with transaction.atomic():
            services.change_segment(
                segment_id=number,
                name=request.POST.get("name", ""),
                note=row.note,
                condition=None,
                revision=row.revision,
                now=speak.now,
            )
            log_changed(request, number, speak, "renamed")
    except RegularsError as error:
        said.refused(request, error.message)
    else:
        said.done(request, _("It has its new name."))
    return redirect("segments-one", number)


@require_POST
@allowed(Permission.MAKE_SEGMENTS)
def archive(request: HttpRequest, number: int) -> HttpResponse:
    """Put it away; what follows offers to bring it back."""
    row, speak = _row(number), voice()
    try:
        with transaction.atomic():
            services.archive(segment_id=number, now=speak.now)
            log_changed(request, number, speak, "put_away")
    except RegularsError as error:
        said.refused(request, error.message)
        return redirect("segments-one", number)
    words = _("“%(name)s” is put away.") % {"name": row.name}
    said.done(request, words, undo=reverse("segments-restore", args=[number]))
    return redirect("segments")


@require_POST
@allowed(Permission.MAKE_SEGMENTS)
def restore(request: HttpRequest, number: int) -> HttpResponse:
    """Bring back what was put away; its people are looked for anew. One that failed is tried again."""
    row, speak = _row(number), voice()
    try:
        with transaction.atomic():
            services.restore(segment_id=number, now=speak.now)
            log_changed(request, number, speak, "brought_back")
    except RegularsError as error:
        said.refused(request, error.message)
        return redirect(back(request, reverse("segments")))
    words = _("“%(name)s” is back.")
    if row.state is State.FAILED:
        words = _("The people of “%(name)s” are looked for again.")
    said.done(request, words % {"name": row.name})
    return redirect("segments-one", number)


@require_POST
@allowed(Permission.MAKE_SEGMENTS)
def copy(request: HttpRequest, number: int) -> HttpResponse:
    """Another one like it: of a live one the builder opens with its condition, of a list its people."""
    row, speak = _row(number), voice()
    if row.kind is not Kind.STATIC:
        return redirect(with_choices(reverse("segments-new"), like=number))
    try:
        made = services.make_static(
            name=_("%(name)s, copy") % {"name": row.name},
            person_ids=queries.member_ids(number),
            now=speak.now,
            user_id=user_id_of(request),
        )
        log_made(request, made.segment_id, speak, copy_of=number)
    except RegularsError as error:
        said.refused(request, error.message)
        return redirect("segments-one", number)
    undo = reverse("segments-archive", args=[made.segment_id])
    said.done(request, _("This is the copy, with the same people."), undo=undo)
    return redirect("segments-one", made.segment_id)


def _row(number: int) -> SegmentRow:
    row = queries.segment(number)
    if row is None:
        raise Http404
    return row


def _progress(row: SegmentRow, shown: SegmentPage) -> dict[str, object]:
    progress = queries.progress(row.id)
    done, total = (progress.done, progress.total) if progress else (0, None)
    return {
        "doing": shown.progress(done, total),
        "percent": min(100, 100 * done // total) if total else None,
    }


def _reload() -> HttpResponse:
    return HttpResponse(headers={"HX-Refresh": "true"})
