"""The sentences and phrases in which the timeline speaks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from regulars.analytics.wording.numbers import plain
from regulars.console.voice import Voice
from regulars.console.wording.happenings_kinds import CART, POINTS
from regulars.console.wording.happenings_points import POINTS_SENTENCES, points_readers
from regulars.customers.queries.attributes import LABELS
from regulars.customers.rules.attributes import trait_key

Properties = Mapping[str, Any]
LISTED_MAX = 5
"""Of details that changed together so many are named."""
PRODUCTS_LISTED_MAX = 2
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")
_LONG = 120
"""Of a title or a search so many characters are shown."""

# For each event the sentences it may be told in; the first for which everything is known is taken.
SENTENCES: Mapping[str, tuple[str, ...]] = {
    "order_completed": (
        gettext_noop("Order %(number)s for %(amount)s"),
        gettext_noop("Order for %(amount)s"),
        gettext_noop("An order"),
    ),
    "order_updated": (
        gettext_noop("Order %(number)s was changed, now %(amount)s"),
        gettext_noop("An order was changed"),
    ),
    "order_cancelled": (
        gettext_noop("Order %(number)s for %(amount)s was cancelled"),
        gettext_noop("Order %(number)s was cancelled"),
        gettext_noop("An order was cancelled"),
    ),
    "order_refunded": (
        gettext_noop("%(amount)s given back for order %(number)s"),
        gettext_noop("%(amount)s given back"),  # its source does not say for which order
        gettext_noop("Money was given back"),
    ),
    "order_shipped": (
        gettext_noop("Order %(number)s was sent off by %(carrier)s"),
        gettext_noop("Order %(number)s was sent off"),
        gettext_noop("An order was sent off"),
    ),
    "order_delivered": (
        gettext_noop("Order %(number)s was delivered"),
        gettext_noop("An order was delivered"),
    ),
    "delivery_promised": (
        gettext_noop("Order %(number)s is promised by %(day)s"),
        gettext_noop("A delivery is promised by %(day)s"),
        gettext_noop("A delivery was promised"),
    ),
    "product_added": (
        gettext_noop("Into the cart: %(product)s"),
        gettext_noop("A product was put in the cart"),
    ),
    "product_removed": (
        gettext_noop("Out of the cart: %(product)s"),
        gettext_noop("A product was taken out of the cart"),
    ),
    "cart_viewed": (gettext_noop("The cart was looked at"),),
    "cart_cleared": (gettext_noop("The cart was emptied"),),
    "checkout_started": (gettext_noop("Checkout was started"),),
    "checkout_step_viewed": (gettext_noop("A step of the checkout was looked at"),),
    "checkout_step_completed": (gettext_noop("A step of the checkout was done"),),
    "payment_info_entered": (gettext_noop("The way to pay was chosen"),),
    "coupon_entered": (
        gettext_noop("Coupon %(coupon)s was entered"),
        gettext_noop("A coupon was entered"),
    ),
    "coupon_applied": (
        gettext_noop("Coupon %(coupon)s was accepted"),
        gettext_noop("A coupon was accepted"),
    ),
    "coupon_denied": (
        gettext_noop("Coupon %(coupon)s was refused"),
        gettext_noop("A coupon was refused"),
    ),
    "coupon_removed": (
        gettext_noop("Coupon %(coupon)s was taken off"),
        gettext_noop("A coupon was taken off"),
    ),
    "page_viewed": (gettext_noop("Page %(page)s"), gettext_noop("A page of the site")),
    "screen_viewed": (gettext_noop("Screen %(page)s"), gettext_noop("A screen of the app")),
    "product_viewed": (gettext_noop("Looked at %(product)s"), gettext_noop("Looked at a product")),
    "product_clicked": (gettext_noop("Chose %(product)s"), gettext_noop("Chose a product")),
    "product_list_viewed": (gettext_noop("Section %(list)s"), gettext_noop("A section of the shop")),
    "product_list_filtered": (
        gettext_noop("Narrowed section %(list)s"),
        gettext_noop("Narrowed a section of the shop"),
    ),
    "products_searched": (gettext_noop("Search for %(query)s"), gettext_noop("A search")),
    "promotion_viewed": (gettext_noop("Saw the banner %(list)s"), gettext_noop("Saw a banner")),
    "promotion_clicked": (gettext_noop("Followed the banner %(list)s"), gettext_noop("Followed a banner")),
    "product_added_to_wishlist": (
        gettext_noop("Onto the wish list: %(product)s"),
        gettext_noop("A product was put on the wish list"),
    ),
    "product_removed_from_wishlist": (
        gettext_noop("Off the wish list: %(product)s"),
        gettext_noop("A product was taken off the wish list"),
    ),
    "wishlist_product_added_to_cart": (
        gettext_noop("From the wish list to the cart: %(product)s"),
        gettext_noop("A product went from the wish list to the cart"),
    ),
    "product_shared": (gettext_noop("%(product)s was shared"), gettext_noop("A product was shared")),
    "cart_shared": (gettext_noop("The cart was shared"),),
    "profile_created": (gettext_noop("Became known to the shop"),),
    "traits_changed": (gettext_noop("Details changed: %(names)s"), gettext_noop("Details changed")),
    "identity_added": (gettext_noop("New contact: %(contacts)s"), gettext_noop("New contact")),
    "identity_removed": (
        gettext_noop("Contact removed: %(contacts)s"),
        gettext_noop("Contact removed"),
    ),
    "consent_given": (gettext_noop("Consent given: %(channels)s"), gettext_noop("Consent given")),
    "consent_withdrawn": (
        gettext_noop("Consent withdrawn: %(channels)s"),
        gettext_noop("Consent withdrawn"),
    ),
    "anonymous_linked": (gettext_noop("Recognised on another device"),),
    "anonymous_claim_refused": (
        gettext_noop("Somebody else signed in on this customer's device; the two stay apart"),
    ),
    "group_joined": (gettext_noop("Joined group %(group)s"), gettext_noop("Joined a group")),
    "customers_merged": (gettext_noop("Put together with another card of the same customer"),),
    "customers_unmerged": (gettext_noop("Parted again from another customer"),),
    "manager_changed": (gettext_noop("Somebody else looks after the customer"),),
    **POINTS_SENTENCES,
    "segment_entered": (
        gettext_noop("Came into segment %(segments)s"),
        gettext_noop("Came into a segment"),
    ),
    "segment_left": (gettext_noop("Left segment %(segments)s"), gettext_noop("Left a segment")),
    "note_added": (gettext_noop("Note"),),
    "task_created": (gettext_noop("A task was set"),),
    "task_closed": (gettext_noop("A task was done"),),
}


_NOTHING: Mapping[int, str] = MappingProxyType({})
ProductId = int | str
"""Our number of a product, or the shop's id of it as text."""
_BIGINT_MAX = 2**63 - 1


