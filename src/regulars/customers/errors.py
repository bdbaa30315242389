"""What customers refuse."""

from __future__ import annotations

from regulars.kit.errors import RegularsError


class BadNote(RegularsError):
    """A note without a text, or with too long a one."""

    code = "bad_note"
