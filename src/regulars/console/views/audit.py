"""The audit of the shop: shown, asked for anew, taken away as a file."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from regulars.analytics import queries, services
from regulars.analytics.export import audit_json
from regulars.analytics.report import render_report, report_context
from regulars.analytics.types import Audit
from regulars.analytics.wording.numbers import Formats
from regulars.commerce import queries as commerce
from regulars.commerce.models import Order
from regulars.console.access import allowed
from regulars.console.people import with_names
from regulars.team.types import Permission

DEMO_SOURCE = "demo"
"""Where the orders of the demo shop say they come from."""


@never_cache
@require_safe
@allowed(Permission.SEE_FIGURES)
def page(request: HttpRequest) -> HttpResponse:
    """The audit made last, or what happens until there is one."""
    kept = queries.latest_kept()
    work = queries.audit_work()
    if kept is None:
        context = {"seen": "", "work": work, "has_orders": commerce.any_orders()}
        return render(request, "console/audit/empty.html", context)
    language = _language()
    return render(
        request,
        "console/audit/page.html",
        {
            **report_context(with_names(kept.audit), language, kept.charts.get(language)),
            "seen": kept.id,
            "work": work,
            "is_demo": _is_demo(),
            "basis": _basis(kept.audit, language),
        },
    )


@require_POST
@allowed(Permission.MAKE_AUDIT)
def make(request: HttpRequest) -> HttpResponse:
    """Have the worker make a new one; the page tells when it is there."""
    services.request_audit()
    return redirect("audit")


@never_cache
@login_not_required  # a poll after the session ended must reload the page, not get a sign-in form into it
@require_safe
def state(request: HttpRequest) -> HttpResponse:
    """Where the work stands, asked by the page every few seconds until there is something new to show."""
    if not request.user.is_authenticated:
        return _reload()
    seen = str(queries.latest_audit_id() or "")
    work = queries.audit_work()
    if seen != request.GET.get("seen", "") or work != "making":
        return _reload()
    return render(request, "console/audit/state.html", {"seen": seen, "work": work})


@never_cache
@require_safe
@allowed(Permission.TAKE_LISTS_OUT)
def report(request: HttpRequest) -> HttpResponse:
    """The page as one HTML file, to be sent or kept."""
    kept = queries.latest_kept()
    if kept is None:
        raise Http404
    language = _language()
    title = gettext("Demo shop") if _is_demo() else gettext("Orders of the shop")
    content = render_report(with_names(kept.audit), language, kept.charts.get(language), title)
    return _attachment(content.encode(), "text/html; charset=utf-8", kept.audit, "html")


@never_cache
@require_safe
@allowed(Permission.TAKE_LISTS_OUT)
def figures(request: HttpRequest) -> HttpResponse:
    """The figures for a program; persons by number."""
    kept = queries.latest_kept()
    if kept is None:
        raise Http404
    return _attachment(audit_json(kept.audit, _language()), "application/json", kept.audit, "json")


def _attachment(content: bytes, kind: str, audit: Audit, suffix: str) -> HttpResponse:
    name = f"audit-{audit.as_of.isoformat()}.{suffix}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=kind, headers=headers)


def _basis(audit: Audit, language: str) -> list[str]:
    """What the figures rest on: the span, how much of what, the day of the figures, when they were made."""
    formats = Formats(language, audit.currency)
    made = audit.made_at.astimezone(ZoneInfo(audit.timezone))
    return [
        " · ".join(
            (
                f"{formats.day(audit.from_)} – {formats.day(audit.to)}",
                formats.customers(audit.customers),
                formats.orders(audit.orders),
            )
        ),
        gettext("As of %(day)s; made on %(made)s at %(time)s.")
        % {"day": formats.day(audit.as_of), "made": formats.day(made.date()), "time": f"{made:%H:%M}"},
    ]


def _language() -> str:
    """One of settings.LANGUAGES, as the middleware found it."""
    return get_language() or settings.LANGUAGE_CODE


def _reload() -> HttpResponse:
    """Have htmx load the whole page anew."""
    return HttpResponse(headers={"HX-Refresh": "true"})


def _is_demo() -> bool:
    return Order.objects.filter(source=DEMO_SOURCE).exists()
