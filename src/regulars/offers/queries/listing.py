"""Offers as colleagues see them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from regulars.offers.models import Code as CodeRow
from regulars.offers.models import Offer as OfferRow
from regulars.offers.queries.stored import codes_of
from regulars.offers.types import CodeState, Offer, OfferState, PrintedCode, Terms

PAGE = 50
_PORTION = 5_000
_FIGURES = """
SELECT t.offer_id, count(DISTINCT p.person_id), count(*) FILTER (WHERE t.at >= %(since)s),
       coalesce(sum(t.amount_minor) FILTER (WHERE t.at >= %(since)s), 0)::bigint, max(t.at),
       count(*) FILTER (WHERE p.id IS NULL)
FROM offers_taken AS t LEFT JOIN customers_profile AS p ON p.id = t.profile_id
WHERE t.offer_id = ANY(%(offers)s) AND t.counts GROUP BY t.offer_id
"""
_USES = """
SELECT t.id, t.at, p.person_id, t.amount_minor, t.currency, u.state, u.order_id, u.branch_id
FROM offers_taken AS t JOIN offers_use AS u ON u.id = t.use_id
LEFT JOIN customers_profile AS p ON p.id = t.profile_id
WHERE t.offer_id = %(offer)s AND u.state IN ('reserved', 'captured', 'given_back')
  AND (%(before)s::bigint IS NULL OR t.id < %(before)s)
ORDER BY t.id DESC LIMIT %(limit)s
"""
_BY_DAY = """
SELECT (t.at AT TIME ZONE %(zone)s)::date, count(*) FROM offers_taken AS t
WHERE t.offer_id = %(offer)s AND t.counts AND t.at >= (%(since)s::date::timestamp AT TIME ZONE %(zone)s)
GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class OfferFigures:
    """What became of an offer. `people`: known customers who used it; `nameless`: uses of nobody known.

    `lately`, `lately_minor`: uses, and what they took off, since the moment asked for.
    """

    people: int
    lately: int
    lately_minor: int
    last_at: datetime | None
    nameless: int


NO_FIGURES = OfferFigures(0, 0, 0, None, 0)


@dataclass(frozen=True, slots=True)
class UseLine:
    """One use of an offer; `id` is that of the row by which the next page begins."""

    id: int
    at: datetime
    person_id: int | None
    amount_minor: int
    currency: str
    state: str
    order_id: str
    branch_id: int | None


def any_offers() -> bool:
    """Whether colleagues have made any."""
    return OfferRow.objects.filter(key="").exists()


def offer(offer_id: int) -> Offer | None:
    """One of them."""
    row = OfferRow.objects.filter(pk=offer_id).first()
    return None if row is None else to_offer(row)


def offers(*, states: Collection[OfferState] | None = None, by_hand: bool = True) -> list[Offer]:
    """All offers, the newest first. `by_hand`: without those that the programme makes for its coupons."""
    rows = OfferRow.objects.order_by("-id")
    if by_hand:
        rows = rows.filter(key="")
    if states is not None:
        rows = rows.filter(state__in=[state.value for state in states])
    return [to_offer(row) for row in rows]


def figures_of(offer_ids: Collection[int], *, since: datetime) -> dict[int, OfferFigures]:
    """What became of these offers."""
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES, {"offers": list(offer_ids), "since": since})
        found = {row[0]: OfferFigures(*row[1:]) for row in cursor.fetchall()}
    return {id_: found.get(id_, NO_FIGURES) for id_ in offer_ids}


def uses_page(offer_id: int, *, before: int | None = None, limit: int = PAGE) -> list[UseLine]:
    """The newest uses of an offer."""
    with connection.cursor() as cursor:
        cursor.execute(_USES, {"offer": offer_id, "before": before, "limit": limit})
        return [UseLine(*row) for row in cursor.fetchall()]


def uses_by_day(offer_id: int, *, since: date, zone: str) -> dict[date, int]:
    """How often an offer was used on each day of that zone since one, as far as it was."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_DAY, {"offer": offer_id, "since": since, "zone": zone})
        return dict(cursor.fetchall())


def printed_codes(offer_id: int, *, open_only: bool = False) -> Iterator[PrintedCode]:
    """The codes of an offer that were made in bulk, in their order; they are made again as they are read."""
    last = 0
    while True:
        rows = CodeRow.objects.filter(offer_id=offer_id, serial__gt=last, key="")
        if open_only:
            rows = rows.filter(state=CodeState.OPEN.value)
        portion = list(rows.order_by("serial").values_list("serial", "state", "until")[:_PORTION])
        codes = codes_of(offer_id, [serial for serial, _state, _until in portion])
        for code, (serial, state, until) in zip(codes, portion, strict=True):
            yield PrintedCode(serial, code, CodeState(state), until)
        if len(portion) < _PORTION:
            return
        last = portion[-1][0]


def to_offer(row: OfferRow) -> Offer:
    """A stored offer."""
    values: dict[str, Any] = {
        name: getattr(row, name)
        for name in ("id", "key", "currency", "shared_code", "uses", "taken_minor", "codes_wanted")
    }
    return Offer(
        **values,
        state=OfferState(row.state),
        terms=Terms.model_validate(row.terms, strict=False),
        codes_made=row.codes_made,
        made_at=row.made_at,
        made_by=row.made_by,
        revision=row.revision,
    )
