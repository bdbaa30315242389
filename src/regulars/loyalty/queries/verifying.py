"""Proves the books: goes through every posting and says where a balance is not the sum of its postings.

One statement, so that everything is of one moment, whoever posts meanwhile; it holds nobody back. What a
wallet's lots have together needs no look of its own: wallets and lots are each compared with the postings,
and no posting moves points of a customer without a lot.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from regulars.kit import sql
from regulars.loyalty.models import LedgerCheck
from regulars.loyalty.types import OF_LOTS, SOURCES, Account, Check, Checked, Finding, FindingKind

SECONDS_MAX = 1_800
"""Ten million postings take a minute on a small machine that does other things too."""
WORK_MEMORY = "64MB"
"""For sums by lot, of which there are millions; what does not fit goes to disk."""
FINDINGS_MAX = 1_000
GUARDS = ("loyalty_posting_keeps_balances", "loyalty_posting_append_only", "loyalty_posting_kept")


def _moved(account: str) -> str:
    return (
        f"coalesce(sum(amount_minor) FILTER (WHERE to_account = '{account}'), 0)::bigint"
        f" - coalesce(sum(amount_minor) FILTER (WHERE from_account = '{account}'), 0)::bigint AS {account}"
    )


def _columns(accounts: Iterable[str], of: str) -> str:
    return ", ".join(f"{of}.{account}_minor" for account in accounts)


def _proved(accounts: Iterable[str]) -> str:
    return ", ".join(f"coalesce(m.{account}, 0)" for account in accounts)


def _compared(pairs: Iterable[tuple[str, str, str]]) -> str:
    """Rows of name, what is kept and what is proved."""
    return ", ".join(f"('{name}', {kept}, {proved})" for name, kept, proved in pairs)


_ALL = tuple(account.value for account in Account)
_LOTS = tuple(account.value for account in OF_LOTS)
_GOT = "-(" + " + ".join(f"coalesce(m.{account}, 0)" for account in SOURCES) + ")"
_OWN = ("pending", "available", "held", "expired")
"""Only postings with a lot may move these."""

_LOOSE = "coalesce(sum({a}) FILTER (WHERE lot_id IS NULL), 0)::bigint"

_PASS = f"""
moved AS MATERIALIZED (
    SELECT wallet_id, lot_id, currency, count(*) AS postings, {", ".join(_moved(a) for a in _ALL)},
           bool_or(from_account = 'issued') AS was_issued,
           count(*) FILTER (WHERE hold_id IS NULL AND 'held' IN (from_account, to_account)) AS unheld
    FROM loyalty_posting GROUP BY wallet_id, lot_id, currency
), of_wallets AS (
    SELECT wallet_id, currency, sum(unheld) AS unheld,
           {", ".join(f"sum({a})::bigint AS {a}" for a in _ALL)},
           {", ".join(f"{_LOOSE.format(a=a)} AS loose_{a}" for a in _OWN)}
    FROM moved GROUP BY wallet_id, currency
), of_holds AS (
    SELECT hold_id, {_moved("held")}, {_moved("redeemed")}
    FROM loyalty_posting WHERE hold_id IS NOT NULL GROUP BY hold_id
)
"""  # noqa: S608 (names of columns of ours)

# What is put into these texts are names of columns of ours.
_PARTS: dict[FindingKind, str] = {
    FindingKind.WALLET: f"""
        SELECT w.id, v.name, v.kept, v.proved
        FROM loyalty_wallet AS w
        LEFT JOIN of_wallets AS m ON m.wallet_id = w.id AND m.currency = w.currency
        CROSS JOIN LATERAL (VALUES {_compared((a, f"w.{a}_minor", f"coalesce(m.{a}, 0)") for a in _ALL)})
            AS v (name, kept, proved)
        WHERE ({_columns(_ALL, "w")}) IS DISTINCT FROM ({_proved(_ALL)}) AND v.kept <> v.proved""",  # noqa: S608
    FindingKind.LOT: f"""
        SELECT l.id, v.name, v.kept, v.proved
        FROM loyalty_lot AS l
        JOIN loyalty_wallet AS w ON w.id = l.wallet_id
        LEFT JOIN moved AS m ON m.lot_id = l.id AND m.wallet_id = l.wallet_id AND m.currency = w.currency
        CROSS JOIN LATERAL (VALUES
            {_compared((a, f"l.{a}_minor", f"coalesce(m.{a}, 0)") for a in _LOTS)},
            ('got', l.got_minor, {_GOT})) AS v (name, kept, proved)
        WHERE ({_columns(_LOTS, "l")}, l.got_minor) IS DISTINCT FROM ({_proved(_LOTS)}, {_GOT})
            AND v.kept <> v.proved""",  # noqa: S608
    FindingKind.LOT_STATE: """
        SELECT l.id, CASE WHEN l.usable_since IS NULL THEN 'usable_since'
                          WHEN l.usable_at IS NULL THEN 'usable_at' ELSE 'expires_at' END,
               0, l.available_minor + l.held_minor + l.redeemed_minor + l.expired_minor
        FROM loyalty_lot AS l
        WHERE (l.usable_since IS NULL AND l.available_minor + l.held_minor + l.redeemed_minor > 0)
            OR (l.usable_since IS NOT NULL AND l.usable_at IS NULL)
            OR (l.expires_at IS NULL AND l.expired_minor > 0)""",
    FindingKind.HOLD_HELD: """
        SELECT h.id, h.state, CASE h.state WHEN 'held' THEN h.points_minor ELSE 0 END, coalesce(m.held, 0)
        FROM loyalty_hold AS h LEFT JOIN of_holds AS m ON m.hold_id = h.id
        WHERE coalesce(m.held, 0) <> CASE h.state WHEN 'held' THEN h.points_minor ELSE 0 END""",
    FindingKind.HOLD_SPENT: """
        SELECT h.id, h.state, h.spent_minor - h.given_back_minor, coalesce(m.redeemed, 0)
        FROM loyalty_hold AS h LEFT JOIN of_holds AS m ON m.hold_id = h.id
        WHERE coalesce(m.redeemed, 0) <> h.spent_minor - h.given_back_minor""",
    FindingKind.LOOSE: f"""
        SELECT m.wallet_id, v.name, 0, v.proved
        FROM of_wallets AS m
        CROSS JOIN LATERAL (VALUES {", ".join(f"('{a}', m.loose_{a})" for a in _OWN)},
                            ('without a hold', m.unheld)) AS v (name, proved)
        WHERE v.proved <> 0""",  # noqa: S608
    FindingKind.NO_WALLET: """
        SELECT m.wallet_id, m.currency, 0, sum(m.postings) FROM moved AS m
        WHERE NOT EXISTS (
            SELECT FROM loyalty_wallet AS w WHERE w.id = m.wallet_id AND w.currency = m.currency
        ) GROUP BY m.wallet_id, m.currency""",
    FindingKind.NO_LOT: """
        SELECT m.lot_id, '', 0, sum(m.postings) FROM moved AS m
        WHERE m.lot_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM loyalty_lot AS l WHERE l.id = m.lot_id AND l.wallet_id = m.wallet_id
        ) GROUP BY m.lot_id""",
    FindingKind.NO_HOLD: """
        SELECT m.hold_id, '', 0, m.redeemed FROM of_holds AS m
        WHERE NOT EXISTS (SELECT FROM loyalty_hold AS h WHERE h.id = m.hold_id)""",
    FindingKind.TOTAL: f"""
        SELECT 0, w.currency, sum({" + ".join(f"w.{a}_minor" for a in _ALL)}), 0
        FROM loyalty_wallet AS w GROUP BY w.currency
        HAVING sum({" + ".join(f"w.{a}_minor" for a in _ALL)}) <> 0""",  # noqa: S608
    # Whatever became of it since: spent, expired, owed, taken from other lots, let go.
    FindingKind.EARNED: """
        SELECT 0, m.currency, coalesce(sum(l.settled_minor) FILTER (WHERE m.was_issued), 0), -sum(m.issued)
        FROM moved AS m LEFT JOIN loyalty_lot AS l ON l.id = m.lot_id AND l.wallet_id = m.wallet_id
        GROUP BY m.currency
        HAVING coalesce(sum(l.settled_minor) FILTER (WHERE m.was_issued), 0) <> -sum(m.issued)""",
    FindingKind.GUARD: """
        SELECT 0, g.name, 0, 0 FROM unnest(%(guards)s::text[]) AS g (name)
        WHERE NOT EXISTS (
            SELECT FROM pg_trigger AS t WHERE t.tgname = g.name AND t.tgenabled IN ('O', 'A')
                AND t.tgrelid = 'loyalty_posting'::regclass
        )""",
}

_COUNTED = """
SELECT 'counted' AS kind, 0 AS id, v.name, 0 AS kept, v.count AS proved
FROM (VALUES ('postings', (SELECT coalesce(sum(postings), 0) FROM moved)),
             ('wallets', (SELECT count(*) FROM loyalty_wallet)),
             ('lots', (SELECT count(*) FROM loyalty_lot)),
             ('holds', (SELECT count(*) FROM loyalty_hold))) AS v (name, count)
