"""What offers refuse."""

from __future__ import annotations

from regulars.kit.errors import RegularsError


class OfferProblem(RegularsError):
    """Something about an offer that a person can put right."""

    code = "offer"
