"""The kinds of what happens to a customer: what a timeline is narrowed to, and the sign before a line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

ORDERS = frozenset(
    {
        "order_completed",
        "order_updated",
        "order_cancelled",
        "order_refunded",
        "order_shipped",
        "order_delivered",
        "delivery_promised",
    }
)
CART = frozenset(
    {
        "product_added",
        "product_removed",
        "cart_viewed",
        "cart_cleared",
        "checkout_started",
        "checkout_step_viewed",
        "checkout_step_completed",
        "payment_info_entered",
        "coupon_entered",
        "coupon_applied",
        "coupon_denied",
        "coupon_removed",
    }
)
BROWSING = frozenset(
    {
        "page_viewed",
        "screen_viewed",
        "product_viewed",
        "product_clicked",
        "product_list_viewed",
        "product_list_filtered",
        "products_searched",
        "promotion_viewed",
        "promotion_clicked",
        "product_added_to_wishlist",
        "product_removed_from_wishlist",
        "wishlist_product_added_to_cart",
        "product_shared",
        "cart_shared",
    }
)
ABOUT = frozenset(
    {
        "profile_created",
        "traits_changed",
        "identity_added",
        "identity_removed",
        "consent_given",
        "consent_withdrawn",
        "anonymous_linked",
        "anonymous_claim_refused",
        "group_joined",
        "customers_merged",
        "customers_unmerged",
        "manager_changed",
    }
)
POINTS = frozenset(
    {
        "points_earned",
        "points_became_usable",
        "points_spent",
        "points_given_back",
        "points_taken_back",
        "points_expiring",
        "points_expired",
        "points_adjusted",
        "points_short",
        "benefit_given",
        "benefit_withdrawn",
        "reward_ordered",
        "reward_cancelled",
        "reward_handed_out",
        "coupon_issued",
        "coupon_used",
        "coupon_returned",
        "friend_came",
        "friend_bought",
        "friend_refused",
        "tier_reached",
        "tier_ending",
        "tier_left",
    }
)
SEGMENTS = frozenset({"segment_entered", "segment_left"})
NOTES = frozenset({"note_added"})
TASKS = frozenset({"task_created", "task_closed"})

SITE, CARTS, OTHER = "site", "carts", "other"
_NAMES: Mapping[str, frozenset[str]] = {
    "orders": ORDERS,
    CARTS: CART,
    SITE: BROWSING,
    "points": POINTS,
    "about": ABOUT,
    "segments": SEGMENTS,
    "notes": NOTES,
    "tasks": TASKS,
}
KINDS = (*_NAMES, OTHER)
_SIGNS = {
    "order_refunded": "returns",
    "order_shipped": "ways",
    "order_delivered": "ways",
    "delivery_promised": "ways",
    **dict.fromkeys(("coupon_issued", "coupon_used", "coupon_returned"), "offers"),
}


@dataclass(frozen=True)
class Wanted:
    """What of the log a kind takes: facts, visits or both; `names` None: whatever their names."""

    names: frozenset[str] | None = None
    facts: bool = True
    visits: bool = True


def wanted(kind: str, known: frozenset[str]) -> Wanted:
    """Of the names that `known` to have happened to a customer. An unknown kind takes everything."""
    if kind == OTHER:
        return Wanted(names=frozenset(known.difference(*_NAMES.values())))
    if kind == SITE:
        return Wanted(facts=False)  # a visit whole, with what was put in the cart
    if kind == CARTS:
        return Wanted(names=CART, facts=False)
    if kind in _NAMES:
        return Wanted(names=_NAMES[kind], visits=False)
    return Wanted()


def kind_names(known: frozenset[str]) -> dict[str, str]:
    """The kinds of what has happened to a customer, by what they are called."""
    names = {
        "orders": _("Orders"),
        CARTS: _("Carts"),
        SITE: _("Site"),
        "points": _("Points"),
        "about": pgettext("of a customer", "Details"),
        "segments": _("Segments"),
        "notes": _("Notes"),
        "tasks": _("Tasks"),
        OTHER: _("Other"),
    }
    there = {kind for kind, of in _NAMES.items() if known & of}
    if CARTS in there:
        there.add(SITE)
    if known.difference(*_NAMES.values()):
        there.add(OTHER)
    return {kind: name for kind, name in names.items() if kind in there}


def sign_of(name: str) -> str:
    """Which sign stands before a line of this event."""
    return _SIGNS.get(name) or next((kind for kind, names in _NAMES.items() if name in names), OTHER)
