"""Errors of the analytics domain that people see."""

from __future__ import annotations

from regulars.kit.errors import RegularsError


class InputError(Exception):
    """The input cannot be used. `message` is in the reader's language and says what to do.

    `code` is stable and names the kind of trouble, e.g. "no_column", "open_date_order". `facts`: what it is
    about ("field", "column", "row", "value"), for a page that has other ways to mend it than a command line.
    """

    def __init__(self, code: str, message: str, **facts: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.facts = facts


class LakeError(RegularsError):
    """The lake could not be brought up to date; what it held before stays in force.

    `code`: "no_room" or "busy".
    """
