"""What counts for challenges of some persons, over all profiles they have now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from regulars.kit import sql
from regulars.loyalty.queries.lots import zones_of
from regulars.loyalty.rules.challenges import CAMPAIGN, Counted, Sums, window_of
from regulars.loyalty.types.challenges import Challenge

Pair = tuple[int, str]
"""A person and the key of a challenge."""

_PEOPLE = """
SELECT theirs.id, theirs.person_id FROM customers_profile AS theirs
WHERE theirs.person_id = ANY(%s) AND EXISTS (
    SELECT FROM facts_customers AS c WHERE c.person_id = theirs.person_id
)
ORDER BY theirs.id
"""
# The pairs come one by one to the index, whatever the planner thinks of the size of arrays.
_PAIRS = """
FROM unnest(%(pair_persons)s::bigint[], %(pair_profiles)s::bigint[], %(pair_places)s::int[])
    AS k (person_id, profile_id, place)
JOIN unnest(%(places)s::int[], %(keys)s::text[], %(since)s::timestamptz[], %(formats)s::text[],
            %(firsts)s::date[], %(lasts)s::date[])
    AS c (place, challenge, since, format, first, last) USING (place)
"""
_COUNTED = f"""
SELECT k.person_id, c.challenge, s.at, s.amount, s.profile_id
{_PAIRS} CROSS JOIN LATERAL (
    SELECT s.at, s.amount, s.profile_id, s.ref FROM loyalty_stamp AS s
    WHERE s.profile_id = k.profile_id AND s.challenge = c.challenge AND s.at >= c.since AND s.amount > 0
    OFFSET 0
) AS s
ORDER BY s.at, s.ref
"""  # noqa: S608 (a part of ours)
_SUMS = f"""
SELECT k.person_id, c.challenge, s.name, s.amount, s.last_at
{_PAIRS}
JOIN unnest(%(persons)s::bigint[], %(zones)s::text[]) AS z (person_id, zone) USING (person_id)
CROSS JOIN LATERAL (
    SELECT CASE WHEN c.format = '' THEN '' ELSE to_char(timezone(z.zone, s.at), c.format) END AS name,
           sum(s.amount)::bigint AS amount, max(s.at) AS last_at
    FROM loyalty_stamp AS s
    WHERE s.profile_id = k.profile_id AND s.challenge = c.challenge AND s.at >= c.since AND s.amount > 0
      AND (c.first IS NULL OR timezone(z.zone, s.at)::date >= c.first)
      AND (c.last IS NULL OR timezone(z.zone, s.at)::date <= c.last)
    GROUP BY 1
) AS s
"""  # noqa: S608
_STANDING = f"""
SELECT k.person_id, c.challenge, r.name, r.times
{_PAIRS} CROSS JOIN LATERAL (
    SELECT r.window AS name, count(*) AS times FROM loyalty_challengereached AS r
    WHERE r.profile_id = k.profile_id AND r.challenge = c.challenge AND r.state <> 'withdrawn'
    GROUP BY 1
) AS r
"""  # noqa: S608
_FORMATS = {"day": "YYYY-MM-DD", "week": 'IYYY-"W"IW', "month": "YYYY-MM", "year": "YYYY"}
"""Windows as `rules.window_of` names them; those of others are named once."""
_BEFORE_ALL = datetime.fromisoformat("0001-01-02T00:00:00+00:00")


@dataclass(frozen=True, slots=True)
class People:
    """Persons with the profiles they have now, and by whose calendar they live."""

    profiles: Mapping[int, Collection[int]]
    zones: Mapping[int, ZoneInfo]

    def person_of(self) -> dict[int, int]:
        """Whose each profile is."""
        return {profile: person for person, theirs in self.profiles.items() for profile in theirs}


def people(person_ids: Collection[int]) -> People:
    """Those of these persons who are more than a device."""
    profiles: defaultdict[int, list[int]] = defaultdict(list)
    for profile_id, person_id in sql.rows(_PEOPLE, [sorted(set(person_ids))]):
        profiles[person_id].append(profile_id)
    zones = zones_of(profile_ids=[theirs[0] for theirs in profiles.values()]) if profiles else {}
    return People(profiles, {person: zones[theirs[0]] for person, theirs in profiles.items()})


def counted(pairs: Mapping[Pair, datetime | None], who: People) -> dict[Pair, list[Counted]]:
    """What counts for each, from a moment on (None: from the first on), in the order of its moments."""
    found: dict[Pair, list[Counted]] = {pair: [] for pair in pairs}
    for person, challenge, at, amount, profile_id in _rows(_COUNTED, pairs, who, {}):
        day = at.astimezone(who.zones[person]).date()
        found[person, challenge].append(Counted(at, day, amount, profile_id))
    return found


def sums(
    pairs: Mapping[Pair, datetime | None], who: People, challenges: Mapping[str, Challenge]
) -> dict[Pair, Sums]:
    """The same of challenges that are counted plainly: how much in each window."""
    windows: dict[Pair, dict[str, int]] = {pair: {} for pair in pairs}
    last: dict[Pair, datetime] = {}
    for person, key, name, amount, last_at in _rows(_SUMS, pairs, who, challenges):
        pair = person, key
        label = name or window_of(challenges[key], last_at.date())
        windows[pair][label] = windows[pair].get(label, 0) + amount
        last[pair] = max(last_at, last.get(pair, last_at))
    return {pair: Sums(found, last.get(pair)) for pair, found in windows.items()}


def standing(pairs: Mapping[Pair, datetime | None], who: People) -> dict[Pair, dict[str, int]]:
    """How often each was reached and seen to so far, by window."""
    found: dict[Pair, dict[str, int]] = {pair: {} for pair in pairs}
    for person, key, name, times in _rows(_STANDING, pairs, who, {}):
        of_pair = found[person, key]
        of_pair[name] = of_pair.get(name, 0) + times
    return found


def _rows(
    statement: str,
    pairs: Mapping[Pair, datetime | None],
    who: People,
    challenges: Mapping[str, Challenge],
) -> list[tuple[Any, ...]]:
    """The rows of a statement about these pairs; all pairs of a challenge are read from one moment on."""
    since: dict[str, datetime] = {}
    for (_person, key), begins in pairs.items():
        moment = begins or _BEFORE_ALL
        since[key] = min(moment, since.get(key, moment))
    places = {key: place for place, key in enumerate(since)}
    rows = [
        (person, profile, places[key]) for person, key in pairs for profile in who.profiles.get(person, ())
    ]
    if not rows:
        return []
    persons, profiles, of = map(list, zip(*rows, strict=True))
    campaigns = {key: one for key, one in challenges.items() if one.window == CAMPAIGN}
    values = {
        "pair_persons": persons,
        "pair_profiles": profiles,
        "pair_places": of,
        "places": list(places.values()),
        "keys": list(places),
        "since": list(since.values()),
        "formats": [_FORMATS.get(challenges[key].window, "") if challenges else "" for key in places],
        "firsts": [campaigns[key].first if key in campaigns else None for key in places],
        "lasts": [campaigns[key].last if key in campaigns else None for key in places],
    }
    if challenges:
        values |= {"persons": list(who.zones), "zones": [zone.key for zone in who.zones.values()]}
    return sql.rows(statement, values)
