"""When customers are merged by themselves."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from regulars.analytics.wording.numbers import plain
from regulars.console import said
from regulars.console.access import allowed, user_id_of
from regulars.console.card_tally import merged_by, tallies
from regulars.console.contacts import kind_name, written
from regulars.console.forms.merging import BlockedForm, RuleForm, type_choices
from regulars.console.voice import Voice, voice
from regulars.console.wording import merging as wording
from regulars.customers import queries as customers
from regulars.customers import services
from regulars.customers.errors import BadRule
from regulars.customers.types import IdentityType, Rule
from regulars.team import queries as team_queries
from regulars.team import services as team
from regulars.team.types import Action, Permission


@dataclass(frozen=True)
class RuleLine:
    """A rule in words."""

    rule: Rule
    name: str
    sentence: str
    one_each: str


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.SET_UP_SHOP)
def page(request: HttpRequest) -> HttpResponse:
    """Each rule in a sentence, with whom it joined and would join; a changed one comes by POST."""
    if request.method == "POST":
        return _change(request)
    speak, rules = voice(), customers.merge_rules()
    counting = "count" in request.GET
    context = {
        "counted": counting,
        "counts": _counts(rules.values(), speak) if counting else [],
        "part_url": f"{reverse('settings-merging')}?count=yes",
        "count_url": f"{reverse('settings-merging')}?count=yes#counts",
    }
    if counting and "HX-Request" in request.headers:
        return render(request, "console/settings/merging_counts.html", context)
    context |= {
        "rules": [_line(rule, speak) for rule in rules.values()],
        "blocked": _blocked(speak),
        "types": type_choices(),
    }
    return render(request, "console/settings/merging.html", context)


@require_POST
@allowed(Permission.SET_UP_SHOP)
def blocked(request: HttpRequest) -> HttpResponse:
    """Have an address or a number join nobody from now on."""
    form, speak, user = BlockedForm(request.POST), voice(), user_id_of(request)
    if not form.is_valid():
        for message in dict.fromkeys(one for errors in form.errors.values() for one in errors):
            said.refused(request, str(message))
        return redirect(_at("blocked"))
    type_ = IdentityType(form.cleaned_data["type"])
    try:
        number = services.block(type_=type_, value=form.cleaned_data["value"], now=speak.now, user_id=user)
    except BadRule as error:
        said.refused(request, error.message)
    else:
        _log(user, speak, type=type_.value, blocked=number)
        said.done(
            request,
            _("From now on it joins nobody. Who was put together by it before stays so."),
            undo=reverse("settings-merging-unblock", args=[number]),
        )
    return redirect(_at("blocked"))


@require_POST
@allowed(Permission.SET_UP_SHOP)
def unblock(request: HttpRequest, number: int) -> HttpResponse:
    """Let an address or a number join people again."""
    speak, user = voice(), user_id_of(request)
    if services.unblock(blocked_id=number, now=speak.now):
        _log(user, speak, unblocked=number)
        said.done(request, _("It may join customers again."))
    else:
        said.refused(request, _("It was taken off the list already."))
    return redirect(_at("blocked"))


def _change(request: HttpRequest) -> HttpResponse:
    form, speak, user = RuleForm(request.POST), voice(), user_id_of(request)
    if not form.is_valid():
        said.refused(request, _("Write whole numbers: of how many people, and in which order."))
        return redirect("settings-merging")
    rule = form.rule()
    try:
        changed = services.set_merge_rule(rule=rule, now=speak.now)
    except BadRule as error:
        said.refused(request, error.message)
        return redirect("settings-merging")
    if changed:
        _log(user, speak, type=rule.type.value)
        said.done(
            request,
            _("The rule is changed and everybody is looked through by it. Nobody is parted by that."),
        )
    return redirect("settings-merging")


def _line(rule: Rule, speak: Voice) -> RuleLine:
    return RuleLine(rule, kind_name(rule.type), wording.rule(rule, speak.formats), wording.one_each(rule))


def _counts(rules: Collection[Rule], speak: Voice) -> list[dict[str, str]]:
    """What each rule did and would do; nothing where counting takes too long."""
    found = tallies(rules)
    if found is None:
        return []
    merged = merged_by()
    return [
        {
            "name": kind_name(rule.type),
            "merged": speak.formats.number(merged.get(rule.type, 0)),
            "joins": wording.joins(rule, found[rule.type], speak.formats),
        }
        for rule in rules
    ]


def _blocked(speak: Voice) -> list[dict[str, Any]]:
    rows = customers.blocked_values()
    users = {row.created_by for row in rows if row.created_by is not None}
    names = team_queries.user_names(users) if users else {}
    return [
        {
            "id": row.id,
            "kind": kind_name(row.type),
            "value": plain(row.value if "*" in row.value else written(row.type, row.value)),
            "day": speak.day(speak.day_of(row.created_at)),
            "by": names.get(row.created_by or 0, ""),
        }
        for row in rows
    ]


def _at(place: str) -> str:
    return f"{reverse('settings-merging')}#{place}"


def _log(user: int, speak: Voice, **details: Any) -> None:
    """Which value it is stays out of the log: it may be somebody's."""
    team.log(
        user_id=user,
        action=Action.MERGE_RULES_CHANGED,
        now=speak.now,
        subject="merging",
        details=details,
    )
