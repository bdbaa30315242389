"""Six programmes to begin with, by trade, with figures that are sensible in the shop's currency."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.loyalty.ready.contracts import business, subscription
from regulars.loyalty.ready.shops import cashback, discount_card, stamp_card, tiers
from regulars.loyalty.ready.units import Units, units
from regulars.loyalty.types import Programme


@dataclass(frozen=True, slots=True)
class Ready:
    """A programme to begin with, named in the reader's language. `trade`: for whom it is."""

    key: str
    icon: str
    name: str
    trade: str
    programme: Programme


@dataclass(frozen=True, slots=True)
class _Kind:
    key: str
    icon: str
    name: Promise
    trade: Promise
    make: Callable[[Units], Programme]


_USUAL = 20
"""About dollars."""
_KINDS = (
    _Kind("cashback", "coins", _("Cashback"), _("Online shops and shops with many goods"), cashback),
    _Kind("stamps", "stamp", _("Stamp card"), _("Coffee shops, bakeries, car washes, barbers"), stamp_card),
    _Kind("tiers", "medal", _("Tiers"), _("Clothes, cosmetics, jewellery, hotels"), tiers),
    _Kind(
        "discount",
        "ticket-percent",
        _("Discount card"),
        _("Building materials, pharmacies, household goods"),
        discount_card,
    ),
    _Kind(
        "business",
        "heart-handshake",
        _("Business customers"),
        _("Wholesale, services and supplies"),
        business,
    ),
    _Kind(
        "subscription",
        "calendar-days",
        _("Subscription"),
        _("Food boxes, fitness, online services"),
        subscription,
    ),
)


def programmes(currency: str) -> tuple[Ready, ...]:
    """All six, in the reader's language."""
    return tuple(_made(kind, currency) for kind in _KINDS)


def programme(key: str, currency: str) -> Ready | None:
    """The one of that key."""
    return next((_made(kind, currency) for kind in _KINDS if kind.key == key), None)


def beginning(currency: str) -> Programme:
    """What one begins with who takes none of them: a point is worth as much as in theirs."""
    return Programme(currency=currency, worth_minor=units(currency).worth_minor)


def usual_order(currency: str) -> int:
    """What an order comes to in examples, in minor units."""
    return units(currency)(_USUAL)


def _made(kind: _Kind, currency: str) -> Ready:
    return Ready(kind.key, kind.icon, str(kind.name), str(kind.trade), kind.make(units(currency)))
