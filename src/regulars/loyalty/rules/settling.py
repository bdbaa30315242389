"""What has to move so that a lot has earned what it is to have earned. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from regulars.loyalty.types.accounts import Account, Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A lot as it stands, in minor units; see `models.Lot`.

    `expired_minor` is without what came back of a spend after the end and was given anew.
    """

    id: int
    wallet_id: int
    profile_id: int
    revision: int
    is_usable: bool
    settled_minor: int
    pending_minor: int = 0
    available_minor: int = 0
    expired_minor: int = 0
    elsewhere_minor: int = 0
    let_go_minor: int = 0


class Step(NamedTuple):
    """One posting on a lot (`on_lot`) or beside it."""

    cause: Cause
    source: Account
    target: Account
    amount_minor: int
    on_lot: bool = True


@dataclass(frozen=True, slots=True)
class Change:
    """What brings a lot there.

    `short_minor`: of what is to be taken back, what the lot does not have any more. `elsewhere_minor` and
    `let_go_minor`: how much of what was taken elsewhere, or let go, is undone by it.
    """

    change_minor: int
    steps: tuple[Step, ...]
    short_minor: int = 0
    elsewhere_minor: int = 0
    let_go_minor: int = 0


def change(lot: Standing, *, points_minor: int, account: Account, cause: Cause) -> Change:
    """What brings the lot from what it was settled at to `points_minor`.

    More is given from `account`, after what was let go before is made undone: who once kept what they owed
    does not get it twice. Less is taken from what is pending, then what can be spent, then what expired
    unused.
    """
    if points_minor < 0:
        raise ValueError("nothing has earned less than no points")
    more = points_minor - lot.settled_minor
    return _raised(lot, more, account, cause) if more >= 0 else _lowered(lot, -more, account)


def _raised(lot: Standing, more: int, account: Account, cause: Cause) -> Change:
    undone = min(more, lot.let_go_minor)
    given = more - undone
    steps = []
    if undone and account is not Account.ADJUSTMENTS:
        steps.append(Step(Cause.WRITTEN_OFF, account, Account.ADJUSTMENTS, undone, on_lot=False))
    if given:
        steps.append(Step(cause, account, Account.AVAILABLE if lot.is_usable else Account.PENDING, given))
    others = min(given, lot.elsewhere_minor - lot.let_go_minor)
    return Change(more, tuple(steps), elsewhere_minor=undone + others, let_go_minor=undone)


def _lowered(lot: Standing, less: int, account: Account) -> Change:
    steps, short = [], less
    for source, there in (
        (Account.PENDING, lot.pending_minor),
        (Account.AVAILABLE, lot.available_minor),
        (Account.EXPIRED, lot.expired_minor),
    ):
        if taken := min(short, there):
            steps.append(Step(Cause.TAKEN_BACK, source, account, taken))
            short -= taken
    return Change(-less, tuple(steps), short_minor=short)
