"""What customers agreed to or refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

CONSENT_CHANNELS = ("email", "sms", "call", "push", "messenger", "post", "data")
"""What somebody may consent to: being reached in one of these ways; "data": that what is known of them is
kept and worked with at all."""
MARKETING = "marketing"
"""The topic of a consent to advertising, of whatever kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewConsent:
    """That somebody agreed to something, or no longer does.

    `channel` is one of CONSENT_CHANNELS, `topic` a word in snake case. `at`: when they said so. `source`:
    where (a form, a till, a letter). `proof`: what shows it, as the text they saw and the page it was on.
    """

    profile_id: int
    channel: str
    granted: bool
    at: datetime
    source: str
    topic: str = MARKETING
    proof: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RecordedConsents:
    """What became of a batch of consents: all that are neither new nor refused were recorded before.

    `refused`: why, by place in the batch: "bad_channel", "bad_topic", "bad_source", "bad_proof",
    "in_future" or "unknown_profile".
    """

    recorded: int = 0
    refused: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """What somebody said, at a moment, about being reached in a channel on a topic."""

    id: int
    profile_id: int
    channel: str
    topic: str
    granted: bool
    at: datetime
    source: str
    proof: Mapping[str, str]
    recorded_at: datetime
