"""What speaks against referrals, of many at once: what their two have in common, and what the friend did
before. Read under the locks of the persons."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from regulars.customers import queries as customers
from regulars.customers.rules import Blocked
from regulars.customers.types import ANONYMOUS, IdentityType, Traits
from regulars.kit import sql
from regulars.loyalty.queries.referring import device_hash
from regulars.loyalty.rules.referring import AT_ONCE, NETWORK_MAX, Signs, owner_of_email, same_place
from regulars.loyalty.types.referring import ReferralRow

DEPTH_MAX = 10
"""A circle through more people than that was not made up to get something."""

_KNOWN = """
SELECT k.number FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[]) AS k (number, person_id, until)
WHERE EXISTS (
    SELECT FROM facts_profiles AS p JOIN facts_orders AS o ON o.profile_id = p.profile_id
    WHERE p.person_id = k.person_id AND o.ordered_at < k.until AND o.status <> 'cancelled'
)
"""
# Upwards from who brought: who had brought them, and so on. What was told later than the referral that is
# looked at does not speak against it.
_CIRCLES = """
WITH RECURSIVE up (number, friend, person_id, depth) AS (
    SELECT k.number, k.friend, k.referrer, 0
    FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS k (number, friend, referrer)
    UNION
    SELECT up.number, up.friend, who.person_id, up.depth + 1
    FROM up
    JOIN customers_profile AS p ON p.person_id = up.person_id
    JOIN loyalty_friendreferral AS r ON r.friend_id = p.id AND r.state <> 'refused' AND r.id < up.number
    JOIN customers_profile AS who ON who.id = r.referrer_id
    WHERE up.depth < %s
)
SELECT DISTINCT number FROM up WHERE depth > 0 AND person_id = friend
"""
_PROFILES = "SELECT id, person_id, source, external_id FROM customers_profile WHERE person_id = ANY(%s)"
_IDENTITIES = "SELECT profile_id, type, value FROM customers_identity WHERE profile_id = ANY(%s)"
_CLAIMS = """
SELECT e.profile_id, (e.properties ->> 'anonymous_profile_id')::bigint FROM events AS e
WHERE e.profile_id = ANY(%s) AND e.name = 'anonymous_claim_refused'
"""
_TOLD = """
SELECT r.id, r.referrer_id, r.friend_id, b.person_id, r.device, r.network
FROM loyalty_friendreferral AS r JOIN customers_profile AS b ON b.id = r.friend_id
WHERE (r.referrer_id = ANY(%(profiles)s) OR r.friend_id = ANY(%(profiles)s))
  AND (r.device <> '' OR r.network <> '')
"""
_STREET = re.compile(r"address|.*(?:street|address_line).*")
_OF_ADDRESS = re.compile(r"(?:(?:postal|shipping|delivery|billing|home)_)?(?:address|street).*")


@dataclass(slots=True)
class _Person:
    """What tells somebody."""

    contacts: set[str] = field(default_factory=set)
    places: set[str] = field(default_factory=set)
    devices: set[str] = field(default_factory=set)
    """Hashes of the ids of their devices, and of those on which they came with a code themselves."""
    anonymous: set[int] = field(default_factory=set)
    """Profiles of their devices, and of others' that they claimed."""


@dataclass(frozen=True, slots=True)
class _Told:
    """By what a referral came: its device and network."""

    number: int
    friend_person_id: int
    device: str
    network: str


def signs_of(rows: Sequence[ReferralRow], *, may_refer: Collection[int] | None = None) -> dict[int, Signs]:
    """What speaks against these, by number. `may_refer`: those whose referrer may; None: all."""
    if not rows:
        return {}
    known, circles = _known(rows), _circles(rows)
    ids = {id_ for row in rows for id_ in (row.referrer_person_id, row.friend_person_id)}
    persons, told = _persons(ids)
    found: dict[int, Signs] = {}
    for row in rows:
        one, other = persons[row.referrer_person_id], persons[row.friend_person_id]
        is_self = row.referrer_person_id == row.friend_person_id
        found[row.id] = Signs(
            is_self=is_self,
            circle=row.id in circles,
            known_customer=row.id in known,
            same_address=bool(one.contacts & other.contacts or one.places & other.places),
            same_device=bool(one.anonymous & other.anonymous) or _same_device(row, one, told),
            may_refer=may_refer is None or row.id in may_refer,
        )
    return found


