"""What a consent must say to be one."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from regulars.customers.types import CONSENT_CHANNELS, NewConsent

AHEAD_MAX = timedelta(days=1)
"""So far a clock elsewhere, or a zone that was mistaken, may be ahead of ours."""
PROOF_CHARACTERS_MAX = 4_000
SOURCE_CHARACTERS_MAX = 100

_TOPIC = re.compile(r"[a-z][a-z0-9_]{0,49}")


def wrong_with(consent: NewConsent, now: datetime) -> str:
    """Why it cannot be kept; empty if it can. Reasons: see `types.RecordedConsents`."""
    if consent.channel not in CONSENT_CHANNELS:
        return "bad_channel"
    if not _TOPIC.fullmatch(consent.topic):
        return "bad_topic"
    if not 0 < len(consent.source.strip()) <= SOURCE_CHARACTERS_MAX or not _storable(consent.source):
        return "bad_source"
    proof = [text for pair in consent.proof.items() for text in pair]
    if sum(map(len, proof)) > PROOF_CHARACTERS_MAX or not all(map(_storable, proof)):
        return "bad_proof"
    return "in_future" if consent.at > now + AHEAD_MAX else ""


def _storable(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= c <= "\udfff" for c in text)
