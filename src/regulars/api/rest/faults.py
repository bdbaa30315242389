"""What pydantic finds wrong with a request, in words and codes of our own that stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from regulars.api.rest.problems import Code, Fault, Problem

FAULTS_MAX = 50
"""Enough to mend what is wrong; a list of 2,000 wrong lines is wrong in the same way throughout."""

_CODES = {
    "missing": "missing",
    "extra_forbidden": "unknown_field",
    "too_short": "too_short",
    "string_too_short": "too_short",
    "too_long": "too_long",
    "string_too_long": "too_long",
    "greater_than": "too_small",
    "greater_than_equal": "too_small",
    "less_than": "too_large",
    "less_than_equal": "too_large",
    "string_pattern_mismatch": "wrong_form",
    "value_error": "wrong_form",
    "literal_error": "not_one_of",
    "enum": "not_one_of",
}


def problem(errors: Sequence[Mapping[str, Any]]) -> Problem:
    """The answer to a request whose parts are not as the reference says."""
    faults = [_fault(error) for error in errors[:FAULTS_MAX]]
    first = faults[0]
    more = f" ({len(errors) - 1} more below)" if len(errors) > 1 else ""
    return Problem(Code.INVALID, f"{first.field or 'body'}: {first.detail}{more}.", faults=faults)


def _fault(error: Mapping[str, Any]) -> Fault:
    kind = str(error["type"])
    place, *path = error["loc"]
    if place == "body":
        path = path[1:]  # the name of the handler's parameter
    code = _CODES.get(
        kind, "wrong_type" if kind.endswith(("_type", "_parsing", "_instance_of")) else "invalid"
    )
    text = str(error["msg"]).removeprefix("Value error, ")
    return Fault(".".join(map(str, path)), code, text[:1].lower() + text[1:])
