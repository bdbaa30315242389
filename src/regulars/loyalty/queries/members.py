"""Whom a till has before it, and what they have: one statement, since a cashier waits for it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from regulars.customers.queries.details import stored_forms
from regulars.customers.types import SHOP, IdentityType
from regulars.loyalty.errors import NoSuchMember, SeveralMembers
from regulars.loyalty.types import POINTS, Balance
from regulars.loyalty.types.till import Member, Ref, RefKind

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
# Points go by their moments, never by how far the worker got: what ends at `at` is not spent any more, what
# begins at `at` is, whether or not it was activated.
_MEMBER = """
WITH found AS MATERIALIZED ({found}),
who AS MATERIALIZED (
    SELECT count(DISTINCT person_id) AS persons, min(person_id) AS person_id, min(id) AS profile_id FROM found
), of_person AS MATERIALIZED (
    SELECT p.id, p.source, p.external_id, p.name
    FROM customers_profile AS p WHERE p.person_id = (SELECT person_id FROM who)
), wallets AS MATERIALIZED (
    SELECT w.id, w.held_minor, w.debt_minor FROM loyalty_wallet AS w
    WHERE w.profile_id IN (SELECT id FROM of_person) AND w.currency = %(points)s
), lots AS MATERIALIZED (
    SELECT l.pending_minor + l.available_minor AS minor, l.expires_at,
        COALESCE(l.usable_at <= %(at)s, FALSE) AS usable
    FROM loyalty_lot AS l
    WHERE l.wallet_id IN (SELECT id FROM wallets) AND l.open
    AND (l.expires_at IS NULL OR l.expires_at > %(at)s)
), sums AS (
    SELECT COALESCE(sum(minor) FILTER (WHERE usable), 0)::bigint AS usable,
        COALESCE(sum(minor) FILTER (WHERE NOT usable), 0)::bigint AS pending,
        min(expires_at) FILTER (WHERE usable AND minor > 0) AS soonest_at
    FROM lots
)
SELECT who.persons, who.profile_id, who.person_id,
    (SELECT external_id FROM of_person WHERE source = %(shop)s ORDER BY id LIMIT 1),
    (SELECT name FROM of_person WHERE name <> '' AND source <> 'anonymous' ORDER BY id LIMIT 1),
    sums.usable, sums.pending, sums.soonest_at,
    (SELECT sum(minor)::bigint FROM lots WHERE usable AND expires_at = sums.soonest_at),
    COALESCE((SELECT sum(held_minor) FROM wallets), 0)::bigint,
    COALESCE((SELECT -sum(debt_minor) FROM wallets), 0)::bigint
FROM who CROSS JOIN sums
"""
_STATEMENTS = {kind: _MEMBER.format(found=found) for kind, found in _FOUND.items()}


def member(ref: Ref, *, at: datetime, profile_id: int | None = None) -> Member:
    """Who that is and what they have at that moment, over all profiles of the person.

    `profile_id`: of a QR, which `services` or the door has read. Raises NoSuchMember; SeveralMembers where
    different persons have the card or the number.
    """
    parameters: dict[str, Any] = {"shop": SHOP, "points": POINTS, "at": at, "value": ref.value}
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
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        row = cursor.fetchone()
    persons, profile_id, person_id, shop_id, name, usable, pending, soonest_at, soonest, held, owed = row
    if not persons:
        raise NoSuchMember
    if persons > 1:
        raise SeveralMembers
    spendable = max(0, usable - owed)
    return Member(
        profile_id=profile_id,
        person_id=person_id,
        shop_id=shop_id or "",
        name=name or "",
        balance=Balance(
            spendable_minor=spendable,
            pending_minor=pending,
            held_minor=held,
            owed_minor=owed,
            soonest_minor=min(soonest or 0, spendable),
            soonest_at=soonest_at if spendable else None,
        ),
    )
