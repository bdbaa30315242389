"""Friends a colleague tells of: a customer says who sent them, and has no code at hand."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.customers.services.holding import hold_persons
from regulars.loyalty.errors import CannotDecide, NoReferral
from regulars.loyalty.models import FriendReferral
from regulars.loyalty.queries import referring as queries
from regulars.loyalty.queries.grants import grants_by_key
from regulars.loyalty.queries.referring_terms import terms_at
from regulars.loyalty.services.referring import bring, grant_keys, refuse
from regulars.loyalty.types.referring import ReferralRow, ReferralSource, ReferralState, ToldReferral


@transaction.atomic
def refer_by_hand(*, referrer_id: int, friend_id: int, user_id: int, now: datetime) -> ReferralRow:
    """A colleague says whose friend somebody is, by a profile of each. What speaks against it is looked for
    as with a code, and a referral that is known already stays as it is.

    Raises NoReferral where friends bring nothing now.
    """
    terms = terms_at(now)
    if terms is None:
        raise NoReferral
    told = ToldReferral(profile_id=friend_id, at=now, source=ReferralSource.STAFF, told_by=user_id)
    return bring(meant=[(referrer_id, told, terms)], now=now)[0]


@transaction.atomic
def undo_by_hand(*, number: int, now: datetime) -> ReferralRow:
    """It was a slip: the friend stands as if nobody had told of them, and what others told of them counts
    again. Gives the row that is gone now; records `friend_refused` where it had counted.

    Raises CannotDecide where it was told with a code, and where something was given for it.
    """
    row = queries.referral(number)
    if row is None:
        raise CannotDecide(_("There is no such referral any more."))
    hold_persons({row.referrer_person_id, row.friend_person_id})
    locked = FriendReferral.objects.select_for_update().filter(pk=number).first()
    if locked is None:
        raise CannotDecide(_("There is no such referral any more."))
    row = queries.referrals([number])[0]
    if row.source is not ReferralSource.STAFF:
        raise CannotDecide(_("The friend came with a code, so nobody can undo it. It can be refused."))
    if row.state is ReferralState.REWARDED or grants_by_key(grant_keys(number)):
        raise CannotDecide(_("It was rewarded already, so it cannot be undone. It can be refused."))
    if row.state is not ReferralState.REFUSED:
        refuse({row: "undone"}, now=now)
    locked.delete()
    return row
