"""Giving what challenges bring as often as they are reached, and taking back what is too much."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from regulars.kit import sql
from regulars.loyalty.locks import lock_persons_wallets
from regulars.loyalty.models.challenges import reached_key
from regulars.loyalty.queries.challenges_counted import People
from regulars.loyalty.rules import challenges as rules
from regulars.loyalty.rules.challenges import Reached
from regulars.loyalty.rules.conditions import JUST_BEFORE
from regulars.loyalty.services.granting import GRANTS_MAX, grant
from regulars.loyalty.services.withdrawing import withdraw
from regulars.loyalty.types.events import Caused
from regulars.loyalty.types.grants import Mechanic, NewGrant
from regulars.loyalty.types.progress import ReachedState
from regulars.segments import queries as segments

_STORED = """
SELECT k.person_id, r.challenge, r.profile_id, r.window, r.number, r.state
FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS k (person_id, profile_id, challenge)
JOIN loyalty_challengereached AS r ON r.profile_id = k.profile_id AND r.challenge = k.challenge
ORDER BY r.at, r.number, r.id
"""
_PUT = """
INSERT INTO loyalty_challengereached (challenge, profile_id, "window", number, state, version_id, at)
SELECT * FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::int[], %s::text[], %s::bigint[],
                     %s::timestamptz[])
ON CONFLICT (profile_id, challenge, "window", number) DO UPDATE
SET state = excluded.state, version_id = excluded.version_id, at = excluded.at
"""
_TAKEN = """
UPDATE loyalty_challengereached AS r SET state = 'withdrawn'
FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::int[]) AS t (challenge, profile_id, name, number)
WHERE r.challenge = t.challenge AND r.profile_id = t.profile_id AND r.window = t.name AND r.number = t.number
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """How often somebody is to have reached a challenge, by window; windows from before `since` are left."""

    person_id: int
    challenge: str
    reached: Mapping[str, Sequence[Reached]]
    since: datetime | None
    caused: Caused | None


@dataclass(frozen=True, slots=True)
class _Row:
    """What was reached before."""

    challenge: str
    profile_id: int
    window: str
    number: int
    state: ReachedState

    @property
    def key(self) -> str:
        return reached_key(self.challenge, self.profile_id, self.window, self.number)


@dataclass(frozen=True, slots=True)
class _Missing:
    """Something that was reached and not yet seen to, under a number of its own."""

    row: _Row
    reached: Reached
    person_id: int
    caused: Caused | None


def bring_to(due: Sequence[Due], who: People, *, now: datetime) -> None:
    """Give what is missing, take back what is too much. The persons are held."""
    rows = _stored(due, who)
    missing: list[_Missing] = []
    surplus: list[tuple[list[_Row], int]] = []
    for one in due:
        of_windows = rows.get((one.person_id, one.challenge), {})
        for window in sorted(one.reached.keys() | of_windows.keys()):
            if not is_read_whole(window, one.since):
                continue
            reached, there = one.reached.get(window, ()), of_windows.get(window, [])
            standing = [row for row in there if row.state is not ReachedState.WITHDRAWN]
            if len(reached) < len(standing):
                surplus.append((standing, len(standing) - len(reached)))
            elif len(reached) > len(standing):
                missing += _missing(one, window, reached[len(standing) :], there)
    # Of all of them first; and coupons are issued, which locks their offers, before codes are taken back.
    lock_persons_wallets(
        profile_ids={one.row.profile_id for one in missing}
        | {row.profile_id for standing, _many in surplus for row in standing}
    )
    _give(missing, now)
    _take(surplus, now)


def is_read_whole(window: str, since: datetime | None) -> bool:
    """Whether all that counts in a window was read."""
    begins = rules.window_begins(window)
    return since is None or begins is None or begins > since.date() + rules.A_DAY


def _missing(one: Due, window: str, reached: Sequence[Reached], there: Sequence[_Row]) -> Iterator[_Missing]:
    """Each under the number of one that was taken back, else the next of the profile."""
    free = [row for row in there if row.state is ReachedState.WITHDRAWN]
    last: defaultdict[int, int] = defaultdict(int)
    for row in there:
        last[row.profile_id] = max(last[row.profile_id], row.number)
    for once in reached:
        if free:
            row = free.pop(0)
        else:
            last[once.profile_id] += 1
            row = _Row(one.challenge, once.profile_id, window, last[once.profile_id], ReachedState.WITHDRAWN)
        yield _Missing(row, once, one.person_id, one.caused)


