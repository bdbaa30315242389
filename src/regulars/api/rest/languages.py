"""In which language customers read what an answer tells them."""

from __future__ import annotations

from regulars.api.rest.call import Call


def language_of(call: Call) -> str:
    """That of `Accept-Language`, as far as we speak it; else English."""
    for told in call.headers.get("Accept-Language", "").split(","):
        name = told.partition(";")[0].strip().lower().partition("-")[0]
        if name in {"ru", "en"}:
            return name
    return "en"
