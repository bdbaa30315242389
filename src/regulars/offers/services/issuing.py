"""Codes for customers, one each, by what gives them; and codes that are taken back before they are used."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction

from regulars.events import services as events
from regulars.events.types import NewEvent
from regulars.offers.queries.coupons import coupons_by_key
from regulars.offers.queries.stored import code_of, hash_of
from regulars.offers.types import COUPON_ISSUED, SOURCE, Issue

ISSUES_MAX = 5_000
"""In one call; an open write holds the log's readers back."""

_SERIALS = """
UPDATE offers_offer SET next_serial = next_serial + %(count)s, codes_made = codes_made + %(count)s,
    codes_wanted = codes_wanted + %(count)s
WHERE id = %(offer)s RETURNING next_serial - %(count)s, terms ->> 'name'
"""
_INSERT = """
INSERT INTO offers_code (offer_id, serial, hash, profile_id, key, state, until, issued_at)
SELECT %(offer)s, t.serial, t.hash, t.profile, t.key, 'open', t.until, %(now)s
FROM unnest(%(serials)s::int[], %(hashes)s::bytea[], %(profiles)s::bigint[], %(keys)s::text[],
            %(untils)s::timestamptz[]) AS t(serial, hash, profile, key, until)
ORDER BY t.key
ON CONFLICT DO NOTHING RETURNING id, serial, key
"""
_VOID = """
UPDATE offers_code SET state = 'void', closed_at = %(now)s WHERE id IN (
    SELECT id FROM offers_code WHERE key = ANY(%(keys)s) AND key <> '' AND state = 'open'
    ORDER BY id FOR NO KEY UPDATE
) RETURNING key
"""
_TRIES = 3
"""A code that another has already, which one in a billion does, is made with the next serial."""


@transaction.atomic
def issue(
    *,
    offer_id: int,
    wanted: Sequence[Issue],
    now: datetime,
    caused: Mapping[str, tuple[int, int]] | None = None,
) -> dict[str, str]:
    """A code for each of these, by key; a key that had one before has the same.

    At most `ISSUES_MAX`. The offer is to be of codes. `caused`: by key the event that led to it, as
    (id, depth). Records coupon_issued. Raises ValueError for too many.
    """
    if len(wanted) > ISSUES_MAX:
        raise ValueError(f"at most {ISSUES_MAX} codes are issued at a time")
    asked = {one.key: one for one in wanted}
    found = {key: coupon.code for key, coupon in coupons_by_key(asked).items()}
    new: list[NewEvent] = []
    for _try in range(_TRIES):
        missing = [one for key, one in sorted(asked.items()) if key not in found]
        if not missing:
            break
        name, made = _insert(offer_id, missing, now)
        for code_id, serial, key in made:
            found[key] = code_of(offer_id, serial)
            new.append(_issued(offer_id, name, code_id, asked[key], (caused or {}).get(key), now))
        if len(found) < len(asked):  # somebody issued them at this very moment
            found |= {key: one.code for key, one in coupons_by_key(asked.keys() - found.keys()).items()}
    if left := asked.keys() - found.keys():
        raise RuntimeError(f"no codes came of {len(left)} tries")
    if new:
        events.record(new, now=now)
    return found


@transaction.atomic
def void(*, keys: Collection[str], now: datetime) -> set[str]:
    """Take back the codes issued under these keys, unless they are used or under way; gives those taken."""
    if not keys:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_VOID, {"keys": sorted(keys), "now": now})
        return {key for (key,) in cursor.fetchall()}


def _insert(offer_id: int, wanted: Sequence[Issue], now: datetime) -> tuple[str, list[tuple[int, int, str]]]:
    with connection.cursor() as cursor:
        cursor.execute(_SERIALS, {"offer": offer_id, "count": len(wanted)})
        first, name = cursor.fetchone()
        serials = list(range(first, first + len(wanted)))
        cursor.execute(
            _INSERT,
            {
                "offer": offer_id,
                "serials": serials,
                "hashes": [hash_of(code_of(offer_id, serial)) for serial in serials],
                "profiles": [one.profile_id for one in wanted],
                "keys": [one.key for one in wanted],
                "untils": [one.until for one in wanted],
                "now": now,
            },
        )
        return name, list(cursor.fetchall())


def _issued(
    offer_id: int, name: str, code_id: int, one: Issue, caused: tuple[int, int] | None, now: datetime
) -> NewEvent:
    return NewEvent(
        type=COUPON_ISSUED,
        source=SOURCE,
        key=f"issued:{code_id}",
        occurred_at=now,
        profile_id=one.profile_id,
        properties={
            "offer_id": offer_id,
            "name": name,
            "code_id": code_id,
            "key": one.key,
            "until": one.until.isoformat() if one.until else None,
        },
        caused=caused,
    )
