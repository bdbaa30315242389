"""What was promised for bringing a friend, and who may bring one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from regulars.kit import sql
from regulars.loyalty.queries.programme import holding, version_at, versions
from regulars.loyalty.types.programme import Version
from regulars.loyalty.types.referring import Referral, ReferralRow
from regulars.segments.queries import Asked, fits

_BUYERS = """
SELECT k.number FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[]) AS k (number, person_id, at)
WHERE EXISTS (
    SELECT FROM facts_profiles AS p JOIN facts_orders AS o ON o.profile_id = p.profile_id
    WHERE p.person_id = k.person_id AND o.ordered_at <= k.at AND o.status <> 'cancelled'
)
"""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a version promised; `currency` is that of orders that count."""

    version_id: int
    currency: str
    referral: Referral


def terms_at(moment: datetime) -> Terms | None:
    """What holds for friends who come at that moment; None: nothing."""
    version = version_at(moment)
    return None if version is None or not version.programme.running else _terms(version)


def terms_then(moments: Iterable[datetime]) -> dict[datetime, Terms]:
    """The same at each of these moments at which something held, in one statement."""
    known = versions()
    found: dict[datetime, Terms] = {}
    for moment in set(moments):
        version = holding(known, moment)
        if version is not None and version.programme.running and (terms := _terms(version)) is not None:
            found[moment] = terms
    return found


def terms_of(version_ids: Collection[int]) -> dict[int, Terms]:
    """What these versions promised."""
    wanted = set(version_ids)
    found = [_terms(version) for version in versions() if version.id in wanted]
    return {terms.version_id: terms for terms in found if terms is not None}


def may_refer(asked: Sequence[Asked], referral: Referral) -> frozenset[int]:
    """The numbers of those who may bring friends, each as of a moment: who fits, else who has bought."""
    if not asked:
        return frozenset()
    if referral.who is not None:
        return fits(conditions={"who": referral.who}, asked=asked)["who"]
    columns: list[list[Any]] = [
        [one.number for one in asked],
        [one.person_id for one in asked],
        [one.at for one in asked],
    ]
    return frozenset(sql.column(_BUYERS, columns))


def may_refer_of(rows: Sequence[ReferralRow], terms: dict[int, Terms]) -> set[int]:
    """The numbers of the referrals whose referrers might bring friends when these came."""
    found: set[int] = set()
    for version_id in {row.version_id for row in rows} & terms.keys():
        asked = [
            Asked(row.id, row.referrer_person_id, row.at) for row in rows if row.version_id == version_id
        ]
        found |= may_refer(asked, terms[version_id].referral)
    return found


def _terms(version: Version) -> Terms | None:
    programme = version.programme
    if programme.referral is None:
        return None
    return Terms(version.id, programme.currency, programme.referral)
