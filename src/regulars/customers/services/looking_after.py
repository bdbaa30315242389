"""Who of the team looks after a customer."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import uuid4

from django.db import connection, transaction

from regulars.customers.locks import lock_persons
from regulars.customers.services.creating import PROFILES_MAX
from regulars.customers.services.telling import EVENT_SOURCE
from regulars.customers.types import ANONYMOUS, MANAGER_CHANGED
from regulars.events import services as events
from regulars.events.types import NewEvent

_SET = """
WITH changed AS (
    UPDATE customers_person SET manager_id = %s
    WHERE id = ANY(%s) AND manager_id IS DISTINCT FROM %s RETURNING id
)
SELECT DISTINCT ON (p.person_id) p.person_id, p.id FROM customers_profile AS p
JOIN changed ON changed.id = p.person_id ORDER BY p.person_id, p.source = %s, p.id
"""


@transaction.atomic
def set_manager(
    *, person_ids: Collection[int], manager_id: int | None, user_id: int | None, now: datetime
) -> set[int]:
    """Give customers to a colleague, or to nobody; tells whose manager is another now.

    `manager_id` is a user's id. Who is gone is passed over. Records `manager_changed` on each one's oldest
    profile. `user_id`: who did it, for the audit log of the caller.

    Raises ValueError above PROFILES_MAX.
    """
    if len(person_ids) > PROFILES_MAX:
        raise ValueError(f"{len(person_ids)} customers at once; the most is {PROFILES_MAX}")
    locked = sorted(lock_persons(person_ids))
    with connection.cursor() as cursor:
        cursor.execute(_SET, [manager_id, locked, manager_id, ANONYMOUS])
        changed = dict(cursor.fetchall())
    told = [
        NewEvent(
            type=MANAGER_CHANGED,
            source=EVENT_SOURCE,
            # There is no number to count these changes by, and the row's lock lets each happen once.
            key=f"manager_changed:{person_id}:{uuid4().hex}",
            occurred_at=now,
            profile_id=profile_id,
            properties={"manager_id": manager_id, "by": user_id},
        )
        for person_id, profile_id in changed.items()
    ]
    events.record(told, now=now)
    return set(changed)
