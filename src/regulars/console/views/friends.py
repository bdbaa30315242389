"""Friends who were brought: what it comes to, who brought whom, and why some bring nothing."""

from __future__ import annotations

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.console import friend_pages as pages
from regulars.console import said
from regulars.console.access import allowed, may, user_id_of
from regulars.console.card_missing import missing
from regulars.console.ids import id_of
from regulars.console.voice import Voice, voice
from regulars.console.ways import back, with_choices
from regulars.console.wording.people import name_or_number
from regulars.console.xlsx import ROWS_MAX, Column, workbook
from regulars.customers import queries as customers
from regulars.kit.errors import RegularsError
from regulars.loyalty import queries as loyalty
from regulars.loyalty import services
from regulars.loyalty.types.referring import ReferralState, Refused
from regulars.loyalty.wording.referring import is_reason, refused_words
from regulars.team import services as team_services
from regulars.team.types import Action, Permission

LINES = 50
FRIENDS_MAX = 100


@never_cache
@require_safe
@allowed(Permission.SEE_CUSTOMERS)
def page(request: HttpRequest) -> HttpResponse:
    """What bringing friends comes to, and who brought whom, the newest first."""
    speak = voice()
    days, state, reason = _days(request), _state(request), _reason(request)
    before = _before(request)
    version = loyalty.current(speak.now)
    programme = version.programme if version else None
    figures = loyalty.referral_figures(since=pages.since(speak, days))
    rows = loyalty.referrals_page(state=state, reason=reason, before=before, limit=LINES + 1)
    names = pages.names_of(rows[:LINES])
    chosen = {"days": days, "state": state.value if state else "", "reason": reason}
    return render(
        request,
        "console/friends/page.html",
        {
            "sentences": pages.sentences(speak, programme),
            "figures": pages.tiles(figures, speak, programme, days),
            "steps": pages.steps(figures, speak),
            "reasons": [
                one | {"url": with_choices(request.path, days=days, reason=one["key"]) + "#came"}
                for one in pages.reason_lines(figures, speak)
            ],
            "spans": [
                {
                    "name": _span(one, speak),
                    "url": with_choices(request.path, **chosen | {"days": one}),
                    "chosen": one == days,
                }
                for one in pages.SPANS
            ],
            "states": _states(request.path, days, state, reason),
            "reason": refused_words(reason) if reason else "",
            "lines": [pages.line(row, names, speak) for row in rows[:LINES]],
            "narrowed": bool(state or reason),
            "may_decide": may(request, Permission.APPROVE_POINTS),
            "may_tell": may(request, Permission.ADJUST_POINTS),
            "newer_url": with_choices(request.path, **chosen) if before else "",
            "older_url": with_choices(request.path, **chosen, before=rows[LINES - 1].id)
            if len(rows) > LINES
            else "",
        },
    )


@require_safe
@allowed(Permission.SEE_CUSTOMERS, Permission.TAKE_LISTS_OUT)
def export(request: HttpRequest) -> HttpResponseBase:
    """Who brought whom as a file."""
    speak = voice()
    rows = loyalty.referrals_page(state=_state(request), reason=_reason(request), limit=ROWS_MAX)
    team_services.log(
        user_id=user_id_of(request),
        action=Action.LIST_TAKEN_OUT,
        now=speak.now,
        details={"list": "friends", "rows": len(rows)},
    )
    names = pages.names_of(rows)
    columns = [
        Column(pgettext("friend", "Brought by"), width=28),
        Column(_("Friend"), width=28),
        Column(_("Came"), "moment"),
        Column(_("State"), width=20),
        Column(_("Why"), width=44),
        Column(_("Bought"), "moment"),
        Column(_("Rewarded"), "moment"),
        Column(_("Told by"), width=24),
        Column(_("Decided by"), width=24),
    ]
    cells = (
        [
            names.person(row.referrer_person_id),
            names.person(row.friend_person_id),
            row.at,
            pages.standing(row).name,
            refused_words(row.reason) if row.reason else "",
            row.bought_at,
            row.rewarded_at,
            names.colleague(row.told_by) if row.told_by else "",
            names.colleague(row.decided_by) if row.decided_by else "",
        ]
        for row in rows
    )
    return workbook(name=_("friends"), columns=columns, rows=cells, timezone=speak.shop.timezone)


