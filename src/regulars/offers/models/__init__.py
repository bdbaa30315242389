"""The tables of offers."""

from __future__ import annotations

from regulars.offers.models.offers import Code, Offer
from regulars.offers.models.prices import Price, PriceList
from regulars.offers.models.uses import Taken, Use

__all__ = ["Code", "Offer", "Price", "PriceList", "Taken", "Use"]
