"""Merges as lines of a list, with the names of who became one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest

from regulars.analytics.wording.numbers import plain
from regulars.console.access import may
from regulars.console.voice import Voice
from regulars.console.wording import merging as wording
from regulars.console.wording.people import name_or_number
from regulars.customers import queries as customers
from regulars.customers.models import Profile
from regulars.customers.types import MergeRow
from regulars.team import queries as team
from regulars.team.types import Permission

NAMED_MAX = 3
"""Of a card that went so many profiles are looked at for a name."""


@dataclass(frozen=True)
class MergeLine:
    """A merge in words. `now`: the card of who they are now, None where nobody is left of them.

    `gone`: what the card that went was called. `undone`: when and by whom, empty if it holds.
    """

    id: int
    now: int | None
    name: str
    gone: str
    moment: str
    why: str
    undone: str


def merge_lines(request: HttpRequest, rows: Sequence[MergeRow], speak: Voice) -> list[MergeLine]:
    """These merges in words; names are looked up for all of them at once."""
    if not rows:
        return []
    whole = may(request, Permission.SEE_CONTACTS)
    now = {row.now_id for row in rows if row.now_id is not None}
    names = customers.person_names(sorted(now))
    gone = _gone_names(rows)
    users = {user for row in rows for user in (row.by_id, row.undone_by) if user is not None}
    colleagues = team.user_names(users) if users else {}
    return [
        MergeLine(
            id=row.id,
            now=row.now_id,
            name=name_or_number(names.get(row.now_id or 0), row.kept_id),
            gone=gone.get(row.id, ""),
            moment=wording.moment(row.merged_at, speak),
            why=wording.why(row, colleagues, whole=whole),
            undone=wording.undone(row, colleagues, speak),
        )
        for row in rows
    ]


def _gone_names(rows: Sequence[MergeRow]) -> Mapping[int, str]:
    """What the card that went was called, by merge: the oldest name among its profiles."""
    wanted = {id_ for row in rows for id_ in row.profile_ids[:NAMED_MAX]}
    names = dict(Profile.objects.filter(pk__in=wanted).exclude(name="").values_list("id", "name"))
    found = {}
    for row in rows:
        own = (names[id_] for id_ in sorted(row.profile_ids[:NAMED_MAX]) if id_ in names)
        found[row.id] = plain(next(own, ""))
    return found
