"""Whether two sides found the same."""

from __future__ import annotations

import math
from typing import Any

CLOSE = 1e-9
CENT = 0.0101
"""The peer reckons in floats: of halves of cents it cannot know."""


def differences(ours: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    """Names of the figures of `theirs` that are not the same in `ours`; money is text on both sides."""
    return [name for name, value in theirs.items() if not _same(ours.get(name), value)]


def _same(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return ours.keys() >= theirs.keys() and not differences(ours, theirs)
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(_same, ours, theirs))
    if isinstance(ours, float) and isinstance(theirs, float):
        return math.isclose(ours, theirs, rel_tol=CLOSE)
    if isinstance(ours, str) and isinstance(theirs, str) and _is_money(ours) and _is_money(theirs):
        return math.isclose(float(ours), float(theirs), rel_tol=CLOSE, abs_tol=CENT)
    return bool(ours == theirs)


def _is_money(text: str) -> bool:
    return text.replace(".", "", 1).isdigit() and "." in text
