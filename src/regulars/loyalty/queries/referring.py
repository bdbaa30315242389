"""Codes for friends and who brought whom, as rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from regulars.customers import queries as customers
from regulars.customers.types import IdentityType
from regulars.kit import sql
from regulars.kit.sealing import signing_key
from regulars.loyalty.rules import referring as rules
from regulars.loyalty.rules.qr import svg
from regulars.loyalty.types.referring import (
    Brought,
    Referral,
    ReferralLink,
    ReferralRow,
    ReferralSource,
    ReferralState,
)

_PURPOSE = "loyalty/referral"

_ROW = """
SELECT r.id, r.referrer_id, a.person_id, r.friend_id, b.person_id, r.version_id, r.at, r.source, r.state,
       r.reason, r.order_id, r.bought_at, r.due_at, r.rewarded_at, r.decided_by, r.decided_at, r.told_by
FROM loyalty_friendreferral AS r
JOIN customers_profile AS a ON a.id = r.referrer_id
JOIN customers_profile AS b ON b.id = r.friend_id
"""
_BY_ID = _ROW + "WHERE r.id = ANY(%s) ORDER BY r.at, r.id"
_OF_PAIRS = f"""{_ROW}
JOIN unnest(%s::bigint[], %s::bigint[]) AS k (referrer, friend)
    ON a.person_id = k.referrer AND b.person_id = k.friend
ORDER BY r.at, r.id
"""
# Each branch is answered by the index of its column.
_BROUGHT = f"""{_ROW}
WHERE r.referrer_id IN (SELECT id FROM customers_profile WHERE person_id = %s) ORDER BY r.at DESC, r.id DESC
LIMIT %s
"""  # noqa: S608 (a text of ours)
_CAME = f"""{_ROW}
WHERE r.friend_id IN (SELECT id FROM customers_profile WHERE person_id = %s) ORDER BY r.at, r.id
LIMIT %s
"""  # noqa: S608 (a text of ours)
_CODES = "SELECT code, profile_id FROM loyalty_referralcode WHERE code = ANY(%s)"
_CODE_OF = """
SELECT c.code FROM loyalty_referralcode AS c JOIN customers_profile AS p ON p.id = c.profile_id
WHERE p.person_id = %s ORDER BY c.id LIMIT 1
"""
_CARD = """
WITH mine AS MATERIALIZED (SELECT id FROM customers_profile WHERE person_id = %(person)s)
SELECT
    (SELECT c.code FROM loyalty_referralcode AS c JOIN mine ON mine.id = c.profile_id ORDER BY c.id LIMIT 1),
    count(r.id) FILTER (WHERE r.state = 'waiting'),
    count(r.id) FILTER (WHERE r.state = 'rewarded'),
    count(r.id) FILTER (WHERE r.state = 'refused'),
    (SELECT who.person_id FROM loyalty_friendreferral AS f JOIN mine ON mine.id = f.friend_id
     JOIN customers_profile AS who ON who.id = f.referrer_id
     WHERE f.state <> 'refused' ORDER BY f.at, f.id LIMIT 1)
FROM mine LEFT JOIN loyalty_friendreferral AS r ON r.referrer_id = mine.id
"""


def referrals(numbers: Collection[int]) -> list[ReferralRow]:
    """These, in the order in which the friends came."""
    return _rows(_BY_ID, [list(numbers)])


def referral(number: int) -> ReferralRow | None:
    """The one with this number."""
    return next(iter(referrals([number])), None)


def referrals_of_pairs(pairs: Collection[tuple[int, int]]) -> list[ReferralRow]:
    """Those between these persons (who brought, who came), over all profiles they have now."""
    firsts, seconds = [first for first, _ in pairs], [second for _, second in pairs]
    return _rows(_OF_PAIRS, [firsts, seconds]) if pairs else []


def friends_of(person_id: int, *, limit: int) -> list[ReferralRow]:
    """Whom a person brought, the newest first."""
    return _rows(_BROUGHT, [person_id, limit])


def brought_of(person_id: int, *, limit: int) -> list[ReferralRow]:
    """By whom a person was brought, who was first told of first; also what was refused."""
    return _rows(_CAME, [person_id, limit])


def brought(person_id: int) -> Brought:
    """What there is to say of a person and their friends, in one statement."""
    ((code, waiting, rewarded, refused, by),) = sql.rows(_CARD, {"person": person_id})
    written = rules.written(code) if code else ""
    return Brought(code=written, waiting=waiting, rewarded=rewarded, refused=refused, brought_by=by)


def owners_of_codes(codes: Collection[str]) -> dict[str, int]:
    """Whose these codes are, by profile; in the form of `rules.referring.code_of`."""
    return dict(sql.rows(_CODES, [list(codes)]))


def people_named(text: str) -> list[int]:
    """The persons whose code for friends, or whose card, somebody typed; none for anything else."""
    code = rules.code_of(text)
    profiles = list(owners_of_codes([code]).values()) if code else []
    profiles += customers.profiles_by_identity(IdentityType.CARD, [text]).get(text, [])
    whose = customers.persons_of(profiles) if profiles else {}
    return list(dict.fromkeys(whose[id_] for id_ in profiles))


def code_of_person(person_id: int) -> str | None:
    """The code a person gives their friends; the oldest where they have several. None: none was made yet."""
    code: str | None = sql.value(_CODE_OF, [person_id])
    return code


def referral_link(code: str, referral: Referral) -> ReferralLink:
    """What somebody with this code shows their friends."""
    plain = rules.code_of(code)
    url = rules.link(referral.url, plain)
    return ReferralLink(code=rules.written(plain), url=url, svg=svg(url or plain))


def device_hash(text: str) -> str:
    """What is kept of a device; empty for nothing."""
    return rules.hashed(text.strip(), key=signing_key(purpose=f"{_PURPOSE}/device"))


def network_hash(text: str) -> str:
    """What is kept of a network's address; empty for nothing."""
    return rules.hashed(text.strip(), key=signing_key(purpose=f"{_PURPOSE}/network"))


def _rows(statement: str, values: Sequence[Any]) -> list[ReferralRow]:
    return [_to_row(*row) for row in sql.rows(statement, values)]


def _to_row(
    id_: int,
    referrer: int,
    referrer_person: int,
    friend: int,
    friend_person: int,
    version_id: int,
    at: datetime,
    source: str,
    state: str,
    reason: str,
    order_id: int | None,
    bought_at: datetime | None,
    due_at: datetime | None,
    rewarded_at: datetime | None,
    decided_by: int | None,
    decided_at: datetime | None,
    told_by: int | None,
) -> ReferralRow:
    return ReferralRow(
        id=id_,
        referrer_profile_id=referrer,
        referrer_person_id=referrer_person,
        friend_profile_id=friend,
        friend_person_id=friend_person,
        version_id=version_id,
        at=at,
        source=ReferralSource(source),
        state=ReferralState(state),
        reason=reason or None,  # type: ignore[arg-type]
        order_id=order_id,
        bought_at=bought_at,
        due_at=due_at,
        rewarded_at=rewarded_at,
        decided_by=decided_by,
        decided_at=decided_at,
        told_by=told_by,
    )
