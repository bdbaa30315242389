"""The whole programme as a customer reads it: parts with a heading, and whether it still fits on a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from regulars.analytics.wording.numbers import Formats
from regulars.loyalty.types import Programme
from regulars.loyalty.types.benefits import Benefit, PointsGiven
from regulars.loyalty.wording.challenges import challenge_sentence
from regulars.loyalty.wording.days import day_sentence
from regulars.loyalty.wording.programme import Said, sentences
from regulars.loyalty.wording.referring import referral_sentences
from regulars.loyalty.wording.speaker import Speaker
from regulars.loyalty.wording.tiers import tier_sentences

LINE_CHARACTERS = 62
"""What a line of a page of A5 holds in the size of a leaflet; a telephone's holds two thirds of it."""
PAGE_LINES = 36
"""What a page of A5 holds, or two screens of a telephone."""
_HEADING_LINES = 2
"""A heading and the room above it."""
_OF_POINTS = ("earning", "rule", "factors", "caps", "worth", "spending", "usable", "expiry", "given_back")


@dataclass(frozen=True, slots=True)
class ReadPart:
    """A part under its heading."""

    key: str
    title: str
    sentences: tuple[str, ...]

    @property
    def lines(self) -> int:
        """About how many lines of a page it takes."""
        return _HEADING_LINES + sum(map(_lines_of, self.sentences))


@dataclass(frozen=True, slots=True)
class Reading:
    """All of it. A page holds PAGE_LINES lines."""

    title: str
    parts: tuple[ReadPart, ...]

    @property
    def lines(self) -> int:
        return _HEADING_LINES + sum(part.lines for part in self.parts)

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


def as_read(programme: Programme, *, title: str, formats: Formats, return_window_days: int) -> Reading:
    """The programme in the language of now; `title` is what it is called."""
    speaker = Speaker(formats, return_window_days)
    told = sentences(programme, formats=formats, return_window_days=return_window_days, briefly=True)
    if not programme.running:
        return Reading(title, (ReadPart("running", _("The programme"), _texts(told)),))
    parts = [
        ReadPart("tiers", _("Tiers"), _tiers(programme, speaker)),
        ReadPart(
            "challenges",
            _("Goals and cards") if len(programme.challenges) != 1 else programme.challenges[0].name,
            tuple(challenge_sentence(one, programme, speaker) for one in programme.challenges),
        ),
        ReadPart(
            "days",
            _("Special days"),
            tuple(day_sentence(day, programme, speaker) for day in programme.personal_days),
        ),
        ReadPart("friends", _("Bring a friend"), _friends(programme, speaker)),
    ]
    if brings_points(programme):
        parts = [
            ReadPart("points", _("Points"), _texts(told, *_OF_POINTS)),
            *parts,
        ]
    return Reading(title, tuple(part for part in parts if part.sentences))


def brings_points(programme: Programme) -> bool:
    """Whether there are points at all; a stamp card or a discount card does without."""
    given: list[Benefit] = [challenge.benefit for challenge in programme.challenges]
    given += [day.benefit for day in programme.personal_days]
    if programme.referral is not None:
        given += [programme.referral.referrer, programme.referral.friend]
    levels = programme.tiers.levels if programme.tiers else ()
    return (
        bool(programme.cashback_percent)
        or bool(programme.rules)
        or any(tier.brings.cashback_percent for tier in levels)
        or any(isinstance(benefit, PointsGiven) for benefit in given)
    )


def _tiers(programme: Programme, speaker: Speaker) -> tuple[str, ...]:
    return tier_sentences(programme.tiers, programme, speaker) if programme.tiers else ()


def _friends(programme: Programme, speaker: Speaker) -> tuple[str, ...]:
    if programme.referral is None:
        return ()
    return tuple(referral_sentences(programme.referral, programme, speaker))


def _texts(told: Sequence[Said], *rules: str) -> tuple[str, ...]:
    """The sentences of these rules; of all where none is named."""
    return tuple(said.text for said in told if not rules or said.rule.partition(":")[0] in rules)


def _lines_of(sentence: str) -> int:
    return -(-len(sentence) // LINE_CHARACTERS)
