"""Returns that name no order: a colleague says which one each belongs to, and its points are taken back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.analytics.wording.numbers import plain
from regulars.commerce import queries as commerce
from regulars.commerce import services
from regulars.commerce.types import Loose, LooseCredit
from regulars.console import loose_returns as pages
from regulars.console import said
from regulars.console.access import allowed, user_id_of
from regulars.console.ids import id_of
from regulars.console.voice import Voice, voice
from regulars.console.ways import back, with_choices
from regulars.console.xlsx import ROWS_MAX, Cell, Column, workbook
from regulars.customers import queries as customers
from regulars.kit.errors import RegularsError
from regulars.team import services as team_services
from regulars.team.types import Action, Permission

LINES = 50
FOUND_MAX = 50
"""Customers a search finds, whose returns are shown."""
COUNTED_MAX = 1_000
"""More than that is said as "more than"."""
ID_MAX = 2**63 - 1


@never_cache
@require_safe
@allowed(Permission.ADJUST_POINTS)
def page(request: HttpRequest) -> HttpResponse:
    """Returns of which nobody knows the order, the newest first; or those that were looked at."""
    speak = voice()
    state, asked, after = _state(request), _asked(request), _after(request)
    rows = _rows(state, asked, limit=LINES + 1, after=after)
    last = rows[LINES - 1] if len(rows) > LINES else None
    kept = {"state": "" if state is Loose.OPEN else state.value, "q": asked}
    count = commerce.count_loose_credits(most=COUNTED_MAX + 1)
    return render(
        request,
        "console/credits/page.html",
        {
            "lines": pages.lines_of(rows[:LINES], speak),
            "count": count,
            "many": speak.formats.number(COUNTED_MAX) if count > COUNTED_MAX else "",
            "asked": asked,
            "state": state.value,
            "states": [
                {
                    "name": name,
                    "url": with_choices(request.path, state="" if one is Loose.OPEN else one.value, q=asked),
                    "chosen": one is state,
                }
                for one, name in (
                    (Loose.OPEN, _("Of no order yet")),
                    (Loose.NAMED, _("Order named")),
                    (Loose.AWAY, pgettext("returns", "Put away")),
                )
            ],
            "export_url": with_choices(reverse("loyalty-returns-export"), **kept),
            "newer_url": with_choices(request.path, **kept) if after else "",
            "older_url": with_choices(request.path, **kept, after=last.credited_at.isoformat(), id=last.id)
            if last
            else "",
        },
    )


@require_safe
@allowed(Permission.ADJUST_POINTS, Permission.TAKE_LISTS_OUT)
def export(request: HttpRequest) -> HttpResponseBase:
    """The same as a file."""
    speak = voice()
    rows = _rows(_state(request), _asked(request), limit=ROWS_MAX)
    team_services.log(
        user_id=user_id_of(request),
        action=Action.LIST_TAKEN_OUT,
        now=speak.now,
        details={"list": "returns", "rows": len(rows)},
    )
    columns = [
        Column(_("When"), "moment"),
        Column(_("Customer"), width=28),
        Column(_("Amount"), "money"),
        Column(_("Currency"), width=10),
        Column(_("What"), width=32),
        Column(_("Number of the return"), width=24),
        Column(_("Source"), width=16),
        Column(_("Order it names"), width=20),
        Column(_("Order named by hand"), width=20),
    ]
    cells = _cells(rows, speak)
    return workbook(name=_("returns"), columns=columns, rows=cells, timezone=speak.shop.timezone)


def _cells(rows: Sequence[LooseCredit], speak: Voice) -> Iterator[list[Cell]]:
    for row, line in zip(rows, pages.lines_of(rows, speak), strict=True):
        amount = speak.amount(row.amount_minor, row.currency)
        of_order = [line.told, line.order]
        yield [
            row.credited_at,
            line.who,
            amount,
            row.currency,
            line.what,
            line.number,
            line.source,
            *of_order,
        ]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.ADJUST_POINTS)
def one(request: HttpRequest, number: int) -> HttpResponse:
    """A return and the orders it may belong to; with `order` what naming that one does, which POST does.

    Whose source names no customer, of that one is looked for the customer first: `q`, then `person`.
    """
    speak, row = voice(), commerce.loose_credit(min(number, ID_MAX))
    if row is None:
        return _settled(request)
    chosen = id_of(request.POST.get("order") or request.GET.get("order", ""))
    if request.method == "POST":
        return _name(request, row, chosen, speak)
    words: list[str] = []
    if chosen and row.state is not Loose.NAMED:
        try:
            done = pages.effect(credit_id=row.id, order_id=chosen, now=speak.now)
            words = pages.effect_words(done, row.currency, speak)
        except RegularsError as error:
            said.refused(request, error.message)
    is_named = row.state is Loose.NAMED
    whose = pages.whose_of(request, speak) if row.profile_id is None else pages.Whose()
    is_known = not is_named and (row.profile_id is not None or whose.person is not None)
    orders = commerce.orders_that_fit(credit_id=row.id, person_id=whose.person) if is_known else []
    fitting = pages.fitting_of(orders, speak)
    unfit = (
        commerce.why_none_fits(credit_id=row.id, person_id=whose.person) if is_known and not orders else {}
    )
    return render(
        request,
        "console/credits/one.html",
        {
            "line": pages.lines_of([row], speak)[0],
            "state": row.state.value,
            "whose": whose,
            "kept": f"person={whose.person}&" if whose.person else "",
            "fitting": fitting,
            "unfit": pages.unfit_words(unfit, speak),
            "chosen": next((order for order in fitting if order.id == chosen), None) if words else None,
            "words": words,
            "most": commerce.ORDERS_THAT_FIT_MAX if len(fitting) == commerce.ORDERS_THAT_FIT_MAX else 0,
        },
    )


def _name(request: HttpRequest, row: LooseCredit, order_id: int | None, speak: Voice) -> HttpResponse:
    here = reverse("loyalty-return", args=[row.id])
    if not order_id:
        said.refused(request, _("Choose the order it belongs to."))
        return redirect(here)
    try:
        with transaction.atomic():
            services.name_order(credit_id=row.id, order_id=order_id, now=speak.now)
            order = _order_number(order_id)
            _log(request, row, speak, what="named", order=order)
    except RegularsError as error:
        said.refused(request, error.message)
        person = id_of(request.POST.get("person", ""))
        return redirect(with_choices(here, person=person) if person else here)
    told = {"number": plain(row.external_id), "order": plain(order)}
    text = _("Return %(number)s belongs to order %(order)s now. Its points follow within a minute.")
    undo_url = with_choices(reverse("loyalty-return-undo", args=[row.id]), order=order_id)
    said.done(request, text % told, undo=undo_url)
    return redirect("loyalty-returns")


@require_POST
@allowed(Permission.ADJUST_POINTS)
def undo(request: HttpRequest, number: int) -> HttpResponse:
    """It was a slip: the return is of no order again."""
    speak, row = voice(), commerce.loose_credit(min(number, ID_MAX))
    if row is None:
        return _settled(request)
    order_id = id_of(request.POST.get("order") or request.GET.get("order", ""))
    try:
        with transaction.atomic():
            services.unname_order(credit_id=row.id, order_id=order_id or 0, now=speak.now)
            _log(request, row, speak, what="undone", order=row.order_number)
    except RegularsError as error:
        said.refused(request, error.message)
    else:
        said.done(request, _("Taken back: the return belongs to no order again."))
    return redirect(back(request, reverse("loyalty-returns")))


@require_POST
@allowed(Permission.ADJUST_POINTS)
def away(request: HttpRequest, number: int) -> HttpResponse:
    """It belongs to none of the orders; with `undo` it is on the list again."""
    speak, row = voice(), commerce.loose_credit(min(number, ID_MAX))
    if row is None:
        return _settled(request)
    is_undo = "undo" in request.GET or "undo" in request.POST
    with transaction.atomic():
        done = services.put_credit_away(credit_id=row.id, away=not is_undo)
        if done:
            _log(request, row, speak, what="back" if is_undo else "away")
    if not done:
        said.refused(request, _("This was changed since. Look again before you change it."))
    elif is_undo:
        said.done(request, _("Return %(number)s is on the list again.") % {"number": plain(row.external_id)})
    else:
        text = _("Return %(number)s is put away: it belongs to no order.")
        address = f"{reverse('loyalty-return-away', args=[row.id])}?undo=1"
        said.done(request, text % {"number": plain(row.external_id)}, undo=address)
    return redirect(back(request, reverse("loyalty-returns")))


def _rows(
    state: Loose, asked: str, *, limit: int, after: tuple[datetime, int] | None = None
) -> list[LooseCredit]:
    found = customers.search(asked, limit=FOUND_MAX) if asked else ()
    return commerce.loose_credits(state=state, limit=limit, after=after, number=asked, person_ids=found)


def _settled(request: HttpRequest) -> HttpResponse:
    """Its source has named its order meanwhile, or took it back: there is nothing left to say of it."""
    said.refused(request, _("Nothing is left to do here: its source says itself what it belongs to."))
    return redirect("loyalty-returns")


def _order_number(order_id: int) -> str:
    return commerce.order_standings([order_id])[order_id].external_id


def _log(request: HttpRequest, row: LooseCredit, speak: Voice, *, what: str, order: str = "") -> None:
    team_services.log(
        user_id=user_id_of(request),
        action=Action.RETURN_PLACED,
        now=speak.now,
        subject=f"return:{row.id}",
        details={"what": what, "number": row.external_id} | ({"order": order} if order else {}),
    )


def _state(request: HttpRequest) -> Loose:
    try:
        return Loose(request.GET.get("state", ""))
    except ValueError:
        return Loose.OPEN


def _asked(request: HttpRequest) -> str:
    return request.GET.get("q", "").replace("\0", "").strip()[:100]


def _after(request: HttpRequest) -> tuple[datetime, int] | None:
    number = id_of(request.GET.get("id", ""))
    try:
        found = datetime.fromisoformat(request.GET.get("after", ""))
    except ValueError:
        return None
    return (found, number) if found.tzinfo and number else None
