"""The list of customers: what was asked for, and one page of it, both ways, in any order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from django.db import connection
from django.http import QueryDict

from regulars.analytics import queries as analytics
from regulars.analytics.rules.rhythm import STAGES
from regulars.analytics.rules.segments import SCORES, SEGMENTS
from regulars.analytics.types import CustomerRow, Segment, Sort, Stage
from regulars.console import members_list
from regulars.console.ids import id_of
from regulars.console.members_list import figures_of
from regulars.customers import queries as customers

PAGE = 50
"""Rows of a page: a few screens of a phone, one look at a desk."""
FILE_BATCH = 1_000
"""Rows of a file read at once."""
QUERY_CHARACTERS_MAX = 200

Order = Literal["last_day", "revenue", "orders", "first_day", "name"]
ORDERS: tuple[Order, ...] = (*get_args(Sort), "name")

_NAME_POSITION = re.compile(r"(\d{1,18})_(.*)", re.ASCII | re.DOTALL)
# The condition and the order are those of the index customers_profile_listed; somebody is listed once, under
# the oldest profile. Who is only a device is not listed.
_BY_NAME = """
SELECT p.person_id, p.sort_key FROM customers_profile AS p {joined}
WHERE p.source <> 'anonymous' AND {where} AND NOT EXISTS (
    SELECT 1 FROM customers_profile AS older
    WHERE older.person_id = p.person_id AND older.id < p.id AND older.source <> 'anonymous'
)
ORDER BY (p.sort_key = '') {way}, p.sort_key COLLATE "C" {way}, p.person_id {way}
LIMIT %s
"""
_IN_SEGMENT = """
EXISTS (SELECT 1 FROM segments_member AS m WHERE m.segment_id = %s AND m.person_id = p.person_id)
"""
_JOINED = "JOIN analytics_customerfigures AS f ON f.person_id = p.person_id"
_BEYOND = """((p.sort_key = ''), p.sort_key COLLATE "C", p.person_id) {sign} (%s, %s, %s)"""


@dataclass(frozen=True)
class Choice:
    """What of the list somebody wants to see. `after` and `before` are positions of rows.

    `scores`: R and F, one place of the RFM map. `segment`: by RFM; `member_of`: a segment of the shop's own.
    """

    q: str = ""
    segment: Segment | None = None
    stage: Stage | None = None
    scores: tuple[int, int] | None = None
    member_of: int | None = None
    sort: Order = "last_day"
    after: str = ""
    before: str = ""

    @property
    def filtered(self) -> bool:
        return self.member_of is not None or bool(self.figures)

    @property
    def figures(self) -> dict[str, str | int]:
        """Columns of a customer's figures, and what is asked of each."""
        r, f = self.scores or (None, None)
        asked: dict[str, str | int | None] = {"segment": self.segment, "stage": self.stage, "r": r, "f": f}
        return {column: value for column, value in asked.items() if value is not None}

    def query(self, *, default: Order, **changes: str) -> dict[str, str | None]:
        """What stands in the address of this choice, from its start unless a position is given."""
        chosen: dict[str, str | None] = {
            "q": self.q,
            "in": str(self.member_of) if self.member_of else None,
            "segment": self.segment,
            "stage": self.stage,
            "r": str(self.scores[0]) if self.scores else None,
            "f": str(self.scores[1]) if self.scores else None,
            "sort": self.sort,
        }
        chosen |= changes
        if chosen["sort"] == default:
            chosen["sort"] = None
        return chosen


@dataclass(frozen=True)
class ListedPerson:
    """`figures` is None for somebody no run has seen yet."""

    id: int
    name: str | None
    figures: CustomerRow | None


@dataclass(frozen=True)
class Page:
    """`newer` and `older` are positions to go on from; empty where the list ends."""

    rows: list[ListedPerson]
    newer: str = ""
    older: str = ""


def choice_of(asked: QueryDict, *, default: Order) -> Choice:
    """What the address asks for; what means nothing is passed over."""
    segment, stage, sort = asked.get("segment", ""), asked.get("stage", ""), asked.get("sort", "")
    return Choice(
        q=asked.get("q", "").replace("\x00", "").strip()[:QUERY_CHARACTERS_MAX],
        segment=next((s for s in SEGMENTS if s == segment), None),
        stage=next((s for s in STAGES if s == stage), None),
        scores=None if segment else _scores(asked.get("r", ""), asked.get("f", "")),
        member_of=id_of(asked.get("in", "")),
        sort=next((s for s in ORDERS if s == sort), default),
        after=asked.get("after", "").replace("\x00", ""),
        before=asked.get("before", "").replace("\x00", ""),
    )


