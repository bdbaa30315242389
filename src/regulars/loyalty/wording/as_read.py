"""The whole programme as a customer reads it: parts with a heading, and whether it still fits on a page."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.analytics.wording.numbers import Formats
from regulars.loyalty.rules.earning import brings_points
from regulars.loyalty.types import Programme
from regulars.loyalty.types.programme import AfterReturnWindow
from regulars.loyalty.types.rewards import RewardRow
from regulars.loyalty.wording.challenges import challenge_sentence
from regulars.loyalty.wording.days import day_sentence
from regulars.loyalty.wording.programme import Said, sentences
from regulars.loyalty.wording.referring import referral_sentences
from regulars.loyalty.wording.rewards import price_words
from regulars.loyalty.wording.speaker import Speaker
from regulars.loyalty.wording.tiers import tier_sentences

LINE_CHARACTERS = {"ru": 64, "en": 72}
"""What a line of a page of A5 holds in the size of a leaflet; a telephone's holds two thirds of it."""
PAGE_LINES = 39
"""What a page of A5 holds, or two screens of a telephone."""
REWARDS_TOLD = 6
"""More of the catalogue would be a price list: the cheapest stand for it."""
_TITLE_LINES = 1.2
_HEADING_LINES = 1.3
"""A heading and the room above it."""
_OF_POINTS = ("earning", "rule", "factors", "caps", "worth", "usable", "expiry", "given_back")


@dataclass(frozen=True, slots=True)
class ReadPart:
    """A part under its heading; `width`: the characters of a line."""

    key: str
    title: str
    sentences: tuple[str, ...]
    width: int

    @property
    def height(self) -> float:
        """In lines of a page."""
        return _HEADING_LINES + sum(len(textwrap.wrap(said, self.width)) for said in self.sentences)

    @property
    def lines(self) -> int:
        """About how many lines of a page it takes."""
        return math.ceil(self.height)


@dataclass(frozen=True, slots=True)
class Reading:
    """All of it. A page holds PAGE_LINES lines."""

    title: str
    parts: tuple[ReadPart, ...]

    @property
    def lines(self) -> int:
        return math.ceil(_TITLE_LINES + sum(part.height for part in self.parts))

    @property
    def fits(self) -> bool:
        """Whether it is under a page."""
        return self.lines <= PAGE_LINES

    @property
    def longest(self) -> ReadPart | None:
        """The part that takes most of the page."""
        return max(self.parts, key=lambda part: part.lines, default=None)

    @property
    def plain(self) -> str:
        """The same as a text without anything."""
        blocks = ["\n".join((part.title, *(f"– {said}" for said in part.sentences))) for part in self.parts]
        return "\n\n".join((self.title, *blocks)) + "\n"


def as_read(
    programme: Programme,
    *,
    title: str,
    formats: Formats,
    return_window_days: int,
    rewards: Sequence[RewardRow] = (),
) -> Reading:
    """The programme in the language of now; `title` is what it is called, `rewards` what points buy."""
    speaker = Speaker(formats, return_window_days)
    plain = _plainly(programme, return_window_days)
    told = sentences(plain, formats=formats, return_window_days=return_window_days, briefly=True)
    if not programme.running:
        parts = [("running", _("The programme"), tuple(said.text for said in told))]
    else:
        parts = [
            ("tiers", _("Tiers"), _tiers(programme, speaker)),
            (
                "challenges",
                _("Goals and cards") if len(programme.challenges) != 1 else programme.challenges[0].name,
                tuple(challenge_sentence(one, programme, speaker) for one in programme.challenges),
            ),
            (
                "days",
                _("Special days"),
                tuple(day_sentence(day, programme, speaker, briefly=True) for day in programme.personal_days),
            ),
            ("friends", _("Bring a friend"), _friends(programme, speaker)),
        ]
        if brings_points(programme):
            points = _points(told, _rewards(rewards, programme, speaker))
            parts = [("points", _("Points"), points), *parts]
    width = LINE_CHARACTERS[formats.language]
    return Reading(title, tuple(ReadPart(*part, width) for part in parts if part[2]))


def _tiers(programme: Programme, speaker: Speaker) -> tuple[str, ...]:
    return tier_sentences(programme.tiers, programme, speaker) if programme.tiers else ()


def _friends(programme: Programme, speaker: Speaker) -> tuple[str, ...]:
    if programme.referral is None:
        return ()
    first, *rest = referral_sentences(programme.referral, programme, speaker)
    return (first, " ".join(rest)) if rest else (first,)


def _rewards(rewards: Sequence[RewardRow], programme: Programme, speaker: Speaker) -> str:
    """All of them in one sentence, the cheapest first; empty where there are none."""
    if not rewards:
        return ""
    tiers = {tier.key: tier.name for tier in programme.tiers.levels} if programme.tiers else {}
    cheapest = sorted(rewards, key=lambda reward: (reward.price_minor, reward.id))[:REWARDS_TOLD]
    told = [price_words(reward, speaker, tiers=tiers) for reward in cheapest]
    if more := len(rewards) - len(told):
        words = ngettext("%(n)s more reward", "%(n)s more rewards", more)
        told.append(words % {"n": speaker.formats.number(more)})
    return _("For points you can have: %(rewards)s.") % {"rewards": speaker.all_of(told)}


def _points(told: Sequence[Said], rewards: str) -> tuple[str, ...]:
    """What is said of points, with the rewards behind what they take off orders."""
    texts: list[str] = []
    for said in told:
        rule = said.rule.partition(":")[0]
        if rule == "spending":
            # Short, and the same matter as what a point is worth.
            texts[-1] += " " + said.text
            texts += [rewards] if rewards else []
        elif rule in _OF_POINTS:
            texts.append(said.text)
    return tuple(texts)


def _plainly(programme: Programme, return_window_days: int) -> Programme:
    """When points can be spent in days alone: why it is that many is the shop's matter."""
    usable = programme.usable
    if not isinstance(usable, AfterReturnWindow) or usable.days is not None:
        return programme
    return programme.model_copy(update={"usable": AfterReturnWindow(days=return_window_days)})
