"""What happened to a customer's points, in the sentences of the timeline."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeGuard

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from regulars.analytics.wording.numbers import plain
from regulars.console.voice import Voice
from regulars.console.wording.points import last_day, points, usable_from
from regulars.loyalty.wording.referring import is_reason, refused_words

Properties = Mapping[str, Any]
_NUMBER_CHARACTERS_MAX = 60
_NAME_CHARACTERS_MAX = 80

# As in `happenings_words`: the first sentence for which everything is known is taken.
POINTS_SENTENCES: Mapping[str, tuple[str, ...]] = {
    "points_earned": (
        gettext_noop("%(points)s for order %(order)s"),
        gettext_noop("%(points)s earned"),
        gettext_noop("Points earned"),
    ),
    "points_became_usable": (
        gettext_noop("%(points)s can be spent now"),
        gettext_noop("Points can be spent now"),
    ),
    "points_spent": (
        gettext_noop("%(points)s spent on order %(order)s"),
        gettext_noop("%(points)s spent"),
        gettext_noop("Points spent"),
    ),
    "points_given_back": (
        gettext_noop("%(points)s came back from order %(order)s"),
        gettext_noop("%(points)s came back"),
        gettext_noop("Points came back"),
    ),
    "points_taken_back": (
        gettext_noop("%(points)s for order %(order)s taken back"),
        gettext_noop("%(points)s taken back"),
        gettext_noop("Points taken back"),
    ),
    "points_expired": (gettext_noop("%(points)s expired"), gettext_noop("Points expired")),
    "points_expiring": (
        gettext_noop("%(points)s can be spent until %(last_day)s only"),
        gettext_noop("Points are about to expire"),
    ),
    "points_adjusted": (
        gettext_noop("%(given)s given by hand"),
        gettext_noop("%(taken)s taken by hand"),
        gettext_noop("%(brought)s brought over from before"),
        gettext_noop("%(put_right)s less brought over, as a file was put right"),
        gettext_noop("Points given or taken by hand"),
    ),
    "points_short": (
        gettext_noop("A till that was cut off let them spend %(short)s more than there were"),
        gettext_noop("A till that was cut off let them spend more points than there were"),
    ),
    "benefit_given": (
        gettext_noop("“%(what)s”: %(points)s"),
        gettext_noop("“%(what)s”: %(kind)s"),
        gettext_noop("Something was given"),
    ),
    "benefit_withdrawn": (
        gettext_noop("“%(what)s”: taken back, %(points)s"),
        gettext_noop("“%(what)s”: taken back, %(kind)s"),
        gettext_noop("What was given was taken back"),
    ),
    "reward_ordered": (
        gettext_noop("Took “%(what)s” for %(points)s"),
        gettext_noop("Took a reward for points"),
    ),
    "reward_cancelled": (
        gettext_noop("Gave “%(what)s” back, %(points)s returned"),
        gettext_noop("Gave a reward back"),
    ),
    "reward_handed_out": (gettext_noop("Fetched “%(what)s”"), gettext_noop("Fetched a gift")),
    "friend_came": (gettext_noop("A friend came with their code"),),
    "friend_bought": (gettext_noop("Rewarded for a friend who bought"),),
    "friend_refused": (
        gettext_noop("Nothing for a friend: %(refused)s"),
        gettext_noop("Nothing for a friend"),
    ),
    "coupon_issued": (
        gettext_noop("Got the coupon “%(what)s”, good until %(until)s"),
        gettext_noop("Got the coupon “%(what)s”"),
        gettext_noop("Got a coupon"),
    ),
    "coupon_used": (
        gettext_noop("Used “%(what)s”: %(off)s off"),
        gettext_noop("Used an offer"),
    ),
    "coupon_returned": (
        gettext_noop("“%(what)s” can be used again: the order came back"),
        gettext_noop("An offer can be used again: the order came back"),
    ),
    "tier_reached": (gettext_noop("Reached the tier “%(what)s”"), gettext_noop("Reached a tier")),
    "tier_ending": (
        gettext_noop("Has the tier “%(what)s” until %(until)s only, then “%(then)s”"),
        gettext_noop("Has the tier “%(what)s” until %(until)s only"),
        gettext_noop("A tier is about to end"),
    ),
    "tier_left": (
        gettext_noop("The tier “%(what)s” ended, now it is “%(then)s”"),
        gettext_noop("The tier “%(what)s” ended"),
        gettext_noop("A tier ended"),
    ),
}


def points_readers(voice: Voice) -> Mapping[str, Callable[[Sequence[Properties]], str]]:
    """How each placeholder is filled; empty where nothing is told."""

    def amount(field: str, *, by_hand: bool | None = None, sign: int = 1) -> Callable[[Properties], str]:
        def read(told: Properties) -> str:
            minor = told.get(field)
            if not _is_whole(minor) or minor * sign <= 0:
                return ""
            if by_hand is not None and ("adjustment_id" in told) is not by_hand:
                return ""
            return points(abs(minor), voice)

        return read

    one: Mapping[str, Callable[[Properties], str]] = {
        "points": amount("points_minor"),
        "given": amount("points_minor", by_hand=True),
        "taken": amount("points_minor", by_hand=True, sign=-1),
        "brought": amount("points_minor", by_hand=False),
        "put_right": amount("points_minor", by_hand=False, sign=-1),
        "short": amount("short_minor"),
        "order": lambda told: plain(str(told.get("order") or ""))[:_NUMBER_CHARACTERS_MAX],
        "what": lambda told: plain(str(told.get("name") or ""))[:_NAME_CHARACTERS_MAX],
        "then": lambda told: plain(str(told.get("then_name") or ""))[:_NAME_CHARACTERS_MAX],
        "until": lambda told: last_day(_moment(told.get("until")), voice),
        "off": lambda told: _money(told, voice),
        "refused": lambda told: _refused(str(told.get("reason") or "")),
        "kind": lambda told: _kind(str(told.get("kind") or "")),
        "last_day": lambda told: last_day(_moment(told.get("expires_at")), voice),
    }
    return {field: _newest(read) for field, read in one.items()}


def _money(told: Properties, voice: Voice) -> str:
    minor, currency = told.get("discount_minor"), told.get("currency")
    if not _is_whole(minor) or not isinstance(currency, str) or not currency:
        return ""
    return voice.money(minor, currency)


def _refused(reason: str) -> str:
    return refused_words(reason) if is_reason(reason) else ""


def points_more(name: str, told: Properties, voice: Voice) -> str:
    """What else is to be said: from when they can be spent, what became of what was not there."""
    if name == "points_earned":
        return usable_from(_moment(told.get("usable_at")), voice, known="usable_at" in told)
    if name == "points_taken_back":
        parts = []
        if _is_whole(owed := told.get("owed_minor")) and owed > 0:
            parts.append(_("%(points)s of them are owed") % {"points": points(owed, voice)})
        if _is_whole(gone := told.get("written_off_minor")) and gone > 0:
            parts.append(
                _("%(points)s of them were spent already and let go") % {"points": points(gone, voice)}
            )
        return ", ".join(parts)
    return ""


def _kind(kind: str) -> str:
    """What a benefit is made of, where it is not points."""
    match kind:
        case "coupon":
            return _("a coupon")
        case "gift":
            return _("a gift")
        case "task":
            return _("something we do for them")
        case "badge":
            return _("a badge")
    return ""


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _newest(read: Callable[[Properties], str]) -> Callable[[Sequence[Properties]], str]:
    return lambda told: read(told[0])


def _moment(text: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text or ""))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
