"""In which country the shop is: numbers without a country's code are of there."""

from __future__ import annotations

from collections.abc import Iterable

from regulars.customers.rules import REGION, region_of
from regulars.customers.types import IdentityType
from regulars.team import queries as team

_NUMBERS = (IdentityType.PHONE, IdentityType.WHATSAPP)


def region_for(identities: Iterable[tuple[IdentityType, str]]) -> str:
    """The shop's country, by two letters; asked for only where one of these depends on it."""
    if any(type_ in _NUMBERS and not value.lstrip().startswith("+") for type_, value in identities):
        return shops_region()
    return REGION


def shops_region() -> str:
    """The shop's country, by two letters; empty where neither its zone nor its currency is of one."""
    shop = team.shop()
    return region_of(shop.timezone, shop.currency)
