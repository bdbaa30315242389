"""Reading a JSON body strictly: what PostgreSQL or another program would read differently is refused."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.http.request import RawPostDataException, UnreadablePostError
from ninja.parser import Parser

from regulars.api.rest.problems import Code, Problem

BODY_BYTES_MAX = 512 * 1024
"""An order with 2,000 lines has 300 kB; whatever is larger belongs into a file to be imported."""
DEPTH_MAX = 32
"""Deeper than any document of ours; without an end the parser's stack would be the limit."""


def check_length(request: HttpRequest) -> None:
    """Refuse a body that is too long before a byte of it is read."""
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length and request.META.get("HTTP_TRANSFER_ENCODING"):
        raise Problem(
            Code.LENGTH_REQUIRED, "Send the body with a Content-Length; a body in chunks is not read."
        )
    if length.isdecimal() and int(length) > BODY_BYTES_MAX:
        raise Problem(
            Code.TOO_LARGE,
            f"The body has {length} bytes; the most is {BODY_BYTES_MAX}. "
            "Send less at a time, or bring large amounts in as a file (Imports).",
        )


class StrictParser(Parser):
    """JSON by its standard: no NaN, no zero characters, no half surrogate pairs, decimals kept exact."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The document of the body.

        Raises Problem; Ninja turns every other exception into its own words, so none may get out.
        """
        kind = request.META.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
        if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
            raise Problem(
                Code.NOT_JSON, "Send the body as JSON, with the header Content-Type: application/json."
            )
        try:
            document, request.document = load(request.body)  # type: ignore[attr-defined]
        except (UnreadablePostError, RawPostDataException) as error:
            raise Problem(Code.BAD_JSON, "The body ended before its time.") from error
        return document


def load(raw: bytes) -> tuple[Any, str]:
    """A JSON document, and the same as one text, whatever order and blanks it was sent with.

    Fractions become Decimal. Raises Problem for what is no JSON.
    """
    try:
        document = json.loads(raw.decode("utf-8"), parse_constant=_refuse, parse_float=_decimal)
        text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
        text.encode()
    except (ValueError, RecursionError) as error:
        # A UnicodeEncodeError is a ValueError too: half of a surrogate pair, which no text can hold.
        reason = f": {error}" if isinstance(error, json.JSONDecodeError) else ""
        raise Problem(Code.BAD_JSON, f"The body is not JSON in UTF-8{reason}.") from error
    if "\\u0000" in text and _has_zero(document):
        raise Problem(Code.BAD_JSON, "The body has a zero character (\\u0000), which no text may hold.")
    if _depth(document) > DEPTH_MAX:
        raise Problem(Code.BAD_JSON, f"The body is nested deeper than {DEPTH_MAX} levels.")
    return document, text


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _decimal(text: str) -> Decimal:
    number = Decimal(text)
    if number.adjusted() < -400 or not math.isfinite(float(number)):
        raise ValueError("a number out of all proportion")
    return number


def _has_zero(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(_has_zero(key) or _has_zero(item) for key, item in value.items())
    return isinstance(value, list) and any(map(_has_zero, value))


def _depth(document: Any) -> int:
    """Levels of lists and objects, counted until there are too many."""
    level: list[Any] = [document]
    depth = 0
    while level and depth <= DEPTH_MAX:
        level = [
            item
            for value in level
            if isinstance(value, dict | list)
            for item in (value.values() if isinstance(value, dict) else value)
        ]
        depth += bool(level)
    return depth