def _scores(r: str, f: str) -> tuple[int, int] | None:
    known = {str(score): score for score in range(1, SCORES + 1)}
    return (known[r], known[f]) if r in known and f in known else None


def page_of(choice: Choice, *, limit: int = PAGE) -> Page:
    """One page of the list (not of the search)."""
    found = _rows(choice, limit + 1)
    if choice.before and len(found) <= limit:
        # The beginning of the list: shown as such, and full.
        return page_of(replace(choice, before="", after=""), limit=limit)
    more = len(found) > limit
    shown = (found[1:] if choice.before else found[:limit]) if more else found
    if not shown:
        return Page([])
    positions = [position for position, _ in shown]
    return Page(
        rows=_named([row for _, row in shown]),
        newer=positions[0] if (more and choice.before) or choice.after else "",
        older=positions[-1] if more or choice.before else "",
    )


def found_by(choice: Choice, *, limit: int) -> list[ListedPerson]:
    """Those the search means, the surest first; a filter narrows them."""
    ids = customers.search(choice.q, limit=limit)
    if choice.member_of is not None:
        members = members_list.members_among(choice.member_of, ids)
        ids = [person for person in ids if person in members]
    figures = figures_of(ids)
    rows: list[int | CustomerRow] = [figures.get(i, i) for i in ids]
    if asked := choice.figures:
        rows = [
            row
            for row in rows
            if not isinstance(row, int) and all(getattr(row, name) == value for name, value in asked.items())
        ]
    return _named(rows)


def everybody(choice: Choice, *, limit: int) -> Iterator[list[ListedPerson]]:
    """The whole list in batches, at most `limit` rows: what a file is written from."""
    if choice.member_of is not None and choice.sort != "name":
        yield from _members(choice, choice.member_of, choice.sort, limit)
        return
    left, at = limit, replace(choice, after="", before="")
    while left > 0:
        page = page_of(at, limit=min(FILE_BATCH - 1, left))
        yield page.rows
        left -= len(page.rows)
        if not page.older:
            return
        at = replace(at, after=page.older)


def _members(choice: Choice, segment_id: int, sort: Sort, limit: int) -> Iterator[list[ListedPerson]]:
    """All of a segment, put in order once and not anew for each batch."""
    found = members_list.people(segment_id, sort=sort, figures=choice.figures, limit=limit)
    for start in range(0, len(found), FILE_BATCH):
        ids = [person for _, person in found[start : start + FILE_BATCH]]
        figures = figures_of(ids)
        yield _named([figures.get(person, person) for person in ids])


def _rows(choice: Choice, limit: int) -> list[tuple[str, int | CustomerRow]]:
    """(position, row or only the person's number) from where the choice says."""
    if choice.sort == "name":
        keys = _by_name(choice, limit)
        figures = figures_of([person for person, _ in keys])
        return [(f"{person}_{key}", figures.get(person, person)) for person, key in keys]
    sort: Sort = choice.sort
    if choice.member_of is not None:
        found = members_list.people(
            choice.member_of,
            sort=sort,
            figures=choice.figures,
            after=choice.after,
            before=choice.before,
            limit=limit,
        )
        figures = figures_of([person for _, person in found])
        return [(position, figures.get(person, person)) for position, person in found]
    rows = analytics.customers_page(
        segment=choice.segment,
        stage=choice.stage,
        scores=choice.scores,
        sort=sort,
        after=choice.after or None,
        before=choice.before or None,
        limit=limit,
    )
    return [(row.position(sort), row) for row in rows]


def _by_name(choice: Choice, limit: int) -> list[tuple[int, str]]:
    conditions = ["true"]
    values: list[Any] = []
    for column, value in choice.figures.items():
        conditions.append(f"f.{column} = %s")
        values.append(value)
    if choice.member_of is not None:
        conditions.append(_IN_SEGMENT)
        values.append(choice.member_of)
    upwards = bool(choice.before)
    at = _NAME_POSITION.fullmatch(choice.before or choice.after)
    if at is not None:
        conditions.append(_BEYOND.format(sign="<" if upwards else ">"))
        values += [at[2] == "", at[2], int(at[1])]
    statement = _BY_NAME.format(
        joined=_JOINED if choice.figures else "",
        where=" AND ".join(conditions),
        way="DESC" if upwards else "ASC",
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, limit])
        rows: list[tuple[int, str]] = cursor.fetchall()
    return rows[::-1] if upwards else rows


def _named(rows: Sequence[int | CustomerRow]) -> list[ListedPerson]:
    ids = [row if isinstance(row, int) else row.person_id for row in rows]
    names = customers.person_names(ids) if ids else {}
    return [
        ListedPerson(person, names.get(person), None if isinstance(row, int) else row)
        for person, row in zip(ids, rows, strict=True)
    ]
