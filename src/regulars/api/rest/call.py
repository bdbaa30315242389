"""A call of the REST API: who calls, when, with what; and its answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from pydantic import BaseModel

from regulars.team.types import ApiKey


class Call(HttpRequest):
    """What a handler gets as `request`; the door fills it in (`door.Door`)."""

    key: ApiKey
    """Who calls, and may."""
    caller: ApiKey | None
    """Who calls, whether they may or not."""
    writes: bool
    """Whether it tells us something."""
    now: datetime
    """When the call came in: the one time everything it does is done at."""
    document: str
    """The body in its canonical form, empty if there was none."""
    limit_headers: Mapping[str, str]
    """What is left of the key's allowance, as headers."""


def json_response(body: str | bytes, status: int = 200) -> HttpResponse:
    """A document as an answer; none of them may be kept by a cache on the way."""
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    return HttpResponse(body, status=status, headers=headers)


def answer(model: BaseModel | None, status: int = 200) -> HttpResponse:
    """A model as an answer; None: there is nothing to say."""
    if model is None:
        return HttpResponse(status=204, headers={"Cache-Control": "no-store"})
    return json_response(model.model_dump_json(), status)
