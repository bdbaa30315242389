"""How far tests look that try things at random: `DEPTH=10 make test-slow` tries ten times as many."""

from __future__ import annotations

import os

DEPTH = int(os.environ.get("DEPTH", "1"))


def tries(number: int) -> int:
    return number * DEPTH
