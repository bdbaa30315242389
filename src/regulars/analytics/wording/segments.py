"""RFM segments and stages in words: their names, who is in them, and what to do."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from regulars.analytics.types import Segment, Stage
from regulars.analytics.wording.numbers import Formats

Mood = Literal["kept", "slipping", "lost"]
"""What the colours mean: stays with the shop, is slipping away, is gone."""


@dataclass(frozen=True)
class GroupWords:
    name: str
    who: str
    what_to_do: str
    mood: Mood


# In the order in which a shop would read them: from the best down, those who are leaving apart.
SEGMENT_ORDER: tuple[Segment, ...] = (
    "champions",
    "loyal",
    "potential_loyalist",
    "new",
    "promising",
    "needs_attention",
    "about_to_sleep",
    "cannot_lose",
    "at_risk",
    "hibernating",
    "lost",
)
STAGE_ORDER: tuple[Stage, ...] = ("regular", "active", "new", "returned", "at_risk", "lapsed", "lost")
_SEGMENT_MOODS: dict[Segment, Mood] = {
    "champions": "kept",
    "loyal": "kept",
    "potential_loyalist": "kept",
    "new": "kept",
    "promising": "kept",
    "needs_attention": "slipping",
    "about_to_sleep": "slipping",
    "cannot_lose": "slipping",
    "at_risk": "slipping",
    "hibernating": "lost",
    "lost": "lost",
}
_STAGE_MOODS: dict[Stage, Mood] = {
    "new": "kept",
    "active": "kept",
    "regular": "kept",
    "returned": "kept",
    "at_risk": "slipping",
    "lapsed": "slipping",
    "lost": "lost",
}


def segment_words(segment: Segment) -> GroupWords:
    name, who, what_to_do = _segments()[segment]
    return GroupWords(name=name, who=who, what_to_do=what_to_do, mood=_SEGMENT_MOODS[segment])


def stage_words(
    stage: Stage, rhythm_days: float, formats: Formats, own: Collection[Stage] = ()
) -> GroupWords:
    """`rhythm_days` is the 90th percentile of days between purchases, from which the stages are cut.

    `own`: those that the shop's own rules decide.
    """
    days = {n: formats.days(round(n * rhythm_days)) for n in (1, 2, 4)}
    name, who, what_to_do = _stages(days)[stage]
    if stage in own:
        who = _("Those whom the shop's own rule fits.")
    return GroupWords(name=name, who=who, what_to_do=what_to_do, mood=_STAGE_MOODS[stage])


def _segments() -> dict[Segment, tuple[str, str, str]]:
    return {
        "champions": (
            pgettext("RFM segment", "Champions"),
            _("Buy most often and bought just now."),
            _("Thank them, show new things to them first, ask for a recommendation; no discounts needed."),
        ),
        "loyal": (
            pgettext("RFM segment", "Loyal"),
            _("Buy often, the last order is not long ago."),
            _("Keep in touch at their own pace, offer what goes with what they buy."),
        ),
        "potential_loyalist": (
            pgettext("RFM segment", "Becoming loyal"),
            _("Bought lately, and more than once."),
            _("Help them to the next order: a reminder at the right day, a benefit that grows with orders."),
        ),
        "new": (
            pgettext("RFM segment", "New"),
            _("Made their first order just now."),
            _("Make the first order go well and invite them to a second one while they remember you."),
        ),
        "promising": (
            pgettext("RFM segment", "Promising"),
            _("One order, not long ago."),
            _("Give a reason for a second order: advice on use, what others bought next."),
        ),
        "needs_attention": (
            pgettext("RFM segment", "Need attention"),
            _("Came back before, but it has gone quiet."),
            _("Remind them of what they bought before they drift away."),
        ),
        "about_to_sleep": (
            pgettext("RFM segment", "Falling asleep"),
            _("One order, some time ago."),
            _("One more invitation; whoever stays silent is not worth a discount."),
        ),
        "cannot_lose": (
            pgettext("RFM segment", "Must not lose"),
            _("Used to buy most often of all, and have stopped."),
            _("Call or write in person, ask what went wrong, make it good."),
        ),
        "at_risk": (
            pgettext("RFM segment", "At risk"),
            _("Used to buy often, silent for long."),
            _("Win them back with a personal offer on what they used to buy."),
        ),
        "hibernating": (
            pgettext("RFM segment", "Hibernating"),
            _("Came back a few times, long ago."),
            _("A rare letter with real news; no money on ads."),
        ),
        "lost": (
            pgettext("RFM segment", "Lost"),
            _("One order, long ago."),
            _("Leave them in peace, but find out why the first order stayed the only one."),
        ),
    }


def _stages(days: dict[int, str]) -> dict[Stage, tuple[str, str, str]]:
    return {
        "new": (
            pgettext("stage", "New"),
            _("One order, at most %(days)s ago.") % {"days": days[1]},
            _("Invite to a second order."),
        ),
        "active": (
            pgettext("stage", "Active"),
            _("Two or more orders, the last at most %(days)s ago.") % {"days": days[1]},
            _("Help them become regulars."),
        ),
        "regular": (
            pgettext("stage", "Regular"),
            _("Four or more orders, or repeat orders that span a year; the last at most %(days)s ago.")
            % {"days": days[1]},
            _("Look after them."),
        ),
        "returned": (
            pgettext("stage", "Returned"),
            _("Were away for more than %(days)s and came back.") % {"days": days[2]},
            _("Find out what brought them back."),
        ),
        "at_risk": (
            pgettext("stage", "At risk"),
            _("Silent for more than %(days)s.") % {"days": days[1]},
            _("Write now, while they remember you."),
        ),
        "lapsed": (
            pgettext("stage", "Lapsed"),
            _("Silent for more than %(days)s.") % {"days": days[2]},
            _("Win back those who were worth it."),
        ),
        "lost": (
            pgettext("stage", "Lost"),
            _("Silent for more than %(days)s.") % {"days": days[4]},
            _("Do not spend on them."),
        ),
    }
