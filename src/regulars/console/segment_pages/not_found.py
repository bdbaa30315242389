"""What a file named and nobody was found for: kept for an hour, sealed, for the colleague who brought it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.core.cache import cache

from regulars.kit import sealing

SECONDS: Final = 3600
"""Long enough to look at it and save it; these are addresses of people nobody asked us to keep."""
_PURPOSE: Final = "not found"


def keep(values: Sequence[str], *, segment_id: int, user_id: int) -> None:
    """Until SECONDS have gone by; of a later file of the same segment the later ones."""
    if values:
        sealed = sealing.seal("\n".join(values), purpose=_PURPOSE)
        cache.set(_key(segment_id, user_id), sealed, timeout=SECONDS)
    else:
        cache.delete(_key(segment_id, user_id))


def kept(*, segment_id: int, user_id: int) -> list[str]:
    """In the order of the file; empty where there are none, or no longer."""
    sealed = cache.get(_key(segment_id, user_id))
    if sealed is None:
        return []
    try:
        return sealing.unseal(sealed, purpose=_PURPOSE).split("\n")
    except sealing.SealBroken:
        return []


def _key(segment_id: int, user_id: int) -> str:
    return f"not-found:{segment_id}:{user_id}"
