"""What an adjustment does to the books, and how it is undone. The wallets of the person are locked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from regulars.events import services as events
from regulars.events.types import NewEvent
from regulars.kit import sql
from regulars.loyalty.errors import CannotAdjust
from regulars.loyalty.models import Adjustment, Lot
from regulars.loyalty.queries.lots import zones_of
from regulars.loyalty.queries.programme import current
from regulars.loyalty.rules.lifetime import given_lifetime
from regulars.loyalty.services.by_hand import not_there
from regulars.loyalty.services.posting import Move, post
from regulars.loyalty.services.settling import settle
from regulars.loyalty.services.taking import take
from regulars.loyalty.types import SOURCE, Account, Cause, Wanted
from regulars.loyalty.types.events import POINTS_ADJUSTED

_TAKEN = """
SELECT p.wallet_id, p.lot_id, p.amount_minor, l.expires_at IS NOT NULL AND l.expires_at <= %(now)s
FROM loyalty_wallet AS w
JOIN customers_profile AS c ON c.id = w.profile_id
JOIN customers_profile AS one ON one.person_id = c.person_id AND one.id = %(profile)s
JOIN loyalty_posting AS p ON p.wallet_id = w.id
JOIN loyalty_lot AS l ON l.id = p.lot_id
WHERE p.key LIKE %(keys)s AND p.cause = %(cause)s
ORDER BY p.id
"""


def do(row: Adjustment, now: datetime) -> None:
    """Give or take; raises CannotAdjust where less is there than is to be taken."""
    if row.points_minor > 0:
        settle(wanted=[_wanted(row, row.points_minor, now)], when_spent="owe", now=now, record=False)
    else:
        taken = take(
            profile_id=row.profile_id,
            points_minor=-row.points_minor,
            key=_key(row.pk),
            cause=Cause.BY_HAND,
            account=Account.ADJUSTMENTS,
            at=now,
            now=now,
        )
        if taken < -row.points_minor:
            raise not_there(taken)
    _record(row, now)


def do_opposite(row: Adjustment, undoes: int, now: datetime) -> None:
    """Take what the other gave from its own lot, or give back what it took into the lots it came from.

    Raises CannotAdjust where that is not whole any more.
    """
    if row.points_minor < 0:
        _take_back(undoes, now)
    else:
        _give_back(row, undoes, now)
    _record(row, now)


def _take_back(undoes: int, now: datetime) -> None:
    lot = Lot.objects.filter(key=_key(undoes)).first()
    if lot is None or lot.held_minor or lot.redeemed_minor or lot.expired_minor or _is_over(lot, now):
        raise CannotAdjust(
            _(
                "Some of these points were spent since, or have expired. Look at the statement and take by "
                "hand what should go."
            ),
            code="not_whole",
        )
    one = Adjustment.objects.get(pk=undoes)
    # Where they had paid what was owed, it is owed again.
    settle(wanted=[_wanted(one, 0, now)], when_spent="owe", now=now, record=False)


def _is_over(lot: Lot, now: datetime) -> bool:
    return lot.expires_at is not None and lot.expires_at <= now


def _give_back(row: Adjustment, undoes: int, now: datetime) -> None:
    told: dict[str, Any] = {
        "now": now,
        "profile": row.profile_id,
        "keys": f"{_key(undoes)}:%",
        "cause": Cause.BY_HAND.value,
    }
    taken = sql.rows(_TAKEN, told)
    whole = sum(amount for *_ids, amount, over in taken if not over)
    if whole != row.points_minor:
        raise CannotAdjust(
            _("Some of the points that were taken would have expired since. Give points anew by hand."),
            code="not_whole",
        )
    key, moves = _key(row.pk), []
    for number, (wallet_id, lot_id, amount, _over) in enumerate(taken, start=1):
        named = f"{key}:{lot_id}:{number}"
        source, target = Account.ADJUSTMENTS, Account.AVAILABLE
        moves.append(Move(wallet_id, lot_id, named, Cause.BY_HAND, source, target, amount, now))
    post(moves, now=now)


def _wanted(row: Adjustment, points_minor: int, now: datetime) -> Wanted:
    """The lot of what is given: it can be spent at once, and lasts as what is earned now does."""
    version = current(now)
    expires_at, slides = None, None
    if version is not None:
        zone = zones_of(profile_ids=[row.profile_id])[row.profile_id]
        expires_at, slides = given_lifetime(version.programme, at=now, zone=zone)
    return Wanted(
        key=_key(row.pk),
        profile_id=row.profile_id,
        points_minor=points_minor,
        at=now,
        earned_at=now,
        usable_at=now,
        expires_at=expires_at,
        sliding_days=slides,
        version_id=version.id if version is not None else None,
        account=Account.ADJUSTMENTS,
        cause=Cause.BY_HAND,
    )


def _key(adjustment_id: int) -> str:
    """Begins the keys of all postings of an adjustment; the statement reads its number there."""
    return f"by_hand:{adjustment_id}"


def _record(row: Adjustment, now: datetime) -> None:
    event = NewEvent(
        type=POINTS_ADJUSTED,
        source=SOURCE,
        key=f"points_adjusted:{row.pk}",
        occurred_at=now,
        profile_id=row.profile_id,
        properties={"points_minor": row.points_minor, "adjustment_id": row.pk},
    )
    events.record([event], now=now)
