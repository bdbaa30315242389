"""What challenges bring about: who takes part, who is near the goal, what was given."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from regulars.kit import sql
from regulars.loyalty.queries.programme import current
from regulars.loyalty.types.progress import ChallengeFigures, Challenges, NearGoal

# How far people are is kept as of the programme of then; what is asked of them now is bound beside.
_TAKING_PART = """
SELECT p.challenge, count(*), count(*) FILTER (WHERE NOT p.is_over AND p.done * 2 >= k.times)
FROM unnest(%(keys)s::text[], %(times)s::int[]) AS k (key, times)
JOIN loyalty_challengeprogress AS p ON p.challenge = k.key
WHERE p.until IS NULL OR p.until > %(now)s
GROUP BY p.challenge
"""
_PEOPLE = """
SELECT count(DISTINCT p.person_id) FROM loyalty_challengeprogress AS p
WHERE p.challenge = ANY(%(keys)s) AND (p.until IS NULL OR p.until > %(now)s)
"""
_REACHED = """
SELECT r.challenge, count(DISTINCT c.person_id), count(*)
FROM loyalty_challengereached AS r JOIN customers_profile AS c ON c.id = r.profile_id
WHERE r.challenge = ANY(%(keys)s) AND r.state = 'given' AND r.at >= %(since)s AND r.at <= %(now)s
GROUP BY r.challenge
"""
_COST = """
SELECT g.part, coalesce(sum(g.points_minor), 0)::bigint, coalesce(sum(g.cost_minor), 0)::bigint,
       count(*) FILTER (WHERE g.kind = 'coupon')
FROM loyalty_grant AS g
WHERE g.mechanic = 'challenge' AND g.part = ANY(%(keys)s) AND g.state <> 'withdrawn'
  AND g.given_at >= %(since)s AND g.given_at <= %(now)s
GROUP BY g.part
"""
_CURVE = """
SELECT width_bucket(r.at, %(bounds)s::timestamptz[]), count(*)
FROM loyalty_challengereached AS r
WHERE r.challenge = ANY(%(keys)s) AND r.state = 'given' AND r.at >= %(first)s AND r.at < %(last)s
GROUP BY 1
"""
_NEAR = """
SELECT p.person_id, p.done, p.reached, p.until, p.last_at
FROM loyalty_challengeprogress AS p
WHERE p.challenge = %(key)s AND NOT p.is_over AND p.done > 0 AND p.done * 2 >= %(times)s
  AND (p.until IS NULL OR p.until > %(now)s) AND (p.done, p.person_id) < (%(done)s, %(person)s)
ORDER BY p.done DESC, p.person_id DESC
LIMIT %(limit)s
"""
_MOST = 2**62


def challenges(*, since: datetime, now: datetime) -> Challenges:
    """Those of the programme that holds now, in its order; what was given is of the time from `since` on."""
    version = current(now)
    of = version.programme.challenges if version else ()
    if not of:
        return Challenges(people=0, figures=())
    values = {"keys": [one.key for one in of], "times": [one.times for one in of], "since": since, "now": now}
    taking = {key: rest for key, *rest in sql.rows(_TAKING_PART, values)}
    reached = {key: rest for key, *rest in sql.rows(_REACHED, values)}
    cost = {key: rest for key, *rest in sql.rows(_COST, values)}
    ((people,),) = sql.rows(_PEOPLE, values)
    figures = []
    for one in of:
        taking_part, halfway = taking.get(one.key, (0, 0))
        people_reached, times = reached.get(one.key, (0, 0))
        points, money, coupons = cost.get(one.key, (0, 0, 0))
        figures.append(
            ChallengeFigures(
                challenge=one,
                taking_part=taking_part,
                halfway=halfway,
                people_reached=people_reached,
                reached=times,
                points_minor=points,
                cost_minor=money,
                coupons=coupons,
            )
        )
    return Challenges(people=people, figures=tuple(figures))


def challenges_reached(*, keys: Sequence[str], bounds: Sequence[datetime]) -> list[int]:
    """How often these challenges were reached between each of these moments and the next."""
    values = {"keys": list(keys), "bounds": list(bounds), "first": bounds[0], "last": bounds[-1]}
    found = dict(sql.rows(_CURVE, values))
    return [found.get(place, 0) for place in range(1, len(bounds))]


def near_goal(
    *, key: str, times: int, now: datetime, limit: int, after: tuple[int, int] | None = None
) -> list[NearGoal]:
    """Who has done half of it or more and not all, those first who lack least.

    `after`: (done, person) of the last of the page before.
    """
    done, person = after or (_MOST, _MOST)
    values = {"key": key, "times": times, "now": now, "limit": limit, "done": done, "person": person}
    return [
        NearGoal(person_id=person_id, done=done, reached=reached, until=until, last_at=last_at)
        for person_id, done, reached, until, last_at in sql.rows(_NEAR, values)
    ]
