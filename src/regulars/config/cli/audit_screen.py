"""The terminal of `regulars audit`, whatever it can show and however soon it is closed."""

from __future__ import annotations

import codecs
from typing import TextIO

from rich.console import Console


class Screen(Console):
    def on_broken_pipe(self) -> None:
        """Who reads has seen enough; rich would end the program as if the audit had failed."""
        raise BrokenPipeError


# What stands for our signs where a terminal has none of them; a minus must not be lost.
_PLAINER = {
    "\u2212": "-", "\u00a0": " ", "—": "-", "“": '"', "”": '"', "«": '"', "»": '"', "…": "...", "←": "<-",
    "₽": "RUB", "£": "GBP", "€": "EUR",
}  # fmt: skip


def _plainer(error: UnicodeError) -> tuple[str, int]:
    """The error handler of a stream: plainer signs where there are any, else a question mark."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    bad = error.object[error.start : error.end]
    return "".join(_PLAINER.get(sign, "?") for sign in bad), error.end


def never_fail(stream: TextIO) -> None:
    """A terminal that cannot show a letter is no reason to fail."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        codecs.register_error("regulars.plainer", _plainer)
        reconfigure(errors="regulars.plainer")