def _same_device(row: ReferralRow, referrer: _Person, told: Mapping[int, Sequence[_Told]]) -> bool:
    """Whether the friend came on a device of the referrer's, or of another friend; or on a network by which
    many friends came."""
    theirs = told.get(row.referrer_person_id, ())
    own = next((one for one in theirs if one.number == row.id), None)
    if own is None:
        return False
    others = [one for one in theirs if one.number < row.id and one.friend_person_id != row.friend_person_id]
    devices = referrer.devices | {one.device for one in others}
    crowd = {one.friend_person_id for one in others if own.network and one.network == own.network}
    return (own.device != "" and own.device in devices) or len(crowd) >= NETWORK_MAX


def _known(rows: Sequence[ReferralRow]) -> set[int]:
    columns = ([r.id for r in rows], [r.friend_person_id for r in rows], [r.at - AT_ONCE for r in rows])
    return set(sql.column(_KNOWN, columns))


def _circles(rows: Sequence[ReferralRow]) -> set[int]:
    between = [r for r in rows if r.referrer_person_id != r.friend_person_id]
    columns = (
        [r.id for r in between],
        [r.friend_person_id for r in between],
        [r.referrer_person_id for r in between],
    )
    return set(sql.column(_CIRCLES, (*columns, DEPTH_MAX)))


def _persons(person_ids: Iterable[int]) -> tuple[dict[int, _Person], dict[int, list[_Told]]]:
    wanted = sorted(set(person_ids))
    found = {id_: _Person() for id_ in wanted}
    whose: dict[int, int] = {}
    for id_, person_id, source, external_id in sql.rows(_PROFILES, [wanted]):
        whose[id_] = person_id
        if source == ANONYMOUS:
            found[person_id].anonymous.add(id_)
            found[person_id].devices.add(device_hash(external_id))
    profiles = list(whose)
    nobodys = Blocked([(one.type, one.value) for one in customers.blocked_values()])
    for profile_id, kind, value in sql.rows(_IDENTITIES, [profiles]):
        if not nobodys.has(IdentityType(kind), value):
            found[whose[profile_id]].contacts.add(_told_apart(IdentityType(kind), value))
    for profile_id, traits in customers.traits_of(profiles).items():
        found[whose[profile_id]].places |= _places(traits)
    for profile_id, device_id in sql.rows(_CLAIMS, [profiles]):
        found[whose[profile_id]].anonymous.add(device_id)
    return found, _told(found, whose)


def _told(persons: Mapping[int, _Person], whose: Mapping[int, int]) -> dict[int, list[_Told]]:
    """By what each person's friends came; and what they came on themselves is a device of theirs."""
    found: defaultdict[int, list[_Told]] = defaultdict(list)
    for number, referrer, friend, friend_person, device, network in sql.rows(
        _TOLD, {"profiles": list(whose)}
    ):
        if referrer in whose:
            found[whose[referrer]].append(_Told(number, friend_person, device, network))
        if device and friend in whose and whose[friend] != whose.get(referrer):
            persons[whose[friend]].devices.add(device)
    return found


def _told_apart(type_: IdentityType, value: str) -> str:
    """An address or a number as its owner cannot vary it; a number is the same in all messengers."""
    if type_ is IdentityType.EMAIL:
        return f"email:{owner_of_email(value)}"
    if type_ in {IdentityType.PHONE, IdentityType.WHATSAPP}:
        return f"phone:{value}"
    return f"{type_.value}:{value.casefold()}"


def _places(traits: Traits) -> set[str]:
    """The postal address among what is known of somebody, told as one."""
    found = set()
    for kind in (traits.verified, traits.unverified):
        parts = {name: str(value) for name, value in sorted(kind.items()) if _OF_ADDRESS.fullmatch(name)}
        if any(_STREET.fullmatch(name) for name in parts) and (place := same_place(parts.values())):
            found.add(place)
    return found
