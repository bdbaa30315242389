"""The journals of tills that were cut off, and what became of their entries."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from regulars.kit import sql
from regulars.loyalty.types import Entry, EntryKind, EntryState, JournalRow

PAGE_MAX = 500

_ENTRIES = """
SELECT e.id, j.branch_id, j.till, e.number, e.twin, e.kind, e.key, e.at, e.state, e.outcome, e.profile_id,
       e.body, e.received_at, e.done_at
FROM loyalty_journalentry AS e JOIN loyalty_journal AS j ON j.id = e.journal_id
"""
_OF_JOURNAL = (
    _ENTRIES
    + """WHERE e.journal_id = %(journal)s AND (e.number, e.twin) > (%(number)s, %(twin)s)
  AND (%(states)s::text[] IS NULL OR e.state = ANY(%(states)s))
ORDER BY e.number, e.twin LIMIT %(limit)s
"""
)
_OF_NUMBERS = _ENTRIES + "WHERE e.journal_id = %s AND e.number = ANY(%s) ORDER BY e.number, e.twin"
# As the index of these has it: newest first, over all tills.
_WRONG = (
    _ENTRIES
    + """WHERE e.state IN ('short', 'refused')
  AND (%(before)s::timestamptz IS NULL OR (e.received_at, e.id) < (%(before)s, %(before_id)s))
ORDER BY e.received_at DESC, e.id DESC LIMIT %(limit)s
"""
)
_HOLD_ENTRY = (
    _ENTRIES
    + """WHERE e.journal_id = %s AND e.kind = 'hold' AND e.key = %s AND e.twin = 0
ORDER BY e.number LIMIT 1
"""
)
_MARKS = """
SELECT e.number, e.digest FROM loyalty_journalentry AS e JOIN loyalty_journal AS j ON j.id = e.journal_id
WHERE j.branch_id = %s AND j.till = %s AND e.number = ANY(%s)
"""
_JOURNALS = """
SELECT j.id, j.branch_id, j.till, j.next_number,
       coalesce((SELECT max(number) FROM loyalty_journalentry WHERE journal_id = j.id), 0),
       w.waiting, w.waiting_since,
       (SELECT count(*) FROM loyalty_journalentry
        WHERE journal_id = j.id AND state IN ('short', 'refused'))
FROM loyalty_journal AS j
CROSS JOIN LATERAL (
    SELECT count(*) AS waiting, min(received_at) AS waiting_since
    FROM loyalty_journalentry WHERE journal_id = j.id AND state = 'waiting'
) AS w
"""


def journals() -> list[JournalRow]:
    """The journals of all tills, by branch and name."""
    return _journals(_JOURNALS + "ORDER BY j.branch_id, j.till", [])


def journal(*, branch_id: int, till: str) -> JournalRow | None:
    """The journal of a till; None if it never sent one."""
    found = _journals(_JOURNALS + "WHERE j.branch_id = %s AND j.till = %s", [branch_id, till])
    return found[0] if found else None


def journal_entries(
    *,
    journal_id: int,
    after: tuple[int, int] = (0, 0),
    states: Collection[EntryState] | None = None,
    limit: int = PAGE_MAX,
) -> list[Entry]:
    """Entries of a journal in the till's order, from behind (number, twin) `after`; at most PAGE_MAX."""
    values = {
        "journal": journal_id,
        "number": after[0],
        "twin": after[1],
        "states": None if states is None else [state.value for state in states],
        "limit": min(limit, PAGE_MAX),
    }
    return _entries(_OF_JOURNAL, values)


def journal_entries_of(*, journal_id: int, numbers: Collection[int]) -> list[Entry]:
    """The entries under these numbers, with their twins."""
    return _entries(_OF_NUMBERS, [journal_id, sorted(set(numbers))])


def entries_wrong(*, before: tuple[datetime, int] | None = None, limit: int = PAGE_MAX) -> list[Entry]:
    """Entries of all tills that were short or refused, the newest first, from before (received at, id)."""
    moment, id_ = before or (None, None)
    return _entries(_WRONG, {"before": moment, "before_id": id_, "limit": min(limit, PAGE_MAX)})


def journal_marks(*, branch_id: int, till: str, numbers: Collection[int]) -> set[tuple[int, bytes]]:
    """What is stored under these numbers of a till's journal, as `rules.journal.digest` knows it again."""
    rows = sql.rows(_MARKS, [branch_id, till, sorted(set(numbers))])
    return {(number, bytes(mark)) for number, mark in rows}


def hold_entry(*, journal_id: int, key: str) -> Entry | None:
    """The entry by which the till set points aside under this key."""
    return next(iter(_entries(_HOLD_ENTRY, [journal_id, key])), None)


def short_of_hold(hold_id: int) -> int:
    """Of what a till let somebody spend by this hold, what was not there; minor units."""
    return int(sql.value("SELECT short_minor FROM loyalty_hold WHERE id = %s", [hold_id]))


def _journals(statement: str, values: list[Any]) -> list[JournalRow]:
    return [
        JournalRow(
            id=id_,
            branch_id=branch_id,
            till=till,
            next_number=next_number,
            last_number=last_number,
            waiting=waiting,
            waiting_since=waiting_since,
            wrong=wrong,
        )
        for id_, branch_id, till, next_number, last_number, waiting, waiting_since, wrong in sql.rows(
            statement, values
        )
    ]


def _entries(statement: str, values: Any) -> list[Entry]:
    return [_entry(*row) for row in sql.rows(statement, values)]


def _entry(
    id_: int, branch_id: int, till: str, number: int, twin: int, kind: str, key: str, at: datetime, *rest: Any
) -> Entry:
    state, outcome, profile_id, body, received_at, done_at = rest
    return Entry(
        id=id_,
        branch_id=branch_id,
        till=till,
        number=number,
        twin=twin,
        kind=EntryKind(kind),
        key=key,
        at=at,
        state=EntryState(state),
        outcome=_json(outcome),
        profile_id=profile_id,
        body=_json(body),
        received_at=received_at,
        done_at=done_at,
    )


def _json(value: Any) -> Any:
    """Django leaves jsonb of its connections as text."""
    return json.loads(value) if isinstance(value, str) else value
