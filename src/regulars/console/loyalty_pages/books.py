"""The books as a page and as a file: accounts over a span, postings one by one, whether all of it agrees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.http import FileResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from regulars.analytics.wording.numbers import plain
from regulars.console.figures import Tile
from regulars.console.import_pages import moment
from regulars.console.loyalty_pages import words
from regulars.console.loyalty_pages.spans import Span
from regulars.console.voice import Voice
from regulars.console.wording.people import name_or_number
from regulars.console.xlsx import ROWS_MAX, Cell, Column, workbook_of
from regulars.console.xlsx import Sheet as Table
from regulars.customers import queries as customers
from regulars.loyalty import queries
from regulars.loyalty.services.checking import KEPT_FINDINGS
from regulars.loyalty.types import Account, Cause, Check
from regulars.loyalty.types.books import AccountLine, PostingRow, Sheet, WhichPostings
from regulars.loyalty.wording.amounts import number, signed
from regulars.loyalty.wording.findings import finding_sentence

PAGE = 50
BATCH = 5_000
FINDINGS_SHOWN = 20
OF_CUSTOMERS = (Account.AVAILABLE, Account.PENDING, Account.HELD, Account.DEBT)


@dataclass(frozen=True)
class AccountRow:
    """An account over the span, in words."""

    name: str
    what: str
    opening: str
    came: str
    went: str
    closing: str
    quiet: bool


@dataclass(frozen=True)
class Row:
    """A posting in words."""

    number: int
    person: int
    who: str
    cause: str
    way: str
    points: str
    when: str
    told: str
    order: str


@dataclass(frozen=True)
class Proof:
    """What the last check found, and when."""

    text: str
    tone: str
    when: str
    findings: tuple[str, ...]
    more: int


def tiles(sheet: Sheet, speak: Voice) -> list[Tile]:
    """What customers had before and after, and what made the difference."""
    formats = speak.formats
    lines = {line.account: line for line in sheet.lines}
    opening = sum(lines[account].opening_minor for account in OF_CUSTOMERS)
    closing = sum(lines[account].closing_minor for account in OF_CUSTOMERS)
    given = sum(
        lines[a].out_minor - lines[a].in_minor
        for a in (Account.ISSUED, Account.COMPENSATION, Account.PARTNER)
    )
    by_hand = lines[Account.ADJUSTMENTS].out_minor - lines[Account.ADJUSTMENTS].in_minor
    spent = lines[Account.REDEEMED].in_minor - lines[Account.REDEEMED].out_minor
    expired = lines[Account.EXPIRED].in_minor - lines[Account.EXPIRED].out_minor
    return [
        Tile("opening", _("At the beginning"), number(opening, formats)),
        Tile("given", _("Given"), signed(given, formats)),
        Tile("by_hand", _("By hand, opening balances"), signed(by_hand, formats)),
        Tile("spent", _("Spent"), signed(-spent, formats)),
        Tile("expired", _("Expired unspent"), signed(-expired, formats)),
        Tile("closing", _("At the end"), number(closing, formats)),
    ]


def account_rows(sheet: Sheet, speak: Voice) -> list[AccountRow]:
    """Accounts of customers first, then those of the programme."""
    return [_account_row(line, speak) for line in sheet.lines]


def rows(found: list[PostingRow], speak: Voice) -> list[Row]:
    """Postings in words; names of their customers in one question."""
    names = customers.person_names(sorted({row.person_id for row in found})) if found else {}
    return [_row(row, names, speak) for row in found]


def proof(checks: list[Check], speak: Voice) -> Proof:
    """Whether the books agree, as far as somebody looked."""
    if not checks:
        when = _("It is done every night, and at once if you ask.")
        return Proof(_("The books have not been checked yet."), "", when, (), 0)
    last = checks[0]
    when = _("Checked %(when)s, %(postings)s.") % {
        "when": moment(last.at, speak),
        "postings": ngettext("%(n)s posting", "%(n)s postings", last.postings)
        % {"n": speak.formats.number(last.postings)},
    }
    if not last.findings:
        return Proof(_("The books agree."), "kept", when, (), 0)
    count = len(last.findings)
    said = ngettext(
        "The books do not agree in %(n)s place.", "The books do not agree in %(n)s places.", count
    ) % {"n": count}
    if count >= KEPT_FINDINGS:
        said = _("The books do not agree in %(n)s places or more.") % {"n": count}
    sentences = tuple(finding_sentence(one) for one in last.findings[:FINDINGS_SHOWN])
    return Proof(said, "lost", when, sentences, max(0, count - FINDINGS_SHOWN))


def workbook(which: WhichPostings, span: Span, speak: Voice) -> FileResponse:
    """Accounts with their balances, what moved on each day, and the postings: the totals of all agree."""
    sheet = queries.account_sheet(since=span.since, until=span.until, zone=speak.shop.timezone)
    return workbook_of(
        name=f"points-{span.first.isoformat()}-{span.last.isoformat()}",
        sheets=[_accounts(sheet), _days(sheet), _postings(which, sheet)],
        timezone=speak.shop.timezone,
    )


def _account_row(line: AccountLine, speak: Voice) -> AccountRow:
    name, what = words.ACCOUNTS[line.account]
    formats = speak.formats
    return AccountRow(
        name=str(name),
        what=str(what),
        opening=number(line.opening_minor, formats),
        came=signed(line.in_minor, formats) if line.in_minor else "",
        went=signed(-line.out_minor, formats) if line.out_minor else "",
        closing=number(line.closing_minor, formats),
        quiet=not (line.opening_minor or line.in_minor or line.out_minor),
    )


def _row(row: PostingRow, names: Mapping[int, str], speak: Voice) -> Row:
    late = speak.day_of(row.at) != speak.day_of(row.recorded_at)
    return Row(
        number=row.id,
        person=row.person_id,
        who=name_or_number(names.get(row.person_id), row.person_id),
        cause=str(words.CAUSES[row.cause]),
        way=_way(row.from_account, row.to_account),
        points=number(row.amount_minor, speak.formats),
        when=moment(row.recorded_at, speak),
        told=_("happened %(when)s") % {"when": moment(row.at, speak)} if late else "",
        order=_("order %(number)s") % {"number": plain(row.order_id)} if row.order_id else "",
    )


def _way(source: Account, target: Account) -> str:
    return f"{words.ACCOUNTS[source][0]} → {words.ACCOUNTS[target][0]}"


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


def cause_of(text: str) -> Cause | None:
    """What was asked for; None for all, and for what there is not."""
    return Cause(text) if text in set(Cause) else None


def account_of(text: str) -> Account | None:
    """The same of an account."""
    return Account(text) if text in set(Account) else None
