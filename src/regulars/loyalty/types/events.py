"""What the log is told of by loyalty; amounts are in minor units of points (`points_minor`)."""

from __future__ import annotations

from regulars.events.types import Caused as Caused
from regulars.events.types import EventType

SOURCE = "loyalty"

POINTS_EARNED = EventType("points_earned")
"""`points_minor`, `order`, `order_source` (empty: not for an order), `usable_at`, `expires_at` (or None)."""
POINTS_BECAME_USABLE = EventType("points_became_usable")
POINTS_SPENT = EventType("points_spent")
"""`points_minor`, `hold_id`, `order`, `order_source`, `branch_id`."""
POINTS_GIVEN_BACK = EventType("points_given_back")
"""What was spent on an order came back."""
POINTS_TAKEN_BACK = EventType("points_taken_back")
"""What an order had earned was taken back; `owed_minor`, `written_off_minor`: what was not there."""
POINTS_EXPIRED = EventType("points_expired")
POINTS_EXPIRING = EventType("points_expiring")
"""A warning: `days` (30 or 7), `points_minor`, `expires_at`."""
POINTS_ADJUSTED = EventType("points_adjusted")
"""By hand or as an opening balance; negative when taken."""
POINTS_SHORT = EventType("points_short")
"""A till that was cut off let somebody spend more than there was: `short_minor`, `hold_id`."""
BENEFIT_GIVEN = EventType("benefit_given")
"""`grant_id`, `mechanic`, `part` (its key), `name` (what the shop calls it), `kind` (of benefit),
`points_minor` (0: none)."""
BENEFIT_WITHDRAWN = EventType("benefit_withdrawn")
"""What it was for is no more; as `benefit_given`."""
REWARD_ORDERED = EventType("reward_ordered")
"""Taken from the catalogue: `order_id` (of the reward), `reward_id`, `name`, `kind`, `pieces`,
`points_minor`."""
REWARD_CANCELLED = EventType("reward_cancelled")
"""Its points came back; as `reward_ordered`."""
REWARD_HANDED_OUT = EventType("reward_handed_out")
"""A gift was fetched: `grant_id`, `mechanic`, `part`, `name`, `branch_id`."""
TIER_REACHED = EventType("tier_reached")
"""`tier`, `name`, `before` (the key of the tier before; empty: none), `before_name`, `measured_minor`."""
TIER_ENDING = EventType("tier_ending")
"""A warning: `tier`, `name`, `until` (the first moment without it), `then` (what they have then),
`then_name`, `measured_minor`."""
TIER_LEFT = EventType("tier_left")
"""`tier`, `name`, `then`, `then_name`, `measured_minor`."""
FRIEND_CAME = EventType("friend_came")
"""Of who brought them, as the next two: `referral_id`, `source` (api, site)."""
FRIEND_BOUGHT = EventType("friend_bought")
"""Both were rewarded: `referral_id`, `order_id` (ours)."""
FRIEND_REFUSED = EventType("friend_refused")
"""`referral_id`, `source`, `reason` (`types.referring.Refused`)."""

EVENT_TYPES = (
    POINTS_EARNED,
    POINTS_BECAME_USABLE,
    POINTS_SPENT,
    POINTS_GIVEN_BACK,
    POINTS_TAKEN_BACK,
    POINTS_EXPIRED,
    POINTS_EXPIRING,
    POINTS_ADJUSTED,
    POINTS_SHORT,
    BENEFIT_GIVEN,
    BENEFIT_WITHDRAWN,
    REWARD_ORDERED,
    REWARD_CANCELLED,
    REWARD_HANDED_OUT,
    TIER_REACHED,
    TIER_ENDING,
    TIER_LEFT,
    FRIEND_CAME,
    FRIEND_BOUGHT,
    FRIEND_REFUSED,
)
