"""How long work tells what it is doing: to a terminal, a page, or nobody."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    def step(self, text: str, done: float | None = None) -> None:
        """Say that the part named `text` (in the reader's language) has begun, or how far it is.

        `done` is the share of this part that is done, 0 to 1; None where it cannot be known.
        """


class Silent:
    """Tells nobody."""

    def step(self, text: str, done: float | None = None) -> None:
        return None
