"""What decides at which stage a customer is: the shop's rhythm, or segments of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from regulars.analytics import queries as analytics
from regulars.analytics.rules.rhythm import STAGES
from regulars.analytics.types import Stage
from regulars.analytics.wording.numbers import plain
from regulars.analytics.wording.segments import stage_words
from regulars.console import said
from regulars.console.access import allowed, user_id_of
from regulars.console.voice import Voice, voice
from regulars.kit.errors import RegularsError
from regulars.segments import queries, services
from regulars.team import services as team
from regulars.team.types import Action, Permission

BEFORE_ANY_RUN = 90.0
"""Days of the rhythm where none is known, as the definition of stages has it."""
LAST: Stage = "new"
"""Whoever is left."""


@dataclass(frozen=True)
class Line:
    """A stage, in the order in which they are asked: who is in it by the rhythm, and what decides."""

    key: Stage
    name: str
    tone: str
    who: str
    customers: str
    segment: int | None
    segment_name: str
    may_change: bool


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.SET_UP_SHOP)
def page(request: HttpRequest) -> HttpResponse:
    """Each stage with what decides it; a change comes by POST."""
    choices = queries.may_decide()
    if request.method == "POST":
        return _change(request, choices)
    context = {"lines": _lines(voice(), choices), "choices": choices}
    return render(request, "console/settings/stages.html", context)


def _change(request: HttpRequest, choices: Mapping[int, str]) -> HttpResponse:
    rules = {stage: int(chosen) for stage in STAGES if (chosen := request.POST.get(stage, "")).isdecimal()}
    try:
        changed = services.set_stage_rules(rules=rules)
    except RegularsError as error:
        said.refused(request, error.message)
        return redirect("settings-stages")
    if changed:
        now = voice().now
        team.log(
            user_id=user_id_of(request), action=Action.SHOP_CHANGED, now=now, details={"fields": ["stages"]}
        )
        said.done(request, _("Kept. The stages of all customers are worked out anew; it takes some minutes."))
    return redirect("settings-stages")


def _lines(speak: Voice, choices: Mapping[int, str]) -> list[Line]:
    run, rules = analytics.latest_run(), queries.stage_rules()
    rhythm = run.rhythm_days if run else BEFORE_ANY_RUN
    lines = []
    for stage in STAGES:
        words = stage_words(stage, rhythm, speak.formats)
        segment = rules.get(stage)
        lines.append(
            Line(
                stage,
                words.name,
                words.mood,
                words.who,
                speak.formats.number(run.stages[stage]) if run else "",
                segment,
                plain(choices.get(segment or 0, "")),
                stage != LAST,
            )
        )
    return lines
