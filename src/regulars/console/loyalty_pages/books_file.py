"""The books as a file for the accountant: accounts, days and postings, whose totals agree."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import FileResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from regulars.analytics.wording.numbers import plain
from regulars.console.loyalty_pages import words
from regulars.console.loyalty_pages.spans import Span
from regulars.console.voice import Voice
from regulars.console.xlsx import ROWS_MAX, Cell, Column, workbook_of
from regulars.console.xlsx import Sheet as Table
from regulars.loyalty import queries
from regulars.loyalty.types.books import Sheet, WhichPostings

BATCH = 5_000


def workbook(which: WhichPostings, span: Span, speak: Voice) -> FileResponse:
    """Accounts with their balances, what moved on each day, and the postings: the totals of all agree."""
    sheet = queries.account_sheet(since=span.since, until=span.until, zone=speak.shop.timezone)
    return workbook_of(
        name=f"points-{span.first.isoformat()}-{span.last.isoformat()}",
        sheets=[_accounts(sheet), _days(sheet), _postings(which, sheet)],
        timezone=speak.shop.timezone,
    )


def _accounts(sheet: Sheet) -> Table:
    columns = [
        Column(_("Account"), width=34),
        Column(_("At the beginning"), "money"),
        Column(pgettext("points", "Came"), "money"),
        Column(pgettext("points", "Went"), "money"),
        Column(_("At the end"), "money"),
    ]
    table: list[list[Cell]] = [
        [
            str(words.ACCOUNTS[line.account][0]),
            words.amount(line.opening_minor),
            words.amount(line.in_minor),
            words.amount(line.out_minor),
            words.amount(line.closing_minor),
        ]
        for line in sheet.lines
    ]
    sums = [
        sum(getattr(line, name) for line in sheet.lines)
        for name in ("opening_minor", "in_minor", "out_minor", "closing_minor")
    ]
    table.append([_("All together"), *map(words.amount, sums)])
    return Table(_("Accounts"), columns, table)


def _days(sheet: Sheet) -> Table:
    columns = [
        Column(_("Day"), "day"),
        Column(_("Reason"), width=28),
        Column(_("From account"), width=30),
        Column(_("To account"), width=30),
        Column(_("Postings"), "whole"),
        Column(_("Points"), "money"),
    ]
    table: list[list[Cell]] = [
        [
            moved.day,
            str(words.CAUSES[moved.cause]),
            str(words.ACCOUNTS[moved.from_account][0]),
            str(words.ACCOUNTS[moved.to_account][0]),
            moved.postings,
            words.amount(moved.amount_minor),
        ]
        for moved in sheet.moved
    ]
    table.append(
        [
            None,
            _("All together"),
            "",
            "",
            sheet.postings,
            words.amount(sum(m.amount_minor for m in sheet.moved)),
        ]
    )
    return Table(_("By day"), columns, table)


def _postings(which: WhichPostings, sheet: Sheet) -> Table:
    columns = [
        Column(_("Number"), "whole", 10),
        Column(_("Written down"), "moment", 18),
        Column(_("Happened"), "moment", 18),
        Column(_("Customer"), "whole", 12),
        Column(_("Reason"), width=28),
        Column(_("From account"), width=30),
        Column(_("To account"), width=30),
        Column(_("Points"), "money"),
        Column(_("Order"), width=20),
    ]
    return Table(_("Postings"), columns, _posting_rows(which, too_many=sheet.postings > ROWS_MAX))


def _posting_rows(which: WhichPostings, *, too_many: bool) -> Iterator[list[Cell]]:
    if too_many:
        text = _("There are more than fit here; these are the last %(n)s. The other sheets are whole.") % {
            "n": ROWS_MAX - 1
        }
        yield [None, None, None, None, text, "", "", None, ""]
    before: int | None = None
    while found := queries.postings(which=which, limit=BATCH, before=before):
        for row in found:
            yield [
                row.id,
                row.recorded_at,
                row.at,
                row.person_id,
                str(words.CAUSES[row.cause]),
                str(words.ACCOUNTS[row.from_account][0]),
                str(words.ACCOUNTS[row.to_account][0]),
                words.amount(row.amount_minor),
                plain(row.order_id),
            ]
        before = found[-1].id
