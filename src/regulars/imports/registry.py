"""What can be brought in, and what an import may cause; domains above add theirs when their apps get ready."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from regulars.analytics.previews import FIELDS

EffectCount = Callable[[Sequence[int]], int]
"""How many things of a kind hang on these profiles (at most 5,000 a call)."""

_effects: dict[str, EffectCount] = {}


def register_effect(name: str, count: EffectCount) -> None:
    """Tell what may have come of customers an import brought: `name` is a plural noun ("notes", "tasks").

    Undoing lists the counts before it begins. Raises ValueError for a name that is taken.
    """
    if _effects.setdefault(name, count) is not count:
        raise ValueError(f"the effect {name} is registered twice")


def effects() -> dict[str, EffectCount]:
    return dict(_effects)


def fields_of(kind: str) -> list[str]:
    """The fields a file of this kind may have; none of a kind nobody registered."""
    return [field.name for field in FIELDS.get(kind, ())]  # type: ignore[call-overload]
