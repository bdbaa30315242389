"""Words of webhooks, and what the services take and give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

TEST = "webhook_test"
"""The type of what is sent to try an endpoint out; nothing happened to anybody."""

OFFERED: Mapping[str, tuple[str, ...]] = {
    "orders": ("order_completed", "order_updated", "order_cancelled", "order_refunded"),
    "deliveries": ("delivery_promised", "order_shipped", "order_delivered"),
    "customers": (
        "profile_created",
        "identity_added",
        "identity_removed",
        "traits_changed",
        "group_joined",
        "customers_merged",
        "customers_unmerged",
        "manager_changed",
    ),
    "points": (
        "points_earned",
        "points_became_usable",
        "points_spent",
        "points_given_back",
        "points_taken_back",
        "points_expiring",
        "points_expired",
        "points_adjusted",
        "points_short",
    ),
    "tiers": ("tier_reached", "tier_ending", "tier_left"),
    "rewards": (
        "benefit_given",
        "benefit_withdrawn",
        "reward_ordered",
        "reward_cancelled",
        "reward_handed_out",
    ),
    "offers": ("coupon_issued", "coupon_used", "coupon_returned"),
    "friends": ("friend_came", "friend_bought", "friend_refused"),
    "segments": ("segment_entered", "segment_left"),
    "consents": ("consent_given", "consent_withdrawn"),
    "work": ("task_created", "task_closed"),
}
"""The events an endpoint may ask for, in groups; names of the log. What stands in their contents is in
docs/webhooks.md."""
OFFERED_NAMES = frozenset(name for names in OFFERED.values() for name in names)
WITHHELD = frozenset({"note_added", "anonymous_linked", "anonymous_claim_refused"})
"""Facts that are nobody's business outside: what colleagues write, and what only the log itself needs."""

COUNTED_MAX = 10_000
"""More deliveries are "more than that"."""
ENDPOINTS_MAX = 20
"""More receivers than a shop has systems; each takes threads of the worker."""
URL_CHARACTERS_MAX = 2_000
TRIES_MAX = 12
"""Of a delivery, over 24 hours (`rules.WAITS`)."""


class State(StrEnum):
    """What became of a delivery."""

    WAITING = "waiting"
    """For its first or its next try."""
    DELIVERED = "delivered"
    DEAD = "dead"
    """Given up; somebody may have it sent again."""


class OffReason(StrEnum):
    """Why nothing is sent to an endpoint. What happens meanwhile is kept until it is on again."""

    BY_HAND = "by_hand"
    GONE = "gone"
    """The receiver answered 410: it wants nothing more."""
    FAILING = "failing"
    """All tries of a delivery failed, and nothing else got through meanwhile."""


@dataclass(frozen=True, slots=True)
class NewEndpoint:
    """An endpoint just made. Its secret is shown now or never."""

    id: int
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointRow:
    """An address that is told of events. `waiting`, `dead` and the counts of a day end at COUNTED_MAX."""

    id: int
    url: str
    events: frozenset[str]
    created_at: datetime
    off_reason: OffReason | None
    off_at: datetime | None
    failing_since: datetime | None
    """When a try failed first since one went well; None: the last one went well, or there was none."""
    last_success_at: datetime | None
    last_code: str
    """Why the last try failed, see `DeliveryRow.code`."""
    old_secret_until: datetime | None
    """Until then deliveries are signed with the secret before, too."""
    waiting: int
    dead: int
    day_delivered: int
    """Of what was put in line in the last 24 hours."""
    day_all: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRow:
    """One event for one endpoint. `code`: why the last try failed, empty if it went well: `status_<n>`, or
    one of `outgoing`'s, `no_secret`, `skipped`."""

    id: int
    message_id: str
    name: str
    body: str
    state: State
    tries: int
    created_at: datetime
    last_tried_at: datetime | None
    next_try_at: datetime | None
    settled_at: datetime | None
    status: int | None
    code: str
    answer: str
    took_ms: int | None