@require_POST
@allowed(Permission.APPROVE_POINTS)
def decide(request: HttpRequest, number: int) -> HttpResponse:
    """Say yes to a friend who was refused, or no to one who was not."""
    speak, user = voice(), user_id_of(request)
    allow = request.POST.get("answer") == "yes"
    try:
        with transaction.atomic():
            row = services.decide_referral(number=number, allow=allow, user_id=user, now=speak.now)
            team_services.log(
                user_id=user,
                action=Action.REFERRAL_DECIDED,
                now=speak.now,
                subject=f"person:{row.referrer_person_id}",
                details={"referral": row.id, "accepted": allow},
            )
    except RegularsError as error:
        said.refused(request, error.message)
    else:
        said.done(
            request,
            _("The friend counts: both are rewarded when the first order is past the wait.")
            if allow
            else _("The friend brings nothing. What was given and not used is taken back."),
        )
    return redirect(back(request, reverse("loyalty-friends")))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.SEE_CUSTOMERS)
def of_one(request: HttpRequest, person: int) -> HttpResponse:
    """The code of a customer and whom they brought; asked for with POST, a code is made."""
    found = customers.person(person)
    if found is None:
        return missing(request, person, "customers-friends")
    speak = voice()
    if request.method == "POST":
        try:
            services.referral_code(profile_id=found.profile_ids[0], now=speak.now)
        except RegularsError as error:
            said.refused(request, error.message)
        return redirect("customers-friends", person)
    version = loyalty.current(speak.now)
    programme = version.programme if version else None
    code = loyalty.code_of_person(person)
    rows = loyalty.friends_of(person, limit=FRIENDS_MAX)
    came = loyalty.brought_of(person, limit=FRIENDS_MAX)
    names = pages.names_of([*rows, *came])
    referral = programme.referral if programme else None
    return render(
        request,
        "console/friends/of_one.html",
        {
            "person": found,
            "name": name_or_number(found.name, found.id),
            "link": loyalty.referral_link(code, referral) if code and referral else None,
            "sentences": pages.sentences(speak, programme),
            "lines": [pages.line(row, names, speak) for row in rows],
            "came": [pages.line(row, names, speak) for row in came],
            "is_brought": any(row.state is not ReferralState.REFUSED for row in came),
            "may_decide": may(request, Permission.APPROVE_POINTS),
            "may_tell": may(request, Permission.ADJUST_POINTS),
        },
    )


@never_cache
@require_safe
@allowed(Permission.SEE_CUSTOMERS)
def qr(request: HttpRequest, person: int) -> HttpResponse:
    """The picture of the code, to be printed or held up."""
    speak = voice()
    version = loyalty.current(speak.now)
    referral = version.programme.referral if version else None
    code = loyalty.code_of_person(person)
    if code is None or referral is None:
        raise Http404
    return HttpResponse(loyalty.referral_link(code, referral).svg, content_type="image/svg+xml")


def _states(path: str, days: int, state: ReferralState | None, reason: str | None) -> list[dict[str, object]]:
    named = (
        (None, _("All")),
        (ReferralState.WAITING, _("Waiting")),
        (ReferralState.REWARDED, _("Rewarded")),
        (ReferralState.REFUSED, _("Refused")),
    )
    return [
        {
            "name": name,
            "url": with_choices(path, days=days, state=one.value if one else "") + "#came",
            "chosen": one is state and not reason,
        }
        for one, name in named
    ]


def _span(days: int, speak: Voice) -> str:
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": speak.formats.number(days)}


def _days(request: HttpRequest) -> int:
    asked = request.GET.get("days", "")
    return int(asked) if asked in {str(one) for one in pages.SPANS} else pages.SPANS[1]


def _state(request: HttpRequest) -> ReferralState | None:
    asked = request.GET.get("state", "")
    return ReferralState(asked) if asked in {one.value for one in ReferralState} else None


def _reason(request: HttpRequest) -> Refused | None:
    asked = request.GET.get("reason", "")
    return asked if is_reason(asked) else None


def _before(request: HttpRequest) -> int | None:
    asked = request.GET.get("before", "")
    return id_of(asked)
