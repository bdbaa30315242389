"""Whom conditions fit that others keep: rules of a programme, offers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from regulars.kit.attributes import registered, relations
from regulars.kit.kept import Kept
from regulars.kit.prepared import prepared_cursor
from regulars.segments.compiling import Compiled, Statement
from regulars.segments.errors import BadCondition
from regulars.segments.queries.live import knowledge
from regulars.segments.queries.segments import live_ids
from regulars.segments.rules import check, parse
from regulars.segments.types import Did
from regulars.segments.wording import sentence, speech
from regulars.segments.wording.nodes import details

FEW = 3
"""So many at most are asked about by a prepared statement."""

_known = Kept(knowledge)
"""A till asks with each cart."""
_ASKED = """
WITH asked AS MATERIALIZED (
    SELECT t.number, t.person_id, t.at,
           ARRAY(SELECT p.profile_id FROM facts_profiles AS p WHERE p.person_id = t.person_id) AS profiles
    FROM unnest(%(numbers)s::bigint[], %(persons)s::bigint[], %(moments)s::timestamptz[])
        AS t (number, person_id, at)
)
"""
_FITS = "SELECT {place}, a.number FROM asked AS a, LATERAL ({query}) AS found"


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody who is asked about, as of a moment; `number` is the asker's own."""

    number: int
    person_id: int
    at: datetime


def fits(
    *, conditions: Mapping[str, Mapping[str, Any] | None], asked: Sequence[Asked]
) -> dict[str, frozenset[int]]:
    """The numbers each condition (as JSON) fits, each as of its own moment; None fits everybody.

    Orders and events count up to that moment, it included; attributes of the person, figures and segments
    are as they stand. All is one statement. A condition that names what is no longer there fits nobody.
    """
    everybody = frozenset(one.number for one in asked)
    found = {name: everybody for name, condition in conditions.items() if condition is None}
    compiled = _compiled({name: one for name, one in conditions.items() if one is not None})
    names = sorted(compiled)
    numbers = asked_by_rows([compiled[name] for name in names], asked)
    found |= {name: frozenset(some) for name, some in zip(names, numbers, strict=True)}
    return {name: found.get(name, frozenset()) for name in conditions}


def asked_by_rows(conditions: Sequence[Compiled], asked: Sequence[Asked]) -> list[set[int]]:
    """The numbers each of these conditions fits, in one statement."""
    numbers: list[set[int]] = [set() for _each in conditions]
    if conditions and asked:
        for place, number in _rows([one.of_rows for one in conditions], asked):
            numbers[place].add(number)
    return numbers


def check_condition(condition: Mapping[str, Any]) -> None:
    """Raises BadCondition, in words, for one that cannot be understood or names what there is not."""
    wrongs = check(
        parse(condition),
        attributes=registered(),
        relations=relations(),
        segments=live_ids(),
    )
    if wrongs:
        raise BadCondition(_("The condition is not complete: see what is said at its parts."), wrongs)


def condition_sentence(condition: Mapping[str, Any]) -> str:
    """What a condition (as JSON) asks, in the reader's language, without a capital and a full stop.

    Raises BadCondition for one that cannot be understood.
    """
    return sentence(parse(condition))


def details_sentence(event: str, where: Sequence[Mapping[str, Any]]) -> str:
    """What tests of an event's properties (as JSON) ask, in the reader's language; empty without any."""
    if not where:
        return ""
    asked = parse({"node": "event", "event": event, "where": list(where)})
    return details(asked.where, speech()) if isinstance(asked, Did) else ""


def _compiled(conditions: Mapping[str, Mapping[str, Any]]) -> dict[str, Compiled]:
    """Those that can be asked."""
    found: dict[str, Compiled] = {}
    if conditions:
        known = _known.get()
        for name, condition in conditions.items():
            with suppress(BadCondition):
                found[name] = known.compiled(condition)
    return found


def _rows(statements: Sequence[Statement], asked: Sequence[Asked]) -> list[tuple[int, int]]:
    params: dict[str, Any] = {
        "numbers": [one.number for one in asked],
        "persons": [one.person_id for one in asked],
        "moments": [one.at for one in asked],
    }
    parts = []
    for place, statement in enumerate(statements):
        named = statement.named(f"c{place}_")
        params |= named.params
        parts.append(_FITS.replace("{place}", str(place)).replace("{query}", named.query))
    # A till asks of one customer, again and again; how many is best asked how depends on how many they are.
    with prepared_cursor() if len(asked) <= FEW else connection.cursor() as cursor:
        cursor.execute(_ASKED + "\nUNION ALL\n".join(parts), params)
        return list(cursor.fetchall())
