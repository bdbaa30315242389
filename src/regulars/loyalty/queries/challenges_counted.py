"""What counts for challenges of some persons, over all profiles they have now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import connection

from regulars.loyalty.queries.lots import zones_of
from regulars.loyalty.rules.challenges import Counted

Pair = tuple[int, str]
"""A person and the key of a challenge."""

_PEOPLE = """
SELECT theirs.id, theirs.person_id FROM customers_profile AS theirs
WHERE theirs.person_id = ANY(%s) AND EXISTS (
    SELECT FROM facts_customers AS c WHERE c.person_id = theirs.person_id
)
ORDER BY theirs.id
"""
_COUNTED = """
SELECT k.person_id, k.challenge, s.at, s.amount, s.profile_id
FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::timestamptz[])
    AS k (person_id, profile_id, challenge, since)
JOIN loyalty_stamp AS s ON s.profile_id = k.profile_id AND s.challenge = k.challenge AND s.at >= k.since
WHERE s.amount > 0
ORDER BY s.at, s.ref
"""
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
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, [sorted(set(person_ids))])
        for profile_id, person_id in cursor.fetchall():
            profiles[person_id].append(profile_id)
    zones = zones_of(profile_ids=[theirs[0] for theirs in profiles.values()]) if profiles else {}
    return People(profiles, {person: zones[theirs[0]] for person, theirs in profiles.items()})


def counted(pairs: Mapping[Pair, datetime | None], who: People) -> dict[Pair, list[Counted]]:
    """What counts for each, from a moment on (None: from the first on), in the order of its moments."""
    found: dict[Pair, list[Counted]] = {pair: [] for pair in pairs}
    rows = [
        (person, profile, challenge, since or _BEFORE_ALL)
        for (person, challenge), since in pairs.items()
        for profile in who.profiles.get(person, ())
    ]
    if not rows:
        return found
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, [*map(list, zip(*rows, strict=True))])
        for person, challenge, at, amount, profile_id in cursor.fetchall():
            day = at.astimezone(who.zones[person]).date()
            found[person, challenge].append(Counted(at, day, amount, profile_id))
    return found
