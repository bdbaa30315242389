"""Lists of prices that come as a file."""

from __future__ import annotations

from typing import Any

SIZE_MAX = 2_000_000
"""Bytes: five thousand lines are a fifth of it."""


def prices_of_file(file: Any) -> str:
    """The text of a list with semicolons, tabs or commas between; empty where it is none, or too large."""
    if file.size > SIZE_MAX:
        return ""
    body: bytes = file.read(SIZE_MAX)
    for encoding in ("utf-8-sig", "cp1251"):
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            return ""
        first = text.partition("\n")[0]
        return text if ";" in first or "\t" in first else text.replace(",", ";")
    return ""
