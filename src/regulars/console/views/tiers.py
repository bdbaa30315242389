"""Tiers: who has reached which."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from regulars.console.access import allowed, user_id_of
from regulars.console.loyalty_pages import tiers as pages
from regulars.console.voice import Voice, voice
from regulars.console.ways import with_choices
from regulars.console.xlsx import ROWS_MAX, Cell, Column, workbook
from regulars.customers import queries as customers
from regulars.loyalty import queries
from regulars.loyalty.types.tier_pages import TierPerson, Which
from regulars.team import services as team
from regulars.team.types import Action, Permission

PAGE = 50
BATCH = 5_000


@never_cache
@require_safe
@allowed(Permission.SEE_FIGURES)
def page(request: HttpRequest) -> HttpResponse:
    """How many have which tier, who, who is about to lose theirs, who is near the next."""
    speak = voice()
    of = _page(speak)
    if of is None:
        return render(request, "console/loyalty/tiers.html", {})
    which = pages.which_of(request.GET.get("list", ""), of)
    after = pages.place(request.GET.get("after", ""), which)
    people = queries.tier_people(of.tiers, which, limit=PAGE + 1, after=after)
    shown = people[:PAGE]
    is_reckoning, reckoned = queries.tiers_are_being_reckoned()
    context: dict[str, Any] = {
        "tiles": pages.tiles(of),
        "bars": pages.bars(of),
        "advice": pages.advice(of),
        "list": _name(which),
        "list_words": pages.list_words(which, of),
        "lines": pages.lines(of, shown, customers.person_names([one.person_id for one in shown])),
        "further": with_choices(request.path, list=_name(which), after=pages.place_of(shown[-1], which))
        if len(people) > PAGE
        else "",
        "is_later": after is not None,
        "reckoned": speak.formats.number(reckoned) if is_reckoning else "",
        "bought": of.bought,
    }
    return render(request, "console/loyalty/tiers.html", context)


@never_cache
@require_safe
@allowed(Permission.TAKE_LISTS_OUT, Permission.SEE_FIGURES)
def export(request: HttpRequest) -> HttpResponseBase:
    """The list as a file."""
    speak = voice()
    of = _page(speak)
    if of is None:
        return redirect("loyalty-tiers")
    which = pages.which_of(request.GET.get("list", ""), of)
    team.log(
        user_id=user_id_of(request),
        action=Action.LIST_TAKEN_OUT,
        now=speak.now,
        details={"list": f"tiers-{_name(which)}"},
    )
    columns = [
        Column(_("Customer"), width=30),
        Column(_("Number"), "whole"),
        Column(_("Tier")),
        Column(_("Counts by now"), "number"),
        Column(_("Since"), "day"),
        Column(_("What is ahead"), width=40),
    ]
    return workbook(
        name=f"tiers-{_name(which)}",
        columns=columns,
        rows=_rows(of, which),
        timezone=speak.shop.timezone,
    )


def _page(speak: Voice) -> pages.Page | None:
    version = queries.current(speak.now)
    if version is None or version.programme.tiers is None:
        return None
    return pages.page(version.programme, version.programme.tiers, speak)


def _name(which: Which) -> str:
    """As it stands in the address."""
    return {"ending": "ending", "near": f"near-{which.key}", "tier": which.key}[which.kind]


def _rows(of: pages.Page, which: Which) -> Iterator[list[Cell]]:
    after: TierPerson | None = None
    for _portion in range(0, ROWS_MAX, BATCH):
        people = queries.tier_people(of.tiers, which, limit=BATCH, after=after)
        names = customers.person_names([one.person_id for one in people])
        for line in pages.lines(of, people, names):
            yield [line.name, line.person_id, line.tier, line.counted, line.since_day, line.ahead]
        if len(people) < BATCH:
            return
        after = people[-1]
