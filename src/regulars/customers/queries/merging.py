"""Reading which persons became one, and who they are now."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import Any

from django.db import connection

from regulars.customers.models import Identity
from regulars.customers.queries.marks import mark_of
from regulars.customers.types import IdentityType, MergeRow

MERGES_MAX = 200
"""Most merges read at once."""

_ROWS = """
SELECT id, kept_id, gone_id, profile_ids, merged_at, by_id, because, undone_at, undone_by
FROM customers_merge
"""
_PAGE = _ROWS + "WHERE (%(after)s::bigint IS NULL OR id < %(after)s) ORDER BY id DESC LIMIT %(limit)s"
# All merges that led to this person, through those who are no more.
_LINE = """
WITH RECURSIVE line AS (
    SELECT id, gone_id, undone_at FROM customers_merge WHERE kept_id = %(person)s
    UNION
    SELECT m.id, m.gone_id, m.undone_at FROM line JOIN customers_merge AS m ON m.kept_id = line.gone_id
    WHERE line.undone_at IS NULL
)
"""
_OF_PERSON = f"""{_LINE}{_ROWS}
WHERE id IN (SELECT id FROM line) OR gone_id = %(person)s ORDER BY id DESC LIMIT %(limit)s
"""  # noqa: S608 (put together of our own text)
_IN_LINE = """
WITH RECURSIVE line AS (
    SELECT id, gone_id, by_id IS NULL AS by_rule FROM customers_merge
    WHERE kept_id = ANY(%s) AND undone_at IS NULL
    UNION
    SELECT m.id, m.gone_id, m.by_id IS NULL FROM line
    JOIN customers_merge AS m ON m.kept_id = line.gone_id AND m.undone_at IS NULL
)
SELECT id, by_rule FROM line ORDER BY id DESC
"""
# Who somebody became: at most one merge of each who goes is not undone, for there they are no more.
_WAYS = """
WITH RECURSIVE way AS (
    SELECT p AS start, NULL::bigint AS merge_id, p AS person, 0 AS step FROM unnest(%s::bigint[]) AS p
    UNION ALL
    SELECT way.start, m.id, m.kept_id, way.step + 1 FROM way
    JOIN customers_merge AS m ON m.gone_id = way.person AND m.undone_at IS NULL
)
SELECT start, merge_id, person FROM way ORDER BY start, step
"""
_THERE = "SELECT id FROM customers_person WHERE id = ANY(%s)"


def merges_page(*, after: int | None = None, limit: int) -> list[MergeRow]:
    """All merges, the last first, from behind the merge `after`; at most MERGES_MAX."""
    return _rows(_PAGE, {"after": after, "limit": min(limit, MERGES_MAX)})


def merges_of(person_id: int, *, limit: int = MERGES_MAX) -> list[MergeRow]:
    """All merges that made this person, also those that were undone, the last first."""
    return _rows(_OF_PERSON, {"person": person_id, "limit": min(limit, MERGES_MAX)})


def merge_row(merge_id: int) -> MergeRow | None:
    """One merge; None if there is no such."""
    return next(iter(_rows(_ROWS + "WHERE id = %(id)s", {"id": merge_id})), None)


def merges_in_line(person_ids: Collection[int]) -> list[tuple[int, bool]]:
    """The merges that made these persons and are not undone, the last first, and whether a rule did it."""
    with connection.cursor() as cursor:
        cursor.execute(_IN_LINE, [sorted(person_ids)])
        return [(id_, by_rule) for id_, by_rule in cursor.fetchall()]


def person_of_merged(person_id: int) -> int | None:
    """Who somebody is now: themselves, or whom they became one with; None if nobody is left of them."""
    return persons_of_merged([person_id]).get(person_id)


def persons_of_merged(person_ids: Iterable[int]) -> dict[int, int]:
    """The same for several; without those of whom nobody is left."""
    now = {start: persons[-1] for start, (_way, persons) in _ways(person_ids).items()}
    with connection.cursor() as cursor:
        cursor.execute(_THERE, [sorted(set(now.values()))])
        there = {id_ for (id_,) in cursor.fetchall()}
    return {start: person for start, person in now.items() if person in there}


def way_from(person_id: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The merges that led from a person to whom they are now, and the persons on the way, from the first."""
    return _ways([person_id])[person_id]


def _ways(person_ids: Iterable[int]) -> dict[int, tuple[tuple[int, ...], tuple[int, ...]]]:
    wanted = sorted(set(person_ids))
    found: dict[int, tuple[list[int], list[int]]] = {id_: ([], []) for id_ in wanted}
    with connection.cursor() as cursor:
        cursor.execute(_WAYS, [wanted])
        for start, merge_id, person in cursor.fetchall():
            merges, persons = found[start]
            persons.append(person)
            if merge_id is not None:
                merges.append(merge_id)
    return {start: (tuple(merges), tuple(persons)) for start, (merges, persons) in found.items()}


def _rows(statement: str, values: dict[str, Any]) -> list[MergeRow]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows = cursor.fetchall()
    now = persons_of_merged(row[1] for row in rows)
    values_of = _values_of({marked for row in rows for marked in json.loads(row[6]).values()}, now.values())
    found = []
    for id_, kept, gone, profile_ids, merged_at, by_id, because, undone_at, undone_by in rows:
        found.append(
            MergeRow(
                id=id_,
                kept_id=kept,
                gone_id=gone,
                profile_ids=tuple(json.loads(profile_ids)),
                merged_at=merged_at,
                by_id=by_id,
                because=tuple(
                    (IdentityType(type_), values_of.get(marked, ""))
                    for type_, marked in json.loads(because).items()
                ),
                undone_at=undone_at,
                undone_by=undone_by,
                now_id=now.get(kept),
            )
        )
    return found


def _values_of(marks: set[str], persons: Iterable[int]) -> dict[str, str]:
    """The values that marks stand for, as far as these persons have them still."""
    if not marks:
        return {}
    theirs = Identity.objects.filter(profile__person_id__in=set(persons)).values_list("type", "value")
    return {marked: value for type_, value in theirs.distinct() if (marked := mark_of(type_, value)) in marks}
