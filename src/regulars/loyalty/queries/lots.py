"""Reading lots: what one stands at, what can be taken of a person's, and by whose calendar they end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from regulars.customers import queries as customers
from regulars.kit import sql
from regulars.loyalty.rules.settling import Standing
from regulars.loyalty.rules.taking import Takeable
from regulars.loyalty.rules.zones import known_zone
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
_DEBTS = "SELECT id, -debt_minor FROM loyalty_wallet WHERE id = ANY(%s) AND debt_minor < 0"
_PROFILES = """
SELECT l.key, w.profile_id FROM loyalty_lot AS l JOIN loyalty_wallet AS w ON w.id = l.wallet_id
WHERE l.key = ANY(%s)
"""
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
    found = {}
    for key, id_, wallet_id, profile_id, revision, is_usable, *minor in sql.rows(_STANDING, [list(keys)]):
        settled, pending, available, expired, elsewhere, let_go = minor
        found[key] = Standing(
            id=id_,
            wallet_id=wallet_id,
            profile_id=profile_id,
            revision=revision,
            is_usable=is_usable,
            settled_minor=settled,
            pending_minor=pending,
            available_minor=available,
            expired_minor=expired,
            elsewhere_minor=elsewhere,
            let_go_minor=let_go,
        )
    return found


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
    lots = sql.rows(_TAKEABLE, [list(wallet_ids), last, first, now])
    for person_id, id_, wallet_id, usable_at, expires_at, available, expired in lots:
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
    return TakeableLots(dict(found), customers.persons_of(profile_ids))


def debts(wallet_ids: Collection[int]) -> dict[int, int]:
    """What is owed in those of these wallets in which something is."""
    return dict(sql.rows(_DEBTS, [list(wallet_ids)]))


def profiles_of_lots(keys: Collection[str]) -> dict[str, int]:
    """Whose the lots of these keys are; what a lot belongs to never changes."""
    return dict(sql.rows(_PROFILES, [list(keys)]))


def zones_of(*, profile_ids: Collection[int]) -> dict[int, ZoneInfo]:
    """By whose calendar the points of each of these profiles end: the customer's, else the shop's."""
    found = dict.fromkeys(profile_ids, ZoneInfo(team.shop().timezone))
    for profile_id, name in sql.rows(_ZONES, [sorted(set(profile_ids))]):
        found[profile_id] = known_zone(name) or found[profile_id]
    return found
