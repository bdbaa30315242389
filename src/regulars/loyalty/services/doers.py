"""Who does which kind of entry of a till's journal.

What tills tell of orders has the form of the API, which stands above: it says how that is stored when its
app gets ready.
"""

from __future__ import annotations

from collections.abc import Callable

from regulars.kit.errors import RegularsError
from regulars.loyalty.types import Doing, Done, EntryKind, EntryReason

Doer = Callable[[Doing], Done]
"""Does an entry within the open transaction. Raises EntryRefused, and what loyalty's services raise."""

_doers: dict[EntryKind, Doer] = {}


class EntryRefused(RegularsError):
    """An entry that cannot be honoured; what it did until now is taken back."""

    code = "entry_refused"

    def __init__(self, reason: EntryReason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def register_doer(kind: EntryKind, doer: Doer) -> None:
    """Have entries of a kind done by this. Raises ValueError for one that has somebody already."""
    if _doers.setdefault(kind, doer) is not doer:
        raise ValueError(f"entries of the kind {kind.value} are done by somebody already")


def doer_of(kind: EntryKind) -> Doer:
    """Who does entries of this kind."""
    return _doers[kind]
