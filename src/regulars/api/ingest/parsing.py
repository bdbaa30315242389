"""From the bytes of a call to its items."""

from __future__ import annotations

import zlib
from typing import Any

import msgspec

from regulars.api.ingest.errors import CallRefused, Refused
from regulars.api.ingest.types import (
    BATCH_BYTES_MAX,
    BATCH_ITEMS_MAX,
    CALL_BYTES_MAX,
    Code,
    Context,
    Envelope,
    Item,
)

_GZIP = 16 + zlib.MAX_WBITS
_UNREADABLE = (msgspec.MsgspecError, UnicodeError, RecursionError)
_MARK = b"\xef\xbb\xbf"
"""Some editors put it in front of UTF-8."""

_item = msgspec.json.Decoder(Item).decode
_envelope = msgspec.json.Decoder(Envelope).decode
_context = msgspec.json.Decoder(Context).decode


class _Named(msgspec.Struct, rename="camel"):
    message_id: Any = None


class _Keyed(msgspec.Struct, rename="camel"):
    write_key: Any = None


_named = msgspec.json.Decoder(_Named).decode
_keyed = msgspec.json.Decoder(_Keyed).decode


def unpack(body: bytes, encoding: str, limit: int) -> bytes:
    """The body as JSON text; gzip is unpacked no further than the limit. Raises CallRefused."""
    if encoding in ("", "identity"):
        plain = body
    elif encoding == "gzip":
        try:
            plain = zlib.decompressobj(_GZIP).decompress(body, limit + 1)
        except zlib.error:
            raise CallRefused(
                400, "bad_gzip", "The body says that it is gzip but cannot be unpacked."
            ) from None
    else:
        raise CallRefused(415, "unknown_encoding", "Send the body as it is, or with Content-Encoding: gzip.")
    if len(plain) > limit:
        raise too_large(limit)
    return plain.removeprefix(_MARK)


def too_large(limit: int) -> CallRefused:
    """The refusal of a body above `limit` bytes."""
    if limit == BATCH_BYTES_MAX:
        return CallRefused(
            413,
            "batch_too_large",
            f"A batch may have {BATCH_BYTES_MAX // 1024} KB and {BATCH_ITEMS_MAX} items; send it in parts.",
        )
    return CallRefused(
        413, "call_too_large", f"A call may have {CALL_BYTES_MAX // 1024} KB; leave out what is not needed."
    )


def envelope(body: bytes) -> Envelope:
    """The batch, its items still as they came. Raises CallRefused."""
    try:
        found = _envelope(body)
    except _UNREADABLE as error:
        raise CallRefused(400, "bad_body", f"The body is no batch: {_words(error)}.") from None
    if len(found.batch) > BATCH_ITEMS_MAX:
        raise too_large(BATCH_BYTES_MAX)
    return found


def item(raw: msgspec.Raw | bytes) -> Item:
    """One item. Raises Refused for what is none, with the place of the first mistake."""
    if len(memoryview(raw)) > CALL_BYTES_MAX:
        raise Refused(
            Code.TOO_LARGE,
            f"An item may have {CALL_BYTES_MAX // 1024} KB; leave out what is not needed.",
        )
    try:
        return _item(raw)
    except _UNREADABLE as error:
        raise Refused(Code.BAD_ITEM, f"The item cannot be read: {_words(error)}.") from None


def message_id(raw: msgspec.Raw | bytes) -> str | None:
    """That of an item which cannot be read otherwise, so that its sender knows which one it was."""
    try:
        told = _named(raw).message_id
    except _UNREADABLE:
        return None
    return told[:100] if isinstance(told, str) else None


def write_key(body: bytes) -> str | None:
    """The key that a single call carries in its body."""
    try:
        told = _keyed(body).write_key
    except _UNREADABLE:
        return None
    return told if isinstance(told, str) else None


def context(raw: msgspec.Raw) -> Context:
    """What is read of the context; nothing of it is needed, so a broken one counts as none."""
    if not len(memoryview(raw)):
        return _EMPTY
    try:
        return _context(raw)
    except _UNREADABLE:
        return _EMPTY


_EMPTY = Context()


def _words(error: Exception) -> str:
    """What the reader says: places and types, never a value."""
    if isinstance(error, msgspec.MsgspecError):
        return str(error)
    return "it is nested too deep" if isinstance(error, RecursionError) else "it is not UTF-8"
