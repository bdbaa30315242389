"""For whom offers are, so that no segment is put away under them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from regulars.offers.models import Offer
from regulars.offers.types import OfferState


def conditions_kept() -> Iterator[tuple[str, Any]]:
    """The conditions of all offers that are not stopped."""
    rows = Offer.objects.exclude(state=OfferState.STOPPED.value).exclude(terms__who=None)
    for name, who in rows.values_list("terms__name", "terms__who"):
        if who:
            yield _("Offer “%(name)s”") % {"name": name}, who
