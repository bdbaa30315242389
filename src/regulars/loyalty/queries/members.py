"""Whom a till has before it, and what they have: one statement, since a cashier waits for it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from regulars.customers.queries.details import stored_forms
from regulars.customers.types import ANONYMOUS, SHOP, IdentityType
from regulars.kit.prepared import prepared_cursor
from regulars.loyalty.errors import NoSuchMember, SeveralMembers
from regulars.loyalty.queries.balances import balance_of
from regulars.loyalty.queries.tiers import STANDING_COLUMNS, stands
from regulars.loyalty.types import POINTS
from regulars.loyalty.types.till import Coming, Member, Ref, RefKind

# The conditions are those of the indexes of customers.
_FOUND = {
    RefKind.ID: """
        SELECT id, person_id FROM customers_profile WHERE source = %(shop)s AND external_id = %(value)s
    """,
    RefKind.QR: "SELECT id, person_id FROM customers_profile WHERE id = %(profile_id)s",
    RefKind.CARD: """
        SELECT p.id, p.person_id
        FROM customers_identity AS i JOIN customers_profile AS p ON p.id = i.profile_id
        WHERE i.type NOT IN ('email', 'phone') AND i.type = 'card' AND i.value COLLATE "C" = ANY(%(values)s)
    """,
    RefKind.PHONE: """
        SELECT p.id, p.person_id
        FROM customers_identity AS i JOIN customers_profile AS p ON p.id = i.profile_id
        WHERE i.type = 'phone' AND reverse(i.value) COLLATE "C" = ANY(%(values)s)
    """,
}
# What can be spent is said by `loyalty_usable`, as where it is spent; the rest is that of `balances`.
_MEMBER = """
WITH found AS MATERIALIZED ({found}),
who AS MATERIALIZED (
    SELECT count(DISTINCT person_id) AS persons, min(person_id) AS person_id, min(id) AS profile_id FROM found
), theirs AS MATERIALIZED (
    SELECT p.id, p.source, p.external_id, p.name, w.id AS wallet_id, w.held_minor, w.debt_minor
    FROM customers_profile AS p
    LEFT JOIN loyalty_wallet AS w ON w.profile_id = p.id AND w.currency = %(points)s
    WHERE p.person_id = (SELECT person_id FROM who)
), lots AS MATERIALIZED (
    SELECT u.expires_at, u.pending + u.available + u.late AS there
    FROM theirs AS t, loyalty_usable(ARRAY[t.wallet_id], %(at)s) AS u WHERE t.wallet_id IS NOT NULL
), pending AS MATERIALIZED (
    SELECT l.usable_at, l.pending_minor AS there
    FROM theirs AS t JOIN loyalty_lot AS l ON l.wallet_id = t.wallet_id
    WHERE l.pending_minor > 0 AND (l.usable_at IS NULL OR l.usable_at > %(at)s)
), coming AS (
    SELECT usable_at, sum(there)::bigint AS there FROM pending WHERE usable_at IS NOT NULL
    GROUP BY usable_at ORDER BY usable_at LIMIT 1
), soonest AS (
    SELECT expires_at, sum(there)::bigint AS there FROM lots WHERE expires_at IS NOT NULL AND there > 0
    GROUP BY expires_at ORDER BY expires_at LIMIT 1
)
SELECT who.persons, who.profile_id, who.person_id,
    (SELECT external_id FROM theirs WHERE source = %(shop)s ORDER BY id LIMIT 1),
    (SELECT name FROM theirs WHERE name <> '' AND source <> %(devices)s ORDER BY id LIMIT 1),
    COALESCE((SELECT sum(there) FROM lots), 0)::bigint,
    COALESCE((SELECT sum(there) FROM pending), 0)::bigint,
    COALESCE((SELECT sum(held_minor) FROM theirs), 0)::bigint,
    COALESCE((SELECT -sum(debt_minor) FROM theirs), 0)::bigint,
    soonest.there, soonest.expires_at, coming.there, coming.usable_at,
    (SELECT timezone FROM customers_personattributes AS a WHERE a.person_id = who.person_id),
    {standing}
FROM who LEFT JOIN soonest ON TRUE LEFT JOIN coming ON TRUE
LEFT JOIN loyalty_tierstanding AS stands ON stands.person_id = who.person_id AND stands.merged_into IS NULL
"""
_STANDING = ", ".join(f"stands.{name}" for name in STANDING_COLUMNS.split(", "))
_STATEMENTS = {kind: _MEMBER.format(found=found, standing=_STANDING) for kind, found in _FOUND.items()}


def member(ref: Ref, *, at: datetime, profile_id: int | None = None) -> Member:
    """Who that is and what they have at that moment, over all profiles of the person.

    `profile_id`: of a QR, which `services` or the door has read. Raises NoSuchMember; SeveralMembers where
    different persons have the card or the number.
    """
    parameters: dict[str, Any] = {
        "shop": SHOP,
        "devices": ANONYMOUS,
        "points": POINTS,
        "at": at,
        "value": ref.value,
    }
    if ref.kind is RefKind.QR:
        parameters["profile_id"] = profile_id
    elif ref.kind is RefKind.CARD:
        parameters["values"] = list(stored_forms(IdentityType.CARD, ref.value))
    elif ref.kind is RefKind.PHONE:
        parameters["values"] = [form[::-1] for form in stored_forms(IdentityType.PHONE, ref.value)]
    return _member(_STATEMENTS[ref.kind], parameters)


def member_of_profile(profile_id: int, *, at: datetime) -> Member:
    """The same of a profile. Raises NoSuchMember."""
    return member(Ref(RefKind.QR, ""), at=at, profile_id=profile_id)


def _member(statement: str, parameters: dict[str, Any]) -> Member:
    with prepared_cursor() as cursor:
        cursor.execute(statement, parameters)
        ((persons, profile_id, *row),) = cursor.fetchall()
    person_id, shop_id, name, usable, pending, held, owed, soonest, soonest_at, *rest = row
    comes, comes_at, zone, *standing = rest
    if not persons:
        raise NoSuchMember
    if persons > 1:
        raise SeveralMembers
    return Member(
        profile_id=profile_id,
        person_id=person_id,
        shop_id=shop_id or "",
        name=name or "",
        timezone=zone or "",
        balance=balance_of(usable, pending, held, owed, soonest or 0, soonest_at),
        stands=None if standing[0] is None else stands(*standing),
        coming=Coming(comes, comes_at) if comes else None,
    )
