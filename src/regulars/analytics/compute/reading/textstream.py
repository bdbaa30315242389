"""A text file of any encoding as a stream of UTF-8 bytes."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import TextIO

from regulars.analytics.compute.reading.limits import HEAD_BYTES
from regulars.analytics.compute.reading.types import TextContent

OnRead = Callable[[int], None]
_CHARS_AT_ONCE = 1_000_000


class Utf8Stream(io.RawIOBase):
    """The table without its header. Characters that cannot be read come as U+FFFD, zero bytes not at all."""

    def __init__(self, content: TextContent, on_read: OnRead) -> None:
        super().__init__()
        self._raw = content.path.open("rb")
        self._text: TextIO = io.TextIOWrapper(self._raw, content.encoding, errors="replace", newline="")
        self._has_nul = content.has_nul
        self._on_read = on_read
        self._left = b""
        for _line in range(content.skip_lines):
            self._text.readline(HEAD_BYTES)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        wanted = size if size >= 0 else _CHARS_AT_ONCE
        while len(self._left) < wanted:
            text = self._text.read(_CHARS_AT_ONCE)
            if not text:
                break
            self._on_read(self._raw.tell())
            self._left += (text.replace("\0", "") if self._has_nul else text).encode("utf-8", "replace")
        taken, self._left = self._left[:wanted], self._left[wanted:]
        return taken

    def lines(self) -> Iterator[str]:
        """The same as lines with their ends; not to be mixed with `read`."""
        for line in self._text:
            yield line.replace("\0", "") if self._has_nul else line

    def close(self) -> None:
        self._text.close()
        super().close()

    def __enter__(self) -> Utf8Stream:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def head(content: TextContent) -> str:
    """The beginning of the text, cut after its last whole line."""
    with content.path.open("r", encoding=content.encoding, errors="replace", newline="") as file:
        text = file.read(HEAD_BYTES + 1)
    is_whole = len(text) <= HEAD_BYTES
    if content.has_nul:
        text = text.replace("\0", "")
    if is_whole:
        return text
    end = max(text.rfind("\n"), text.rfind("\r"))
    return text[: end + 1] if end > 0 else text
