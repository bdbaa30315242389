"""The page of tills that were cut off: whether their journals arrived, and what could not be granted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.http import FileResponse, QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from regulars.analytics.wording.numbers import plain
from regulars.commerce import queries as commerce
from regulars.console.import_pages import moment
from regulars.console.loyalty_pages import words
from regulars.console.voice import Voice
from regulars.console.ways import with_choices
from regulars.console.wording.people import name_or_number
from regulars.console.xlsx import ROWS_MAX, Cell, Column
from regulars.console.xlsx import workbook as one_sheet
from regulars.customers import queries as customers
from regulars.customers.models import Profile
from regulars.loyalty.models import JournalEntry
from regulars.loyalty.queries.journal import PAGE_MAX, entries_wrong, journals
from regulars.loyalty.types import Entry, EntryKind, EntryReason, EntryState, JournalRow
from regulars.loyalty.wording.amounts import points

PAGE = 50
WRONG = (EntryState.SHORT, EntryState.REFUSED)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

KINDS: Mapping[EntryKind, Promise] = {
    EntryKind.HOLD: gettext_lazy("Points set aside"),
    EntryKind.CAPTURE: gettext_lazy("Points spent that were set aside"),
    EntryKind.CANCEL: gettext_lazy("Points let go again"),
    EntryKind.SPEND: gettext_lazy("Points spent"),
    EntryKind.ORDER: gettext_lazy("Order"),
    EntryKind.RETURN: gettext_lazy("Return"),
}
REASONS: Mapping[EntryReason, Promise] = {
    EntryReason.NOT_ENOUGH: gettext_lazy("There were not enough points."),
    EntryReason.OFFLINE_LIMIT: gettext_lazy("It was more than a till may take while it is cut off."),
    EntryReason.UNKNOWN_CUSTOMER: gettext_lazy("The customer is not known."),
    EntryReason.NO_PROGRAMME: gettext_lazy("No programme was running at that time."),
    EntryReason.NO_SUCH_HOLD: gettext_lazy("Nothing had been set aside under this key."),
    EntryReason.HOLD_CLOSED: gettext_lazy("What had been set aside was spent or let go already."),
    EntryReason.KEY_REUSED: gettext_lazy("The till had used this key for something else."),
    EntryReason.NUMBER_TAKEN: gettext_lazy(
        "Another entry had come under this number: the till counted anew, or two tills go by one name."
    ),
    EntryReason.NOT_YOUR_BRANCH: gettext_lazy("It belongs to another branch."),
    EntryReason.STALE: gettext_lazy("A newer state of the order was there already."),
    EntryReason.NOT_STORED: gettext_lazy("The order or the return could not be stored as it was told."),
    EntryReason.INVALID: gettext_lazy("The till told of the order or the return in a wrong form."),
    EntryReason.BROKEN: gettext_lazy("A mistake of Regulars; the server’s log says more."),
}


@dataclass(frozen=True)
class TillRow:
    """A till and how far its journal is."""

    name: str
    standing: str
    tone: str
    what: str
    entries: str
    wrong: str


@dataclass(frozen=True)
class Row:
    """An entry that was not granted, or not whole, in words."""

    id: int
    title: str
    state: str
    tone: str
    why: str
    detail: str
    till: str
    when: str
    who: str
    person: int | None


def context(asked: QueryDict, speak: Voice) -> dict[str, Any]:
    """The tills, and the newest of what was not granted; `before` in the address leads further back."""
    before = _place(asked.get("before", ""))
    found = entries_wrong(before=before, limit=PAGE + 1)
    shown = found[:PAGE]
    branches = _branches()
    path = reverse("loyalty-tills")
    return {
        "tills": [_till(row, branches, speak) for row in journals()],
        "rows": _rows(shown, branches, speak),
        "older_url": with_choices(path, before=_mark(shown[-1])) if len(found) > PAGE else "",
        "newer_url": path if before is not None else "",
    }


def count_wrong(since: datetime) -> int:
    """How many entries that came since then were not granted, or not whole."""
    wrong = [state.value for state in WRONG]
    return JournalEntry.objects.filter(state__in=wrong, received_at__gte=since).count()


def workbook(speak: Voice) -> FileResponse:
    """All that was not granted, as a file."""
    columns = [
        Column(_("Happened"), "moment", 18),
        Column(_("Received"), "moment", 18),
        Column(_("Branch and till"), width=28),
        Column(_("Number"), "whole", 10),
        Column(_("What"), width=28),
        Column(_("Outcome"), width=18),
        Column(_("Why"), width=48),
        Column(_("Points"), "money"),
        Column(_("Missing"), "money"),
        Column(_("Order"), width=20),
        Column(_("Customer"), "whole", 12),
    ]
    return one_sheet(
        name=f"tills-{speak.today.isoformat()}",
        columns=columns,
        rows=_lines(_branches()),
        timezone=speak.shop.timezone,
    )


def _lines(branches: Mapping[int, str]) -> Iterator[list[Cell]]:
    before: tuple[datetime, int] | None = None
    written = 0
    while written < ROWS_MAX and (found := entries_wrong(before=before, limit=PAGE_MAX)):
        persons = _persons(found)
        for entry in found:
            yield [
                entry.at,
                entry.received_at,
                _till_name(entry.branch_id, entry.till, branches),
                entry.number,
                str(KINDS[entry.kind]),
                _state(entry)[0],
                _why(entry),
                _amount(entry, "points_minor"),
                _amount(entry, "short_minor"),
                _order(entry),
                persons.get(entry.profile_id or 0),
            ]
        written += len(found)
        before = (found[-1].received_at, found[-1].id)


def _till(row: JournalRow, branches: Mapping[int, str], speak: Voice) -> TillRow:
    formats = speak.formats
    entries = ngettext("%(n)s entry", "%(n)s entries", row.last_number) % {
        "n": formats.number(row.last_number)
    }
    wrong = ngettext("%(n)s not granted", "%(n)s not granted", row.wrong) % {"n": formats.number(row.wrong)}
    standing, tone, what = _("all arrived"), "kept", ""
    if row.waiting and row.waiting_since is not None:
        standing, tone = _("waits"), "slipping"
        what = ngettext(
            "%(n)s entry waits for number %(number)s, which has not arrived: since %(when)s. After 72 hours "
            "it goes on without.",
            "%(n)s entries wait for number %(number)s, which has not arrived: since %(when)s. After 72 hours "
            "it goes on without.",
            row.waiting,
        ) % {
            "n": formats.number(row.waiting),
            "number": row.next_number,
            "when": moment(row.waiting_since, speak),
        }
    return TillRow(
        name=_till_name(row.branch_id, row.till, branches),
        standing=standing,
        tone=tone,
        what=what,
        entries=entries,
        wrong=wrong if row.wrong else "",
    )


def _rows(found: list[Entry], branches: Mapping[int, str], speak: Voice) -> list[Row]:
    persons = _persons(found)
    names = customers.person_names(sorted(set(persons.values()))) if persons else {}
    return [_row(entry, branches, persons, names, speak) for entry in found]


def _row(
    entry: Entry,
    branches: Mapping[int, str],
    persons: Mapping[int, int],
    names: Mapping[int, str],
    speak: Voice,
) -> Row:
    state, tone = _state(entry)
    person = persons.get(entry.profile_id or 0)
    return Row(
        id=entry.id,
        title=_title(entry),
        state=state,
        tone=tone,
        why=_why(entry),
        detail=_detail(entry, speak),
        till=_till_name(entry.branch_id, entry.till, branches),
        when=moment(entry.at, speak),
        who=name_or_number(names.get(person), person) if person else "",
        person=person,
    )


def _title(entry: Entry) -> str:
    what, order = str(KINDS[entry.kind]), _order(entry)
    if not order:
        return what
    if entry.kind is EntryKind.ORDER:
        return _("Order %(number)s") % {"number": order}
    return _("%(what)s, order %(order)s") % {"what": what, "order": order}


def _state(entry: Entry) -> tuple[str, str]:
    return (_("in part"), "slipping") if entry.state is EntryState.SHORT else (_("refused"), "lost")


def _why(entry: Entry) -> str:
    reason = str(entry.outcome.get("reason", ""))
    return str(REASONS[EntryReason(reason)]) if reason in set(EntryReason) else ""


def _detail(entry: Entry, speak: Voice) -> str:
    """How much of it was granted, and what is missing."""
    spent, short = entry.outcome.get("points_minor"), entry.outcome.get("short_minor")
    if short:
        return _("%(points)s were there, %(short)s missing.") % {
            "points": points(int(spent or 0), speak.formats),
            "short": points(int(short), speak.formats),
        }
    spendable = entry.outcome.get("spendable_minor")
    if spendable is not None:
        return _("%(points)s could be spent.") % {"points": points(int(spendable), speak.formats)}
    return ""


def _amount(entry: Entry, name: str) -> Any:
    minor = entry.outcome.get(name)
    return None if minor is None else words.amount(int(minor))


def _order(entry: Entry) -> str:
    for name in ("order_id", "order"):
        told = entry.body.get(name)
        if isinstance(told, Mapping):
            told = told.get("order_id") or told.get("id")
        if told:
            return plain(str(told))[:100]
    return plain(str(entry.outcome.get("order_id") or ""))[:100]


def _persons(found: list[Entry]) -> dict[int, int]:
    profiles = {entry.profile_id for entry in found if entry.profile_id is not None}
    if not profiles:
        return {}
    return dict(Profile.objects.filter(pk__in=profiles).values_list("pk", "person_id"))


def _branches() -> dict[int, str]:
    return {branch.id: branch.name for branch in commerce.branches()}


def _till_name(branch_id: int, till: str, branches: Mapping[int, str]) -> str:
    branch = branches.get(branch_id) or _("Branch %(number)s") % {"number": branch_id}
    return f"{branch} · {plain(till)}"


def _mark(entry: Entry) -> str:
    return f"{(entry.received_at - _EPOCH) // timedelta(microseconds=1)}.{entry.id}"


def _place(text: str) -> tuple[datetime, int] | None:
    """A place in the list as addresses carry it: microseconds since 1970 and the number of the entry."""
    at, _dot, number = text.partition(".")
    if not all(part.isascii() and part.isdigit() and len(part) <= 17 for part in (at, number)):
        return None
    return _EPOCH + timedelta(microseconds=int(at)), int(number)
