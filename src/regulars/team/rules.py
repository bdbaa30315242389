"""Pure rules of the team."""

from __future__ import annotations

import unicodedata


def fold_email(email: str) -> str:
    """The address as it is stored and compared: no blanks around, no capitals."""
    return unicodedata.normalize("NFC", email.strip()).lower()
