"""Long lists of prices: kept as they come, and gone by once an offer names them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import islice

from django.db import connection, transaction
from django.utils.translation import gettext as _

from regulars.kit.folding import fold
from regulars.offers.errors import BadOffer
from regulars.offers.models import PriceList
from regulars.offers.types import LISTED_MAX, OfPrices, Terms

PORTION = 5_000
KEPT_FOR = timedelta(days=1)
"""So long a list waits for an offer to be saved that names it."""

_COPY = "COPY offers_price (list_id, product, name, price_minor) FROM STDIN"
_FORGOTTEN = """
SELECT l.id FROM offers_pricelist AS l
WHERE l.made_at < %s AND NOT EXISTS (
    SELECT FROM offers_offer AS o WHERE (o.terms -> 'takes' ->> 'listed')::bigint = l.id)
ORDER BY l.id LIMIT 1 FOR UPDATE SKIP LOCKED
"""
_FORGET = """
DELETE FROM offers_price WHERE id IN (SELECT id FROM offers_price WHERE list_id = %s ORDER BY id LIMIT %s)
"""


def keep_prices(*, prices: Mapping[str, int], now: datetime) -> int:
    """Keep a list of prices in minor units, by the names of the goods; gives its number.

    Each portion is a transaction of its own: what breaks off is thrown away with the lists nobody goes by.
    Raises BadOffer for none, and for more than `LISTED_MAX`.
    """
    rows = {fold(name): (name, price) for name, price in prices.items()}
    if not rows:
        raise BadOffer(_("Write at least one price, such as: Green tea; 450"))
    if len(rows) > LISTED_MAX:
        raise BadOffer(_("At most %(most)s prices stand in one offer.") % {"most": LISTED_MAX})
    kept = PriceList.objects.create(count=len(rows), made_at=now)
    left = iter(sorted(rows.items()))
    while portion := list(islice(left, PORTION)):
        with transaction.atomic(), connection.cursor() as cursor, cursor.copy(_COPY) as copy:
            for product, (name, price) in portion:
                copy.write_row((kept.pk, product, name, price))
    PriceList.objects.filter(pk=kept.pk).update(is_whole=True)
    return kept.pk


def hold_list(terms: Terms, *, now: datetime) -> None:
    """See to it that the list these terms name stays. Raises BadOffer.

    It is written to, so that whoever was about to throw it away looks again.
    """
    number = terms.takes.listed if isinstance(terms.takes, OfPrices) else None
    if number is None:
        return
    if not PriceList.objects.filter(pk=number, is_whole=True).update(made_at=now):
        raise BadOffer(_("The list of prices is not there any more. Take the file again."))


@transaction.atomic
def forget_price_lists(*, now: datetime, limit: int) -> int:
    """Throw away prices of a list that no offer goes by, at most so many; says how many."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGOTTEN, [now - KEPT_FOR])
        found = cursor.fetchone()
        if found is None:
            return 0
        cursor.execute(_FORGET, [found[0], limit])
        gone = int(cursor.rowcount)
        if gone < limit:
            cursor.execute("DELETE FROM offers_pricelist WHERE id = %s", found)
        return gone
