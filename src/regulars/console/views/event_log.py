"""How far those who read the log are, and what they set aside."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from regulars.console import event_log, said
from regulars.console.access import allowed, user_id_of, while_signed_in
from regulars.console.ids import id_of
from regulars.console.voice import voice
from regulars.console.ways import back, with_choices
from regulars.console.wording import event_log as wording
from regulars.console.xlsx import ROWS_MAX, Column, workbook
from regulars.events import queries, registry, services
from regulars.events.types import SetAside
from regulars.kit.errors import RegularsError
from regulars.team import services as team
from regulars.team.types import Action, Permission

PAGE = 30
BATCH = 1000
SET_ASIDE = frozenset({"again", "give-up"})
SWITCHES = frozenset({"pause", "resume"})


@never_cache
@require_safe
@allowed(Permission.CONNECT)
def page(request: HttpRequest) -> HttpResponse:
    """Whether events are handled in time, by whom, and what stands in the way."""
    return render(request, "console/connections/log.html", {"log": event_log.state(voice())})


@never_cache
@login_not_required
@require_safe
@while_signed_in
@allowed(Permission.CONNECT)
def state(request: HttpRequest) -> HttpResponse:
    """The same piece of the page, asked for every few seconds."""
    return render(request, "console/connections/log_state.html", {"log": event_log.state(voice())})


@never_cache
@require_safe
@allowed(Permission.CONNECT)
def set_aside(request: HttpRequest) -> HttpResponse:
    """What could not be handled and why; to be tried again or given up."""
    reader = _reader(request.GET.get("reader", ""))
    after = id_of(request.GET.get("after", ""))
    rows = queries.set_aside_page(consumer=reader or None, after=after, limit=PAGE + 1)
    shown = rows[:PAGE]
    path = reverse("connections-log-set-aside")
    context = {
        "rows": event_log.asides(shown, voice()),
        "reader": reader,
        "reader_title": wording.reader(reader) if reader else "",
        "readers": [(one.name, wording.reader(one.name)) for one in registry.consumers()],
        "older_url": with_choices(path, reader=reader, after=shown[-1].id) if len(rows) > PAGE else "",
        "newer_url": with_choices(path, reader=reader) if after is not None else "",
        "export_url": with_choices(reverse("connections-log-export"), reader=reader),
    }
    return render(request, "console/connections/log_set_aside.html", context)


@never_cache
@require_safe
@allowed(Permission.CONNECT)
def export(request: HttpRequest) -> HttpResponseBase:
    """What was set aside as a workbook; taking it out is itself noted."""
    speak = voice()
    reader = _reader(request.GET.get("reader", ""))
    details = {"list": "set-aside"}
    team.log(user_id=user_id_of(request), action=Action.LIST_TAKEN_OUT, now=speak.now, details=details)
    columns = [
        Column(_("Set aside"), "moment", 18),
        Column(_("What happened"), width=36),
        Column(_("Event"), "whole", 12),
        Column(_("Customer"), "whole", 12),
        Column(_("Came"), "moment", 18),
        Column(_("For whom"), width=28),
        Column(_("Tried"), "whole", 8),
        Column(_("Why not"), width=80),
    ]
    rows = (
        (row.set_aside_at, row.name, row.event_id, people.get(row.profile_id or 0), row.received_at,
         wording.reader(row.consumer), row.tries, row.error)
        for batch in _batches(reader)
        for people in [event_log.persons(batch)]
        for row in batch
    )  # fmt: skip
    return workbook(name="events-set-aside", columns=columns, rows=rows, timezone=speak.shop.timezone)


@require_POST
@allowed(Permission.CONNECT)
def replay(request: HttpRequest) -> HttpResponse:
    """Try again or give up what was set aside, one or all of a reader; stop a reader or let it go on."""
    wanted, reader = request.POST.get("do", ""), _reader(request.POST.get("reader", ""))
    number = id_of(request.POST.get("number", ""))
    has_aim = reader or (number is not None and wanted in SET_ASIDE)
    if wanted not in SET_ASIDE | SWITCHES or not has_aim:
        raise Http404
    try:
        with transaction.atomic():
            if wanted in SET_ASIDE:
                _deal_with(request, wanted, reader, number)
            else:
                _switch(request, wanted, reader)
    except RegularsError as error:
        said.refused(request, error.message)
    return redirect(back(request, reverse("connections-log")))


def _deal_with(request: HttpRequest, wanted: str, reader: str, number: int | None) -> None:
    now = voice().now
    which = {"ids": [number]} if number is not None else {"consumer": reader}
    if wanted == "again":
        count = services.replay(**which, now=now)
        action, done = Action.EVENTS_REPLAYED, ngettext(
            "%(count)s event is tried again now; what goes well leaves the list.",
            "%(count)s events are tried again now; what goes well leaves the list.",
            count,
        )  # fmt: skip
    else:
        count = services.drop_set_aside(**which, now=now)
        action, done = Action.EVENTS_DROPPED, ngettext(
            "%(count)s event is given up. It stays in the customer's history.",
            "%(count)s events are given up. They stay in the customers' history.",
            count,
        )  # fmt: skip
    if not count:
        said.refused(request, _("There was nothing to do: it was dealt with meanwhile."))
        return
    details = {"events": count} | ({"reader": reader} if reader else {})
    team.log(user_id=user_id_of(request), action=action, now=now, details=details)
    said.done(request, done % {"count": count})


def _switch(request: HttpRequest, wanted: str, reader: str) -> None:
    now = voice().now
    if wanted == "pause":
        services.pause(reader, now=now)
        said.done(request, _("It is given nothing more. What happens meanwhile waits for it."))
    else:
        services.resume(reader, now=now)
        said.done(request, _("It goes on with what has waited."))
    details = {"reader": reader, "now": "stopped" if wanted == "pause" else "goes on"}
    team.log(user_id=user_id_of(request), action=Action.READER_CHANGED, now=now, details=details)


def _batches(reader: str) -> Iterator[list[SetAside]]:
    after, left = None, ROWS_MAX
    while left > 0:
        rows = queries.set_aside_page(consumer=reader or None, after=after, limit=min(BATCH, left))
        if not rows:
            return
        yield rows
        after, left = rows[-1].id, left - len(rows)


def _reader(name: str) -> str:
    """The name of a reader that there is; empty for all others."""
    return name if name in {one.name for one in registry.consumers()} else ""
