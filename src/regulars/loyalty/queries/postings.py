"""The books over a span of time: accounts with their balances, what moved, and posting by posting.

A posting belongs to the moment it was written down (`recorded_at`), not to that of what it tells of: what is
heard of late stands in the span in which it was heard, and a span that is over stays as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from regulars.kit import sql
from regulars.loyalty.types import POINTS, Account, Cause
from regulars.loyalty.types.books import AccountLine, Moved, PostingRow, Sheet, WhichPostings

# One statement, so that the balances and what moved are of one moment. What came after the span is taken off
# today's balances: nobody keeps those of a day. Days are numbers of the moments between which they lie.
_SHEET = f"""
SELECT NULL::int, NULL::text, a.name, NULL::text, NULL::bigint, a.minor
FROM (
    SELECT {", ".join(f"coalesce(sum({a.value}_minor), 0)::bigint AS {a.value}" for a in Account)}
    FROM loyalty_wallet WHERE currency = %(currency)s
) AS w, LATERAL (VALUES {", ".join(f"('{a.value}', w.{a.value})" for a in Account)}) AS a (name, minor)
UNION ALL
SELECT CASE WHEN recorded_at < %(until)s THEN width_bucket(recorded_at, %(days)s::timestamptz[]) END,
       cause, from_account, to_account, count(*), sum(amount_minor)::bigint
FROM loyalty_posting
WHERE recorded_at >= %(since)s AND currency = %(currency)s
GROUP BY 1, 2, 3, 4
"""  # noqa: S608 (names of accounts)
# The numbers within which the span lies are found through its own small index; the list then goes along the
# numbers and stops when the page is full. Rows come in the order of their moments but for those written at
# the same time, so where the first and the last day have any, the days between need not be looked through.
_WITHIN = "FROM loyalty_posting WHERE recorded_at >= %(since)s AND recorded_at < %(until)s"
_DAY = "interval '1 day'"
_EDGES = f"""
SELECT coalesce((SELECT min(id + 0) {_WITHIN} AND recorded_at < %(since)s + {_DAY}),
                (SELECT min(id + 0) {_WITHIN})),
       coalesce((SELECT max(id + 0) {_WITHIN} AND recorded_at >= %(until)s - {_DAY}),
                (SELECT max(id + 0) {_WITHIN}))
"""
_ROWS = """
SELECT t.id, p.person_id, t.cause, t.from_account, t.to_account, t.amount_minor, t.at, t.recorded_at,
       coalesce(h.order_source, l.order_source, ''), coalesce(h.order_id, l.order_id, '')
FROM (
    SELECT * FROM loyalty_posting
    WHERE id >= %(low)s AND id <= %(high)s AND recorded_at >= %(since)s AND recorded_at < %(until)s
      AND currency = %(currency)s
      AND (%(cause)s::text IS NULL OR cause = %(cause)s)
      AND (%(account)s::text IS NULL OR from_account = %(account)s OR to_account = %(account)s)
    ORDER BY id DESC LIMIT %(limit)s
) AS t
JOIN loyalty_wallet AS w ON w.id = t.wallet_id
JOIN customers_profile AS p ON p.id = w.profile_id
LEFT JOIN loyalty_lot AS l ON l.id = t.lot_id
LEFT JOIN loyalty_hold AS h ON h.id = t.hold_id
ORDER BY t.id DESC
"""
_BEGUN = "SELECT EXISTS (SELECT FROM loyalty_posting) OR EXISTS (SELECT FROM loyalty_earnedorder)"
_IN_BOOKS = "SELECT count(*) FROM loyalty_wallet WHERE profile_id = ANY(%s)"
_FIRST = "SELECT recorded_at FROM loyalty_posting ORDER BY id LIMIT 1"


def account_sheet(*, since: datetime, until: datetime, zone: str) -> Sheet:
    """All accounts over the span, and what moved on each day of the calendar of `zone`."""
    first = since.astimezone(ZoneInfo(zone)).date()
    midnights = _midnights(first, until, ZoneInfo(zone))
    values: dict[str, Any] = {"since": since, "until": until, "days": midnights, "currency": POINTS}
    closing = dict.fromkeys(Account, 0)
    came, went = dict.fromkeys(Account, 0), dict.fromkeys(Account, 0)
    moved = []
    rows = sql.rows(_SHEET, values)
    for day, cause, source, target, postings, amount in rows:
        if cause is None:
            closing[Account(source)] += amount
        elif day is None:
            closing[Account(source)] += amount
            closing[Account(target)] -= amount
        else:
            came[Account(target)] += amount
            went[Account(source)] += amount
            on = first + timedelta(days=day - 1)
            moved.append(Moved(on, Cause(cause), Account(source), Account(target), postings, amount))
    lines = tuple(
        AccountLine(a, closing[a] - came[a] + went[a], came[a], went[a], closing[a]) for a in Account
    )
    return Sheet(lines, tuple(sorted(moved, key=lambda m: (m.day, m.cause, m.from_account, m.to_account))))


def postings(*, which: WhichPostings, limit: int, before: int | None = None) -> list[PostingRow]:
    """The newest first; `before`: those with a smaller number than that."""
    ((low, high),) = sql.rows(_EDGES, {"since": which.since, "until": which.until})
    if low is None:
        return []
    values: dict[str, Any] = {
        "low": low,
        "high": high if before is None else min(high, before - 1),
        "since": which.since,
        "until": which.until,
        "cause": which.cause and which.cause.value,
        "account": which.account and which.account.value,
        "currency": POINTS,
        "limit": limit,
    }
    return [
        PostingRow(row[0], row[1], Cause(row[2]), Account(row[3]), Account(row[4]), *row[5:])
        for row in sql.rows(_ROWS, values)
    ]


def first_posting_at() -> datetime | None:
    """When the first of all was written down; None: there is none."""
    moment: datetime | None = sql.value(_FIRST)
    return moment


def count_in_books(profile_ids: Sequence[int]) -> int:
    """How many of these profiles stand in the books, which nobody leaves again."""
    return int(sql.value(_IN_BOOKS, [list(profile_ids)]))


def has_begun() -> bool:
    """Whether any order was settled by a programme or any point written down; one that was published waits
    for the first."""
    return bool(sql.value(_BEGUN))


def _midnights(first: date, until: datetime, zone: ZoneInfo) -> list[datetime]:
    """The beginnings of the days from the first on, as far as the span goes."""
    days = (until.astimezone(zone).date() - first).days + 1
    return [datetime.combine(first + timedelta(days=n), time(), tzinfo=zone) for n in range(days)]
