"""Gifts over the counter: what waits to be handed out, and handing it out."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from regulars.analytics.wording.numbers import plain
from regulars.console import rewards as pages
from regulars.console import said
from regulars.console.access import allowed, user_id_of
from regulars.console.voice import Voice, voice
from regulars.console.ways import back, with_choices
from regulars.console.xlsx import ROWS_MAX, Column, workbook
from regulars.customers import queries as customers
from regulars.kit.errors import RegularsError
from regulars.loyalty import queries as loyalty
from regulars.loyalty import services
from regulars.loyalty.types.rewards import GrantRow
from regulars.team import services as team_services
from regulars.team.types import Action, Permission

LINES = 50
FOUND_MAX = 50
"""Customers a search finds, whose gifts are shown."""


@never_cache
@require_safe
@allowed(Permission.HAND_OUT_REWARDS)
def page(request: HttpRequest) -> HttpResponse:
    """Gifts that can be fetched, those that wait longest first; or those of whom somebody looks for."""
    speak = voice()
    told = pages.words(speak)
    asked = request.GET.get("q", "").strip()[:100]
    after = _after(request)
    if asked:
        rows = _of_found(asked, speak)
    else:
        rows = loyalty.gifts_waiting(at=speak.now, limit=LINES + 1, after=after)
    shown, last = rows[:LINES], rows[LINES - 1] if len(rows) > LINES and not asked else None
    count = loyalty.count_gifts_waiting(at=speak.now)
    return render(
        request,
        "console/rewards/waiting.html",
        {
            "lines": pages.waiting_of(shown, told),
            "count": pages.counted(count, speak) if count else "",
            "asked": asked,
            "here": request.get_full_path(),
            "newer_url": request.path if after else "",
            "older_url": with_choices(request.path, after=last.given_at.isoformat(), id=last.id)
            if last
            else "",
        },
    )


@require_safe
@allowed(Permission.HAND_OUT_REWARDS, Permission.TAKE_LISTS_OUT)
def export(request: HttpRequest) -> HttpResponseBase:
    """The same as a file."""
    speak = voice()
    told = pages.words(speak)
    rows = loyalty.gifts_waiting(at=speak.now, limit=ROWS_MAX)
    team_services.log(
        user_id=user_id_of(request),
        action=Action.LIST_TAKEN_OUT,
        now=speak.now,
        details={"list": "gifts", "rows": len(rows)},
    )
    columns = [
        Column(_("What"), width=32),
        Column(_("Customer"), width=28),
        Column(_("Why"), width=28),
        Column(_("Waits since"), "moment"),
        Column(_("Until"), "moment"),
    ]
    lines = pages.waiting_of(rows, told)
    cells = (
        [line.what, line.name, line.why, row.given_at, row.until]
        for line, row in zip(lines, rows, strict=True)
    )
    return workbook(name=_("gifts"), columns=columns, rows=cells, timezone=speak.shop.timezone)


@require_POST
@allowed(Permission.HAND_OUT_REWARDS)
@transaction.atomic
def hand_out(request: HttpRequest, number: int) -> HttpResponse:
    """Hand a gift out; with `undo` it was not fetched after all."""
    speak, user = voice(), user_id_of(request)
    row = _row(number)
    what = plain(row.benefit.name) if row.benefit.kind == "gift" else plain(row.name)
    if "undo" in request.GET:
        if services.undo_hand_out(grant_id=number, now=speak.now):
            _log(row, user, speak, what="not fetched")
            said.done(request, _("“%(name)s” waits again.") % {"name": what})
    elif services.hand_out(grant_id=number, now=speak.now, user_id=user):
        _log(row, user, speak, what="handed out")
        undo = f"{reverse('loyalty-rewards-hand-out', args=[number])}?undo=1"
        said.done(request, _("“%(name)s” is handed out.") % {"name": what}, undo=undo)
    else:
        said.refused(
            request, _("“%(name)s” was fetched or taken back already, or its time is over.") % {"name": what}
        )
    return redirect(back(request, reverse("loyalty-rewards-waiting")))


@require_POST
@allowed(Permission.ADJUST_POINTS)
@transaction.atomic
def cancel(request: HttpRequest, number: int) -> HttpResponse:
    """Take a reward back that was not handed out: its points return to the customer."""
    speak, user = voice(), user_id_of(request)
    try:
        order = services.cancel_reward(order_id=number, now=speak.now, user_id=user)
    except RegularsError as error:
        said.refused(request, error.message)
    else:
        team_services.log(
            user_id=user,
            action=Action.REWARD_TAKEN,
            now=speak.now,
            subject=f"person:{order.person_id}",
            details={"reward": order.reward_name, "what": "given back"},
        )
        told = {
            "name": plain(order.reward_name),
            "points": pages.words(speak).speaker.points(order.points_minor),
        }
        said.done(request, _("“%(name)s” is given back, %(points)s returned.") % told)
    return redirect(back(request, reverse("loyalty-rewards-waiting")))


def _of_found(asked: str, speak: Voice) -> list[GrantRow]:
    """What waits for those whom a search finds."""
    found = customers.search(asked, limit=FOUND_MAX)
    return loyalty.gifts_waiting(at=speak.now, limit=LINES, person_ids=found)


def _row(number: int) -> GrantRow:
    row = loyalty.one_grant(number)
    if row is None:
        raise Http404
    return row


def _log(row: GrantRow, user: int, speak: Voice, *, what: str) -> None:
    team_services.log(
        user_id=user,
        action=Action.REWARD_HANDED_OUT,
        now=speak.now,
        subject=f"person:{row.person_id}",
        details={"gift": row.name, "what": what},
    )


def _after(request: HttpRequest) -> tuple[datetime, int] | None:
    moment, number = request.GET.get("after", ""), request.GET.get("id", "")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    try:
        found = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (found, int(number)) if found.tzinfo else None
