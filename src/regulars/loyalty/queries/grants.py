"""Reading what was given once: of a customer, of a part of the programme, and what waits to be handed out."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from regulars.kit import sql
from regulars.loyalty.types.benefits import Benefit
from regulars.loyalty.types.grants import GrantState, Mechanic
from regulars.loyalty.types.rewards import GrantRow

GRANTS_OF_PERSON_MAX = 200
"""The newest of them; a card shows fewer."""

_BENEFIT: TypeAdapter[Benefit] = TypeAdapter(Benefit)
_COLUMNS = """
g.id, g.key, g.profile_id, p.person_id, g.mechanic, g.part, g.name, g.benefit, g.state, g.given_at, g.until,
g.used_at, g.used_by, g.withdrawn_at, g.task_id, g.round
"""
_OF_PERSON = f"""
SELECT {_COLUMNS} FROM customers_profile AS p JOIN loyalty_grant AS g ON g.profile_id = p.id
WHERE p.person_id = %s ORDER BY g.id DESC LIMIT %s
"""  # noqa: S608 (names of columns)
_OF_KEYS = f"""
SELECT {_COLUMNS} FROM loyalty_grant AS g JOIN customers_profile AS p ON p.id = g.profile_id
WHERE g.key = ANY(%s)
"""  # noqa: S608
_ONE = f"""
SELECT {_COLUMNS} FROM loyalty_grant AS g JOIN customers_profile AS p ON p.id = g.profile_id WHERE g.id = %s
"""  # noqa: S608
_WAITING = f"""
SELECT {_COLUMNS} FROM loyalty_grant AS g JOIN customers_profile AS p ON p.id = g.profile_id
WHERE g.kind = 'gift' AND g.state = 'given' AND (g.until IS NULL OR g.until > %(at)s)
  AND (%(persons)s::bigint[] IS NULL OR p.person_id = ANY(%(persons)s))
  AND (%(after)s::timestamptz IS NULL OR (g.given_at, g.id) > (%(after)s, %(after_id)s))
ORDER BY g.given_at, g.id LIMIT %(limit)s
"""  # noqa: S608
_HELD = f"""
SELECT {_COLUMNS} FROM customers_profile AS p JOIN loyalty_grant AS g ON g.profile_id = p.id
WHERE p.person_id = %s AND g.kind IN ('gift', 'task') AND g.state = 'given'
  AND (g.until IS NULL OR g.until > %s)
ORDER BY g.given_at, g.id LIMIT %s
"""  # noqa: S608
_COUNT = """
SELECT count(*) FROM loyalty_grant
WHERE kind = 'gift' AND state = 'given' AND (until IS NULL OR until > %s)
"""


def grants_of(person_id: int, *, limit: int = GRANTS_OF_PERSON_MAX) -> list[GrantRow]:
    """What a person was given, the newest first, also what was withdrawn since."""
    return _rows(_OF_PERSON, [person_id, limit])


def grants_by_key(keys: Collection[str]) -> dict[str, GrantRow]:
    """Those of these keys that were given."""
    return {row.key: row for row in _rows(_OF_KEYS, [list(keys)])} if keys else {}


def one_grant(id_: int) -> GrantRow | None:
    """The grant of this number."""
    return next(iter(_rows(_ONE, [id_])), None)


def gifts_waiting(
    *,
    at: datetime,
    limit: int,
    after: tuple[datetime, int] | None = None,
    person_ids: Collection[int] | None = None,
) -> list[GrantRow]:
    """Gifts that can be fetched at a moment, those that wait longest first; of these persons, or of all.

    `after`: (given_at, id) of the last line of the page before.
    """
    moment, id_ = after or (None, None)
    persons = None if person_ids is None else list(person_ids)
    told = {"at": at, "persons": persons, "after": moment, "after_id": id_, "limit": limit}
    return _rows(_WAITING, told)


def held_by(person_id: int, *, at: datetime, limit: int) -> list[GrantRow]:
    """Gifts a person can fetch at a moment and what we still have to do for them, the oldest first."""
    return _rows(_HELD, [person_id, at, limit])


def count_gifts_waiting(*, at: datetime) -> int:
    """How many gifts can be fetched at a moment."""
    return int(sql.value(_COUNT, [at]))


def _rows(statement: str, told: Any) -> list[GrantRow]:
    return [_row(row) for row in sql.rows(statement, told)]


def _row(row: tuple[Any, ...]) -> GrantRow:
    id_, key, profile_id, person_id, mechanic, part, name, benefit, state, given_at, until, *rest = row
    used_at, used_by, withdrawn_at, task_id, round_ = rest
    return GrantRow(
        id=id_,
        key=key,
        profile_id=profile_id,
        person_id=person_id,
        mechanic=Mechanic(mechanic),
        part=part,
        name=name,
        benefit=_BENEFIT.validate_json(benefit),
        state=GrantState(state),
        given_at=given_at,
        until=until,
        used_at=used_at,
        used_by=used_by,
        withdrawn_at=withdrawn_at,
        task_id=task_id,
        round=round_,
    )
