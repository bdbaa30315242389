"""Who keeps conditions of their own beside segments: rules of a programme, offers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

Kept = Callable[[], Iterable[tuple[str, Any]]]
"""All that are in force or being written: what each belongs to, in the language of the reader, and the
condition as JSON."""

_kept: dict[str, Kept] = {}


def register_conditions(name: str, kept: Kept) -> None:
    """Have segments that these conditions name not put away. Raises ValueError for a name that is taken."""
    if name in _kept:
        raise ValueError(f"the conditions of {name} are registered twice")
    _kept[name] = kept


def conditions_kept() -> Iterable[tuple[str, Any]]:
    """All of them."""
    for kept in _kept.values():
        yield from kept()
