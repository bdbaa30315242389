"""The points of one customer: the balance, and all that happened to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from regulars.analytics.wording.numbers import plain
from regulars.console import card_points
from regulars.console.access import allowed, may, user_id_of
from regulars.console.card_missing import missing
from regulars.console.ids import id_of
from regulars.console.voice import Voice, voice
from regulars.console.ways import with_choices
from regulars.console.wording import points_statement as wording
from regulars.console.wording.people import name_or_number
from regulars.console.xlsx import ROWS_MAX, Cell, Column, workbook
from regulars.customers import queries as customers
from regulars.customers.types import PersonRow
from regulars.loyalty import queries as loyalty
from regulars.loyalty.types import MINOR, AdjustmentRow, StatementLine
from regulars.team import queries as team
from regulars.team import services as team_services
from regulars.team.models import AuditLogEntry
from regulars.team.types import Action, Permission

LINES = 50
QR_SHOWN_SECONDS = 20
"""The picture is loaded anew after that: it changes each half minute, and the one before is still taken."""
SHOWN_AGAIN_AFTER = timedelta(minutes=10)
"""Within it the QR of the same customer is one line of the audit log."""


@never_cache
@require_safe
@allowed(Permission.SEE_CUSTOMERS)
def page(request: HttpRequest, person: int) -> HttpResponse:
    """The statement."""
    found = customers.person(person)
    if found is None:
        return missing(request, person, "customers-points")
    speak = voice()
    version = loyalty.current(speak.now)
    member = loyalty.member_of_profile(found.profile_ids[0], at=speak.now)
    kind, moves = _kind(request), request.GET.get("moves") == "1"
    rows = _lines(found, kind, moves, _before(request), LINES + 1)
    path = request.path
    chosen = {"kind": kind, "moves": "1" if moves else ""}
    return render(
        request,
        "console/points/statement.html",
        {
            "person": found,
            "name": name_or_number(found.name, person),
            "figures": card_points.figures(member, version.programme if version else None, speak),
            "waiting": card_points.waiting_lines(loyalty.adjustments_waiting_of(found.profile_ids), speak),
            "lines": _shown(rows[:LINES], speak),
            "kinds": [
                {"name": name, "url": with_choices(path, **{**chosen, "kind": key}), "chosen": key == kind}
                for key, name in [
                    ("", _("All")),
                    *((key, name) for key, (name, _of) in wording.KINDS.items()),
                ]
            ],
            "moves": moves,
            "moves_url": with_choices(path, kind=kind, moves="" if moves else "1"),
            "newer_url": with_choices(path, **chosen) if _before(request) else "",
            "older_url": with_choices(path, **chosen, before=rows[LINES - 1].id) if len(rows) > LINES else "",
            "file_url": with_choices(reverse("customers-points-export", args=[person]), **chosen),
            "can_adjust": version is not None and may(request, Permission.ADJUST_POINTS),
            "narrowed": bool(kind or moves or _before(request)),
        },
    )


@require_safe
@allowed(Permission.SEE_CUSTOMERS, Permission.TAKE_LISTS_OUT)
def export(request: HttpRequest, person: int) -> HttpResponseBase:
    """The same as a file."""
    found = customers.person(person)
    if found is None:
        raise Http404
    speak = voice()
    kind, moves = _kind(request), request.GET.get("moves") == "1"
    rows = _lines(found, kind, moves, None, ROWS_MAX)
    team_services.log(
        user_id=user_id_of(request),
        action=Action.LIST_TAKEN_OUT,
        now=speak.now,
        subject=f"person:{person}",
        details={"list": "points", "rows": len(rows)},
    )
    columns = [
        Column(_("When"), "moment"),
        Column(_("What"), width=44),
        Column(_("Order")),
        Column(_("Why"), width=30),
        Column(_("Change"), "number"),
        Column(_("Balance"), "number"),
        Column(_("Only moved"), "number"),
        Column(_("Can be spent until"), "day"),
        Column(_("Written down"), "moment"),
    ]
    name = f"points-{person}-{speak.today.isoformat()}"
    return workbook(name=name, columns=columns, rows=_cells(rows, speak), timezone=speak.shop.timezone)


@never_cache
@require_safe
@allowed(Permission.ADJUST_POINTS)
def qr(request: HttpRequest, person: int) -> HttpResponse:
    """Their QR of this minute, for a customer who stands there without a telephone.

    Only for those who may give and take points anyway: it lets points be spent above the programme's limit.
    """
    found = customers.person(person)
    if found is None:
        raise Http404
    now = voice().now
    _note_shown(request, person, now)
    code = loyalty.customer_qr(profile_id=found.profile_ids[0], now=now)
    answer = HttpResponse(code.svg, content_type="image/svg+xml")
    answer.headers["Refresh"] = str(QR_SHOWN_SECONDS)
    return answer


def _note_shown(request: HttpRequest, person: int, now: datetime) -> None:
    """A line of the audit log, though the picture is loaded anew all the time."""
    user, subject, action = user_id_of(request), f"person:{person}", Action.QR_SHOWN
    shown = AuditLogEntry.objects.filter(subject=subject, user_id=user, action=action.value)
    if not shown.filter(at__gt=now - SHOWN_AGAIN_AFTER).exists():
        team_services.log(user_id=user, action=action, now=now, subject=subject)


def _kind(request: HttpRequest) -> str:
    asked = request.GET.get("kind", "")
    return asked if asked in wording.KINDS else ""


def _before(request: HttpRequest) -> int | None:
    asked = request.GET.get("before", "")
    return id_of(asked)


def _lines(found: PersonRow, kind: str, moves: bool, before: int | None, limit: int) -> list[StatementLine]:
    causes = wording.KINDS[kind][1] if kind else None
    return loyalty.statement(
        profile_ids=found.profile_ids, causes=causes, moves=moves, before=before, limit=limit
    )


def _named(rows: Sequence[StatementLine]) -> tuple[dict[int, AdjustmentRow], dict[int, str]]:
    """What was given by hand, and the names of the colleagues who did."""
    by_hand = loyalty.adjustments_by_id(row.adjustment_id for row in rows if row.adjustment_id)
    colleagues = team.user_names({row.asked_by for row in by_hand.values()}) if by_hand else {}
    return by_hand, dict(colleagues)


def _shown(rows: Sequence[StatementLine], speak: Voice) -> list[wording.StatementShown]:
    by_hand, colleagues = _named(rows)
    return [wording.shown(row, by_hand, colleagues, speak) for row in rows]


def _cells(rows: Sequence[StatementLine], speak: Voice) -> list[list[Cell]]:
    by_hand, colleagues = _named(rows)
    return [_row(row, by_hand.get(row.adjustment_id or 0), colleagues, speak) for row in rows]


def _row(
    row: StatementLine, by_hand: AdjustmentRow | None, colleagues: dict[int, str], speak: Voice
) -> list[Any]:
    ends = row.expires_at and speak.day_of(row.expires_at - timedelta(microseconds=1))
    return [
        row.at,
        wording.text(row, by_hand, colleagues),
        plain(row.order_id),
        plain(by_hand.reason) if by_hand else "",
        Decimal(row.change_minor) / MINOR,
        Decimal(row.balance_minor) / MINOR,
        None if row.change_minor else Decimal(row.moved_minor) / MINOR,
        ends,
        row.recorded_at,
    ]