def products_in(name: str, told: Properties) -> list[ProductId]:
    """The products that an event is about: events of carts have our numbers, all others the shop's ids."""
    if name not in CART:
        shops = told.get("product_id")
        return [str(shops)] if isinstance(shops, int | str) and not isinstance(shops, bool) and shops else []
    rows = told.get("products")
    found = [row.get("product_id") for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return [one for one in found if isinstance(one, int) and 0 < one <= _BIGINT_MAX]


def segments_in(told: Iterable[Properties]) -> list[int]:
    """The segments that events of entering and leaving are about."""
    found = [one.get("segment_id") for one in told]
    return [one for one in found if isinstance(one, int) and not isinstance(one, bool)]


def sentence(
    name: str,
    told: Sequence[Properties],
    products: Mapping[ProductId, str],
    voice: Voice,
    *,
    segments: Mapping[int, str] = _NOTHING,
) -> str:
    """What happened, of one event or of several of that name at once; for a name of the shop's own, that.

    `told`: the properties of each; `products` and `segments`: their names.
    """
    readers = _readers(name, products, segments, voice)
    if name in POINTS:
        readers = points_readers(voice)
    for template in SENTENCES.get(name, ()):
        known = {field: readers[field](told) for field in _PLACEHOLDER.findall(template)}
        if all(known.values()):
            return _(template) % known
    return plain(name.replace("_", " ")).capitalize()


def _readers(
    event: str, products: Mapping[ProductId, str], segments: Mapping[int, str], voice: Voice
) -> Mapping[str, Callable[[Sequence[Properties]], str]]:
    """How each placeholder is filled; empty where nothing is told."""

    def amount(told: Properties) -> str:
        minor, currency = told.get("amount_minor"), told.get("currency")
        try:
            return voice.money(minor, str(currency or "")) if isinstance(minor, int) else ""
        except ValueError:
            return ""  # no currency there is

    def product(told: Properties) -> str:
        known = [_quoted(_short(products[one])) for one in products_in(event, told) if products.get(one)]
        return _listed(known, PRODUCTS_LISTED_MAX) or _quoted(_first(told, "name"))

    def day(told: Properties) -> str:
        try:
            moment = datetime.fromisoformat(str(told.get("promised_at", "")))
        except ValueError:
            return ""
        return voice.day(voice.day_of(moment)) if moment.tzinfo else voice.day(moment.date())

    one: Mapping[str, Callable[[Properties], str]] = {
        "number": lambda told: _first(told, "number"),
        "amount": amount,
        "product": product,
        "day": day,
        "carrier": lambda told: _first(told, "carrier"),
        "coupon": lambda told: _first(told, "coupon", "coupon_id", "coupon_name"),
        "page": lambda told: _quoted(_first(told, "title", "name", "path", "url")),
        "list": lambda told: _quoted(_first(told, "name", "category", "list_id")),
        "query": lambda told: _quoted(_first(told, "query")),
        "group": lambda told: _quoted(_first(told, "name", "group_id")),
    }
    several: Mapping[str, Callable[[Sequence[Properties]], str]] = {
        "names": lambda all_: _listed(
            trait_words(name) for told in all_ for name in _texts(told.get("names"))
        ),
        "contacts": lambda all_: _listed(_contact(str(told.get("type", ""))) for told in all_),
        "channels": lambda all_: _listed(channel_words(str(told.get("channel", ""))) for told in all_),
        "segments": lambda all_: _listed(_quoted(_short(segments.get(one, ""))) for one in segments_in(all_)),
    }
    return {field: _newest(read) for field, read in one.items()} | dict(several)


def _newest(read: Callable[[Properties], str]) -> Callable[[Sequence[Properties]], str]:
    return lambda told: read(told[0])


def _first(told: Properties, *fields: str) -> str:
    """The first of these that is told, as a short text."""
    for field in fields:
        value = told.get(field)
        if isinstance(value, str | int) and not isinstance(value, bool) and (text := _short(str(value))):
            return text
    return ""


def _short(text: str) -> str:
    clean = plain(text)
    return clean if len(clean) <= _LONG else f"{clean[: _LONG - 1].rstrip()}…"


def _quoted(text: str) -> str:
    return _("“%(text)s”") % {"text": text} if text else ""


def _texts(value: object) -> list[str]:
    return [_short(str(part)) for part in value] if isinstance(value, list | tuple) else []


def _listed(words: Iterable[str], most: int = LISTED_MAX) -> str:
    found = [word for word in dict.fromkeys(words) if word]
    more = "…" if len(found) > most else ""
    return ", ".join(found[:most]) + more


def trait_words(name: str) -> str:
    """What a trait is called: those that every shop has have words, all others their own name."""
    return str(LABELS.get(trait_key(name), name))


def _contact(kind: str) -> str:
    return {
        "email": _("an e-mail address"),
        "phone": _("a phone number"),
        "telegram": "Telegram",
        "whatsapp": "WhatsApp",
        "vk": "VK",
        "card": _("a loyalty card"),
        "crm": _("a number in another system"),
    }.get(kind, _short(kind))


def channel_words(channel: str) -> str:
    """What a customer may be reached by, as it stands in a sentence."""
    return {
        "email": _("e-mail"),
        "sms": _("text messages"),
        "call": _("calls"),
        "push": _("notices on the phone"),
        "messenger": _("messengers"),
        "post": _("letters by post"),
        "data": _("keeping personal data"),
    }.get(channel, _short(channel))


def short_words(name: str, count: int) -> str:
    """What became of an order, beside the sentence about it: "changed 2 times"."""
    match name:
        case "order_completed":
            return _("placed")
        case "order_updated":
            return ngettext("changed", "changed %(count)s times", count) % {"count": count}
        case "order_cancelled":
            return _("cancelled")
        case "order_refunded":
            return ngettext("money given back", "money given back %(count)s times", count) % {"count": count}
        case "order_shipped":
            return _("sent off")
        case "order_delivered":
            return _("delivered")
        case "delivery_promised":
            return _("delivery promised")
    return plain(name.replace("_", " "))


def visit_parts(counts: Mapping[str, int], voice: Voice) -> list[str]:
    """ "12 pages", "3 products looked at": what was done in a visit, what counts for the shop first."""
    left = dict(counts)
    parts = []
    for names, words in _VISIT_PARTS:
        count = sum(left.pop(name, 0) for name in names)
        if count:
            parts.append(words(count) % {"count": voice.formats.number(count)})
    other = sum(left.values())
    if other:
        besides = ngettext("%(count)s more action", "%(count)s more actions", other)
        alone = ngettext("%(count)s action", "%(count)s actions", other)
        parts.append((besides if parts else alone) % {"count": voice.formats.number(other)})
    return parts


_VISIT_PARTS: tuple[tuple[tuple[str, ...], Callable[[int], str]], ...] = (
    (
        ("checkout_started",),
        lambda count: ngettext("checkout started", "checkout started %(count)s times", count),
    ),
    (
        ("product_added", "wishlist_product_added_to_cart"),
        lambda count: ngettext("%(count)s product to the cart", "%(count)s products to the cart", count),
    ),
    (
        ("product_removed",),
        lambda count: ngettext(
            "%(count)s product out of the cart", "%(count)s products out of the cart", count
        ),
    ),
    (
        ("cart_viewed",),
        lambda count: ngettext("cart looked at", "cart looked at %(count)s times", count),
    ),
    (
        ("product_viewed",),
        lambda count: ngettext("%(count)s product looked at", "%(count)s products looked at", count),
    ),
    (("products_searched",), lambda count: ngettext("%(count)s search", "%(count)s searches", count)),
    (
        ("product_list_viewed", "product_list_filtered"),
        lambda count: ngettext("%(count)s section", "%(count)s sections", count),
    ),
    (("page_viewed",), lambda count: ngettext("%(count)s page", "%(count)s pages", count)),
    (("screen_viewed",), lambda count: ngettext("%(count)s screen", "%(count)s screens", count)),
)
"""In which words the actions of a visit are counted, and in which order."""
