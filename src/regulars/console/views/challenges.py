"""Challenges and personal days: how many take part, who is near the goal, who has reached what."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
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
from regulars.console import challenge_pages as pages
from regulars.console.access import allowed, user_id_of
from regulars.console.aged import aged_figures, may_take_long
from regulars.console.voice import Voice, voice
from regulars.console.ways import with_choices
from regulars.console.wording.people import name_or_number
from regulars.console.xlsx import ROWS_MAX, Cell, Column, workbook
from regulars.customers import queries as customers
from regulars.loyalty import queries
from regulars.loyalty.types import MINOR, Programme, Version
from regulars.loyalty.types.days import DayFigures
from regulars.loyalty.types.progress import ChallengeFigures, Challenges, NearGoal
from regulars.team import services as team
from regulars.team.types import Action, Permission

PAGE = 50
_PLACE = re.compile(r"(\d{1,9})_(\d{1,18})", re.ASCII)


@never_cache
@require_safe
@allowed(Permission.SEE_FIGURES)
@may_take_long
def page(request: HttpRequest) -> HttpResponse:
    """All challenges of the programme that holds now, and its personal days."""
    speak = voice()
    programme, found, as_of = _found(speak)
    told = pages.Told(programme, speak)
    of_days = tuple(day.model_dump_json() for day in programme.personal_days)
    days = [told.day(one) for one in aged_figures(("days", of_days), _days, speak)[0]]
    context: dict[str, Any] = {"days": days, "any": bool(found.figures), "as_of": as_of}
    if found.figures:
        context |= {
            "tiles": pages.tiles(found, told),
            "lines": [told.line(one) for one in found.figures],
            **pages.curve([one.challenge.key for one in found.figures], told),
        }
    return render(request, "console/challenges/page.html", context)


@require_safe
@allowed(Permission.SEE_FIGURES, Permission.TAKE_LISTS_OUT)
def export(request: HttpRequest) -> HttpResponseBase:
    """The same as a file."""
    speak = voice()
    programme, found = _programme(queries.current(speak.now), speak), _counted(speak.now)
    told = pages.Told(programme, speak)
    columns = [
        Column(_("Challenge"), width=32),
        Column(_("In a sentence"), width=60),
        Column(_("Take part now"), "whole"),
        Column(_("Halfway or further"), "whole", 20),
        Column(_("Reached in 30 days"), "whole", 20),
        Column(_("By customers"), "whole"),
        Column(_("Points given"), "number"),
        Column(_("Coupons given"), "whole"),
        Column(_("What gifts and tasks cost"), "money", 24),
    ]
    currency = programme.currency or speak.shop.currency
    rows: list[list[Cell]] = [
        [
            plain(one.challenge.name),
            told.sentence(one.challenge),
            one.taking_part,
            one.halfway,
            one.reached,
            one.people_reached,
            Decimal(one.points_minor) / MINOR,
            one.coupons,
            speak.amount(one.cost_minor, currency),
        ]
        for one in found.figures
    ]
    _log_taken(request, "challenges", speak)
    return workbook(name=_("challenges"), columns=columns, rows=rows, timezone=speak.shop.timezone)


@never_cache
@require_safe
@allowed(Permission.SEE_FIGURES, Permission.SEE_CUSTOMERS)
@may_take_long
def one(request: HttpRequest, key: str) -> HttpResponse:
    """Who is near the goal of a challenge, and how it went."""
    speak = voice()
    programme, found, as_of = _found(speak)
    of = _of(found, key)
    told = pages.Told(programme, speak)
    after = _place(request.GET.get("after", ""))
    near = queries.near_goal(key=key, times=of.challenge.times, now=speak.now, limit=PAGE + 1, after=after)
    shown = near[:PAGE]
    path = reverse("loyalty-challenge", args=[key])
    last = f"{shown[-1].done}_{shown[-1].person_id}" if len(near) > PAGE else ""
    context = {
        "line": told.line(of),
        "as_of": as_of,
        "tiles": pages.tiles(Challenges(people=of.taking_part, figures=(of,)), told),
        "people": _people(shown, of, told),
        "older_url": with_choices(path, after=last) if last else "",
        "newer_url": path if after else "",
        **pages.curve([key], told),
    }
    return render(request, "console/challenges/one.html", context)


@require_safe
@allowed(Permission.SEE_FIGURES, Permission.SEE_CUSTOMERS, Permission.TAKE_LISTS_OUT)
def one_export(request: HttpRequest, key: str) -> HttpResponseBase:
    """Those who are near the goal as a file."""
    speak = voice()
    of = _of(_counted(speak.now), key)
    columns = [
        Column(_("Customer"), width=32),
        Column(_("Number"), "whole"),
        Column(_("Done"), "whole"),
        Column(_("Of"), "whole"),
        Column(_("Missing"), "whole"),
        Column(_("Last time"), "moment", 18),
        Column(_("Counts before"), "moment", 18),
    ]
    _log_taken(request, f"challenge:{key}", speak)
    rows = _near_rows(of, speak)
    return workbook(name=_("near the goal"), columns=columns, rows=rows, timezone=speak.shop.timezone)


def _near_rows(of: ChallengeFigures, speak: Voice) -> Iterator[Sequence[Cell]]:
    times = of.challenge.times
    near = queries.near_goal(key=of.challenge.key, times=times, now=speak.now, limit=ROWS_MAX)
    for start in range(0, len(near), 1_000):
        some = near[start : start + 1_000]
        names = customers.person_names([row.person_id for row in some])
        for row in some:
            name = name_or_number(names.get(row.person_id), row.person_id)
            missing = max(0, times - row.done)
            yield [name, row.person_id, row.done, times, missing, row.last_at, row.until]


def _people(rows: Sequence[NearGoal], of: ChallengeFigures, told: pages.Told) -> list[pages.Near]:
    names = customers.person_names([row.person_id for row in rows]) if rows else {}
    return [told.near(row, of.challenge, names) for row in rows]


def _found(speak: Voice) -> tuple[Programme, Challenges, str]:
    """The programme, its challenges, and since when their figures stand (empty: just now)."""
    version = queries.current(speak.now)
    counted, as_of = aged_figures(("challenges", version and version.id), _counted, speak)
    return _programme(version, speak), counted, as_of


def _programme(version: Version | None, speak: Voice) -> Programme:
    return version.programme if version else Programme(currency=speak.shop.currency)


def _days(now: datetime) -> tuple[DayFigures, ...]:
    return queries.days_overview(now=now)


def _counted(now: datetime) -> Challenges:
    return queries.challenges(since=now - timedelta(days=pages.SPAN_DAYS), now=now)


def _of(found: Challenges, key: str) -> ChallengeFigures:
    for figures in found.figures:
        if figures.challenge.key == key:
            return figures
    raise Http404


def _place(text: str) -> tuple[int, int] | None:
    match = _PLACE.fullmatch(text)
    return (int(match[1]), int(match[2])) if match else None


def _log_taken(request: HttpRequest, name: str, speak: Voice) -> None:
    team.log(
        user_id=user_id_of(request),
        action=Action.LIST_TAKEN_OUT,
        now=speak.now,
        details={"list": name},
    )
