"""Bringing what challenges gave, and how far everybody is, to what is counted; many customers at once.

The persons are held meanwhile, so of two who reckon the same person the later sees what the earlier gave. All
that counts is read after that: what is missing is given, what is too much is taken back if it is not used.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from regulars.customers import queries as customers
from regulars.customers.services.holding import hold_persons
from regulars.loyalty.queries import challenges_counted as stored
from regulars.loyalty.queries.challenges_counted import Pair, People
from regulars.loyalty.queries.challenges_editions import Editions
from regulars.loyalty.rules import challenges as rules
from regulars.loyalty.rules.challenges import Sums, Tally
from regulars.loyalty.services.challenges_giving import Due, bring_to, is_read_whole
from regulars.loyalty.services.challenges_progress import keep_progress
from regulars.loyalty.services.challenges_stamps import Touched
from regulars.loyalty.types.challenges import Challenge
from regulars.loyalty.types.events import Caused


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be reckoned: since when what counts is read of each, and what led to it."""

    since: Mapping[Pair, datetime | None]
    caused: Mapping[Pair, Caused]


def reckon(touched: Sequence[Touched], known: Editions, *, now: datetime) -> None:
    """Bring all windows in which something was touched to what stands."""
    if not touched:
        return
    who, person_of = hold({one.profile_id for one in touched})
    asked = _asked(touched, known, person_of, now)
    plain = {key: one for key in {key for _person, key in asked.since} if (one := known.plain.get(key))}
    simple = {pair: since for pair, since in asked.since.items() if pair[1] in plain}
    sums = stored.sums(simple, who, plain)
    settled = _settled(simple, sums, who, plain)
    tallies = tally({pair: since for pair, since in asked.since.items() if pair not in settled}, known, who)
    due = [
        Due(
            person_id=pair[0],
            challenge=pair[1],
            reached=of_pair.reached(),
            since=asked.since[pair],
            caused=asked.caused.get(pair),
        )
        for pair, of_pair in tallies.items()
    ]
    bring_to(due, who, now=now)
    keep_progress({**sums, **tallies}, known, who, now=now)


def _settled(
    pairs: Mapping[Pair, datetime | None],
    sums: Mapping[Pair, Sums],
    who: People,
    plain: Mapping[str, Challenge],
) -> set[Pair]:
    """Those of which as much was given as was reached: most, so only the others are gone through."""
    standing = stored.standing(pairs, who)
    settled = set()
    for pair, since in pairs.items():
        reached, there = sums[pair].times(plain[pair[1]]), standing[pair]
        windows = [label for label in reached.keys() | there.keys() if is_read_whole(label, since)]
        if all(reached.get(label, 0) == there.get(label, 0) for label in windows):
            settled.add(pair)
    return settled


def hold(profile_ids: Collection[int]) -> tuple[People, dict[int, int]]:
    """Hold the persons of these profiles; gives them, and whose each profile is.

    Who is merged at this moment is left out: that they are is told by an event, which is read later.
    """
    held = hold_persons(set(customers.persons_of(profile_ids).values()))
    who = stored.people(held)
    return who, who.person_of()


def tally(since: Mapping[Pair, datetime | None], known: Editions, who: People) -> dict[Pair, Tally]:
    """What comes of all that counts for each of these."""
    return {
        pair: rules.tally(known.of_challenges.get(pair[1], ()), counted)
        for pair, counted in stored.counted(since, who).items()
    }


def _asked(
    touched: Sequence[Touched], known: Editions, person_of: Mapping[int, int], now: datetime
) -> _Asked:
    first: dict[Pair, datetime | None] = {}
    caused: dict[Pair, Caused] = {}
    for one in touched:
        person = person_of.get(one.profile_id)
        editions = known.of_challenges.get(one.challenge)
        if person is None or editions is None:
            continue
        pair = person, one.challenge
        # What is dated later than now is read together with the window that lasts now.
        begins = rules.read_since(editions, min(one.at, now) if one.at else None)
        before = first.get(pair, begins)
        first[pair] = min(before, begins) if before and begins else None
        if one.caused:
            caused[pair] = max(one.caused, caused.get(pair, one.caused))
    return _Asked(first, caused)
