"""Keeping how far everybody is with each challenge, for pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice

from regulars.customers.registry import Moved
from regulars.kit import sql
from regulars.loyalty.queries import challenges_counted as stored
from regulars.loyalty.queries.challenges_counted import Pair, People
from regulars.loyalty.queries.challenges_editions import Editions, editions
from regulars.loyalty.rules import challenges as rules
from regulars.loyalty.rules.challenges import Sums, Tally
from regulars.loyalty.rules.lifetime import after

PERSONS_AT_ONCE = 500

_PUT = """
INSERT INTO loyalty_challengeprogress AS p
    (person_id, challenge, "window", done, reached, is_over, until, last_at)
SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::int[], %s::int[], %s::boolean[],
                     %s::timestamptz[], %s::timestamptz[]) AS t (person_id, challenge, name)
ORDER BY 1, 2
ON CONFLICT (challenge, person_id) DO UPDATE
SET "window" = excluded.window, done = excluded.done, reached = excluded.reached,
    is_over = excluded.is_over, until = excluded.until, last_at = excluded.last_at
"""
_FORGET = """
DELETE FROM loyalty_challengeprogress AS p
USING unnest(%s::bigint[], %s::text[]) AS t (person_id, challenge)
WHERE p.person_id = t.person_id AND p.challenge = t.challenge
"""
_FORGET_PERSONS = "DELETE FROM loyalty_challengeprogress WHERE person_id = ANY(%s)"
_THEIRS = """
SELECT DISTINCT p.person_id, s.challenge FROM customers_profile AS p
JOIN loyalty_stamp AS s ON s.profile_id = p.id
WHERE p.person_id = ANY(%s) AND s.challenge <> '' AND s.amount > 0
"""


def keep_progress(
    tallies: Mapping[Pair, Tally | Sums], known: Editions, who: People, *, now: datetime
) -> None:
    """Write down how far these persons are now. They are held."""
    version = known.at(now)
    put, forget = [], []
    for (person, key), tally in tallies.items():
        challenge = version.challenges.get(key) if version else None
        if challenge is None or tally.last_at is None:
            forget.append((person, key))
            continue
        zone = who.zones[person]
        here = tally.standing(challenge, now.astimezone(zone).date())
        if not here.done and not here.reached:
            forget.append((person, key))
            continue
        until = after(here.until - rules.A_DAY, zone) if here.until else None
        put.append((person, key, here.window, here.done, here.reached, here.is_over, until, tally.last_at))
    _run(_PUT, put)
    _run(_FORGET, forget)


def progress_of_moved(moved: Sequence[Moved], now: datetime) -> None:
    """The merge step: what was one person's is reckoned anew for whom the profiles are of now.

    What is given or taken back by that follows when the log's reader comes to it.
    """
    persons = iter(sorted({person for one in moved for person in (one.old, one.new)}))
    known = editions() if moved else None
    if known is None or not known.of_challenges:
        return
    while portion := list(islice(persons, PERSONS_AT_ONCE)):
        sql.run(_FORGET_PERSONS, [portion])
        pairs: dict[Pair, datetime | None] = dict.fromkeys(sql.rows(_THEIRS, [portion]))
        who = stored.people({person for person, _key in pairs})
        tallies = {
            pair: rules.tally(known.of_challenges.get(pair[1], ()), counted)
            for pair, counted in stored.counted(pairs, who).items()
            if pair[0] in who.profiles
        }
        keep_progress(tallies, known, who, now=now)


def _run(statement: str, rows: Sequence[tuple[object, ...]]) -> None:
    if rows:
        sql.run(statement, sql.columns(rows))
