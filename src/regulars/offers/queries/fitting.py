"""For whom offers are: their conditions, asked of the one customer whose cart it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from regulars.offers.rules.taking import Ready
from regulars.segments import queries as segments


def who_fits(offers: Mapping[int, Ready], person_id: int | None, at: datetime) -> frozenset[int]:
    """Which of these offers are for that person; without a condition, for everybody."""
    everybody = {id_ for id_, offer in offers.items() if offer.terms.who is None}
    asked = {str(id_): offer.terms.who for id_, offer in offers.items() if offer.terms.who is not None}
    if person_id is None or not asked:
        return frozenset(everybody)
    numbered = [segments.Asked(number=1, person_id=person_id, at=at)]
    fits = segments.fits(conditions=asked, asked=numbered)
    return frozenset(everybody | {int(id_) for id_, numbers in fits.items() if 1 in numbers})
