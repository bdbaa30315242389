"""Codes in bulk: asked for at once, made by the worker in portions, each a transaction of its own.

A worker that dies leaves whole portions behind; the schedule has the next one go on after the last.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from regulars.offers.errors import BadOffer, NoSuchOffer
from regulars.offers.models import Offer
from regulars.offers.queries.stored import codes_of, hashes_of
from regulars.offers.types import CodeState, OfferKind, OfferState

FILL = "offers.fill_codes"
"""The job's name."""
BULK_MAX = 2_000_000
"""Codes of one offer; of 50 bits, a guess at one of two million hits once in 500 million."""
PORTION = 5_000

_CLAIM = """
SELECT id, next_serial, codes_wanted - codes_made FROM offers_offer WHERE codes_made < codes_wanted
ORDER BY id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
"""
# COPY takes half the time of an INSERT, but cannot leave a code out that another has already.
_COPY = "COPY offers_code (offer_id, serial, hash, state, issued_at) FROM STDIN (FORMAT BINARY)"
_TYPES = ("int8", "int4", "bytea", "text", "timestamptz")
_INSERT = """
INSERT INTO offers_code (offer_id, serial, hash, state, issued_at)
SELECT %s, t.serial, t.hash, 'open', %s FROM unnest(%s::int[], %s::bytea[]) AS t(serial, hash)
ON CONFLICT DO NOTHING
"""
_COUNT = "UPDATE offers_offer SET next_serial = %s, codes_made = codes_made + %s WHERE id = %s"
_MORE = """
UPDATE offers_offer SET codes_wanted = codes_wanted + %(count)s
WHERE id = %(offer)s AND codes_wanted + %(count)s <= %(most)s
"""


@transaction.atomic
def order_codes(*, offer_id: int, count: int) -> None:
    """Have the worker make so many more codes of one use each for this offer, beginning at once.

    Raises BadOffer for none, for too many, and for an offer that is not of codes or was stopped.
    """
    row = Offer.objects.filter(pk=offer_id).first()
    if row is None:
        raise NoSuchOffer(_("There is no offer with the number %(number)s.") % {"number": offer_id})
    if row.kind != OfferKind.CODES or row.state == OfferState.STOPPED:
        raise BadOffer(_("Only an offer of codes that is not stopped gets more of them."))
    with connection.cursor() as cursor:
        cursor.execute(_MORE, {"offer": offer_id, "count": count, "most": BULK_MAX})
        if count < 1 or not cursor.rowcount:
            raise BadOffer(_("Say how many: at least one, and at most two million codes of one offer."))
    _ask_for_job()


def go_on_filling() -> int:
    """Have codes made that were asked for and are not made yet; says for how many offers.

    For those whose job died with its worker. While a job is at it, another finds nothing to do.
    """
    waiting = Offer.objects.filter(codes_made__lt=F("codes_wanted")).count()
    if waiting:
        _ask_for_job()
    return waiting


def fill_codes(*, now: datetime, limit: int, enough: Callable[[], bool] = lambda: False) -> int:
    """Make at most about `limit` codes that were asked for; says how many. Several may do so at once."""
    made = 0
    while made < limit and not enough():
        portion = _fill_portion(now, min(PORTION, limit - made))
        if portion is None:
            break
        made += portion
    return made


@transaction.atomic
def _fill_portion(now: datetime, most: int) -> int | None:
    """None: there is nothing to make, or others are at it."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM)
        found = cursor.fetchone()
        if found is None:
            return None
        offer_id, first, missing = found
        serials = list(range(first, first + min(missing, most)))
        hashes = hashes_of(codes_of(offer_id, serials))
        made = _write(offer_id, serials, hashes, now)
        cursor.execute(_COUNT, [serials[-1] + 1, made, offer_id])
        return made


def _write(offer_id: int, serials: list[int], hashes: list[bytes], now: datetime) -> int:
    """How many were written: a code that another has already, which one in a billion does, is left out, and
    one more is made with the serial after the last."""
    with connection.cursor() as cursor:
        try:
            with transaction.atomic(), connection.wrap_database_errors, cursor.copy(_COPY) as copy:
                copy.set_types(_TYPES)
                for serial, hashed in zip(serials, hashes, strict=True):
                    copy.write_row((offer_id, serial, hashed, CodeState.OPEN.value, now))
        except IntegrityError:
            cursor.execute(_INSERT, [offer_id, now, serials, hashes])
            return int(cursor.rowcount)
    return len(serials)


def _ask_for_job() -> None:
    # In a savepoint of its own: a job that waits already must not spoil the transaction around.
    with contextlib.suppress(AlreadyEnqueued), transaction.atomic():
        app.configure_task(FILL, queueing_lock=FILL).defer()
