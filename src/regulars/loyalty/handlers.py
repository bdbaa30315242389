"""What loyalty does with the log: orders earn, and what was given back is taken back."""

from __future__ import annotations

from regulars.events.types import Consumer

CONSUMERS: list[Consumer] = []
