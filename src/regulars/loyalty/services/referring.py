"""Codes customers give their friends, and friends who come with one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.customers import queries as customers
from regulars.customers.services.holding import hold_persons
from regulars.events import services as events
from regulars.events.types import EventType, NewEvent
from regulars.kit import sql
from regulars.loyalty.errors import CannotDecide, MayNotRefer, NoReferral, NoSuchCode
from regulars.loyalty.models import FriendReferral, ReferralCode
from regulars.loyalty.queries import referring as queries
from regulars.loyalty.queries.referring_orders import referrals_of_friends
from regulars.loyalty.queries.referring_signs import signs_of
from regulars.loyalty.queries.referring_terms import (
    Terms,
    may_refer,
    may_refer_of,
    terms_at,
    terms_of,
    terms_then,
)
from regulars.loyalty.rules import referring as rules
from regulars.loyalty.services.withdrawing import withdraw
from regulars.loyalty.types import SOURCE
from regulars.loyalty.types.events import FRIEND_CAME, FRIEND_REFUSED
from regulars.loyalty.types.referring import ReferralRow, ReferralSource, ReferralState, Refused, ToldReferral
from regulars.segments.queries import Asked

REFERRALS_MAX = 1_000
"""Most in one transaction."""

_MAKE = """
INSERT INTO loyalty_friendreferral
    (referrer_id, friend_id, version_id, at, told_at, source, device, network, told_by, state, look_at)
SELECT t.referrer, t.friend, t.version, t.at, %s, t.source, t.device, t.network, t.told_by, 'waiting', %s
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::timestamptz[], %s::text[], %s::text[], %s::text[],
            %s::bigint[]) AS t (referrer, friend, version, at, source, device, network, told_by)
