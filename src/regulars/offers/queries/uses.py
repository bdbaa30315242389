"""Uses as they stand."""

from __future__ import annotations

import json
from typing import Any

from django.db import connection

from regulars.offers.queries.stored import code_of
from regulars.offers.types import Use, UsedOffer, UseState

USE_COLUMNS = (
    "id, key, state, profile_id, currency, discount_minor, order_source, order_id, branch_id, at, "
    "lasts_until, closed_at"
)
_USE = f"SELECT {USE_COLUMNS} FROM offers_use WHERE "  # noqa: S608 (names of columns)
_TAKEN = """
SELECT t.offer_id, t.terms ->> 'name', c.serial, o.shared_code, t.lines
FROM offers_taken AS t JOIN offers_offer AS o ON o.id = t.offer_id
LEFT JOIN offers_code AS c ON c.id = t.code_id WHERE t.use_id = %s ORDER BY t.id
"""


def use(use_id: int) -> Use | None:
    """One of them."""
    return _read("id = %s", use_id)


def use_by_key(key: str) -> Use | None:
    """The one under that key."""
    return _read("key = %s", key)


def as_use(row: tuple[Any, ...], offers: tuple[UsedOffer, ...]) -> Use:
    """A use out of a row of `USE_COLUMNS`."""
    id_, key, state, profile_id, currency, discount, source, order_id, branch, at, until, closed = row
    return Use(
        id=id_,
        key=key,
        state=UseState(state),
        profile_id=profile_id,
        currency=currency,
        discount_minor=discount,
        offers=offers,
        order_source=source,
        order_id=order_id,
        branch_id=branch,
        at=at,
        lasts_until=until,
        closed_at=closed,
    )


def _read(condition: str, value: int | str) -> Use | None:
    with connection.cursor() as cursor:
        cursor.execute(_USE + condition, [value])
        row = cursor.fetchone()
        if row is None:
            return None
        cursor.execute(_TAKEN, [row[0]])
        return as_use(row, tuple(_used(*taken) for taken in cursor.fetchall()))


def _used(offer_id: int, name: str, serial: int | None, shared_code: str, lines: Any) -> UsedOffer:
    code = "" if serial is None else code_of(offer_id, serial) if serial else shared_code
    amounts = json.loads(lines) if isinstance(lines, str) else lines
    return UsedOffer(offer_id=offer_id, name=name, code=code, lines=tuple(amounts))
