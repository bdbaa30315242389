"""Taking a reward for points, and giving it back: points, stock and what is handed out in one transaction."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.customers import queries as customers
from regulars.events import services as events
from regulars.events.types import EventType, NewEvent
from regulars.kit import sql
from regulars.loyalty import locks
from regulars.loyalty.errors import CannotCancel, CannotRedeem, CouponOver, KeyReused, NoSuchMember
from regulars.loyalty.models import RewardOrder
from regulars.loyalty.queries.balances import balances
from regulars.loyalty.queries.grants import grants_by_key
from regulars.loyalty.queries.lots import zones_of
from regulars.loyalty.queries.programme import current, version_at
from regulars.loyalty.queries.rewards import pieces_had, reward, reward_order, reward_order_by_key
from regulars.loyalty.queries.tiers import tiers_of
from regulars.loyalty.rules.catalogue import Having, benefit_of, why_not
from regulars.loyalty.rules.grants import reward_key
from regulars.loyalty.services.giving_back import PAID_DEBT_DAYS, give_back
from regulars.loyalty.services.granting import grant
from regulars.loyalty.services.holding import capture, hold
from regulars.loyalty.services.withdrawing import withdraw
from regulars.loyalty.types import SOURCE, GiveBack, Mechanic, NewGrant, NewHold
from regulars.loyalty.types.events import REWARD_CANCELLED, REWARD_ORDERED
from regulars.loyalty.types.rewards import (
    PIECES_MAX,
    OrderState,
    Redeeming,
    RewardKind,
    RewardOrderRow,
    RewardRow,
    WhyNot,
)
from regulars.loyalty.wording.rewards import why_words

_HELD_FOR = timedelta(minutes=1)
"""The points are spent in the same transaction."""

# The row of the reward comes after the wallets, so that others wait for it only as long as it takes.
_TAKE = """
UPDATE loyalty_reward SET "left" = "left" - %(pieces)s, taken = taken + %(pieces)s,
       given_minor = given_minor + %(points)s
WHERE id = %(reward)s AND changes = %(changes)s AND ("left" IS NULL OR "left" >= %(pieces)s)
"""
_PUT_BACK = """
UPDATE loyalty_reward SET "left" = "left" + %(pieces)s, taken = taken - %(pieces)s,
       given_minor = given_minor - %(points)s
