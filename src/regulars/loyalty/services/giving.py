"""What benefits are made of: points in the books, coupons of offers, tasks for staff. Gifts and badges are
their row alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from regulars.kit import sql
from regulars.loyalty.queries.lots import zones_of
from regulars.loyalty.queries.programme import holding, versions
from regulars.loyalty.rules.grants import coupon_key, coupon_terms, lot_key
from regulars.loyalty.rules.lifetime import given_lifetime
from regulars.loyalty.services.settling import settle
from regulars.loyalty.types import Version, Wanted
from regulars.loyalty.types.benefits import CouponGiven, PointsGiven, TaskGiven
from regulars.loyalty.types.grants import NewGrant
from regulars.offers import services as offers
from regulars.offers.types import Issue
from regulars.team import queries as team
from regulars.work import services as work
from regulars.work.types import NewTask

_TASKS = """
UPDATE loyalty_grant AS g SET task_id = t.task_id
FROM unnest(%s::bigint[], %s::bigint[]) AS t(id, task_id) WHERE g.id = t.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Giving:
    """A grant that is being given: its row, and what was asked for."""

    id: int
    profile_id: int
    round: int
    until: datetime | None
    new: NewGrant


def give_points(given: Sequence[Giving], *, now: datetime) -> None:
    """Make a lot of each that is points, usable at once."""
    found = [(one, benefit) for one in given if isinstance(benefit := one.new.benefit, PointsGiven)]
    if not found:
        return
    known = versions()
    zones = zones_of(profile_ids={one.profile_id for one, _ in found})
    wanted = []
    for one, benefit in found:
        version = _version(known, one.new)
        expires_at, slides = one.until, None
        if benefit.days is None and version is not None:
            zone = zones[one.profile_id]
            expires_at, slides = given_lifetime(version.programme, at=one.new.at, zone=zone)
        wanted.append(
            Wanted(
                key=lot_key(one.new.key),
                profile_id=one.profile_id,
                points_minor=benefit.points_minor,
                at=one.new.at,
                earned_at=one.new.at,
                usable_at=one.new.at,
                expires_at=expires_at,
                sliding_days=slides,
                rule=f"{one.new.mechanic.value}:{one.new.part}",
                version_id=version.id if version is not None else None,
            )
        )
    caused = {lot_key(one.new.key): one.new.caused for one, _ in found if one.new.caused}
    settle(wanted=wanted, when_spent="write_off", now=now, caused=caused)


def give_coupons(given: Sequence[Giving], *, now: datetime) -> dict[str, str]:
    """Issue a code for each that is a coupon; by key of the grant, what it is. Those issued before keep
    theirs."""
    found = [(one, benefit) for one in given if isinstance(benefit := one.new.benefit, CouponGiven)]
    if not found:
        return {}
    currency = team.shop().currency
    parts: defaultdict[str, list[Giving]] = defaultdict(list)
    terms = {}
    for one, benefit in found:
        of_part = coupon_terms(benefit, name=one.new.name, currency=currency)
        document = of_part.model_dump_json().encode()
        key = f"{one.new.mechanic.value}:{one.new.part}:{blake2b(document, digest_size=8).hexdigest()}"
        terms[key] = of_part
        parts[key].append(one)
    codes: dict[str, str] = {}
    numbers = {
        offers.offer_for(key=f"loyalty:{key}", terms=terms[key], now=now): key for key in sorted(parts)
    }
    for offer_id, key in sorted(numbers.items()):  # the order in which all lock offers
        named = {coupon_key(one.new.key, one.round): one for one in parts[key]}
        wanted = [Issue(key=name, profile_id=one.profile_id, until=one.until) for name, one in named.items()]
        issued = offers.issue(offer_id=offer_id, wanted=wanted, now=now)
        codes |= {named[name].new.key: code for name, code in issued.items()}
    return codes


def give_tasks(given: Sequence[Giving], *, now: datetime) -> None:
    """Note what is to be done for each that is a task of ours."""
    found = [(one, benefit) for one in given if isinstance(benefit := one.new.benefit, TaskGiven)]
    if not found:
        return
    tasks = [
        NewTask(
            title=benefit.name,
            due_at=one.new.at + timedelta(days=benefit.due_days),
            profile_id=one.profile_id,
        )
        for one, benefit in found
    ]
    ids = work.create_tasks(new=tasks, created_by=None, now=now)
    sql.run(_TASKS, [[one.id for one, _ in found], ids])


def _version(known: Sequence[Version], new: NewGrant) -> Version | None:
    """The version it is by: the one told, else that of the moment."""
    told = next((version for version in known if version.id == new.version_id), None)
    return told or holding(known, new.at)