"""


def _part(kind: FindingKind, query: str) -> str:
    return (
        f"SELECT '{kind.value}', f.id, f.name, f.kept, f.proved"  # noqa: S608 (a word of ours)
        f" FROM ({query} ORDER BY 1, 2 LIMIT %(limit)s) AS f (id, name, kept, proved)"
    )


VERIFY = f"WITH {_PASS}" + " UNION ALL ".join(
    [_COUNTED, *(f"({_part(kind, query)})" for kind, query in _PARTS.items())]
)


# All rows are read, in whatever order they stand: by an index each posting would be fetched by itself.
_SETTINGS = {
    "statement_timeout": f"'{SECONDS_MAX}s'",
    "work_mem": f"'{WORK_MEMORY}'",
    "enable_indexscan": "off",
    "enable_bitmapscan": "off",
}
_PREPARE = "; ".join(f"SET LOCAL {name} TO {value}" for name, value in _SETTINGS.items())
_LEAVE = "; ".join(f"SET LOCAL {name} TO DEFAULT" for name in _SETTINGS)


def verify(*, limit_findings: int = 100) -> Checked:
    """Go through all postings, wallets, lots and holds as they are at this moment.

    At most `limit_findings` (up to FINDINGS_MAX) are told, the gravest kinds first. Reads only.
    """
    limit = min(limit_findings, FINDINGS_MAX)
    with transaction.atomic():
        sql.run(_PREPARE)
        rows = sql.rows(VERIFY, {"limit": limit + 1, "guards": list(GUARDS)})
        sql.run(_LEAVE)  # the transaction may be somebody else's
    counted = {name: int(proved) for kind, _id, name, _kept, proved in rows if kind == "counted"}
    findings = [
        Finding(kind=FindingKind(kind), id=id_, name=name, kept_minor=int(kept), proved_minor=int(proved))
        for kind, id_, name, kept, proved in rows
        if kind != "counted"
    ]
    return Checked(**counted, findings=tuple(findings[:limit]), more=len(findings) > limit)


def checks(*, limit: int = 20) -> list[Check]:
    """The last times the books were proved, the newest first."""
    return [
        Check(
            id=row.id,
            at=row.at,
            postings=row.postings,
            findings=tuple(
                Finding(**one | {"kind": FindingKind(one["kind"])})  # as `services.check_books` stores it
                for one in row.findings
            ),
        )
        for row in LedgerCheck.objects.order_by("-at", "-id")[:limit]
    ]
