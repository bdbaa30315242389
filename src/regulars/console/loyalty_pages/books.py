"""The page of the books: accounts over a span, postings one by one, whether all of it agrees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.analytics.wording.numbers import plain
from regulars.console.figures import Tile
from regulars.console.import_pages import moment
from regulars.console.loyalty_pages import words
from regulars.console.voice import Voice
from regulars.console.wording.people import name_or_number
from regulars.customers import queries as customers
from regulars.loyalty.services.checking import KEPT_FINDINGS
from regulars.loyalty.types import Account, Cause, Check
from regulars.loyalty.types.books import AccountLine, PostingRow, Sheet
from regulars.loyalty.wording.amounts import number, signed
from regulars.loyalty.wording.findings import finding_sentence

PAGE = 50
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


def cause_of(text: str) -> Cause | None:
    """What was asked for; None for all, and for what there is not."""
    return Cause(text) if text in set(Cause) else None


def account_of(text: str) -> Account | None:
    """The same of an account."""
    return Account(text) if text in set(Account) else None
