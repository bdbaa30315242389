"""Seeing how referrals stand: what was bought, whether the wait is over, whether it still holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from regulars.customers.queries.region import shops_region
from regulars.customers.services.holding import hold_persons
from regulars.events import services as events
from regulars.events.types import NewEvent
from regulars.kit import sql
from regulars.loyalty.locks import lock_persons_wallets
from regulars.loyalty.queries import referring as queries
from regulars.loyalty.queries.lots import zones_of
from regulars.loyalty.queries.referring_orders import (
    Bought,
    first_orders,
    referrals_of_friends,
    rewarded_since,
)
from regulars.loyalty.queries.referring_signs import signs_of
from regulars.loyalty.queries.referring_terms import Terms, terms_of
from regulars.loyalty.rules import referring as rules
from regulars.loyalty.services.granting import grant
from regulars.loyalty.services.referring import grant_keys, refuse
from regulars.loyalty.services.withdrawing import withdraw
from regulars.loyalty.types import SOURCE
from regulars.loyalty.types.events import FRIEND_BOUGHT
from regulars.loyalty.types.grants import Mechanic, NewGrant
from regulars.loyalty.types.referring import ReferralRow, ReferralState, Refused
from regulars.team import queries as team

PORTION = 300
"""Referrals in a transaction: the persons of each two are locked so long."""
_RUSSIAN = frozenset({"RU", "BY", "KZ", "KG", "UZ", "TJ", "TM", "AM", "AZ", "MD"})
"""Countries whose customers read Russian."""
_LONGEST_PERIOD = timedelta(days=367)

_DUE = """
SELECT id FROM loyalty_friendreferral WHERE look_at IS NOT NULL AND look_at <= %s
ORDER BY look_at, id LIMIT %s
"""
_LOCK = """
SELECT id FROM loyalty_friendreferral WHERE id = ANY(%s) AND look_at IS NOT NULL AND look_at <= %s
ORDER BY id FOR NO KEY UPDATE
"""
_WRITE = """
UPDATE loyalty_friendreferral AS r
SET state = t.state, reason = '', order_id = t.order_id, bought_at = t.bought_at, due_at = t.due_at,
    look_at = t.look_at, rewarded_at = t.rewarded_at
FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[],
            %s::timestamptz[]) AS t (id, state, order_id, bought_at, due_at, look_at, rewarded_at)
