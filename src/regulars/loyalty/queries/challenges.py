"""How far customers are with challenges, and which badges they hold."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from regulars.kit import sql
from regulars.loyalty.queries import challenges_counted as stored
from regulars.loyalty.queries.challenges_editions import editions
from regulars.loyalty.rules import challenges as rules
from regulars.loyalty.rules.lifetime import after
from regulars.loyalty.types.challenges import Challenge
from regulars.loyalty.types.progress import BadgeHeld, Progress
from regulars.segments import queries as segments

# The name is that of the newest: what the shop calls it now.
_BADGES = """
SELECT g.part, (array_agg(g.name ORDER BY g.given_at DESC, g.id DESC))[1], min(g.given_at), count(*)
FROM loyalty_grant AS g
WHERE g.profile_id IN (SELECT id FROM customers_profile WHERE person_id = %s)
  AND g.kind = 'badge' AND g.mechanic = 'challenge' AND g.state <> 'withdrawn'
GROUP BY g.part
ORDER BY max(g.given_at) DESC, g.part
"""


def progress_of(*, person_id: int, at: datetime) -> list[Progress]:
    """How far a person is with each challenge that runs at a moment, in the order of the programme.

    Those that are for others (`who`) are left out, as are those whose campaign is over or yet to come.
    Nobody's, where the person is not known or no more than a device.
    """
    known = editions()
    version = known.at(at)
    if version is None or not version.challenges:
        return []
    who = stored.people([person_id])
    if person_id not in who.profiles:
        return []
    zone = who.zones[person_id]
    today = at.astimezone(zone).date()
    running = {
        key: one
        for key, one in _for_them(version.challenges, person_id, at).items()
        if rules.is_within(one, today)
    }
    since = {(person_id, key): rules.read_since(known.of_challenges[key], at) for key in running}
    counted = stored.counted(since, who)
    found = []
    for key, challenge in running.items():
        tally = rules.tally(
            known.of_challenges[key], (one for one in counted[person_id, key] if one.at <= at)
        )
        here = tally.standing(challenge, today)
        last_day = here.until - timedelta(days=1) if here.until else None
        found.append(
            Progress(
                key=key,
                name=challenge.name,
                shape=challenge.shape,
                done=here.done,
                times=challenge.times,
                reached=here.reached,
                is_over=here.is_over,
                until=after(last_day, zone) if last_day else None,
                last_day=last_day,
                benefit=challenge.benefit,
                challenge=challenge,
            )
        )
    return found


def badges_of(*, person_id: int) -> list[BadgeHeld]:
    """The badges a person holds, the newest first."""
    return [
        BadgeHeld(key=key, name=name, since=since, times=times)
        for key, name, since, times in sql.rows(_BADGES, [person_id])
    ]


def _for_them(challenges: Mapping[str, Challenge], person_id: int, at: datetime) -> dict[str, Challenge]:
    """Those that are for a person, as of a moment."""
    conditions = {key: one.who for key, one in challenges.items() if one.who is not None}
    if not conditions:
        return dict(challenges)
    fit = segments.fits(conditions=conditions, asked=[segments.Asked(1, person_id, at)])
    return {key: one for key, one in challenges.items() if key not in conditions or fit[key]}
