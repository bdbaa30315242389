"""The audit log: who saw and changed what."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from regulars.console.access import allowed, user_id_of
from regulars.console.ids import id_of
from regulars.console.voice import Voice, voice
from regulars.console.wording.log import ACTIONS, Sentence, sentences
from regulars.console.xlsx import ROWS_MAX, Column, workbook
from regulars.kit import clock
from regulars.team import queries, services
from regulars.team.types import Action, LogFilter, LogLine, Permission

LINES = 50
BATCH = 2000
FAILURES_SINCE = timedelta(days=7)


@never_cache
@require_safe
@allowed(Permission.SEE_AUDIT_LOG)
def page(request: HttpRequest) -> HttpResponse:
    """The newest lines, those of one person, one kind or one day."""
    speaks = voice()
    which = _which(request, speaks)
    older, newer = _place(request.GET.get("older", "")), _place(request.GET.get("newer", ""))
    if newer is not None:
        lines = queries.log_page_before(which=which, limit=LINES + 1, newer_than=newer)
        more_newer, more_older = len(lines) > LINES, True
        lines = lines[-LINES:]
    else:
        lines = queries.log_page(which=which, limit=LINES + 1, older_than=older)
        more_newer, more_older = older is not None, len(lines) > LINES
        lines = lines[:LINES]
    context = {
        "days": _by_day(sentences(lines), speaks),
        "members": queries.members(),
        "actions": [(action.value, words) for action, words in ACTIONS.items()],
        "chosen": {name: request.GET.get(name, "") for name in ("who", "action", "day")},
        "filtered": which != LogFilter(),
        "failures": queries.failed_sign_ins(since=speaks.now - FAILURES_SINCE),
        "newer_url": _link(request, newer=lines[0]) if lines and more_newer else "",
        "older_url": _link(request, older=lines[-1]) if lines and more_older else "",
        "export_query": _filters(request),
    }
    return render(request, "console/settings/log.html", context)


@never_cache
@require_safe
@allowed(Permission.SEE_AUDIT_LOG)
def export(request: HttpRequest) -> HttpResponseBase:
    """The same lines as a workbook; taking it out is itself noted."""
    speaks = voice()
    which = _which(request, speaks)
    services.log(
        user_id=user_id_of(request), action=Action.LIST_TAKEN_OUT, now=clock.now(), details={"list": "log"}
    )
    columns = [
        Column(gettext("When"), "moment", 18),
        Column(gettext("Who"), width=24),
        Column(gettext("What"), width=32),
        Column(gettext("To whom or what"), width=32),
        Column(gettext("Details"), width=40),
    ]
    rows = (
        (said.line.at, said.who, said.what, said.subject, said.details)
        for batch in _batches(which)
        for said in sentences(batch)
    )
    return workbook(name="audit-log", columns=columns, rows=rows, timezone=speaks.shop.timezone)


def _batches(which: LogFilter) -> list[list[LogLine]]:
    """In portions, so that names are looked up for many lines at once."""
    lines = list(queries.log_lines(which=which, limit=ROWS_MAX))
    return [lines[start : start + BATCH] for start in range(0, len(lines), BATCH)]


def _which(request: HttpRequest, speaks: Voice) -> LogFilter:
    """What was asked for; what cannot be understood is left out."""
    who, action, day = (request.GET.get(name, "") for name in ("who", "action", "day"))
    since, until = _bounds(day, speaks.zone)
    return LogFilter(
        user_id=id_of(who),
        action=action if action in {a.value for a in ACTIONS} else "",
        since=since,
        until=until,
    )


def _bounds(day: str, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """The day of the shop's calendar as moments."""
    try:
        first = date.fromisoformat(day)
        last = first + timedelta(days=1)
    except (ValueError, OverflowError):
        return None, None
    begins, ends = (datetime.combine(d, time(), tzinfo=zone).astimezone(UTC) for d in (first, last))
    return begins, ends


def _by_day(said: list[Sentence], speaks: Voice) -> list[tuple[str, list[tuple[str, Sentence]]]]:
    days: dict[date, list[tuple[str, Sentence]]] = {}
    for one in said:
        days.setdefault(speaks.day_of(one.line.at), []).append((speaks.time(one.line.at), one))
    return [(speaks.day(day), lines) for day, lines in days.items()]


def _place(text: str) -> tuple[datetime, int] | None:
    """A place in the log as addresses carry it: microseconds since 1970 and the number of the line."""
    moment, _dot, number = text.partition(".")
    if not (moment.isascii() and moment.isdigit() and number.isascii() and number.isdigit()):
        return None
    if len(moment) > 17 or len(number) > 18:
        return None
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(moment)), int(number)


def _link(request: HttpRequest, **place: LogLine) -> str:
    ((name, line),) = place.items()
    moment = (line.at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    filters = _filters(request)
    return "?" + (f"{filters}&" if filters else "") + urlencode({name: f"{moment}.{line.id}"})


def _filters(request: HttpRequest) -> str:
    chosen = {name: request.GET.get(name, "") for name in ("who", "action", "day")}
    return urlencode({name: value for name, value in chosen.items() if value})
