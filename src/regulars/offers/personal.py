"""What offers keep of customers: it stays when somebody is erased, without a word about them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from regulars.kit import personal
from regulars.kit.personal import Table, Told

_OF_PROFILES = "t.profile_id = ANY(%(profiles)s)"

CODES = Table(
    name="offers_code",
    label=_("Coupons"),
    whose=_OF_PROFILES,
    tells={
        "issued_at": Told(_("When"), "t.issued_at"),
        "until": Told(_("Until"), "t.until"),
        "state": Told(_("State"), "t.state"),
    },
    free=("hash", "key", "state"),
    order="t.id DESC",
)
USES = Table(
    name="offers_use",
    label=_("Offers used on orders"),
    whose=_OF_PROFILES,
    tells={
        "at": Told(_("When"), "t.at"),
        "currency": Told(_("Currency"), "t.currency"),
        "discount_minor": Told(_("Taken off"), "t.discount_minor"),
        "order": Told(_("Order"), "t.order_id"),
        "state": Told(_("State"), "t.state"),
    },
    free=("key", "digest", "currency", "state", "order_source", "order_id"),
    order="t.id DESC",
)
TAKEN = Table(
    name="offers_taken",
    label=_("What offers took off"),
    whose=_OF_PROFILES,
    tells={
        "at": Told(_("When"), "t.at"),
        "offer": Told(_("Offer"), "t.terms ->> 'name'"),
        "amount_minor": Told(_("Taken off"), "t.amount_minor"),
        "currency": Told(_("Currency"), "t.currency"),
    },
    free=("currency", "terms", "lines"),
    order="t.id DESC",
)


def declare() -> None:
    """Say what is kept of customers, and what names nobody."""
    personal.register(CODES, USES, TAKEN)
    personal.free("offers_offer", "key", "state", "kind", "terms", "currency", "shared_code")
    personal.free("offers_price", "product", "name")
