"""What a part says, in sentences, by its kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from regulars.console.loyalty_pages import in_words
from regulars.console.voice import Voice
from regulars.loyalty.types import Programme
from regulars.loyalty.types.tiers import Tiers
from regulars.loyalty.wording.challenges import challenge_sentence
from regulars.loyalty.wording.days import day_sentence
from regulars.loyalty.wording.referring import referral_sentences
from regulars.loyalty.wording.rules import caps_sentence, rule_sentence
from regulars.loyalty.wording.speaker import Speaker
from regulars.loyalty.wording.tiers import how_sentence, tier_sentence

Says = Callable[[Any, Programme, Speaker], tuple[str, ...]]


def sentences_of(kind: str, part: Any, programme: Programme, speak: Voice) -> tuple[str, ...]:
    """The sentences of a part, as customers read them."""
    if kind == "basics":
        return tuple(one.text for one in in_words.basics(part, speak))
    return _SAYS[kind](part, programme, Speaker(speak.formats, speak.shop.return_window_days))


def _rule(part: Any, programme: Programme, speaker: Speaker) -> tuple[str, ...]:
    return (rule_sentence(part, programme, speaker),)


def _caps(part: Any, _programme: Programme, speaker: Speaker) -> tuple[str, ...]:
    said = caps_sentence(part, speaker)
    return (said,) if said else ()


def _reaching(part: Any, _programme: Programme, speaker: Speaker) -> tuple[str, ...]:
    return (how_sentence(part, speaker),)


def _tier(part: Any, programme: Programme, speaker: Speaker) -> tuple[str, ...]:
    return (tier_sentence(part, programme.tiers or Tiers.model_construct(levels=()), programme, speaker),)


def _challenge(part: Any, programme: Programme, speaker: Speaker) -> tuple[str, ...]:
    return (challenge_sentence(part, programme, speaker),)


def _day(part: Any, programme: Programme, speaker: Speaker) -> tuple[str, ...]:
    return (day_sentence(part, programme, speaker),)


_SAYS: Mapping[str, Says] = {
    "rules": _rule,
    "caps": _caps,
    "reaching": _reaching,
    "tiers": _tier,
    "challenges": _challenge,
    "days": _day,
    "friends": referral_sentences,
}
