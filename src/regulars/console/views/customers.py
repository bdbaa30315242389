"""Customers: the list, the search, the list as a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from regulars.analytics import queries as analytics
from regulars.analytics.types import Run
from regulars.console.access import allowed, may, user_id_of
from regulars.console.contacts import first_contacts
from regulars.console.customer_list import (
    Choice,
    ListedPerson,
    Order,
    choice_of,
    everybody,
    found_by,
    page_of,
)
from regulars.console.voice import Voice, voice
from regulars.console.ways import with_choices
from regulars.console.wording import listing
from regulars.console.wording.people import Basis, person_line, unseen_line
from regulars.console.xlsx import ROWS_MAX, Cell, Column, workbook
from regulars.customers import queries as customers
from regulars.segments import queries as segments
from regulars.segments.types import SegmentRow
from regulars.team import services as team
from regulars.team.types import Action, Permission

FOUND_SHOWN = 50
FOUND_IN_FILE = 200
"""As many as a search gives at most."""


@never_cache
@require_safe
@allowed(Permission.SEE_CUSTOMERS)
def page(request: HttpRequest) -> HttpResponse:
    """The list, or what the search found."""
    speak, run = voice(), analytics.latest_run()
    default = _default_order(run)
    choice = choice_of(request.GET, default=default)
    basis = Basis.of(run)
    stages = {str(key): n for key, n in run.stages.items()} if run else {}
    rfm = {str(key): n for key, n in run.segments.items()} if run else {}
    own = segments.segments()
    member_of = next((row for row in own if row.id == choice.member_of), None)
    if choice.member_of is not None and member_of is None:
        choice = replace(choice, member_of=None)  # put away, or never there: the list is that of everybody
    context: dict[str, Any] = {
        "choice": choice,
        "any": True,
        "has_figures": run is not None,
        "sorts": listing.sort_options(choice),
        "stages": listing.stage_options(choice, stages, speak),
        "segments": listing.segment_options(choice, rfm, speak),
        "own_segments": listing.own_options(choice, own, speak),
        "heads": _heads(choice, default),
        "file_url": with_choices(reverse("customers-export"), **choice.query(default=default)),
        "everybody_url": reverse("customers"),
    }
    context |= (
        _found(request, choice, basis, speak)
        if choice.q
        else _listed(choice, default, run, member_of, basis, speak)
    )
    if not context["rows"] and not choice.q and not choice.filtered:
        context["any"] = customers.any_customers()
    return render(request, "console/customers/page.html", context)


def _listed(
    choice: Choice,
    default: Order,
    run: Run | None,
    member_of: SegmentRow | None,
    basis: Basis | None,
    speak: Voice,
) -> dict[str, Any]:
    page = page_of(choice)
    count = len(page.rows) if not (page.newer or page.older) else _count(choice, run, member_of)
    ordered = sum(run.stages.values()) if run else 0
    name = member_of.name if member_of else ""
    path = reverse("customers")
    return {
        "rows": [{"line": _line(row, basis, speak)} for row in page.rows],
        "sentence": listing.sentence(choice, count, ordered, basis, speak, member_of=name),
        "newer_url": page.newer and with_choices(path, **choice.query(default=default, before=page.newer)),
        "older_url": page.older and with_choices(path, **choice.query(default=default, after=page.older)),
    }


def _found(request: HttpRequest, choice: Choice, basis: Basis | None, speak: Voice) -> dict[str, Any]:
    rows = found_by(choice, limit=FOUND_SHOWN)
    contacts = first_contacts(request, [row.id for row in rows]) if rows else {}
    return {
        "rows": [{"line": _line(row, basis, speak), "contacts": contacts.get(row.id, [])} for row in rows],
        "sentence": listing.found_sentence(choice, len(rows), FOUND_SHOWN, speak),
    }


def _line(row: ListedPerson, basis: Basis | None, speak: Voice) -> Any:
    if row.figures is None:
        return unseen_line(row.id, row.name)
    return person_line(row.figures, row.name, basis, speak)


def _count(choice: Choice, run: Run | None, member_of: SegmentRow | None) -> int | None:
    """How many the list has, as of the last run; None where nobody counted."""
    if member_of is not None:
        return None if choice.figures else member_of.members
    if run is None or choice.scores or (choice.segment and choice.stage) or not choice.filtered:
        return None
    found = run.segments.get(choice.segment) if choice.segment else None
    return run.stages.get(choice.stage) if choice.stage else found


def _default_order(run: Run | None) -> Order:
    """Before there are figures, names are all there is to sort by."""
    return "last_day" if run else "name"


def _heads(choice: Choice, default: Order) -> dict[Order, dict[str, Any]]:
    """The links of the column heads, and which of them the list is sorted by."""
    path = reverse("customers")
    return {
        key: {
            "name": name,
            "url": with_choices(path, **choice.query(default=default, sort=key)),
            "sorted": not choice.q and key == choice.sort,
        }
        for key, name in listing.sort_names().items()
    }


@require_safe
@allowed(Permission.SEE_CUSTOMERS, Permission.TAKE_LISTS_OUT)
def export(request: HttpRequest) -> HttpResponseBase:
    """Exactly this list as a file; with contacts for those who may see them."""
    speak, run = voice(), analytics.latest_run()
    choice = choice_of(request.GET, default=_default_order(run))
    whole = may(request, Permission.SEE_CONTACTS)
    basis = Basis.of(run)
    batches: Iterator[list[ListedPerson]]
    batches = iter([found_by(choice, limit=FOUND_IN_FILE)]) if choice.q else everybody(choice, limit=ROWS_MAX)
    rows = [cells for batch in batches for cells in _cells(batch, whole, basis, speak)]
    team.log(
        user_id=user_id_of(request),
        action=Action.LIST_TAKEN_OUT,
        now=speak.now,
        subject="customers",
        details={
            "rows": len(rows),
            "contacts": whole,
            "in": choice.member_of or 0,
            "segment": choice.segment or "",
            "stage": choice.stage or "",
            "scores": list(choice.scores or ()),
            "searched": bool(choice.q),
        },
    )
    return workbook(name="customers", columns=_columns(whole, speak), rows=rows, timezone=speak.shop.timezone)


def _columns(whole: bool, speak: Voice) -> list[Column]:
    money = _("Revenue, %(currency)s") % {"currency": speak.shop.currency}
    contacts = [Column(_("Phone"), width=18), Column(_("E-mail"), width=28)] if whole else []
    return [
        Column(_("Number"), width=16),
        Column(pgettext("of a person", "Name"), width=32),
        *contacts,
        Column(_("Stage")),
        Column(_("Segment"), width=22),
        Column(_("Orders"), "whole", 10),
        Column(money, "money"),
        Column(_("First order"), "day", 12),
        Column(_("Last order"), "day", 12),
        Column(_("Usual gap, days"), "number", 12),
    ]


def _cells(batch: list[ListedPerson], whole: bool, basis: Basis | None, speak: Voice) -> Iterator[list[Cell]]:
    ids = [row.id for row in batch]
    known = customers.contacts(ids) if whole else {}
    numbers = customers.shop_numbers(ids, masked=not whole)
    for row in batch:
        line, told = _line(row, basis, speak), row.figures
        cells: list[Cell] = [numbers.get(row.id), line.name]
        if whole:
            reach = known.get(row.id)
            cells += [", ".join(reach.phones), ", ".join(reach.emails)] if reach else [None, None]
        cells += [line.stage.name if line.stage else None, line.segment.name if line.segment else None]
        if told is None:
            cells += [None] * 5
        else:
            cells += [
                told.orders,
                speak.amount(told.revenue_minor, told.currency),
                told.first_day,
                told.last_day,
                told.usual_gap_days,
            ]
        yield cells
