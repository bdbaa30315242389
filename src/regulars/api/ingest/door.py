"""The way in at /v1, past Django's middleware: every page of a shop's site sends here."""

from __future__ import annotations

import functools
import hashlib
import hmac
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from regulars.api import keys, limits
from regulars.api.ingest import answers, database, library, making, parsing
from regulars.api.ingest.entries import Caller, Entry
from regulars.api.ingest.errors import CallRefused, Refused
from regulars.api.ingest.storing import store
from regulars.api.ingest.together import SMALL, Together
from regulars.api.ingest.types import (
    BATCH_BYTES_MAX,
    CALL_BYTES_MAX,
    Code,
    Item,
    Kind,
    Result,
    Status,
)
from regulars.kit import clock
from regulars.kit.database import is_unable
from regulars.team.types import ApiKey, KeyKind, Scope

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Headers = list[tuple[str, str]]

PREFIX = "/v1/"
RETRY_SECONDS = 5
_BATCH = "batch"
_PATHS: dict[str, Kind | str] = {
    **{kind.value: kind for kind in Kind},
    **{kind.value[0]: kind for kind in Kind},
    "batch": _BATCH,
    "b": _BATCH,
}
_JSON = ("Content-Type", "application/json")
_PLAIN = ("X-Content-Type-Options", "nosniff")
_ANY_ORIGIN = ("Access-Control-Allow-Origin", "*")
_READABLE = (
    "Access-Control-Expose-Headers",
    "RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After",
)
"""Scripts in pages may read these of an answer; said in the answer itself, not before."""
_PREFLIGHT: Headers = [
    _ANY_ORIGIN,
    ("Access-Control-Allow-Methods", "GET, POST, OPTIONS"),
    (
        "Access-Control-Allow-Headers",
        "Authorization, Content-Type, Content-Encoding, X-Identity-Token, X-Retry-Count",
    ),
    ("Access-Control-Max-Age", "86400"),
]
_REASONS = {int(status): f"{int(status)} {status.phrase}" for status in HTTPStatus}

_log = logging.getLogger(__name__)


