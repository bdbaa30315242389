"""Bringing numbers that were stored as they were written into the form of E.164, in portions."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from regulars.customers.locks import lock_profiles_by_id
from regulars.customers.models import Identity, Sweep
from regulars.customers.queries.region import shops_region
from regulars.customers.rules import normalise
from regulars.customers.services.merging_by_rule import look_at_everybody
from regulars.customers.types import IdentityType

NUMBERS = "customers.renew_numbers"
_PHONE = IdentityType.PHONE

# A profile may have the number in its new form already.
_RENEW = """
WITH asked AS (
    SELECT * FROM unnest(%s::bigint[], %s::text[]) AS t(id, value)
), old AS (
    DELETE FROM customers_identity AS i USING asked WHERE i.id = asked.id
    RETURNING i.profile_id, i.type, asked.value
)
INSERT INTO customers_identity (profile_id, type, value)
SELECT DISTINCT profile_id, type, value FROM old ORDER BY profile_id, value
ON CONFLICT (profile_id, type, value) DO NOTHING
"""


@transaction.atomic
def renew_numbers(*, now: datetime, limit: int) -> int:
    """Bring the next stored numbers into the form they would be stored in now; says how many were looked at.

    All of them once, and again when the shop's country is another one. Less than `limit`: it is done.
    After it everybody is looked at by the rules of merging if any number changed.
    """
    region = shops_region()
    Sweep.objects.get_or_create(name=NUMBERS, defaults={"asked_at": now, "done_to": 0, "asked_for": region})
    sweep = Sweep.objects.select_for_update().get(name=NUMBERS)
    if sweep.asked_for == region and sweep.done_at is not None:
        return 0
    done_to, found = (sweep.done_to or 0, sweep.found) if sweep.asked_for == region else (0, 0)
    stored = Identity.objects.filter(type=_PHONE, pk__gt=done_to).order_by("pk")
    rows = list(stored.values_list("pk", "profile_id", "value")[:limit])
    changed = {
        id_: (profile, new)
        for id_, profile, value in rows
        if (new := normalise(_PHONE, value, region)) != value
    }
    if changed:
        lock_profiles_by_id(profile for profile, _ in changed.values())
        with connection.cursor() as cursor:
            cursor.execute(_RENEW, [list(changed), [new for _, new in changed.values()]])
    found += len(changed)
    is_over = len(rows) < limit
    if is_over and found:
        look_at_everybody(now=now)
    Sweep.objects.filter(name=NUMBERS).update(
        asked_for=region,
        done_to=rows[-1][0] if rows else done_to,
        done_at=now if is_over else None,
        found=found,
    )
    return len(rows)
