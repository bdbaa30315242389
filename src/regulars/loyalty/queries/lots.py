"""Reading lots: what one stands at, what can be taken of a person's, and by whose calendar they end."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import connection

from regulars.loyalty.rules.settling import Standing
from regulars.loyalty.rules.taking import Takeable
from regulars.team import queries as team

# What was spent and came back after the lot had ended is not there: it was given anew as a lot of its own, or
# is lost. `loyalty_usable` (migrations: drawing) says the same of what can be spent.
EXPIRED_UNUSED = """
CASE WHEN l.expired_minor = 0 THEN 0 ELSE greatest(0, l.expired_minor - (
    SELECT coalesce(sum(CASE p.to_account WHEN 'expired' THEN p.amount_minor ELSE -p.amount_minor END), 0)
    FROM loyalty_posting AS p
    WHERE p.wallet_id = l.wallet_id AND p.lot_id = l.id
      AND (p.to_account = 'expired' AND p.cause = 'spent_back'
           OR p.from_account = 'expired' AND p.cause = 'spent')
)) END::bigint
"""
"""Of lot `l`: what was there when it ended."""

_STANDING = f"""
SELECT l.key, l.id, l.wallet_id, w.profile_id, l.revision, l.usable_since IS NOT NULL, l.settled_minor,
       l.pending_minor, l.available_minor, {EXPIRED_UNUSED}, l.elsewhere_minor, l.let_go_minor
FROM loyalty_lot AS l JOIN loyalty_wallet AS w ON w.id = l.wallet_id
WHERE l.key = ANY(%s)
"""  # noqa: S608 (a part of ours)
_TAKEABLE = f"""
SELECT p.person_id, l.id, l.wallet_id, l.usable_at, l.expires_at, l.available_minor, {EXPIRED_UNUSED}
FROM loyalty_lot AS l
JOIN loyalty_wallet AS w ON w.id = l.wallet_id
JOIN customers_profile AS p ON p.id = w.profile_id
WHERE l.wallet_id = ANY(%s) AND l.usable_at <= %s AND (l.expires_at IS NULL OR l.expires_at > %s)
  AND (l.available_minor > 0 OR (l.expired_minor > 0 AND l.expires_at <= %s))
ORDER BY p.person_id, l.expires_at NULLS LAST, l.id
"""  # noqa: S608
_PERSONS = "SELECT id, person_id FROM customers_profile WHERE id = ANY(%s)"
_ZONES = """
SELECT p.id, a.timezone FROM customers_profile AS p
JOIN customers_personattributes AS a ON a.person_id = p.person_id AND a.timezone <> ''
WHERE p.id = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class TakeableLots:
    """Lots by person, the soonest to end first, and whose each profile is."""

    of_persons: dict[int, list[Takeable]]
    persons: dict[int, int]

    def of(self, profile_id: int) -> list[Takeable]:
        """Those of the person whose profile this is."""
        return self.of_persons.get(self.persons.get(profile_id, 0), [])


def standing(keys: Collection[str]) -> dict[str, Standing]:
    """Those of these lots that there are."""
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [list(keys)])
        return {
            key: Standing(
                id=id_,
                wallet_id=wallet_id,
                profile_id=profile_id,
                revision=revision,
                is_usable=usable,
                settled_minor=settled,
                pending_minor=pending,
                available_minor=available,
                expired_minor=expired,
                elsewhere_minor=elsewhere,
                let_go_minor=let_go,
            )
            for (
                key,
                id_,
                wallet_id,
                profile_id,
                revision,
                usable,
                settled,
                pending,
                available,
                expired,
                elsewhere,
                let_go,
            ) in cursor.fetchall()
        }


def takeable(
    *,
    profile_ids: Collection[int],
    wallet_ids: Collection[int],
    first: datetime,
    last: datetime,
    now: datetime,
) -> TakeableLots:
    """Lots in these wallets that can be spent at some moment from `first` to `last`.

    The wallets are locked, and what is usable by now was activated.
    """
    found: defaultdict[int, list[Takeable]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_TAKEABLE, [list(wallet_ids), last, first, now])
        for person_id, id_, wallet_id, usable_at, expires_at, available, expired in cursor:
            found[person_id].append(
                Takeable(
                    id=id_,
                    wallet_id=wallet_id,
                    usable_at=usable_at,
                    expires_at=expires_at,
                    available_minor=available,
                    expired_minor=expired,
                )
            )
        cursor.execute(_PERSONS, [list(profile_ids)])
        return TakeableLots(dict(found), dict(cursor.fetchall()))


def debts(wallet_ids: Collection[int]) -> dict[int, int]:
    """What is owed in those of these wallets in which something is."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, -debt_minor FROM loyalty_wallet WHERE id = ANY(%s) AND debt_minor < 0",
            [list(wallet_ids)],
        )
        return dict(cursor.fetchall())


def profiles_of_lots(keys: Collection[str]) -> dict[str, int]:
    """Whose the lots of these keys are; what a lot belongs to never changes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.key, w.profile_id FROM loyalty_lot AS l JOIN loyalty_wallet AS w ON w.id = l.wallet_id "
            "WHERE l.key = ANY(%s)",
            [list(keys)],
        )
        return dict(cursor.fetchall())


def zones_of(*, profile_ids: Collection[int]) -> dict[int, ZoneInfo]:
    """By whose calendar the points of each of these profiles end: the customer's, else the shop's."""
    found = dict.fromkeys(profile_ids, ZoneInfo(team.shop().timezone))
    with connection.cursor() as cursor:
        cursor.execute(_ZONES, [sorted(set(profile_ids))])
        for profile_id, name in cursor.fetchall():
            # One that the tz database has dropped since is nobody's fault.
            with contextlib.suppress(ZoneInfoNotFoundError):
                found[profile_id] = ZoneInfo(name)
    return found