ORDER BY t.at, t.referrer, t.friend
ON CONFLICT (referrer_id, friend_id) DO NOTHING
RETURNING id
"""
_REFUSE = """
UPDATE loyalty_friendreferral AS r
SET state = 'refused', reason = t.reason, look_at = NULL, due_at = NULL, rewarded_at = NULL
FROM unnest(%s::bigint[], %s::text[]) AS t (id, reason) WHERE r.id = t.id
"""
# The next in line of who came by several codes, once the one before brings nothing.
_NEXT = """
UPDATE loyalty_friendreferral SET state = 'waiting', reason = '', look_at = %s
WHERE id IN (
    SELECT r.id FROM loyalty_friendreferral AS r JOIN customers_profile AS p ON p.id = r.friend_id
    WHERE p.person_id = ANY(%s) AND r.state = 'refused' AND r.reason = 'twice' AND NOT EXISTS (
        SELECT FROM loyalty_friendreferral AS o JOIN customers_profile AS q ON q.id = o.friend_id
        WHERE q.person_id = p.person_id AND o.state <> 'refused'
    )
    ORDER BY r.id FOR NO KEY UPDATE OF r
)
"""


@transaction.atomic
def referral_code(*, profile_id: int, now: datetime) -> str:
    """The code of the person whose profile this is, as people read it; made when it is asked for first.

    Raises NoReferral where friends bring nothing now, MayNotRefer where this person may not bring any.
    """
    terms = terms_at(now)
    if terms is None:
        raise NoReferral
    person_id = customers.persons_of([profile_id])[profile_id]
    if not may_refer([Asked(profile_id, person_id, now)], terms.referral):
        raise MayNotRefer
    hold_persons([person_id])
    known = queries.code_of_person(customers.persons_of([profile_id])[profile_id])
    if known is None:
        # Of 2^50 codes one comes twice in a shop of a million customers with a chance of 1 in 2,000: then
        # the constraint says no, and the next call makes another.
        known = rules.new_code()
        ReferralCode.objects.create(profile_id=profile_id, code=known, made_at=now)
    return rules.written(known)


def refer(*, told: ToldReferral, now: datetime) -> ReferralRow:
    """Somebody came with a code; the same again is the same. What brings nothing is refused with its reason.

    Raises NoSuchCode, and NoReferral where friends brought nothing at that moment.
    """
    if terms_at(told.at) is None:
        raise NoReferral
    found = refer_all(told=[told], now=now)
    if not found:
        raise NoSuchCode
    return found[0]


@transaction.atomic
def refer_all(*, told: Sequence[ToldReferral], now: datetime) -> list[ReferralRow]:
    """The same of many, without those whose code is nobody's or came when friends brought nothing.

    Who looks at a link of their own on the site is not told of.
    """
    if len(told) > REFERRALS_MAX:
        raise ValueError(f"{len(told)} referrals at once; the most is {REFERRALS_MAX}")
    owners = queries.owners_of_codes({rules.code_of(one.code) for one in told} - {""})
    coming = [(owners[code], one) for one in told if (code := rules.code_of(one.code)) in owners]
    promised = terms_then(one.at for _, one in coming) if coming else {}
    meant = [(owner, one, promised[one.at]) for owner, one in coming if one.at in promised]
    return bring(meant=meant, now=now) if meant else []


def bring(*, meant: Sequence[tuple[int, ToldReferral, Terms]], now: datetime) -> list[ReferralRow]:
    """Store that these were brought, each by the profile before it, and judge what was not known yet; gives
    all of them as they stand. In the transaction of who asks."""
    profiles = {id_ for owner, one, _ in meant for id_ in (owner, one.profile_id)}
    hold_persons(customers.persons_of(profiles).values())
    persons = customers.persons_of(profiles)
    pairs = {(persons[owner], persons[one.profile_id]) for owner, one, _ in meant}
    known = {(r.referrer_person_id, r.friend_person_id) for r in queries.referrals_of_pairs(pairs)}
    new: dict[tuple[int, int], tuple[int, ToldReferral, Terms]] = {}
    for owner, one, terms in sorted(meant, key=lambda each: each[1].at):
        pair = (persons[owner], persons[one.profile_id])
        if pair not in known and not (one.source is ReferralSource.SITE and pair[0] == pair[1]):
            new.setdefault(pair, (owner, one, terms))
    _judge(queries.referrals(_insert(list(new.values()), now)), now)
    return queries.referrals_of_pairs(pairs)


@transaction.atomic
def decide_referral(*, number: int, allow: bool, user_id: int, now: datetime) -> ReferralRow:
    """A colleague says yes to what was refused, or no to what waits or was rewarded.

    A yes lets it wait again, with nothing but the friend's order to wait for. A no takes back what is not
    used. Raises CannotDecide.
    """
    row = queries.referral(number)
    if row is None:
        raise CannotDecide(_("There is no such referral any more."))
    hold_persons({row.referrer_person_id, row.friend_person_id})
    FriendReferral.objects.select_for_update(no_key=True).get(pk=number)
    row = queries.referrals([number])[0]
    if row.state is not ReferralState.REFUSED and not allow:
        refuse({row: "decided"}, now=now)
    elif row.state is ReferralState.REFUSED and allow:
        _check_may_be_allowed(row)
    else:
        raise CannotDecide(_("It is so already: look at the page again."))
    changed = {"state": ReferralState.WAITING, "reason": "", "look_at": now, "allowed": True} if allow else {}
    FriendReferral.objects.filter(pk=number).update(decided_by=user_id, decided_at=now, **changed)
    return queries.referrals([number])[0]


def refuse(reasons: dict[ReferralRow, Refused], *, now: datetime) -> None:
    """Refuse these, under the locks of their persons: what they gave and is not used is taken back, and who
    else brought the same friend is looked at again."""
    if not reasons:
        return
    rewarded = [row for row in reasons if row.state is ReferralState.REWARDED]
    withdraw(keys=[key for row in rewarded for key in grant_keys(row.id)], now=now)
    passed_on = [row for row, reason in reasons.items() if reason != "twice"]
    sql.run(_REFUSE, [[row.id for row in reasons], list(reasons.values())])
    sql.run(_NEXT, [now, sorted({row.friend_person_id for row in passed_on})])
    refused = partial(_event, FRIEND_REFUSED, now=now)
    events.record([refused(row, {"reason": reason}) for row, reason in reasons.items()], now=now)


def grant_keys(number: int) -> tuple[str, str]:
    """Of what the referrer and the friend are given."""
    return f"referral:{number}:referrer", f"referral:{number}:friend"


def _insert(new: Sequence[tuple[int, ToldReferral, Terms]], now: datetime) -> list[int]:
    if not new:
        return []
    rows = [
        (
            owner,
            one.profile_id,
            terms.version_id,
            one.at,
            one.source.value,
            queries.device_hash(one.device),
            queries.network_hash(one.network),
            one.told_by,
        )
        for owner, one, terms in new
    ]
    return sql.column(_MAKE, [now, now, *sql.columns(rows)])


def _judge(rows: Sequence[ReferralRow], now: datetime) -> None:
    """Refuse at once what brings nothing by what is known now, and tell of the others."""
    if not rows:
        return
    may = may_refer_of(rows, terms_of({row.version_id for row in rows}))
    signs = signs_of(rows, may_refer=may)
    others = referrals_of_friends({row.friend_person_id for row in rows})
    reasons: dict[ReferralRow, Refused] = {}
    for row in rows:
        theirs = others[row.friend_person_id]
        twice = rules.comes_after_another(row.id, theirs)
        reason = rules.refusal(signs[row.id], twice=twice, over_limit=False, allowed=False)
        if reason is not None:
            reasons[row] = reason
            _note_refused(row.id, theirs)
    came = partial(_event, FRIEND_CAME, now=now)
    events.record([came(row, {}) for row in rows if row not in reasons], now=now)
    refuse(reasons, now=now)


def _note_refused(number: int, others: Sequence[rules.Other]) -> None:
    for other in others:
        if other.number == number:
            other.state = ReferralState.REFUSED


def _event(type_: EventType, row: ReferralRow, more: dict[str, str], *, now: datetime) -> NewEvent:
    return NewEvent(
        type=type_,
        source=SOURCE,
        key=f"{type_.name}:{row.id}" + (f":{now:%Y%m%dT%H%M%S%f}" if type_ is FRIEND_REFUSED else ""),
        occurred_at=now if type_ is FRIEND_REFUSED else row.at,
        profile_id=row.referrer_profile_id,
        properties={"referral_id": row.id, "source": row.source.value, **more},
    )


def _check_may_be_allowed(row: ReferralRow) -> None:
    if row.referrer_person_id == row.friend_person_id:
        raise CannotDecide(_("They are one and the same customer: nobody brings themselves."))
    if row.reason == "twice":
        raise CannotDecide(_("Somebody else brought this friend before, and one friend is brought once."))
