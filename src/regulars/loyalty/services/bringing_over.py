"""Opening balances: points that customers had in the programme before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from regulars.events import services as events
from regulars.kit import sql
from regulars.loyalty.locks import lock_persons_wallets
from regulars.loyalty.queries.lots import zones_of
from regulars.loyalty.queries.programme import current
from regulars.loyalty.rules.lifetime import after, given_lifetime
from regulars.loyalty.services.posting import POSTINGS_MAX
from regulars.loyalty.services.settled_events import settled_events
from regulars.loyalty.services.settling import settle
from regulars.loyalty.types import Account, Cause, Settled, Version, Wanted
from regulars.loyalty.types.opening import (
    Opening,
    OpeningBefore,
    OpeningChange,
    OpeningKept,
    OpeningKey,
    OpeningsRecorded,
    OpeningsUndone,
)

_PREFIX = "opening"
_THERE = """
SELECT l.key, l.id, w.profile_id, l.settled_minor, l.revision,
       l.held_minor + l.redeemed_minor + l.expired_minor > 0
       OR l.expires_at <= %(now)s OR l.got_minor < l.settled_minor
FROM loyalty_wallet AS w JOIN loyalty_lot AS l ON l.wallet_id = w.id
WHERE w.profile_id = ANY(%(profiles)s)
  AND starts_with(l.key, %(prefix)s || w.profile_id || ':')
"""


@transaction.atomic
def bring_over(*, source: str, balances: Sequence[Opening], now: datetime) -> OpeningsRecorded:
    """Bring what customers have from `source` to what is told, all told: the same again changes nothing.

    Of a customer who is told of, balances of that source with other last days are settled to nothing: a
    corrected list replaces the one before. They can be spent at once; what a smaller balance takes back and
    was spent is let go. Records `points_adjusted` as history. At most POSTINGS_MAX customers and days.

    Raises ValueError for more than that, or the same customer and day twice.
    """
    told = {_key_of(one): one for one in balances}
    if len(told) < len(balances) or len(told) > POSTINGS_MAX:
        raise ValueError(f"{len(balances)} balances, {len(told)} different; the most is {POSTINGS_MAX}")
    profile_ids = {one.profile_id for one in balances}
    locked = lock_persons_wallets(profile_ids=profile_ids, make=True)
    there = _there(source, profile_ids, now)
    wanted = _wanted(source, balances, now)
    asked = {one.key for one in wanted}
    wanted += [
        _to(key, one["profile_id"], 0, now)
        for key, one in there.items()
        if one["settled_minor"] and key not in asked
    ]
    settled = _settle(wanted, locked, now)
    made = {one.key: one.lot_id for one in settled}
    ids = {key: one["id"] for key, one in there.items()} | made
    return OpeningsRecorded(
        ids={_name(source, lot): id_ for lot, id_ in ids.items() if lot in asked or lot in made},
        before={
            _name(source, one.key): OpeningBefore(there[one.key]["settled_minor"])
            for one in settled
            if one.key in there and there[one.key]["settled_minor"]
        },
        revisions={_name(source, one.key): one.revision for one in settled},
    )


@transaction.atomic
def undo_openings(*, changes: Sequence[OpeningChange], now: datetime) -> OpeningsUndone:
    """Bring balances back to what they were; those that somebody changed or spent since stay as they are."""
    kept: dict[OpeningKey, OpeningKept] = {}
    wanted = []
    by_source: dict[str, list[OpeningChange]] = {}
    for change in changes:
        by_source.setdefault(change.key[0], []).append(change)
    profile_ids = {_profile_of(change.key) for change in changes}
    locked = lock_persons_wallets(profile_ids=profile_ids)
    for source, those in by_source.items():
        there = _there(source, {_profile_of(change.key) for change in those}, now)
        for change in those:
            key = _lot_key(source, change.key[1])
            if (reason := _why_not(there.get(key), change)) is not None:
                kept[change.key] = reason
                continue
            before = change.before.points_minor if change.before else 0
            wanted.append(_to(key, _profile_of(change.key), before, now))
    _settle(wanted, locked, now)
    return OpeningsUndone(kept)


def _why_not(there: Mapping[str, Any] | None, change: OpeningChange) -> OpeningKept | None:
    if there is None:
        return OpeningKept.GONE
    if there["revision"] != change.revision:
        return OpeningKept.CHANGED_SINCE
    before = change.before.points_minor if change.before else 0
    if there["used"] and before < there["settled_minor"]:
        return OpeningKept.POINTS_USED
    return None


def _settle(wanted: Sequence[Wanted], locked: Mapping[int, int], now: datetime) -> list[Settled]:
    """In portions, in the one order; all wallets are locked."""
    settled: list[Settled] = []
    for start in range(0, len(wanted), POSTINGS_MAX):
        portion = wanted[start : start + POSTINGS_MAX]
        settled += settle(wanted=portion, when_spent="write_off", now=now, record=False, locked=locked)
    told = {one.key: one for one in wanted}
    changed = [told[one.key] for one in settled]
    events.record(settled_events(wanted=changed, settled=settled), now=now, backfill=True)
    return settled


def _there(source: str, profile_ids: Iterable[int], now: datetime) -> dict[str, dict[str, Any]]:
    """The balances of a source that these customers have, by the key of the lot."""
    columns = ("id", "profile_id", "settled_minor", "revision", "used")
    told: dict[str, Any] = {"profiles": sorted(profile_ids), "prefix": f"{_PREFIX}:{source}:", "now": now}
    return {key: dict(zip(columns, row, strict=True)) for key, *row in sql.rows(_THERE, told)}


def _wanted(source: str, balances: Sequence[Opening], now: datetime) -> list[Wanted]:
    version = current(now)
    zones = zones_of(profile_ids=[one.profile_id for one in balances])
    wanted = []
    for one in balances:
        expires_at, slides = _lasts(one, version, zones[one.profile_id], now)
        wanted.append(
            Wanted(
                key=_lot_key(source, _key_of(one)),
                profile_id=one.profile_id,
                points_minor=one.points_minor,
                at=now,
                earned_at=now,
                usable_at=now,
                expires_at=expires_at,
                sliding_days=slides,
                account=Account.ADJUSTMENTS,
                cause=Cause.OPENING,
            )
        )
    return wanted


def _lasts(
    one: Opening, version: Version | None, zone: ZoneInfo, now: datetime
) -> tuple[datetime | None, int | None]:
    if one.last_day is not None:
        return after(one.last_day, zone), None
    if version is None:
        return None, None
    return given_lifetime(version.programme, at=now, zone=zone)


def _to(key: str, profile_id: int, points_minor: int, now: datetime) -> Wanted:
    """Another amount for a lot there is: nothing else of it changes."""
    return Wanted(
        key=key,
        profile_id=profile_id,
        points_minor=points_minor,
        at=now,
        earned_at=now,
        usable_at=now,
        expires_at=None,
        account=Account.ADJUSTMENTS,
        cause=Cause.OPENING,
    )


def _key_of(one: Opening) -> str:
    return f"{one.profile_id}:{one.last_day.isoformat() if one.last_day else ''}"


def _lot_key(source: str, key: str) -> str:
    return f"{_PREFIX}:{source}:{key}"


def _name(source: str, lot_key: str) -> OpeningKey:
    return source, lot_key.removeprefix(f"{_PREFIX}:{source}:")


def _profile_of(key: OpeningKey) -> int:
    return int(key[1].partition(":")[0])
