"""Answers that say what was wrong: problem+json (RFC 9457) with a code that never changes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from django.http import HttpResponse

MEDIA_TYPE = "application/problem+json"
REFERENCE = "/api/v1/reference"
RETRY_SECONDS = 1
"""When to come back after a conflict or while the database is away: both are usually over in a moment."""


class Code(Enum):
    """Every problem there is: its code, status and title. Programs go by the code, so it is for ever."""

    BAD_JSON = "bad_json", 400, "The body is not JSON"
    BAD_CURSOR = "bad_cursor", 400, "The cursor is not one of ours"
    BAD_IDEMPOTENCY_KEY = "bad_idempotency_key", 400, "The idempotency key cannot be used"
    NOT_AUTHENTICATED = "not_authenticated", 401, "No valid key"
    NOT_ALLOWED = "not_allowed", 403, "The key may not do this"
    NOT_YOUR_BRANCH = "not_your_branch", 403, "The key belongs to another branch"
    FACTOR_NEEDED = "factor_needed", 403, "The customer has to allow it"
    FACTOR_REFUSED = "factor_refused", 403, "The QR code or the code does not open"
    NOT_FOUND = "not_found", 404, "There is nothing here"
    METHOD_NOT_ALLOWED = "method_not_allowed", 405, "The address does not take this method"
    STALE = "stale", 409, "A newer state is stored"
    REFUSED = "refused", 409, "It cannot be stored"
    NOT_ENOUGH_POINTS = "not_enough_points", 409, "There are not enough points"
    TOO_MANY_POINTS = "too_many_points", 409, "More points than the programme takes for such an order"
    NO_PROGRAMME = "no_programme", 409, "No loyalty programme is running"
    HOLD_CLOSED = "hold_closed", 409, "The hold is closed"
    HOLD_KEY_REUSED = "hold_key_reused", 409, "The key of the hold was used for another one"
    COUPONS_REFUSED = "coupons_refused", 409, "Codes take nothing off this cart"
    DISCOUNT_CHANGED = "discount_changed", 409, "The offers take something else off by now"
    USE_CLOSED = "use_closed", 409, "The use of offers is closed"
    USE_KEY_REUSED = "use_key_reused", 409, "The key of the use was used for another one"
    REWARD_NOT_OFFERED = "reward_not_offered", 409, "The reward is not offered now"
    REWARD_SOLD_OUT = "reward_sold_out", 409, "There is not enough left of the reward"
    REWARD_LIMIT = "reward_limit", 409, "The customer has had as many as one may"
    REWARD_OTHER_TIER = "reward_other_tier", 409, "The reward is for another tier"
    REWARD_HANDED_OUT = "reward_handed_out", 409, "The reward was handed out or done"
    REWARD_COUPON_USED = "reward_coupon_used", 409, "The coupon was used or is set aside"
    REWARD_COUPON_OVER = "reward_coupon_over", 409, "The last day of the coupon is over"
    REWARD_ONE_AT_A_TIME = "reward_one_at_a_time", 409, "Coupons are taken one at a time"
    REWARD_KEY_REUSED = "reward_key_reused", 409, "The key was used for another reward"
    GIFT_NOT_WAITING = "gift_not_waiting", 409, "The gift does not wait to be handed out"
    NO_REFERRAL = "no_referral", 409, "Bringing a friend is not part of the programme"
    MAY_NOT_REFER = "may_not_refer", 409, "The customer may not bring friends"
    REFERRAL_CODE_UNKNOWN = "referral_code_unknown", 409, "Nobody has this code for friends"
    SEVERAL_CUSTOMERS = "several_customers", 409, "Several customers are meant"
    CANNOT_REACH = "cannot_reach", 409, "No code can be sent"
    IN_PROGRESS = "in_progress", 409, "The same request is under way"
    LENGTH_REQUIRED = "length_required", 411, "The length of the body is not told"
    TOO_LARGE = "too_large", 413, "The body is too large"
    NOT_JSON = "not_json", 415, "The body has another type than JSON"
    INVALID = "invalid", 422, "Something in the request is not as it should be"
    KEY_REUSED = "idempotency_key_reused", 422, "The idempotency key was used for another request"
    TOO_MANY = "too_many_requests", 429, "Too many requests"
    LOCKED_OUT = "locked_out", 429, "Too many attempts"
    BROKEN = "internal_error", 500, "Something broke on our side"
    UNAVAILABLE = "unavailable", 503, "Not available right now"

    def __init__(self, code: str, status: int, title: str) -> None:
        self.code = code
        self.status = status
        self.title = title


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one field; `field` is its path with dots, list places counted from 0.

    `more`: what programs may go by beside the code, such as what is missing.
    """

    field: str
    code: str
    detail: str
    more: Mapping[str, object] | None = None


class Problem(Exception):
    """Ends the request with this answer; what the transaction did until now is taken back."""

    def __init__(
        self,
        code: Code,
        detail: str,
        *,
        faults: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, int] | None = None,
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.faults = faults
        self.headers = dict(headers or {})
        self.more = dict(more or {})
        """Figures beside the words, such as what could be spent."""

    def response(self) -> HttpResponse:
        """The answer as it is sent."""
        body: dict[str, object] = {
            "type": f"{REFERENCE}#{self.code.code}",
            "title": self.code.title,
            "status": self.code.status,
            "code": self.code.code,
            "detail": self.detail,
            **self.more,
        }
        if self.faults:
            body["errors"] = [
                {"field": fault.field, "code": fault.code, "detail": fault.detail, **(fault.more or {})}
                for fault in self.faults
            ]
        return HttpResponse(
            json.dumps(body, ensure_ascii=False, separators=(",", ":")),
            status=self.code.status,
            headers={"Content-Type": MEDIA_TYPE, "Cache-Control": "no-store", **self.headers},
        )


def missing(what: str) -> Problem:
    """There is no such thing."""
    return Problem(Code.NOT_FOUND, what)


def method_not_allowed(allowed: Sequence[str]) -> Problem:
    """The address exists, for other methods."""
    return Problem(
        Code.METHOD_NOT_ALLOWED,
        f"This address takes {', '.join(allowed)}.",
        headers={"Allow": ", ".join(allowed)},
    )


def in_progress() -> Problem:
    """The same idempotency key is being worked on at this very moment."""
    return Problem(
        Code.IN_PROGRESS,
        "A request with this Idempotency-Key is under way. Repeat it in a moment to get its answer.",
        headers={"Retry-After": str(RETRY_SECONDS)},
    )


def unavailable() -> Problem:
    """The database cannot be reached or is too busy; nothing was stored."""
    return Problem(
        Code.UNAVAILABLE,
        "The database does not answer. Nothing was stored; repeat the request in a moment.",
        headers={"Retry-After": str(RETRY_SECONDS)},
    )


def broken() -> Problem:
    """A mistake of ours; what it was stands in the server's log."""
    return Problem(Code.BROKEN, "This is a mistake of ours. Nothing was stored; the server's log says more.")
