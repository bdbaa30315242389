"""What coupons customers have."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import connection

from regulars.offers.queries.stored import code_of, ready
from regulars.offers.types import CodeState, Coupon

_COUPONS = """
SELECT c.id, c.serial, c.key, c.profile_id, c.state, c.issued_at, least(c.until, o.until), c.closed_at,
       o.id, o.revision, o.currency
FROM offers_code AS c JOIN offers_offer AS o ON o.id = c.offer_id WHERE
"""
_OF_PERSON = f"""
{_COUPONS} c.profile_id IN (SELECT p.id FROM customers_profile AS p WHERE p.person_id = %(person)s)
AND (%(at)s::timestamptz IS NULL OR (
    c.state IN ('open', 'reserved') AND (c.until IS NULL OR c.until > %(at)s)
    AND o.state = 'running' AND (o.until IS NULL OR o.until > %(at)s)))
ORDER BY c.id DESC LIMIT %(limit)s
"""  # noqa: S608 (statements of ours)
_BY_KEY = _COUPONS + "c.key = ANY(%(keys)s) AND c.key <> ''"
COUPONS_MAX = 100


def coupons_of(person_id: int, *, at: datetime | None = None) -> list[Coupon]:
    """The codes of a customer's own over all their profiles, the newest first; at most `COUPONS_MAX`.

    `at`: only those that wait to be used at that moment; None: also used ones and those that are over.
    """
    return _coupons(_OF_PERSON, {"person": person_id, "at": at, "limit": COUPONS_MAX})


def coupons_by_key(keys: Collection[str]) -> dict[str, Coupon]:
    """The coupons that were issued under these keys, as far as there are."""
    return {coupon.key: coupon for coupon in _coupons(_BY_KEY, {"keys": list(keys)})} if keys else {}


def _coupons(statement: str, values: dict[str, Any]) -> list[Coupon]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows = cursor.fetchall()
    offers = ready({(row[8], row[9]) for row in rows})
    return [
        Coupon(
            code_id=id_,
            code=code_of(offer_id, serial),
            key=key,
            profile_id=profile_id,
            offer_id=offer_id,
            terms=offers[offer_id].terms,
            currency=currency,
            state=CodeState(state),
            issued_at=issued_at,
            until=until,
            used_at=closed_at if state == CodeState.USED else None,
        )
        for id_, serial, key, profile_id, state, issued_at, until, closed_at, offer_id, _, currency in rows
    ]
