"""What customers did, in words: event names as verbs, how often, when."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from regulars.analytics.wording.numbers import plain
from regulars.segments.types import Within
from regulars.segments.wording.passing import in_the_last, in_the_last_hours, on_days
from regulars.segments.wording.speech import Speech

VERBS: Mapping[str, tuple[str, str]] = {
    "order_completed": (gettext_noop("placed an order"), gettext_noop("did not place an order")),
    "order_updated": (gettext_noop("had an order changed"), gettext_noop("had no order changed")),
    "order_cancelled": (gettext_noop("had an order cancelled"), gettext_noop("had no order cancelled")),
    "order_refunded": (gettext_noop("got money back"), gettext_noop("did not get money back")),
    "order_shipped": (gettext_noop("had an order sent off"), gettext_noop("had no order sent off")),
    "order_delivered": (gettext_noop("got an order delivered"), gettext_noop("got no order delivered")),
    "delivery_promised": (
        gettext_noop("was promised a delivery"),
        gettext_noop("was not promised a delivery"),
    ),
    "product_added": (
        gettext_noop("put a product in the cart"),
        gettext_noop("did not put a product in the cart"),
    ),
    "product_removed": (
        gettext_noop("took a product out of the cart"),
        gettext_noop("did not take a product out of the cart"),
    ),
    "cart_viewed": (gettext_noop("looked at the cart"), gettext_noop("did not look at the cart")),
    "cart_cleared": (gettext_noop("emptied the cart"), gettext_noop("did not empty the cart")),
    "checkout_started": (gettext_noop("began to check out"), gettext_noop("did not begin to check out")),
    "checkout_step_viewed": (
        gettext_noop("looked at a step of the checkout"),
        gettext_noop("did not look at a step of the checkout"),
    ),
    "checkout_step_completed": (
        gettext_noop("did a step of the checkout"),
        gettext_noop("did no step of the checkout"),
    ),
    "payment_info_entered": (
        gettext_noop("chose a way to pay"),
        gettext_noop("did not choose a way to pay"),
    ),
    "coupon_entered": (gettext_noop("entered a coupon"), gettext_noop("did not enter a coupon")),
    "coupon_applied": (gettext_noop("used a coupon"), gettext_noop("did not use a coupon")),
    "coupon_denied": (gettext_noop("had a coupon refused"), gettext_noop("had no coupon refused")),
    "coupon_removed": (gettext_noop("took a coupon off"), gettext_noop("did not take a coupon off")),
    "page_viewed": (
        gettext_noop("looked at a page of the site"),
        gettext_noop("did not look at a page of the site"),
    ),
    "screen_viewed": (
        gettext_noop("looked at a screen of the app"),
        gettext_noop("did not look at a screen of the app"),
    ),
    "product_viewed": (gettext_noop("looked at a product"), gettext_noop("did not look at a product")),
    "product_clicked": (gettext_noop("chose a product"), gettext_noop("did not choose a product")),
    "product_list_viewed": (
        gettext_noop("looked at a section of the shop"),
        gettext_noop("did not look at a section of the shop"),
    ),
    "product_list_filtered": (
        gettext_noop("narrowed a section of the shop"),
        gettext_noop("did not narrow a section of the shop"),
    ),
    "products_searched": (gettext_noop("searched the shop"), gettext_noop("did not search the shop")),
    "promotion_viewed": (gettext_noop("saw a banner"), gettext_noop("did not see a banner")),
    "promotion_clicked": (gettext_noop("followed a banner"), gettext_noop("did not follow a banner")),
    "product_added_to_wishlist": (
        gettext_noop("put a product on the wish list"),
        gettext_noop("did not put a product on the wish list"),
    ),
    "product_removed_from_wishlist": (
        gettext_noop("took a product off the wish list"),
        gettext_noop("did not take a product off the wish list"),
    ),
    "wishlist_product_added_to_cart": (
        gettext_noop("put a product from the wish list in the cart"),
        gettext_noop("did not put a product from the wish list in the cart"),
    ),
    "product_shared": (gettext_noop("shared a product"), gettext_noop("did not share a product")),
    "cart_shared": (gettext_noop("shared the cart"), gettext_noop("did not share the cart")),
    "profile_created": (
        gettext_noop("became known to the shop"),
        gettext_noop("did not become known to the shop"),
    ),
    "traits_changed": (gettext_noop("changed details"), gettext_noop("did not change details")),
    "identity_added": (gettext_noop("gave a new contact"), gettext_noop("gave no new contact")),
    "identity_removed": (gettext_noop("had a contact removed"), gettext_noop("had no contact removed")),
    "consent_given": (gettext_noop("gave a consent"), gettext_noop("did not give a consent")),
    "consent_withdrawn": (gettext_noop("withdrew a consent"), gettext_noop("did not withdraw a consent")),
    "anonymous_linked": (
        gettext_noop("was recognised on another device"),
        gettext_noop("was not recognised on another device"),
    ),
    "note_added": (gettext_noop("got a note from us"), gettext_noop("got no note from us")),
    "task_created": (gettext_noop("got a task made for them"), gettext_noop("got no task made for them")),
    "task_closed": (gettext_noop("had a task done"), gettext_noop("had no task done")),
    "customers_merged": (
        gettext_noop("was merged with another customer"),
        gettext_noop("was not merged with another customer"),
    ),
    "segment_entered": (gettext_noop("entered a segment"), gettext_noop("did not enter a segment")),
    "segment_left": (gettext_noop("left a segment"), gettext_noop("did not leave a segment")),
}
"""By the name of an event: that it happened, that it did not; the subject is the customer."""


def did(event: str) -> str:
    """ "looked at a product"."""
    if event in VERBS:
        return _(VERBS[event][0])
    return _("did “%(event)s”") % {"event": plain(event.replace("_", " "))}


def did_not(event: str) -> str:
    """ "did not look at a product"."""
    if event in VERBS:
        return _(VERBS[event][1])
    return _("did not do “%(event)s”") % {"event": plain(event.replace("_", " "))}


def often(at_least: int, at_most: int | None, speech: Speech) -> str:
    """ "3 times or more"; nothing where once is enough."""
    low, high = speech.number(at_least), speech.number(at_most or 0)
    if at_most is None:
        if at_least <= 1:
            return ""
        return ngettext("%(n)s time or more", "%(n)s times or more", at_least) % {"n": low}
    if at_least == at_most == 1:
        return _("exactly once")
    if at_least == at_most:
        return ngettext("exactly %(n)s time", "exactly %(n)s times", at_least) % {"n": low}
    if at_least == 0:
        return ngettext("at most %(n)s time or never", "at most %(n)s times or never", at_most) % {"n": high}
    said = {"low": low, "high": high}
    return ngettext("from %(low)s to %(high)s time", "from %(low)s to %(high)s times", at_most) % said


def when(within: Within, speech: Speech) -> str:
    """ "in the last 30 days"; nothing for ever."""
    if within.days is not None:
        return in_the_last(within.days, speech)
    if within.hours is not None:
        return in_the_last_hours(within.hours, speech)
    if within.first is None and within.last is None:
        return ""
    if within.first is not None and within.last is None:
        return _("since %(day)s") % {"day": speech.formats.day(within.first)}
    if within.first is None and within.last is not None:
        return _("until %(day)s") % {"day": speech.formats.day(within.last)}
    return on_days(within.first, within.last, speech)


def lasting(minutes: int, speech: Speech) -> str:
    """ "3 days", in the largest unit that leaves nothing over; as it stands after "within"."""
    if minutes % 1440 == 0:
        n = minutes // 1440
        return ngettext("within %(n)s day", "within %(n)s days", n) % {"n": speech.number(n)}
    if minutes % 60 == 0:
        n = minutes // 60
        return ngettext("within %(n)s hour", "within %(n)s hours", n) % {"n": speech.number(n)}
    return ngettext("within %(n)s minute", "within %(n)s minutes", minutes) % {"n": speech.number(minutes)}
