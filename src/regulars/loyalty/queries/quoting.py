"""What a cart would earn and may be paid with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from regulars.loyalty.queries.members import member_of_profile
from regulars.loyalty.queries.programme import version_at
from regulars.loyalty.rules import quoting
from regulars.loyalty.types.till import Member, Quote


def quote(
    *, lines: Sequence[int], currency: str, profile_id: int | None, points_wanted: int | None, at: datetime
) -> Quote:
    """The quote of a cart; `lines`: what each costs, in minor units. Raises NoSuchMember."""
    member = None if profile_id is None else member_of_profile(profile_id, at=at)
    return quote_for(lines=lines, currency=currency, member=member, points_wanted=points_wanted, at=at)


def quote_for(
    *, lines: Sequence[int], currency: str, member: Member | None, points_wanted: int | None, at: datetime
) -> Quote:
    """The same for somebody who was read already."""
    return quoting.quote(
        lines=lines, currency=currency, version=version_at(at), member=member, points_wanted=points_wanted
    )
