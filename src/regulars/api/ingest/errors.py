"""What ingest refuses, an item at a time or a whole call."""

from __future__ import annotations

from regulars.api.ingest.types import Code


class Refused(Exception):
    """One item cannot be taken; the others of its call are not concerned.

    `detail` says what was wrong and what to do; it never repeats a value that may be personal.
    """

    def __init__(self, code: Code | str, detail: str) -> None:
        super().__init__(detail)
        self.code = str(code)
        self.detail = detail


class CallRefused(Exception):
    """The whole call cannot be taken; nothing of it was stored."""

    def __init__(
        self, status: int, code: str, detail: str, headers: tuple[tuple[str, str], ...] = ()
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = headers
