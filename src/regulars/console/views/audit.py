"""The audits of the shop: shown by day, compared, asked for anew, taken away as files."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from regulars.analytics import queries, services
from regulars.analytics.export import audit_json
from regulars.analytics.queries import DatedAudit, Kept
from regulars.analytics.report import render_report, report_context
from regulars.analytics.report.tables import SlippingRow
from regulars.analytics.types import Audit
from regulars.analytics.wording.numbers import Formats
from regulars.commerce import queries as commerce
from regulars.console import audits
from regulars.console.access import allowed, may, user_id_of, while_signed_in
from regulars.console.figures import basis
from regulars.console.metrics.sheets import compared
from regulars.console.people import with_names
from regulars.console.voice import language
from regulars.console.ways import back
from regulars.console.xlsx import workbook
from regulars.kit import clock
from regulars.team import queries as team
from regulars.team import services as team_services
from regulars.team.types import Action, Permission


@never_cache
@require_safe
@allowed(Permission.SEE_FIGURES)
def page(request: HttpRequest) -> HttpResponse:
    """The audit of a day, by default the latest, or what happens until there is one."""
    dated, work = queries.audits_by_date(), queries.figures_work()
    if not dated:
        nothing = {"seen": "", "work": work, "has_orders": commerce.any_orders()}
        return render(request, "console/audit/empty.html", nothing)
    shown = _of_day(dated, request.GET.get("day", ""))
    kept = _kept(shown)
    formats = Formats(language(), kept.audit.currency)
    context: dict[str, Any] = {
        **report_context(with_names(kept.audit), formats.language, kept.charts.get(formats.language)),
        "seen": dated[0].id,
        "work": work,
        "is_demo": team.shop().demo,
        "basis": basis(kept.audit, formats),
        "day": shown.day.isoformat(),
        "day_name": formats.day(shown.day),
        "latest": None if shown == dated[0] else formats.day(dated[0].day),
        "months_kept": audits.months(dated, shown.day, formats) if len(dated) > 1 else [],
        **_comparison(request, dated, kept.audit, formats),
    }
    if may(request, Permission.SEE_CUSTOMERS):
        people = reverse("customers")
        context |= {"segment_url": f"{people}?segment=", "stage_url": f"{people}?stage="}
        context["slipping"] = _with_cards(context["slipping"], kept.audit)
    return render(request, "console/audit/page.html", context)


@require_POST
@allowed(Permission.MAKE_AUDIT)
def make(request: HttpRequest) -> HttpResponse:
    """Have the worker make a new one; the page tells when it is there."""
    with transaction.atomic():
        services.request_figures()
        team_services.log(user_id=user_id_of(request), action=Action.AUDIT_ASKED_FOR, now=clock.now())
    return redirect(back(request, reverse("audit")))


@never_cache
@login_not_required
@require_safe
@while_signed_in
@allowed(Permission.SEE_FIGURES)
def state(request: HttpRequest) -> HttpResponse:
    """Where the work stands, asked by the page every few seconds until there is something new to show."""
    seen = str(queries.latest_audit_id() or "")
    work = queries.figures_work()
    if seen != request.GET.get("seen", "") or work != "making":
        return _reload()
    return render(request, "console/audit/state.html", {"seen": seen, "work": work})


@never_cache
@require_safe
@allowed(Permission.TAKE_LISTS_OUT)
def report(request: HttpRequest) -> HttpResponse:
    """The page of a day as one HTML file, to be sent or kept."""
    kept = _kept(_of_day(queries.audits_by_date(), request.GET.get("day", "")))
    shop = team.shop()
    name = shop.name or (gettext("Demo shop") if shop.demo else gettext("Orders of the shop"))
    content = render_report(with_names(kept.audit), language(), kept.charts.get(language()), name)
    return _attachment(request, content.encode(), "text/html; charset=utf-8", kept.audit, "html")


@never_cache
@require_safe
@allowed(Permission.TAKE_LISTS_OUT)
def figures(request: HttpRequest) -> HttpResponse:
    """The figures of a day for a program; persons by number."""
    kept = _kept(_of_day(queries.audits_by_date(), request.GET.get("day", "")))
    return _attachment(request, audit_json(kept.audit, language()), "application/json", kept.audit, "json")


@never_cache
@require_safe
@allowed(Permission.TAKE_LISTS_OUT)
def comparison(request: HttpRequest) -> HttpResponseBase:
    """The figures of two days as a workbook."""
    dated = queries.audits_by_date()
    days = [_of_day(dated, request.GET.get(name, "")) for name in ("day", "with")]
    one, other = (_kept(day).audit for day in days)
    formats = Formats(language(), one.currency)
    names = (formats.day(days[0].day), formats.day(days[1].day))
    made = compared(one, other, names, formats)
    _log(request, "audit-compared", one)
    name = f"audit-{days[0].day.isoformat()}-{days[1].day.isoformat()}"
    return workbook(name=name, columns=made.columns, rows=made.rows, timezone=one.timezone)


def _of_day(dated: list[DatedAudit], day: str) -> DatedAudit:
    found = audits.of_day(dated, day)
    if found is None:
        raise Http404
    return found


def _kept(dated: DatedAudit) -> Kept:
    kept = queries.kept_audit(dated.id)
    if kept is None:  # a new one of the same day has just taken its place
        raise Http404
    return kept


def _comparison(
    request: HttpRequest, dated: list[DatedAudit], audit: Audit, formats: Formats
) -> dict[str, Any]:
    """The figures beside those of another day, if one is named that is kept."""
    asked = request.GET.get("with", "")
    other = audits.of_day(dated, asked) if asked else None
    kept = None if other is None else queries.kept_audit(other.id)
    return {
        "months_other": audits.months(dated, other.day if other else None, formats),
        "compared": audits.compared(audit, kept.audit, formats) if kept else [],
        "compared_day": formats.day(other.day) if other else "",
        "compared_iso": other.day.isoformat() if other else "",
    }


def _with_cards(rows: list[SlippingRow], audit: Audit) -> list[SlippingRow]:
    """The same rows, each leading to the customer's card."""
    return [
        replace(row, url=reverse("customers-card", args=[int(customer.customer_id)]))
        if customer.customer_id.isascii() and customer.customer_id.isdigit()
        else row
        for row, customer in zip(rows, audit.slipping.top, strict=True)
    ]


def _attachment(request: HttpRequest, content: bytes, kind: str, audit: Audit, suffix: str) -> HttpResponse:
    _log(request, f"audit-{suffix}", audit)
    name = f"audit-{audit.as_of.isoformat()}.{suffix}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=kind, headers=headers)


def _log(request: HttpRequest, what: str, audit: Audit) -> None:
    team_services.log(
        user_id=user_id_of(request),
        action=Action.LIST_TAKEN_OUT,
        now=clock.now(),
        details={"list": what, "as_of": audit.as_of.isoformat()},
    )


def _reload() -> HttpResponse:
    """Have htmx load the whole page anew."""
    return HttpResponse(headers={"HX-Refresh": "true"})
