"""Why offers are not set aside, as problems."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import translation

from regulars.api.rest.call import Call
from regulars.api.rest.languages import language_of
from regulars.api.rest.offers_carts import refusal_facts
from regulars.api.rest.problems import Code, Fault, Problem
from regulars.loyalty import queries as loyalty
from regulars.offers.errors import CouponsRefused, DiscountChanged
from regulars.offers.types import Use
from regulars.offers.wording import Voice, refusal_sentence


def coupons_refused(call: Call, codes: Sequence[str], currency: str, error: CouponsRefused) -> Problem:
    """Each code that takes nothing off, by its place in the request; `detail` is for the customer's eyes."""
    language = language_of(call)
    voice = Voice(language, currency, loyalty.shop_zone())
    with translation.override(language):
        faults = [
            Fault(
                f"coupons.{place}",
                error.refused[code].why.value,
                refusal_sentence(error.refused[code], voice),
                refusal_facts(error.refused[code]).model_dump(mode="json", exclude_none=True),
            )
            for place, code in enumerate(codes)
            if code in error.refused
        ]
    return Problem(
        Code.COUPONS_REFUSED,
        "Some of the codes take nothing off this cart; `errors` says why. Leave them out, or check the cart.",
        faults=faults,
    )


def discount_changed(error: DiscountChanged) -> Problem:
    """Another sum than the customer was told."""
    return Problem(
        Code.DISCOUNT_CHANGED,
        f"The offers take {error.discount_minor} off by now. Check the cart again and tell the customer.",
        more={"discount_minor": error.discount_minor},
    )


def key_reused() -> Problem:
    """The key came before with something else."""
    return Problem(
        Code.USE_KEY_REUSED,
        "This key came before with another customer, cart or other codes. Make up a new one.",
    )


def closed(use: Use) -> Problem:
    """A use that is done with cannot be something else."""
    return Problem(
        Code.USE_CLOSED,
        f"This use is {use.state.value.replace('_', ' ')}, of another order, or its offers were used up "
        "meanwhile. Make a new one; what was used comes back when the order is returned.",
    )
