"""Errors of the analytics domain that people see."""

from __future__ import annotations


class InputError(Exception):
    """The input cannot be used. `message` is in the reader's language and says what to do.

    `code` is stable and names the kind of trouble, e.g. "no_column", "open_date_order".
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
