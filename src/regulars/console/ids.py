"""Numbers of rows, as addresses and forms say them."""

from __future__ import annotations

ID_DIGITS_MAX = 18
"""More do not all fit in the 64 bits of a row's number."""


def id_of(text: str) -> int | None:
    """The number that is written; None: it is none a row can have."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= ID_DIGITS_MAX else None
