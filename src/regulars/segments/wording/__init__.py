"""Conditions as sentences: what marketers read instead of trees."""

from __future__ import annotations

from regulars.segments.wording.sentences import Part, parts, sentence
from regulars.segments.wording.speech import Speech, speech

__all__ = ["Part", "Speech", "parts", "sentence", "speech"]