WHERE r.id = t.id
"""


_ALLOWED = "SELECT id FROM loyalty_friendreferral WHERE id = ANY(%s) AND allowed"
_SEEN = "UPDATE loyalty_friendreferral SET look_at = NULL WHERE id = ANY(%s)"


@dataclass(slots=True)
class _Outcome:
    """What becomes of a portion."""

    refused: dict[ReferralRow, Refused] = field(default_factory=dict)
    as_before: list[int] = field(default_factory=list)
    """Refused already, and for the same reason still."""
    written: list[tuple[ReferralRow, ReferralState, Bought | None, datetime | None]] = field(
        default_factory=list
    )
    """With the order that counts and the end of the wait after it."""
    fell: list[ReferralRow] = field(default_factory=list)
    """What they were rewarded for stands no more."""
    rewarded: list[tuple[ReferralRow, Bought]] = field(default_factory=list)


def see_to_referrals(*, now: datetime, limit: int) -> int:
    """See how referrals stand that may have changed, and reward what is due; says how many that was."""
    done = 0
    while done < limit:
        numbers = sql.column(_DUE, [now, min(PORTION, limit - done)])
        if not numbers:
            return done
        _see_to(numbers, now)
        done += len(numbers)
    return limit


@transaction.atomic
def _see_to(numbers: Sequence[int], now: datetime) -> None:
    before = queries.referrals(numbers)
    held = hold_persons({id_ for row in before for id_ in (row.referrer_person_id, row.friend_person_id)})
    due = sql.column(_LOCK, [list(numbers), now])
    # Whom somebody merged meanwhile is not held: the next portion has them.
    rows = [row for row in queries.referrals(due) if {row.referrer_person_id, row.friend_person_id} <= held]
    if not rows:
        return
    terms = terms_of({row.version_id for row in rows})
    judge = _Judge(rows, terms, now)
    for row in rows:
        judge.look_at(row)
    outcome = judge.found
    # Of all of them first; and coupons are issued, which locks their offers, before codes are taken back.
    lock_persons_wallets(
        profile_ids={id_ for row in rows for id_ in (row.referrer_profile_id, row.friend_profile_id)}
    )
    _write(outcome, now)
    _reward(outcome.rewarded, terms, now)
    withdraw(keys=[key for row in outcome.fell for key in grant_keys(row.id)], now=now)
    refuse(outcome.refused, now=now)


class _Judge:
    """Goes through the referrals of a portion in the order in which the friends came: what becomes of one
    counts for those behind it."""

    def __init__(self, rows: Sequence[ReferralRow], terms: Mapping[int, Terms], now: datetime) -> None:
        self.now = now
        self.terms = terms
        self.found = _Outcome()
        self.signs = signs_of(rows)
        self.orders = first_orders(rows, terms)
        self.zones = zones_of(
            profile_ids={id_ for row in rows for id_ in (row.referrer_profile_id, row.friend_profile_id)}
        )
        self.of_friends = referrals_of_friends({row.friend_person_id for row in rows})
        referrers = {row.referrer_person_id for row in rows}
        self.rewarded = {id_: dict[int, datetime]() for id_ in referrers}
        self.rewarded |= rewarded_since(referrers, now - _LONGEST_PERIOD)
        self.return_window_days = team.shop().return_window_days
        self.allowed = _allowed(rows)

    def look_at(self, row: ReferralRow) -> None:
        """Decide what becomes of one."""
        bought = self.orders.get(row.id)
        due = None if bought is None else self._due_at(row, bought)
        is_due = due is not None and due <= self.now
        others = self.of_friends[row.friend_person_id]
        own = next(one for one in others if one.number == row.id)
        if row.state is ReferralState.REFUSED:
            own.state = ReferralState.WAITING  # as if it were so: does the reason hold still?
        theirs = self.rewarded[row.referrer_person_id]
        reason = self._reason(row, others, is_due=is_due)
        if reason is not None or not is_due:
            theirs.pop(row.id, None)
        if reason is not None:
            own.state = ReferralState.REFUSED
            if reason == row.reason:
                self.found.as_before.append(row.id)
            else:
                self.found.refused[row] = reason
            return
        was_rewarded = row.state is ReferralState.REWARDED
        if was_rewarded and not is_due:
            self.found.fell.append(row)
        elif is_due and not was_rewarded and bought is not None:
            self.found.rewarded.append((row, bought))
            theirs[row.id] = self.now
        own.state = ReferralState.REWARDED if is_due else ReferralState.WAITING
        own.rewarded_at = (row.rewarded_at or self.now) if is_due else None
        self.found.written.append((row, own.state, bought, due))

    def _reason(self, row: ReferralRow, others: Sequence[rules.Other], *, is_due: bool) -> Refused | None:
        signs = self.signs[row.id]
        over = False
        if row.state is ReferralState.REWARDED:
            signs = rules.what_holds_on(signs)
        elif is_due:
            over = rules.is_over(
                self.terms[row.version_id].referral,
                rewarded=self.rewarded[row.referrer_person_id].values(),
                now=self.now,
                zone=self.zones[row.referrer_profile_id],
            )
        twice = rules.comes_after_another(row.id, others)
        return rules.refusal(signs, twice=twice, over_limit=over, allowed=row.id in self.allowed)

    def _due_at(self, row: ReferralRow, bought: Bought) -> datetime:
        return rules.due_at(
            bought_at=bought.at,
            wait_days=self.terms[row.version_id].referral.wait_days,
            return_window_days=self.return_window_days,
            zone=self.zones[row.friend_profile_id],
        )


def _write(outcome: _Outcome, now: datetime) -> None:
    rows = []
    for row, state, bought, due in outcome.written:
        is_rewarded = state is ReferralState.REWARDED
        rows.append(
            (
                row.id,
                state.value,
                bought.order_id if bought else None,
                bought.at if bought else None,
                due,
                None if is_rewarded else due,
                (row.rewarded_at or now) if is_rewarded else None,
            )
        )
    if rows:
        sql.run(_WRITE, sql.columns(rows))
    if outcome.as_before:
        sql.run(_SEEN, [outcome.as_before])


def _reward(
    rewarded: Sequence[tuple[ReferralRow, Bought]], terms: Mapping[int, Terms], now: datetime
) -> None:
    if not rewarded:
        return
    name, grants = _name(), []
    for row, bought in rewarded:
        promised = terms[row.version_id].referral
        sides = (
            ("referrer", row.referrer_profile_id, promised.referrer),
            # To the profile that ordered: one that came by a link alone may be no more than a device.
            ("friend", bought.profile_id, promised.friend),
        )
        for key, (part, profile_id, benefit) in zip(grant_keys(row.id), sides, strict=True):
            grants.append(
                NewGrant(
                    key=key,
                    profile_id=profile_id,
                    mechanic=Mechanic.REFERRAL,
                    part=part,
                    name=name,
                    benefit=benefit,
                    at=now,
                    version_id=row.version_id,
                )
            )
    grant(grants=grants, now=now)
    events.record(
        [
            NewEvent(
                type=FRIEND_BOUGHT,
                source=SOURCE,
                key=f"{FRIEND_BOUGHT.name}:{row.id}:{bought.order_id}",
                occurred_at=now,
                profile_id=row.referrer_profile_id,
                properties={"referral_id": row.id, "order_id": bought.order_id},
            )
            for row, bought in rewarded
        ],
        now=now,
    )


def _name() -> str:
    """What this part is called, in the language of the shop's country: it is stored with what is given, and
    customers read it. The other parts have names of the shop's own."""
    with translation.override("ru" if shops_region() in _RUSSIAN else "en"):
        return _("Bring a friend")


def _allowed(rows: Sequence[ReferralRow]) -> set[int]:
    """Those a colleague said yes to."""
    return set(sql.column(_ALLOWED, [[row.id for row in rows]]))
