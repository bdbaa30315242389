"""A challenge in one plain sentence, as customers and staff read it."""

from __future__ import annotations

from regulars.loyalty.types import Programme
from regulars.loyalty.types.challenges import Challenge
from regulars.loyalty.wording.speaker import Speaker


def challenge_sentence(challenge: Challenge, programme: Programme, speaker: Speaker) -> str:
    """What is to be done, within what, and what it brings."""
    return challenge.name