def application(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Answer a call below /v1; a WSGI application of its own."""
    try:
        status, headers, body = _answer(environ)
    except CallRefused as refused:
        status, headers, body = _refusal(refused)
    except Exception as error:
        if is_unable(error):
            _log.warning("a call found the database unable to answer: %s", type(error).__name__)
            status, headers, body = _refusal(_unavailable())
        else:
            _log.exception("a call broke")
            status, headers, body = _refusal(
                CallRefused(500, "broken", "This is a mistake of ours; nothing of the call was stored.")
            )
    finally:
        database.let_go()
    start_response(_REASONS[status], headers)
    return [body]


def _answer(environ: Environ) -> tuple[int, Headers, bytes]:
    name = environ["PATH_INFO"][len(PREFIX) :].strip("/")
    method = environ["REQUEST_METHOD"]
    if method == "OPTIONS":
        return 204, _PREFLIGHT, b""
    if method == "GET" and name.startswith(library.SETTINGS[0]) and name.endswith(library.SETTINGS[1]):
        return _settings(environ, name)
    what = _PATHS.get(name)
    if what is None and name not in library.METRICS:
        raise CallRefused(
            404, "not_found", "There is nothing at this address; see docs/events.md.", (_ANY_ORIGIN,)
        )
    if method != "POST":
        raise CallRefused(
            405, "method_not_allowed", "Send it by POST.", (_ANY_ORIGIN, ("Allow", "POST, OPTIONS"))
        )
    if what is None:
        _read(environ, CALL_BYTES_MAX)
        return 200, [_JSON, _ANY_ORIGIN], library.METRICS_TAKEN
    return _take(environ, what)


def _take(environ: Environ, what: Kind | str) -> tuple[int, Headers, bytes]:
    """A call with events, from its key to its answer."""
    now = clock.now()
    limit = BATCH_BYTES_MAX if what is _BATCH else CALL_BYTES_MAX
    authorization = environ.get("HTTP_AUTHORIZATION")
    key = _key(authorization) if authorization else None
    body = parsing.unpack(_read(environ, limit), environ.get("HTTP_CONTENT_ENCODING", "").lower(), limit)
    if isinstance(what, Kind):
        raws: list[Any] = [body]
        written_key, sent_at, context = (None, None, None) if key else (parsing.write_key(body), None, None)
    else:
        found = parsing.envelope(body)
        raws, written_key, sent_at = found.batch, found.write_key, found.sent_at
        context = parsing.context(found.context) if len(memoryview(found.context)) else None
    if key is None:
        key = _key(authorization, written_key)
    headers = _headers(key)
    ip = _address(environ) if key.kind is KeyKind.BROWSER else None
    verdict = limits.take(key, 1 + len(raws) // 100, time.monotonic(), _hash_ip(ip) if ip else "")
    headers.extend(limits.headers(verdict).items())
    if not verdict.allowed:
        raise CallRefused(429, "too_many_calls", "Come again when Retry-After says.", tuple(headers))
    call = making.Call(
        caller=_caller(key),
        now=now,
        token=environ.get("HTTP_X_IDENTITY_TOKEN"),
        sent_at=sent_at,
        context=context,
        hash_ip=_hash_ip,
        ip=ip,
    )
    try:
        results = _process(raws, what if isinstance(what, Kind) else None, call)
    except Exception as error:
        if not is_unable(error):
            raise
        _log.warning("a call found the database unable to answer: %s", type(error).__name__)
        raise _unavailable(tuple(headers)) from None
    statuses = [result.status for result in results]
    keys.count(key, taken=statuses.count(Status.TAKEN), refused=statuses.count(Status.REFUSED))
    return 200, headers, answers.of_results(results)


def _process(raws: list[Any], kind: Kind | None, call: making.Call) -> list[Result]:
    """What becomes of each item, in their order."""
    results: list[Result | None] = []
    entries: list[Entry] = []
    for raw in raws:
        made = _made(raw, kind, call)
        if isinstance(made, Entry):
            entries.append(made)
            results.append(None)
        else:
            results.append(made)
    database.let_go()  # who waits for others to write may not sit on a connection that they need
    stored = iter(_stored(entries))
    return [result if result is not None else next(stored) for result in results]


def _stored(entries: Sequence[Entry]) -> list[Result]:
    if not entries:
        return []
    return _together.put(entries) if len(entries) <= SMALL else _write(entries)


def _made(raw: Any, kind: Kind | None, call: making.Call) -> Entry | Result:
    item: Item | None = None
    try:
        item = parsing.item(raw)
        return making.make(item, kind or _kind(item), call)
    except Refused as refused:
        name = item.message_id if item is not None else parsing.message_id(raw)
        return Result(Status.REFUSED, name[:100] if name else None, refused.code, refused.detail)


def _kind(item: Item) -> Kind:
    try:
        return Kind((item.type or "").lower())
    except ValueError:
        raise Refused(
            Code.UNKNOWN_TYPE, f"type has to be one of {', '.join(kind.value for kind in Kind)}."
        ) from None


def _write(entries: Sequence[Entry]) -> list[Result]:
    return database.patiently(lambda: store(entries, clock.now()))


_together = Together(_write)


def _key(authorization: str | None, written: str | None = None) -> ApiKey:
    key = database.patiently(lambda: keys.calling(authorization, written))
    if key is None:
        raise CallRefused(
            401,
            "unknown_key",
            "No key, or one that is not in use: send it as the user of Basic authorization, or as writeKey.",
            (("WWW-Authenticate", 'Basic realm="Regulars"'), _ANY_ORIGIN),
        )
    if key.kind is KeyKind.TILL or Scope.EVENTS_WRITE not in key.scopes:
        raise CallRefused(
            403,
            "scope_missing",
            "This key may not send events; make one with the scope events:write.",
            (_ANY_ORIGIN,),
        )
    return key


def _caller(key: ApiKey) -> Caller:
    return Caller(browser=key.kind is KeyKind.BROWSER, scopes=key.scopes)


def _headers(key: ApiKey) -> Headers:
    return [_JSON, _PLAIN, _ANY_ORIGIN, _READABLE] if key.kind is KeyKind.BROWSER else [_JSON, _PLAIN]


def _read(environ: Environ, limit: int) -> bytes:
    """The body, of which no more is read than is allowed."""
    told = environ.get("CONTENT_LENGTH") or ""
    if told.isdecimal() and len(told) < 20 and int(told) > limit:
        raise parsing.too_large(limit)
    body: bytes = environ["wsgi.input"].read(limit + 1)
    if len(body) > limit:
        raise parsing.too_large(limit)
    return body


def _address(environ: Environ) -> str | None:
    """Who calls: behind proxies of ours, what the first of them saw."""
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    if proxies:
        seen = [part.strip() for part in environ.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        return (seen[-proxies] if len(seen) >= proxies else "") or None
    return str(environ.get("REMOTE_ADDR") or "") or None


@functools.lru_cache(maxsize=8192)
def _hash_ip(ip: str) -> str:
    """16 hex digits that only this installation can make of an address."""
    return hmac.new(settings.SECRET_KEY.encode(), b"ip\0" + ip[:64].encode(), hashlib.sha256).hexdigest()[:16]


def _settings(environ: Environ, name: str) -> tuple[int, Headers, bytes]:
    secret = name[len(library.SETTINGS[0]) : -len(library.SETTINGS[1])]
    key = database.patiently(lambda: keys.calling(None, secret))
    if key is None or key.kind is not KeyKind.BROWSER:
        raise CallRefused(404, "unknown_key", "No key of a browser has this name.", (_ANY_ORIGIN,))
    host = environ.get("HTTP_HOST", "")
    # The answer names the host it was asked at, and may be kept by a proxy: only one of ours.
    if not validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS):
        raise CallRefused(400, "unknown_host", "REGULARS_HOSTS does not name this host.", (_ANY_ORIGIN,))
    body = library.settings_of(key.public, host, https=settings.HTTPS)
    return 200, [_JSON, _ANY_ORIGIN, ("Cache-Control", "public, max-age=300")], body


def _unavailable(headers: tuple[tuple[str, str], ...] = (_ANY_ORIGIN, _READABLE)) -> CallRefused:
    return CallRefused(
        503,
        "unavailable",
        "The database cannot answer right now. Whether this was stored is not sure: send the same again, "
        "with the same messageIds.",
        (*headers, ("Retry-After", str(RETRY_SECONDS))),
    )


def _refusal(refused: CallRefused) -> tuple[int, Headers, bytes]:
    names = {name for name, _ in refused.headers}
    headers = [
        ("Content-Type", "application/problem+json"),
        *(h for h in refused.headers if h[0] != "Content-Type"),
    ]
    if _PLAIN[0] not in names:
        headers.append(_PLAIN)
    return refused.status, headers, answers.of_refusal(refused)
