"""The people of one segment: a page of them in an order of one's choice, and all of them as a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from regulars.analytics.types import Run
from regulars.console import members_list
from regulars.console.access import may
from regulars.console.contacts import Contact, first_contacts
from regulars.console.customer_list import Choice, ListedPerson, Order, choice_of, everybody, page_of
from regulars.console.voice import Voice
from regulars.console.ways import with_choices
from regulars.console.wording import listing
from regulars.console.wording.people import Basis, PersonLine, person_line, unseen_line
from regulars.console.xlsx import ROWS_MAX, Cell, Column, workbook
from regulars.customers import queries as customers
from regulars.segments.types import SegmentRow
from regulars.team.types import Permission

_WORTH = """
SELECT coalesce(sum(f.revenue_minor), 0), count(*) FROM segments_member AS m
JOIN analytics_customerfigures AS f ON f.person_id = m.person_id AND f.orders > 0
WHERE m.segment_id = %s
"""
PAGE = 20
"""What to do with the segment stands below them, and is to be seen."""
WORTH_OF_MAX = 300_000
"""What more people have brought is not added up while somebody waits for the page."""


@dataclass(frozen=True)
class PersonRow:
    """Somebody of a segment; `since` says from when on."""

    line: PersonLine
    since: str
    contacts: list[Contact]


def basis_of(run: Run | None) -> Basis | None:
    return Basis.of(run)


def choice(asked: QueryDict, segment_id: int, *, default: Order) -> Choice:
    """Of what a list of customers may be asked only the order and the place: all of the segment is shown."""
    wanted = choice_of(asked, default=default)
    return Choice(member_of=segment_id, sort=wanted.sort, after=wanted.after, before=wanted.before)


def default_order(run: Run | None) -> Order:
    """Who brought most stands first: most is lost with them. Before there are figures, by name."""
    return "revenue" if run else "name"


def context(request: HttpRequest, row: SegmentRow, run: Run | None, speak: Voice) -> dict[str, Any]:
    """The rows, the heads by which they are sorted, the ways on."""
    default = default_order(run)
    wanted = choice(request.GET, row.id, default=default)
    page = page_of(wanted, limit=PAGE)
    ids = [person.id for person in page.rows]
    since = members_list.members_among(row.id, ids) if ids else {}
    contacts = first_contacts(request, ids) if ids else {}
    path, basis = reverse("segments-one", args=[row.id]), basis_of(run)

    def address(**changes: str) -> str:
        query = wanted.query(default=default, **changes) | {"in": None}
        return with_choices(path, **query) + "#people"

    return {
        "people": [
            PersonRow(
                line=_line(person, basis, speak),
                since=speak.formats.day_short(speak.day_of(since[person.id])) if person.id in since else "",
                contacts=contacts.get(person.id, []),
            )
            for person in page.rows
        ],
        "heads": {
            key: {"name": name, "url": address(sort=key), "sorted": key == wanted.sort}
            for key, name in listing.sort_names().items()
        },
        "newer_url": page.newer and address(before=page.newer),
        "older_url": page.older and address(after=page.older),
    }


def _line(person: ListedPerson, basis: Basis | None, speak: Voice) -> PersonLine:
    if person.figures is None:
        return unseen_line(person.id, person.name)
    return person_line(person.figures, person.name, basis, speak)


def worth(row: SegmentRow) -> tuple[int, int]:
    """What its people have brought so far, in minor units, and how many of them ordered."""
    if row.members > WORTH_OF_MAX:
        return 0, 0
    with connection.cursor() as cursor:
        cursor.execute(_WORTH, [row.id])
        (revenue, buyers) = cursor.fetchone()
    return int(revenue), int(buyers)


def file(
    request: HttpRequest, row: SegmentRow, run: Run | None, speak: Voice
) -> tuple[HttpResponseBase, int]:
    """All of them as a workbook, with contacts for those who may see them; and how many they are."""
    whole = may(request, Permission.SEE_CONTACTS)
    basis = basis_of(run)
    wanted = choice(request.GET, row.id, default=default_order(run))
    rows = [
        cells
        for batch in everybody(wanted, limit=ROWS_MAX)
        for cells in _cells(row, batch, whole, basis, speak)
    ]
    name = _("segment-%(id)s") % {"id": row.id}
    columns = _columns(whole, speak)
    return workbook(name=name, columns=columns, rows=rows, timezone=speak.shop.timezone), len(rows)


def _columns(whole: bool, speak: Voice) -> list[Column]:
    contacts = [Column(_("Phone"), width=18), Column(_("E-mail"), width=28)] if whole else []
    return [
        Column(_("Number"), width=16),
        Column(pgettext("of a person", "Name"), width=32),
        *contacts,
        Column(_("In the segment since"), "moment", 20),
        Column(_("Stage")),
        Column(_("Orders"), "whole", 10),
        Column(_("Revenue, %(currency)s") % {"currency": speak.shop.currency}, "money"),
        Column(_("Last order"), "day", 12),
    ]


def _cells(
    row: SegmentRow, batch: list[ListedPerson], whole: bool, basis: Basis | None, speak: Voice
) -> Iterator[list[Cell]]:
    ids = [person.id for person in batch]
    known = customers.contacts(ids) if whole else {}
    numbers = customers.shop_numbers(ids, masked=not whole)
    since = members_list.members_among(row.id, ids)
    for person in batch:
        line, told = _line(person, basis, speak), person.figures
        cells: list[Cell] = [numbers.get(person.id), line.name]
        if whole:
            reach = known.get(person.id)
            cells += [", ".join(reach.phones), ", ".join(reach.emails)] if reach else [None, None]
        cells += [since.get(person.id), line.stage.name if line.stage else None]
        if told is None:
            cells += [None] * 3
        else:
            cells += [told.orders, speak.amount(told.revenue_minor, told.currency), told.last_day]
        yield cells
