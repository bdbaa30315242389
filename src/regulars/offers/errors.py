"""What offers refuse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from regulars.kit.errors import Conflict, RegularsError


class OfferProblem(RegularsError):
    """Something about an offer that a person can put right."""

    code = "offer"


class BadOffer(OfferProblem):
    """Terms that contradict themselves, or what was used already."""

    code = "bad_offer"


class CodeTaken(OfferProblem):
    """Another offer has this code."""

    code = "code_taken"


class NoSuchOffer(OfferProblem):
    """There is none with this number."""

    code = "no_such_offer"


class NoSuchUse(OfferProblem):
    """There is none with this number."""

    code = "no_such_use"


class UseClosed(Conflict):
    """It was captured, cancelled or timed out, and what is asked for now is something else."""

    code = "use_closed"


class UseKeyReused(Conflict):
    """The same key came before with something else."""

    code = "use_key_reused"

    def __init__(self) -> None:
        super().__init__(
            _("This key was used before with something else; make up a new one for another cart.")
        )


class CouponsRefused(OfferProblem):
    """Codes that take nothing off this cart, and why (`types.Refused`)."""

    code = "coupons_refused"

    def __init__(self, refused: Mapping[str, Any]) -> None:
        super().__init__(_("Some of the codes take nothing off. Take them out, or ask for the reasons."))
        self.refused = dict(refused)


class DiscountChanged(OfferProblem):
    """The offers take something else off by now than the customer was told; `discount_minor` is what."""

    code = "discount_changed"

    def __init__(self, discount_minor: int) -> None:
        super().__init__(_("What the offers take off has changed. Tell the customer, and ask again."))
        self.discount_minor = discount_minor
