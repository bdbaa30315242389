"""Offers set aside for a cart that is being paid: all limits are kept in one call of the database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _

from regulars.offers.errors import CouponsRefused, DiscountChanged, OfferProblem, UseKeyReused
from regulars.offers.queries.applying import Examined, examine
from regulars.offers.queries.uses import use
from regulars.offers.rules.codes import plain
from regulars.offers.rules.combining import Off
from regulars.offers.types import NewUse, Use

_BY_KEY = "SELECT digest, id FROM offers_use WHERE key = %s"
_RESERVE = """
SELECT f.o_outcome, (f.o_use).digest, (f.o_use).id
FROM offers_reserve(%(key)s, %(digest)s, %(profile)s, %(offers)s::bigint[], %(codes)s::bigint[],
    %(amounts)s::bigint[], %(taken)s::jsonb, %(currency)s, %(source)s, %(order)s, %(branch)s, %(at)s,
    %(until)s, %(now)s) AS f
"""
_TRIES = 3
"""After the first the offers are locked, so that the second is reckoned with what stands."""


def reserve(*, new: NewUse, now: datetime) -> Use:
    """Set aside what the offers take off a cart, with all codes that were given; the same key gives the same.

    Raises CouponsRefused where one of the codes takes nothing off, DiscountChanged where all together take
    off something else than the customer was told, UseKeyReused where the key came before with something else.
    """
    if not new.key:
        raise OfferProblem(_("Give the request a key of its own."))
    digest = _digest(new)
    if (known := _known(new.key, digest)) is not None:
        return known
    for _try in range(_TRIES):
        examined = examine(
            cart=new.cart, codes=new.codes, profile_id=new.profile_id, at=new.at, standing=new.standing
        )
        wrong = _wrong(new, examined)
        if wrong is not None:
            # Who asked with the same key at the same moment may have been before us.
            if (known := _known(new.key, digest)) is not None:
                return known
            raise wrong
        outcome, stored, use_id = _reserve(new, digest, examined.offs, now)
        if outcome != "changed":
            return _the_same(stored, digest, use_id)
    raise OfferProblem(_("These offers are used by many at this moment. Ask again."))


def _wrong(new: NewUse, examined: Examined) -> OfferProblem | None:
    if examined.applied.refused:
        return CouponsRefused(examined.applied.refused)
    amount = sum(off.amount_minor for off in examined.offs)
    if new.discount_minor is not None and amount != new.discount_minor:
        return DiscountChanged(amount)
    return None


def _reserve(new: NewUse, digest: bytes, offs: Sequence[Off], now: datetime) -> tuple[str, bytes, int]:
    taken = [{"terms": off.candidate.ready.kept, "lines": off.lines} for off in offs]
    values = {
        "key": new.key,
        "digest": digest,
        "profile": new.profile_id,
        "offers": [off.candidate.offer_id for off in offs],
        "codes": [off.candidate.code_id for off in offs],
        "amounts": [off.amount_minor for off in offs],
        "taken": json.dumps(taken),
        "currency": new.cart.currency,
        "source": new.order_source,
        "order": new.order_id,
        "branch": new.branch_id,
        "at": new.at,
        "until": new.lasts_until,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(_RESERVE, values)
        outcome, stored, use_id = cursor.fetchone()
        return outcome, stored, use_id


def _known(key: str, digest: bytes) -> Use | None:
    with connection.cursor() as cursor:
        cursor.execute(_BY_KEY, [key])
        found = cursor.fetchone()
    return None if found is None else _the_same(found[0], digest, found[1])


def _the_same(stored: bytes, digest: bytes, use_id: int) -> Use:
    found = use(use_id)
    if found is None or bytes(stored) != digest:
        raise UseKeyReused
    return found


def _digest(new: NewUse) -> bytes:
    """Of what is asked for. The order may be told with the capture only; moments are of the first time."""
    lines = [
        [line.amount_minor, str(line.quantity.normalize()), line.product, line.category, line.brand]
        for line in new.cart.lines
    ]
    asked = [new.profile_id, new.branch_id, new.cart.currency, lines, sorted(map(plain, new.codes))]
    return hashlib.sha256(json.dumps(asked).encode()).digest()
