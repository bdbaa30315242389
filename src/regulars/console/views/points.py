"""The books: every posting, whether they agree, and what tills could not be granted."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from regulars.console import said
from regulars.console.access import allowed, user_id_of
from regulars.console.aged import aged_figures, may_take_long
from regulars.console.loyalty_pages import books, books_file, words
from regulars.console.loyalty_pages import tills as journals
from regulars.console.loyalty_pages.spans import Span, chosen, offered
from regulars.console.voice import Voice, voice
from regulars.console.ways import with_choices
from regulars.loyalty import queries, services
from regulars.loyalty.types.books import WhichPostings
from regulars.team import services as team
from regulars.team.types import Action, Permission

NUMBER_DIGITS_MAX = 18
POSTINGS_AT_ONCE_MAX = 2_000_000
"""They are gone through in some ten seconds."""


@never_cache
@require_safe
@allowed(Permission.SEE_FIGURES)
@may_take_long
def page(request: HttpRequest) -> HttpResponse:
    """The accounts over a span of days, and its postings."""
    speak = voice()
    span, which = _asked(request, speak)
    before = _number(request.GET.get("before", ""))
    found = queries.postings(which=which, limit=books.PAGE + 1, before=before)
    shown = found[: books.PAGE]
    sheet, as_of = aged_figures(
        ("books", span),
        lambda _now: queries.account_sheet(since=span.since, until=span.until, zone=speak.shop.timezone),
        speak,
    )
    path, choices = reverse("loyalty-books"), _choices(request, span)
    is_begun = queries.first_posting_at() is not None
    context = {
        "any": is_begun,
        "version": None if is_begun else queries.current(speak.now),
        "as_of": as_of,
        "proof": books.proof(queries.checks(limit=1), speak),
        "tiles": books.tiles(sheet, speak),
        "accounts": books.account_rows(sheet, speak),
        "rows": books.rows(shown, speak),
        "postings": speak.formats.number(sheet.postings),
        "span": span,
        "spans": offered(path, span, speak, cause=choices["cause"], account=choices["account"]),
        "causes": [(cause.value, name) for cause, name in words.CAUSES.items()],
        "all_accounts": [(account.value, name) for account, (name, _what) in words.ACCOUNTS.items()],
        "chosen": choices,
        "filtered": bool(choices["cause"] or choices["account"]),
        "older_url": with_choices(path, **choices, before=shown[-1].id) if len(found) > len(shown) else "",
        "newer_url": with_choices(path, **choices) if before is not None else "",
        "file_url": with_choices(reverse("loyalty-books-export"), **choices),
    }
    return render(request, "console/loyalty/books.html", context)


@never_cache
@require_safe
@allowed(Permission.TAKE_LISTS_OUT, Permission.SEE_FIGURES)
def export(request: HttpRequest) -> HttpResponseBase:
    """The same as a file: accounts, days, postings."""
    speak = voice()
    span, which = _asked(request, speak)
    _log_taken(request, "points-books", speak, since=span.first.isoformat(), until=span.last.isoformat())
    return books_file.workbook(which, span, speak)


@require_POST
@allowed(Permission.SET_UP_LOYALTY)
def check(request: HttpRequest) -> HttpResponse:
    """Have the books proved; very large ones take too long for somebody to wait."""
    before = queries.checks(limit=1)
    if before and before[0].postings > POSTINGS_AT_ONCE_MAX:
        said.refused(
            request,
            _(
                "The books are large, and checking them takes minutes. It is done every night; “regulars "
                "ledger verify” on the server does it at once."
            ),
        )
        return redirect("loyalty-books")
    checked = services.check_books(now=voice().now, user_id=user_id_of(request))
    if checked.findings:
        said.refused(request, _("The books do not agree. What was found stands below."))
    else:
        said.done(request, _("The books agree: every balance is the sum of its postings."))
    return redirect("loyalty-books")


@never_cache
@require_safe
@allowed(Permission.SEE_FIGURES)
def tills(request: HttpRequest) -> HttpResponse:
    """What tills wrote down while they were cut off."""
    return render(request, "console/loyalty/tills.html", journals.context(request.GET, voice()))


@never_cache
@require_safe
@allowed(Permission.TAKE_LISTS_OUT, Permission.SEE_FIGURES)
def tills_export(request: HttpRequest) -> HttpResponseBase:
    """The same as a file."""
    speak = voice()
    _log_taken(request, "points-tills", speak)
    return journals.workbook(speak)


def _asked(request: HttpRequest, speak: Voice) -> tuple[Span, WhichPostings]:
    span = chosen(request.GET.get("from", ""), request.GET.get("to", ""), speak)
    which = WhichPostings(
        since=span.since,
        until=span.until,
        cause=books.cause_of(request.GET.get("cause", "")),
        account=books.account_of(request.GET.get("account", "")),
    )
    return span, which


def _choices(request: HttpRequest, span: Span) -> dict[str, str]:
    cause = books.cause_of(request.GET.get("cause", ""))
    account = books.account_of(request.GET.get("account", ""))
    return {
        "from": span.first.isoformat(),
        "to": span.last.isoformat(),
        "cause": cause.value if cause else "",
        "account": account.value if account else "",
    }


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= NUMBER_DIGITS_MAX else None


def _log_taken(request: HttpRequest, name: str, speak: Voice, **details: str) -> None:
    team.log(
        user_id=user_id_of(request),
        action=Action.LIST_TAKEN_OUT,
        now=speak.now,
        details={"list": name, **details},
    )
