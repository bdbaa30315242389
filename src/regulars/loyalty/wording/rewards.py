"""Rewards of the catalogue in plain words, as customers and colleagues read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from regulars.loyalty.types.rewards import RewardKind, RewardRow, WhyNot
from regulars.loyalty.wording.benefits import benefit_words
from regulars.loyalty.wording.speaker import Speaker
from regulars.offers.wording import quoted


def reward_sentence(
    reward: RewardRow, speaker: Speaker, *, tiers: Mapping[str, str], zone: ZoneInfo, at: datetime
) -> str:
    """ "“Cup” for 300 points, at most 2 for each customer, until 31 May, all that day."

    `tiers`: the names of the tiers by their keys; days are of `zone`'s calendar.
    """
    told = [_what(reward, speaker)]
    if reward.tiers:
        told.append(with_tiers(reward.tiers, speaker, tiers=tiers))
    if reward.most_each is not None:
        said = ngettext(
            "at most %(n)s for each customer", "at most %(n)s for each customer", reward.most_each
        )
        told.append(said % {"n": speaker.formats.number(reward.most_each)})
    if reward.since is not None and reward.since > at:
        told.append(_("from %(first)s on") % {"first": speaker.formats.day(_day(reward.since, zone))})
    if reward.until is not None:
        last = _day(reward.until - timedelta(microseconds=1), zone)
        told.append(_("until %(last)s, all that day") % {"last": speaker.formats.day(last)})
    return ", ".join(told) + "."


def price_words(reward: RewardRow, speaker: Speaker, *, tiers: Mapping[str, str]) -> str:
    """ "“Cup” for 300 points", for a list of several; `tiers`: the names of the tiers by their keys."""
    facts = {"name": quoted(reward.name), "points": speaker.points(reward.price_minor)}
    told = _("%(name)s for %(points)s") % facts
    return f"{told} ({with_tiers(reward.tiers, speaker, tiers=tiers)})" if reward.tiers else told


def left_words(reward: RewardRow, speaker: Speaker) -> str:
    """How many there are still; empty where there is no limit."""
    if reward.left is None:
        return ""
    if not reward.left:
        return pgettext("reward", "sold out")
    return ngettext("%(n)s left", "%(n)s left", reward.left) % {"n": speaker.formats.number(reward.left)}


def why_words(why: WhyNot, reward: RewardRow) -> str:
    """Why a customer cannot have it, for a colleague."""
    match why:
        case WhyNot.SOLD_OUT if reward.left:
            return _("There is not enough left of this reward.")
        case WhyNot.SOLD_OUT:
            return _("There is nothing left of this reward.")
        case WhyNot.ENOUGH:
            return _("The customer has had as many of this reward as one may.")
        case WhyNot.OTHER_TIER:
            return _("This reward is for customers of another tier.")
        case WhyNot.POINTS:
            return _("The customer has too few points for it.")
        case _:
            return _("This reward is not offered now.")


def _what(reward: RewardRow, speaker: Speaker) -> str:
    facts = {"name": quoted(reward.name), "points": speaker.points(reward.price_minor)}
    if reward.kind is RewardKind.CAUSE:
        return _("Give %(points)s to %(name)s") % facts
    if reward.coupon is not None:
        facts["coupon"] = benefit_words(reward.coupon, speaker)
        return _("%(name)s for %(points)s: %(coupon)s") % facts
    return _("%(name)s for %(points)s") % facts


def with_tiers(keys: Sequence[str], speaker: Speaker, *, tiers: Mapping[str, str]) -> str:
    """ "with the tiers “Silver” or “Gold”"; `tiers`: their names by their keys."""
    names = [quoted(tiers.get(key, key)) for key in keys]
    said = ngettext("with the tier %(names)s", "with the tiers %(names)s", len(names))
    return said % {"names": speaker.one_of(names)}


def _day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()
