"""The OpenAPI document: what Ninja knows of the operations, and what holds for all of them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from regulars.api.rest.application import VERSION, api
from regulars.api.rest.idempotency import HEADER, LENGTH_MAX, REPLAYED
from regulars.api.rest.problems import MEDIA_TYPE, Code
from regulars.api.rest.routes import REFUSES, SCOPE, WRITES
from regulars.team.types import Scope

PREFIX = "/api/v1"
_BODY_METHODS = {"post", "put", "patch"}
_METHODS = _BODY_METHODS | {"get", "delete"}

_INTRODUCTION = """\
What the shop's systems tell Regulars and ask of it. Keys are made in Connections → Keys.

Times are ISO 8601 with a zone. Money is whole minor units with the currency beside. Lists come in pages:
give `next` of one page as `after` of the next. A write may carry an `Idempotency-Key`: sent again with the
same key within 24 hours it takes effect once and gets the first answer again.
"""

_PROBLEM = {
    "title": "Problem",
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string", "description": "Where in the reference the code is explained."},
        "title": {"type": "string", "description": "What the code means."},
        "status": {"type": "integer"},
        "code": {"type": "string", "enum": [code.code for code in Code], "description": "Stable."},
        "detail": {"type": "string", "description": "What was wrong this time and what to do."},
        "spendable_minor": {"type": "integer", "description": "With `not_enough_points`: what can be spent."},
        "payable_minor": {"type": "integer", "description": "With `too_many_points`: what is taken."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "description": "Of `coupons_refused` with the sum or the day too, as a check names it.",
                "required": ["field", "code", "detail"],
                "properties": {
                    "field": {"type": "string", "description": "Its path, such as lines.0.amount_minor."},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
_HEADERS = {
    "RateLimit-Limit": ("integer", "Calls a minute."),
    "RateLimit-Remaining": ("integer", "How many of them are left."),
    "RateLimit-Reset": ("integer", "Seconds until all are back."),
    "Retry-After": ("integer", "Seconds to wait before the call is repeated."),
    "WWW-Authenticate": ("string", "How to send a key."),
    REPLAYED: ("string", "`true`: the answer of the first call with this idempotency key."),
}
_HEADERS_OF = {
    401: ["WWW-Authenticate"],
    429: ["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "Retry-After"],
    503: ["Retry-After"],
}
_LIMITS = ["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"]
_OF_POINTS = [Code.NOT_FOUND, Code.SEVERAL_CUSTOMERS, Code.FACTOR_REFUSED, Code.LOCKED_OUT]
"""Wherever a customer is named as tills do it."""
_OF_SPENDING = [
    *(Code.NOT_ENOUGH_POINTS, Code.TOO_MANY_POINTS, Code.NO_PROGRAMME, Code.HOLD_CLOSED),
    *(Code.HOLD_KEY_REUSED, Code.FACTOR_NEEDED, Code.CANNOT_REACH),
]
_OF_OFFERS = [Code.COUPONS_REFUSED, Code.DISCOUNT_CHANGED, Code.USE_CLOSED, Code.USE_KEY_REUSED]
_ALWAYS = [Code.NOT_AUTHENTICATED, Code.NOT_ALLOWED, Code.TOO_MANY, Code.BROKEN, Code.UNAVAILABLE]


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """The whole document; it depends on the code only."""
    made: dict[str, Any] = dict(api.get_openapi_schema(path_prefix=PREFIX))
    made["info"] = {"title": "Regulars", "version": VERSION, "description": _INTRODUCTION}
    made["servers"] = [{"url": "/", "description": "This installation"}]
    for address, path in made["paths"].items():
        for method, operation in path.items():
            if method in _METHODS:
                _complete(operation, method, address)
    components = made["components"]
    components["schemas"]["Problem"] = _PROBLEM
    components["headers"] = {
        name: {"schema": {"type": type_}, "description": text} for name, (type_, text) in _HEADERS.items()
    }
    components["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "description": "`Authorization: Bearer sk_…`"},
        "basic": {"type": "http", "scheme": "basic", "description": "The key as the user, no password."},
    }
    return made


def _complete(operation: dict[str, Any], method: str, path: str) -> None:
    """Add what every operation of its kind answers and takes."""
    operation["security"] = [{"bearer": []}, {"basic": []}]
    for parameter in operation.get("parameters", ()):
        parameter.pop("examples", None)  # as Ninja puts them here they are none of OpenAPI's
        parameter["schema"].pop("description", None)
    writes, refuses = operation.pop(WRITES), operation.pop(REFUSES)
    codes = list(_ALWAYS)
    names_something = {"path", "customer_id"}
    if any({one["in"], one["name"]} & names_something for one in operation.get("parameters", ())):
        codes.append(Code.NOT_FOUND)
    if operation.get("parameters") or "requestBody" in operation:
        codes.append(Code.INVALID)
    if any(parameter["name"] == "after" for parameter in operation.get("parameters", ())):
        codes.append(Code.BAD_CURSOR)
    if "requestBody" in operation:
        codes += [Code.BAD_JSON, Code.LENGTH_REQUIRED, Code.TOO_LARGE, Code.NOT_JSON]
    if refuses:
        codes.append(Code.REFUSED)
    if writes:
        codes.append(Code.IN_PROGRESS)
        codes += [Code.KEY_REUSED, Code.BAD_IDEMPOTENCY_KEY]
        operation.setdefault("parameters", []).append(_idempotency_key())
    if operation[SCOPE] == Scope.ORDERS_WRITE.value:
        codes += [Code.STALE, Code.NOT_YOUR_BRANCH]
    if "/loyalty/" in path:
        codes += _OF_POINTS + (_OF_SPENDING if writes else [])
    if "/offers/" in path:
        codes += _OF_POINTS + (_OF_OFFERS if writes else [])
    for status, response in operation["responses"].items():
        names = _LIMITS + ([REPLAYED] if writes and int(status) < 300 else [])
        response["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
    for code in sorted(set(codes), key=lambda code: (code.status, code.code)):
        _add_problem(operation["responses"], code)
    operation["responses"] = {str(key): operation["responses"][key] for key in sorted(operation["responses"])}
    # Without a text of its own Ninja gives the title again.
    text = operation.get("description", "").removeprefix(f"{operation['summary']}.").strip()
    operation["description"] = f"{text}\n\nScope: `{operation[SCOPE]}`.".strip()
    assert method in _BODY_METHODS or "requestBody" not in operation  # noqa: S101 (a slip in a declaration)


def _add_problem(responses: dict[int, Any], code: Code) -> None:
    told = responses.setdefault(code.status, {"description": "", "content": {}})
    words = f"`{code.code}`: {code.title}."
    told["description"] = f"{told['description']} {words}".strip()
    told["content"] = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    names = _HEADERS_OF.get(code.status, _LIMITS)
    told["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _idempotency_key() -> dict[str, Any]:
    return {
        "in": "header",
        "name": HEADER,
        "required": False,
        "description": "Any text of your own, new for each new call and the same for its repetitions.",
        "schema": {"type": "string", "minLength": 1, "maxLength": LENGTH_MAX, "pattern": "^[ -~]+$"},
    }
