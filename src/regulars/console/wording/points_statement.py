"""The lines of a statement of points, as one tells a customer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.analytics.wording.numbers import plain
from regulars.console.voice import Voice
from regulars.console.wording.points import last_day, usable_from
from regulars.loyalty.types import AdjustmentRow, Cause, StatementLine
from regulars.loyalty.wording import amounts

LATE = timedelta(days=1)
"""Told later than that it is said when: a till was cut off, or an order came in late."""

KINDS: Mapping[str, tuple[Promise, frozenset[Cause]]] = {
    "earned": (
        gettext_lazy("Earned"),
        frozenset({Cause.EARNED, Cause.TAKEN_BACK, Cause.OWED, Cause.WRITTEN_OFF}),
    ),
    "spent": (
        gettext_lazy("Spent"),
        frozenset({Cause.SPENT, Cause.SPENT_BACK, Cause.HELD, Cause.RELEASED, Cause.COMPENSATED}),
    ),
    "expired": (gettext_lazy("Expired"), frozenset({Cause.EXPIRED, Cause.REVIVED})),
    "by_hand": (gettext_lazy("By hand"), frozenset({Cause.BY_HAND, Cause.OPENING})),
}
"""What a statement is narrowed to."""

_FOR_ORDERS: Mapping[Cause, tuple[Promise, Promise]] = {
    Cause.EARNED: (gettext_lazy("For order %(order)s"), gettext_lazy("Earned")),
    Cause.TAKEN_BACK: (
        gettext_lazy("Taken back: order %(order)s came to less"),
        gettext_lazy("Taken back"),
    ),
    Cause.WRITTEN_OFF: (
        gettext_lazy("Let go: order %(order)s came to less, and its points were spent already"),
        gettext_lazy("Let go: they were spent already"),
    ),
    Cause.OWED: (
        gettext_lazy("Owed: order %(order)s came to less, and its points were spent already"),
        gettext_lazy("Owed: they were spent already"),
    ),
    Cause.HELD: (gettext_lazy("Set aside for order %(order)s"), gettext_lazy("Set aside at the till")),
    Cause.RELEASED: (
        gettext_lazy("No longer set aside for order %(order)s"),
        gettext_lazy("No longer set aside"),
    ),
    Cause.SPENT: (gettext_lazy("Spent on order %(order)s"), gettext_lazy("Spent")),
    Cause.SPENT_BACK: (gettext_lazy("Came back from order %(order)s"), gettext_lazy("Came back")),
}
_NAMED: Mapping[Cause, Promise] = {
    Cause.EARNED: gettext_lazy("For “%(name)s”"),
    Cause.TAKEN_BACK: gettext_lazy("Taken back: “%(name)s”"),
    Cause.HELD: gettext_lazy("Set aside for “%(name)s”"),
    Cause.SPENT: gettext_lazy("Spent on “%(name)s”"),
    Cause.SPENT_BACK: gettext_lazy("Came back from “%(name)s”"),
}
"""Of what the programme gave, and of rewards that were taken."""
_SHORT: Mapping[Cause, tuple[Promise, Promise]] = {
    Cause.OWED: (
        gettext_lazy("Owed: more was spent on order %(order)s than there was"),
        gettext_lazy("Owed: more was spent than there was"),
    ),
    Cause.WRITTEN_OFF: (
        gettext_lazy("Let go: more was spent on order %(order)s than there was"),
        gettext_lazy("Let go: more was spent than there was"),
    ),
}
"""What a till that was cut off let somebody spend."""
_PLAIN: Mapping[Cause, Promise] = {
    Cause.BECAME_USABLE: gettext_lazy("Can be spent from now on"),
    Cause.EXPIRED: gettext_lazy("Expired"),
    Cause.REVIVED: gettext_lazy("Count again: they were spent before they expired"),
    Cause.PAID_OFF: gettext_lazy("Went to what was owed"),
    Cause.OPENING: gettext_lazy("Brought over from the programme before"),
    Cause.COMPENSATED: gettext_lazy("Given anew: they had expired before they came back"),
}


@dataclass(frozen=True, kw_only=True)
class StatementShown:
    """A line in words. `change` empty: points only moved, `moved` of them. `order`: whether the text names
    one. `undo`: the adjustment that may be undone."""

    day: str
    time: str
    text: str
    more: str
    change: str
    moved: str
    balance: str
    has_order: bool
    undo: int | None


def shown(
    line: StatementLine,
    adjustments: Mapping[int, AdjustmentRow],
    colleagues: Mapping[int, str],
    voice: Voice,
) -> StatementShown:
    """One line. `colleagues`: names by user."""
    by_hand = adjustments.get(line.adjustment_id or 0)
    return StatementShown(
        day=voice.day(voice.day_of(line.at)),
        time=voice.time(line.at),
        text=text(line, by_hand, colleagues),
        more=". ".join(more(line, by_hand, voice)),
        change=amounts.signed(line.change_minor, voice.formats) if line.change_minor else "",
        moved="" if line.change_minor else amounts.number(line.moved_minor, voice.formats),
        balance=amounts.number(line.balance_minor, voice.formats),
        has_order=line.cause in _FOR_ORDERS and bool(line.order_id),
        undo=by_hand.id if by_hand is not None and by_hand.can_undo and by_hand.undoes is None else None,
    )


def text(line: StatementLine, by_hand: AdjustmentRow | None, colleagues: Mapping[int, str]) -> str:
    """What happened."""
    if line.cause is Cause.BY_HAND:
        return _by_hand(line, by_hand, colleagues)
    if line.cause is Cause.OPENING and line.change_minor < 0:
        return _("Less brought over: a file was put right or undone")
    if line.named and line.cause in _NAMED:
        return str(_NAMED[line.cause]) % {"name": plain(line.named)}
    if line.cause in _FOR_ORDERS:
        words = _SHORT if line.hold_id is not None and line.cause in _SHORT else _FOR_ORDERS
        of_order, bare = words[line.cause]
        return str(of_order) % {"order": plain(line.order_id)} if line.order_id else str(bare)
    return str(_PLAIN[line.cause])


def more(line: StatementLine, by_hand: AdjustmentRow | None, voice: Voice) -> list[str]:
    """Why, from when and until when, and that it was told late."""
    said = [plain(by_hand.reason)] if by_hand is not None and by_hand.reason else []
    comes = line.change_minor > 0 and line.cause is not Cause.REVIVED
    if comes:
        said.append(_spendable(line, voice))
    if line.recorded_at - line.at > LATE:
        said.append(_("written down on %(day)s") % {"day": voice.day(voice.day_of(line.recorded_at))})
    return [part[0].upper() + part[1:] for part in said if part]


def _spendable(line: StatementLine, voice: Voice) -> str:
    """From when until when what came can be spent."""
    waits = line.cause is Cause.EARNED and (line.usable_at is None or line.usable_at > voice.now)
    if line.expires_at is None:
        return usable_from(line.usable_at, voice) if waits else ""
    days = {"last": last_day(line.expires_at, voice)}
    if not waits or line.usable_at is None:
        return _("can be spent until %(last)s") % days
    days["first"] = voice.day(voice.day_of(line.usable_at))
    return _("can be spent from %(first)s until %(last)s") % days


def _by_hand(line: StatementLine, by_hand: AdjustmentRow | None, colleagues: Mapping[int, str]) -> str:
    given = line.change_minor > 0
    if by_hand is None:
        return _("Given by hand") if given else _("Taken by hand")
    name = colleagues.get(by_hand.asked_by, "") or _("somebody who is no longer here")
    if given is not (by_hand.points_minor > 0):
        return _("Taken back again, as it was undone")  # out of the lot it had been given as
    if by_hand.undoes is not None:
        words = _("Given back by %(name)s")
    else:
        words = _("Given by %(name)s") if given else _("Taken by %(name)s")
    return words % {"name": name}
