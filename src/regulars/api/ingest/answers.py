"""What callers are told, in English: programmers read it."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

import msgspec

from regulars.api.ingest.errors import CallRefused
from regulars.api.ingest.types import Result, Status

Headers = list[tuple[str, str]]

_encode = msgspec.json.Encoder().encode
_PLAIN = _encode({"success": True, "taken": 1, "repeated": 0, "refused": 0, "results": []})
"""The answer to nearly every single call."""


def of_results(results: Sequence[Result]) -> bytes:
    """What became of the items of a call; results are given for those that were not plainly taken."""
    if len(results) == 1 and results[0].plain:
        return _PLAIN
    counts = dict.fromkeys(Status, 0)
    for result in results:
        counts[result.status] += 1
    return _encode(
        {
            "success": True,
            "taken": counts[Status.TAKEN],
            "repeated": counts[Status.REPEATED],
            "refused": counts[Status.REFUSED],
            "results": [_one(result) for result in results if not result.plain],
        }
    )


def _one(result: Result) -> dict[str, str | None]:
    said: dict[str, str | None] = {"messageId": result.message_id, "status": result.status.value}
    if result.code is not None:
        said |= {"code": result.code, "detail": result.detail}
    return said


def of_refusal(refused: CallRefused) -> bytes:
    """A problem in the manner of RFC 9457; `message` is what Segment's libraries show."""
    return _encode(
        {
            "success": False,
            "type": "about:blank",
            "title": HTTPStatus(refused.status).phrase,
            "status": refused.status,
            "code": refused.code,
            "detail": refused.detail,
            "message": refused.detail,
        }
    )