def _give(missing: Sequence[_Missing], now: datetime) -> None:
    """Give it to those it is for; that it was for somebody else is kept as well, and asked once."""
    if not missing:
        return
    fit = _fit(missing)
    states = [ReachedState.GIVEN if place in fit else ReachedState.REFUSED for place in range(len(missing))]
    _put((one.row, state, one.reached) for one, state in zip(missing, states, strict=True))
    grants = [_grant(one, now) for place, one in enumerate(missing) if place in fit]
    for start in range(0, len(grants), GRANTS_MAX):
        grant(grants=grants[start : start + GRANTS_MAX], now=now)


def _fit(missing: Sequence[_Missing]) -> set[int]:
    """The places of those whom the challenge is for, each as of one moment before it was reached."""
    conditions: dict[str, Mapping[str, Any] | None] = {}
    asked: defaultdict[str, list[segments.Asked]] = defaultdict(list)
    fit: set[int] = set()
    for place, one in enumerate(missing):
        challenge = one.reached.edition.challenge
        if challenge is None or challenge.who is None:
            fit.add(place)
            continue
        name = f"{challenge.key}:{one.reached.edition.version_id}"
        conditions[name] = challenge.who
        asked[name].append(segments.Asked(place, one.person_id, one.reached.at - JUST_BEFORE))
    for name, condition in conditions.items():
        fit |= segments.fits(conditions={name: condition}, asked=asked[name])[name]
    return fit


def _grant(one: _Missing, now: datetime) -> NewGrant:
    challenge = one.reached.edition.challenge
    if challenge is None:
        raise ValueError(f"{one.row.key} was reached by a programme that has no such challenge")
    return NewGrant(
        key=one.row.key,
        profile_id=one.row.profile_id,
        mechanic=Mechanic.CHALLENGE,
        part=challenge.key,
        name=challenge.name,
        benefit=challenge.benefit,
        at=min(one.reached.at, now),
        version_id=one.reached.edition.version_id,
        caused=one.caused,
    )


def _take(surplus: Iterable[tuple[Sequence[_Row], int]], now: datetime) -> None:
    """Take back the last ones; where one is used already, another that is not."""
    open_ = [(list(standing), many) for standing, many in surplus]
    while open_:
        tried = [[standing.pop() for _each in range(min(many, len(standing)))] for standing, many in open_]
        keys = [row.key for rows in tried for row in rows if row.state is ReachedState.GIVEN]
        taken = _withdrawn(keys, now)
        rest = []
        gone: list[_Row] = []
        for (standing, many), rows in zip(open_, tried, strict=True):
            here = [row for row in rows if row.state is ReachedState.REFUSED or row.key in taken]
            gone += here
            if standing and many > len(here):
                rest.append((standing, many - len(here)))
        _mark_taken(gone)
        open_ = rest


def _withdrawn(keys: Sequence[str], now: datetime) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(keys), GRANTS_MAX):
        found |= withdraw(keys=keys[start : start + GRANTS_MAX], now=now)
    return found


def _stored(due: Sequence[Due], who: People) -> dict[tuple[int, str], dict[str, list[_Row]]]:
    """What was reached before, by person and challenge, then by window, in its order."""
    asked = [
        (one.person_id, profile, one.challenge) for one in due for profile in who.profiles[one.person_id]
    ]
    found: dict[tuple[int, str], dict[str, list[_Row]]] = {}
    if asked:
        for person_id, challenge, profile_id, window, number, state in sql.rows(_STORED, sql.columns(asked)):
            rows = found.setdefault((person_id, challenge), {}).setdefault(window, [])
            rows.append(_Row(challenge, profile_id, window, number, ReachedState(state)))
    return found


def _put(rows: Iterable[tuple[_Row, ReachedState, Reached]]) -> None:
    values = [
        (
            row.challenge,
            row.profile_id,
            row.window,
            row.number,
            state.value,
            reached.edition.version_id,
            reached.at,
        )
        for row, state, reached in rows
    ]
    sql.run(_PUT, sql.columns(values))


def _mark_taken(rows: Sequence[_Row]) -> None:
    if not rows:
        return
    values = [(row.challenge, row.profile_id, row.window, row.number) for row in rows]
    sql.run(_TAKEN, sql.columns(values))