WHERE id = %(reward)s
"""
_CANCEL = """
UPDATE loyalty_rewardorder SET state = 'cancelled', cancelled_at = %s, cancelled_by = %s
WHERE id = %s AND state = 'taken' RETURNING hold_id
"""


@transaction.atomic
def redeem(*, new: Redeeming, now: datetime) -> RewardOrderRow:
    """Take a reward for a customer: its points are spent, and what is to be handed out or done is noted, or
    the coupon is issued (`queries.reward_codes` says its code).

    The same key again gives the same order, and with it the same code. Records `reward_ordered` (and
    `points_spent`, `coupon_issued`).

    Raises NoSuchMember, CannotRedeem (`code`: why not), NotEnough (with what can be spent), and KeyReused
    where the key came before with something else.
    """
    _check(new)
    # Whoever takes something for the same person waits here; so limits are counted by one at a time.
    theirs = locks.lock_persons_wallets(profile_ids=[new.profile_id], make=True)
    if new.profile_id not in theirs:
        raise NoSuchMember
    if (before := reward_order_by_key(new.key)) is not None:
        return _again(before, new, theirs)
    wanted = _wanted(new, now)
    points = wanted.price_minor * new.pieces
    paid = hold(new=_hold(new, points), now=now)
    capture(hold_id=paid.id, now=now, at=new.at)
    _take(wanted, new.pieces)
    order = RewardOrder.objects.create(
        key=new.key,
        reward_id=wanted.id,
        profile_id=new.profile_id,
        pieces=new.pieces,
        points_minor=points,
        hold_id=paid.id,
        grant_id=_give(wanted, new, now),
        state=OrderState.TAKEN.value,
        branch_id=new.branch_id,
        at=new.at,
        asked_by=new.user_id,
    )
    return _told(order.pk, REWARD_ORDERED, new.at, now)


@transaction.atomic
def cancel_reward(*, order_id: int, now: datetime, user_id: int | None = None) -> RewardOrderRow:
    """Give a reward back: its points return to where they came from, its pieces into the catalogue.

    Points that would have expired meanwhile are given anew. Cancelled again it stays as it is. `user_id`: the
    colleague who does it; None: the customer wishes it. Records `reward_cancelled`.

    Raises CannotRedeem where there is no such order; CannotCancel where it was handed out or done, or the
    coupon is used or set aside for a sale that is under way; CouponOver where its last day is over and no
    colleague does it: else each coupon that was not used would give its points back.
    """
    found = reward_order(order_id)
    if found is None:
        raise CannotRedeem(_("There is no such order. Look at the list again."), code="no_such_order")
    if user_id is None and found.is_coupon_over(now):
        raise CouponOver
    locks.lock_persons_wallets(profile_ids=[found.profile_id], make=True)
    row = sql.row(_CANCEL, [now, user_id, order_id])
    if row is None:
        return _found(order_id)
    sql.run(_PUT_BACK, {"reward": found.reward_id, "pieces": found.pieces, "points": found.points_minor})
    if found.grant_id is not None and not withdraw(keys=[reward_key(found.key)], now=now):
        raise CannotCancel(_why_kept(found))
    version = current(now)
    days = version.programme.given_back_days if version else 0
    give_back(
        wanted=[GiveBack(hold_id=row[0], given_back_minor=found.points_minor, at=now)],
        given_back_days=max(days, PAID_DEBT_DAYS),
        when_spent="owe",
        now=now,
    )
    return _told(order_id, REWARD_CANCELLED, now, now)


def _check(new: Redeeming) -> None:
    if not new.key or not 1 <= new.pieces <= PIECES_MAX:
        raise CannotRedeem(
            _("Say how many, from 1 to %(most)s, and give the request a key.") % {"most": PIECES_MAX},
            code="bad_request",
        )


def _again(before: RewardOrderRow, new: Redeeming, theirs: Collection[int]) -> RewardOrderRow:
    same = (before.reward_id, before.pieces) == (new.reward_id, new.pieces) and before.profile_id in theirs
    if not same:
        raise KeyReused(_("This key was used before with something else; make up a new one."))
    return before


def _wanted(new: Redeeming, now: datetime) -> RewardRow:
    """The reward, if the customer can have it. Raises CannotRedeem."""
    version = version_at(new.at)
    if version is None or not version.programme.running:
        raise CannotRedeem(_("The programme is not running: points cannot be spent."), code="no_programme")
    found = reward(new.reward_id)
    if found is None:
        raise CannotRedeem(_("There is no such reward. Look at the catalogue again."), code="no_such_reward")
    if found.kind is RewardKind.COUPON and new.pieces > 1:
        raise CannotRedeem(_("Take coupons one at a time: each has a code of its own."), code="one_at_a_time")
    person_id = customers.persons_of([new.profile_id])[new.profile_id]
    having = Having(
        tier=tiers_of(person_ids=[person_id], at=new.at)[person_id].tier if found.tiers else "",
        spendable_minor=balances(person_ids=[person_id], at=new.at)[person_id].spendable_minor,
        had=pieces_had(person_id).get(found.id, 0),
    )
    # Whether there are points enough is said by the hold, which says too how many there are.
    why = why_not(found, having, pieces=new.pieces, at=new.at)
    if why is not None and why is not WhyNot.POINTS:
        raise CannotRedeem(why_words(why, found), code=why.value)
    return found


def _take(found: RewardRow, pieces: int) -> None:
    """Count it as taken. Raises CannotRedeem where others were faster, or somebody changed the reward."""
    told = {"reward": found.id, "changes": found.changes, "pieces": pieces}
    if sql.run(_TAKE, told | {"points": found.price_minor * pieces}) == 1:
        return
    now = reward(found.id)
    if now is not None and now.changes == found.changes:
        raise CannotRedeem(why_words(WhyNot.SOLD_OUT, now), code=WhyNot.SOLD_OUT.value)
    raise CannotRedeem(_("This reward was changed just now. Look at it again."), code="changed")


def _hold(new: Redeeming, points_minor: int) -> NewHold:
    return NewHold(
        key=f"reward:{new.key}",
        profile_id=new.profile_id,
        points_minor=points_minor,
        at=new.at,
        lasts_until=new.at + _HELD_FOR,
        branch_id=new.branch_id,
    )


def _give(wanted: RewardRow, new: Redeeming, now: datetime) -> int | None:
    """The number of what is given for it; None for a cause."""
    zone = zones_of(profile_ids=[new.profile_id])[new.profile_id]
    benefit = benefit_of(
        wanted,
        pieces=new.pieces,
        today=new.at.astimezone(zone).date(),
        due_on=_due_on(wanted, new.profile_id),
    )
    if benefit is None:
        return None
    key = reward_key(new.key)
    given = NewGrant(
        key=key,
        profile_id=new.profile_id,
        mechanic=Mechanic.REWARD,
        part=str(wanted.id),
        name=wanted.name,
        benefit=benefit,
        at=new.at,
    )
    grant(grants=[given], now=now)
    return grants_by_key([key])[key].id


def _due_on(wanted: RewardRow, profile_id: int) -> date | None:
    """The day noted of the customer, such as that on which their contract is renewed."""
    if not wanted.due_attribute:
        return None
    known = customers.attributes_of_person(customers.persons_of([profile_id])[profile_id])
    value = next((one.value for one in known if one.key == wanted.due_attribute), None)
    return date.fromisoformat(value) if isinstance(value, str) else None


def _why_kept(order: RewardOrderRow) -> str:
    if order.kind is RewardKind.COUPON:
        return _("The coupon was used, or a till has it in a cart just now; its points stay spent.")
    return _("This was handed out or done already; its points stay spent.")


def _told(order_id: int, type_: EventType, at: datetime, now: datetime) -> RewardOrderRow:
    order = _found(order_id)
    event = NewEvent(
        type=type_,
        source=SOURCE,
        key=f"{type_.name}:{order.id}",
        occurred_at=at,
        profile_id=order.profile_id,
        properties={
            "order_id": order.id,
            "reward_id": order.reward_id,
            "name": order.reward_name,
            "kind": order.kind.value,
            "pieces": order.pieces,
            "points_minor": order.points_minor,
        },
    )
    events.record([event], now=now)
    return order


def _found(order_id: int) -> RewardOrderRow:
    found = reward_order(order_id)
    if found is None:
        raise LookupError(f"the order {order_id} of a reward is gone")
    return found
