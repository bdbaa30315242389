"""The roots of all our errors.

`code` is stable and meant for programs; `message` is meant for a person, already in their language, and
says what was wrong and what to do.
"""

from __future__ import annotations


class RegularsError(Exception):
    """Something refused for a reason a person can understand; not a bug."""

    code = "error"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code

    def __str__(self) -> str:
        return self.message


class Conflict(RegularsError):
    """The request contradicts what is stored, such as a used key with another body."""

    code = "conflict"
