"""The encoding of a text, found from all of it: a letter outside ASCII may come after gigabytes of digits."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from regulars.analytics.compute.reading.limits import HEAD_BYTES, MIB

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig", "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16", "utf-16-be"),
)
# So many good characters beside a broken one, and the text is UTF-8 that was damaged on its way.
_GOOD_PER_BROKEN = 20
# A zero byte in a thousand may be an accident; more of them, and it is no text.
_NUL_SHARE = 0.001
# Runs of bytes that are Cyrillic letters in cp1251 (with those of Ukrainian and Belarusian).
_CYRILLIC_RUN = re.compile(rb"[\xa1\xa2\xa5\xa8\xaa\xaf\xb2-\xb4\xb8\xba\xbf\xc0-\xff]+")
_BEYOND_ASCII = re.compile("[^\x00-\x7f]")
_LATIN_ONLY = re.compile(rb"[\x80-\x9f]")


@dataclass(frozen=True, slots=True)
class Encoding:
    """`codec` is Python's, `label` what a person is told; `damaged`: characters that could not be read."""

    codec: str
    label: str
    damaged: int = 0
    has_nul: bool = False


def detect(path: Path) -> Encoding | None:
    """None when the bytes are no text."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    for mark, codec, label in _BOMS:
        if head.startswith(mark):
            return Encoding(codec, label)
    if b"\0" in head and (wide := _wide(head)):
        return Encoding(wide, wide)
    seen = _survey(path)
    if seen.nul > seen.bytes * _NUL_SHARE:
        return None
    if seen.broken and seen.good < _GOOD_PER_BROKEN * seen.broken:
        codec, label = _single_byte(path)
        return Encoding(codec, label, has_nul=seen.nul > 0)
    return Encoding("utf-8", "utf-8", damaged=seen.broken, has_nul=seen.nul > 0)


def _wide(head: bytes) -> str | None:
    """UTF-16 without a mark: read that way it is all sensible characters, with line breaks."""
    even = head[: len(head) // 2 * 2 - 4]  # the end may be half of a pair
    for codec in ("utf-16-le", "utf-16-be"):
        try:
            text = even.decode(codec)
        except UnicodeDecodeError:
            continue
        sensible = sum(c in "\r\n\t" or (c.isprintable() and ord(c) < 0x2600) for c in text)
        if text and "\n" in text and sensible >= 0.99 * len(text):
            return codec
    return None


@dataclass(slots=True)
class _Survey:
    bytes: int = 0
    nul: int = 0
    good: int = 0  # characters outside ASCII that UTF-8 explains
    broken: int = 0


def _survey(path: Path) -> _Survey:
    seen = _Survey()
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    for chunk in _chunks(path):
        seen.bytes += len(chunk)
        if chunk.isascii() and not decoder.getstate()[0]:
            seen.nul += chunk.count(0)
            continue
        text = decoder.decode(chunk)
        seen.nul += text.count("\0")
        broken = text.count("\ufffd")
        seen.broken += broken
        seen.good += len(_BEYOND_ASCII.findall(text)) - broken
    seen.broken += decoder.decode(b"", final=True).count("\ufffd")
    return seen


def _single_byte(path: Path) -> tuple[str, str]:
    """Cyrillic letters come in runs, accented Latin ones alone between plain letters."""
    in_runs = alone = controls = 0
    for chunk in _chunks(path):
        for run in _CYRILLIC_RUN.findall(chunk):
            if len(run) > 1:
                in_runs += len(run)
            else:
                alone += 1
        controls += len(_LATIN_ONLY.findall(chunk))
    if in_runs > alone:
        return "cp1251", "cp1251"
    return ("cp1252", "cp1252") if controls else ("latin-1", "latin-1")


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(MIB):
            yield chunk
