"""Who is signed in at the shop's site, proven by a token the shop's server signed.

A browser's key is public: whoever reads it can claim to be anybody. So a user id or an e-mail that comes
with such a key counts only with a token (JWT, HS256) under the shop's identity secret, which the pages of
the site never hold.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import jwt

from regulars.team import queries

TOKEN_LENGTH_MAX = 4096
USER_ID_LENGTH_MAX = 255
CONTACT_LENGTH_MAX = 254
LASTS_MAX = timedelta(hours=24)
"""Who copies a token out of somebody's page holds it no longer than that."""
CLOCKS_APART = timedelta(minutes=1)
"""The shop's server may be a little before or behind us."""
REMEMBERED_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Proven:
    """Who is signed in, by the word of the shop's server."""

    user_id: str
    email: str | None = None
    phone: str | None = None


class Unproven(StrEnum):
    """Why a token proves nothing; stable, for programs."""

    MISSING = "identity_token_missing"
    NO_SECRET = "identity_secret_missing"  # noqa: S105 (a word, not a password)
    MALFORMED = "identity_token_malformed"
    WRONG_SIGNATURE = "identity_token_wrong_signature"
    EXPIRED = "identity_token_expired"
    TOO_LONG = "identity_token_too_long"
    NOT_YET = "identity_token_not_yet_valid"


EXPLAINED = {
    Unproven.MISSING: "No identity token came with this call.",
    Unproven.NO_SECRET: "The shop has no identity secret yet. Make one in the console: Connections, Site.",
    Unproven.MALFORMED: "The identity token is not a JWT signed with HS256 that names `sub` and `exp`.",
    Unproven.WRONG_SIGNATURE: "The identity token is signed with another secret than the shop's.",
    Unproven.EXPIRED: "The identity token has expired. Have your server make a new one for each page.",
    Unproven.TOO_LONG: "The identity token's `exp` is more than 24 hours ahead.",
    Unproven.NOT_YET: "The identity token's `nbf` or `iat` lies in the future. Compare the servers' clocks.",
}
"""What each means and what to do about it."""

_lock = threading.Lock()
_remembered: dict[str, tuple[tuple[str, ...], float]] = {}


def examine(token: object, now: datetime) -> Proven | Unproven:
    """Who the token proves is signed in, or why it proves nothing; `token` comes out of somebody's JSON."""
    if not token:
        return Unproven.MISSING
    if not isinstance(token, str) or len(token) > TOKEN_LENGTH_MAX or not token.isascii():
        return Unproven.MALFORMED
    secrets = _secrets_now(now)
    if not secrets:
        return Unproven.NO_SECRET
    reason = Unproven.MALFORMED
    for secret in secrets:
        try:
            # Time is ours to judge: PyJWT would ask the system's clock.
            claims = jwt.decode(
                token,
                secret,
                algorithms=["HS256"],
                options={"require": ["exp", "sub"], "verify_exp": False, "verify_nbf": False,
                         "verify_iat": False, "verify_aud": False, "verify_iss": False, "verify_sub": False,
                         "verify_jti": False},
            )  # fmt: skip
        except jwt.InvalidSignatureError:
            reason = Unproven.WRONG_SIGNATURE
        except (jwt.PyJWTError, RecursionError):  # the latter: a head of a thousand nested lists
            return Unproven.MALFORMED
        else:
            return _judged(claims, now)
    return reason


def forget() -> None:
    """Remember no secret; for tests."""
    with _lock:
        _remembered.clear()


def _judged(claims: dict[str, Any], now: datetime) -> Proven | Unproven:
    user_id = _user_id(claims["sub"])
    expires = _moment(claims["exp"])
    if user_id is None or expires is None:
        return Unproven.MALFORMED
    if expires <= now - CLOCKS_APART:
        return Unproven.EXPIRED
    if expires > now + LASTS_MAX + CLOCKS_APART:
        return Unproven.TOO_LONG
    for name in ("nbf", "iat"):
        if name not in claims:
            continue
        begins = _moment(claims[name])
        if begins is None:
            return Unproven.MALFORMED
        if begins > now + CLOCKS_APART:
            return Unproven.NOT_YET
    return Proven(user_id, _contact(claims.get("email")), _contact(claims.get("phone")))


def _user_id(value: object) -> str | None:
    # Shops number their customers; JWT wants a text, and half of the libraries do not mind.
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return None
    return value if value.strip() and len(value) <= USER_ID_LENGTH_MAX else None


def _moment(value: object) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _contact(value: object) -> str | None:
    if not isinstance(value, str) or not value.strip() or len(value) > CONTACT_LENGTH_MAX:
        return None
    return value.strip()


def _secrets_now(now: datetime) -> tuple[str, ...]:
    """The shop's secrets, asked for every few seconds only."""
    at = time.monotonic()
    with _lock:
        known = _remembered.get("secrets")
    if known is not None and at < known[1]:
        return known[0]
    found = queries.identity_secrets(now)
    with _lock:
        _remembered["secrets"] = (found, at + REMEMBERED_SECONDS)
    return found
