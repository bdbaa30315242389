"""Customers who may be one."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from regulars.console.access import allowed, user_id_of
from regulars.console.card_likely import Pair, pairs_of
from regulars.console.places import number_of
from regulars.console.voice import Voice, voice
from regulars.console.ways import with_choices
from regulars.console.wording import merging as wording
from regulars.console.xlsx import ROWS_MAX, Cell, Column, workbook
from regulars.customers import queries as customers
from regulars.team import services as team
from regulars.team.types import Action, Permission

PAGE = 25
FILE_BATCH = 200
COUNTED_MAX = 1_000


@never_cache
@require_safe
@allowed(Permission.MERGE_CUSTOMERS)
def page(request: HttpRequest) -> HttpResponse:
    """Pairs that look like one, the surest first, with the reasons."""
    speak, after = voice(), number_of(request.GET.get("after", ""))
    rows = customers.duplicates_page(after=after, limit=PAGE + 1)
    shown = rows[:PAGE]
    path = reverse("customers-duplicates")
    context = {
        "pairs": pairs_of(request, shown, speak),
        "sentence": wording.suggested(customers.count_duplicates(COUNTED_MAX), COUNTED_MAX, speak.formats),
        "here": with_choices(path, after=after),
        "older_url": with_choices(path, after=shown[-1].id) if len(rows) > PAGE else "",
        "newer_url": path if after is not None else "",
        "file_url": reverse("customers-duplicates-export"),
    }
    return render(request, "console/merging/duplicates.html", context)


@require_safe
@allowed(Permission.MERGE_CUSTOMERS, Permission.TAKE_LISTS_OUT)
def export(request: HttpRequest) -> HttpResponseBase:
    """The same list as a file."""
    speak = voice()
    pairs = list(_all_pairs(request, speak))
    team.log(
        user_id=user_id_of(request),
        action=Action.LIST_TAKEN_OUT,
        now=speak.now,
        subject="duplicates",
        details={"list": "duplicates", "rows": len(pairs)},
    )
    columns = [
        Column(_("Customer"), width=32),
        Column(_("Customer’s number"), "whole", 12),
        Column(_("Contacts"), width=40),
        Column(_("The other one"), width=32),
        Column(_("Customer’s number"), "whole", 12),
        Column(_("Contacts"), width=40),
        Column(_("Why"), width=48),
    ]
    return workbook(
        name="duplicates",
        columns=columns,
        rows=[_cells(pair) for pair in pairs],
        timezone=speak.shop.timezone,
    )


def _all_pairs(request: HttpRequest, speak: Voice) -> Iterator[Pair]:
    """As many as a file takes, read in pages."""
    after: int | None = None
    for _page in range(ROWS_MAX // FILE_BATCH):
        rows = customers.duplicates_page(after=after, limit=FILE_BATCH)
        yield from pairs_of(request, rows, speak)
        if len(rows) < FILE_BATCH:
            return
        after = rows[-1].id


def _cells(pair: Pair) -> list[Cell]:
    cells: list[Cell] = []
    for card in (pair.first, pair.second):
        cells += [card.name, card.id, ", ".join(contact.shown for contact in card.contacts)]
    return [*cells, pair.why]
