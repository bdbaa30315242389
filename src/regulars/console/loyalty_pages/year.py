"""The page that says what rules of the programme would have cost over the last twelve months."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.console.figures import Tile
from regulars.console.loyalty_pages import words
from regulars.console.loyalty_pages.bars import Bars, bars
from regulars.console.voice import Voice
from regulars.customers import queries as customers
from regulars.loyalty import queries
from regulars.loyalty.types import Programme
from regulars.loyalty.types.year import Brought, Note, OfPart, Year, YearResult, YearState

DRAFT, CURRENT = "draft", "current"

NOTES: Mapping[Note, Promise] = {
    Note.PEOPLE_TODAY: gettext_lazy(
        "Whom a condition fits is asked as customers are today, not as they were on the day of each order."
    ),
    Note.PERIOD_CAP: gettext_lazy(
        "A limit for a day, week, month or year is taken off the orders that came last in it."
    ),
    Note.TIER_BY_POINTS: gettext_lazy(
        "The points that decide a tier are counted as if tiers brought no more of them."
    ),
    Note.ROLLING_DAYS: gettext_lazy("Counted in spans of so many days that follow each other."),
    Note.COUPONS: gettext_lazy("Costs what it would have taken off the next order it fits, while it lasted."),
    Note.NOT_EVENTS: gettext_lazy(
        "Not reckoned: what counts is not an order, and nobody was asked for it then."
    ),
    Note.NOT_REFERRALS: gettext_lazy("Not reckoned: nobody knows who would have brought whom."),
}
"""What is said of a part, or of the whole, that is not exact."""


@dataclass(frozen=True)
class Row:
    """A row of a table of sums."""

    name: str
    kind: str
    people: str
    orders: str
    points: str
    worth: str
    cost: str
    share: str
    notes: tuple[str, ...] = ()
    is_not_reckoned: bool = False
    url: str = ""


@dataclass(frozen=True)
class Subject:
    """The rules that are looked at; `year` is what is known of them."""

    key: str
    programme: Programme
    year: Year | None


def subject(of: str, speak: Voice) -> tuple[Subject | None, Subject | None]:
    """What is to be looked at (the draft, unless one asks for the rules in force), and the rules in force
    beside it, where these are others. None where there are no rules yet."""
    draft, version = queries.draft(), queries.current(speak.now)
    programmes = {}
    if draft:
        programmes[DRAFT] = _in_money(draft.programme, speak)
    if version:
        programmes[CURRENT] = version.programme
    years = dict(zip(programmes, queries.years_of(list(programmes.values())), strict=True))
    found = {key: Subject(key, one, years[key]) for key, one in programmes.items()}
    if not found:
        return None, None
    chosen = found.get(of) or next(iter(found.values()))
    current = found.get(CURRENT)
    is_other = current is not None and current.programme != chosen.programme
    return chosen, current if is_other else None


def is_at_work(*subjects: Subject | None) -> bool:
    """Whether the worker has yet to say something about one of them."""
    return any(
        one is not None and one.year is not None and one.year.state in (YearState.WAITING, YearState.WORKING)
        for one in subjects
    )


def progress(chosen: Subject, current: Subject | None) -> dict[str, Any]:
    """How far the worker is."""
    asked = [one.year for one in (chosen, current) if one is not None and one.year is not None]
    return {
        "subject": chosen.key,
        "at_work": is_at_work(chosen, current),
        "is_waiting": all(one.state is YearState.WAITING for one in asked),
        "percent": round(100 * sum(one.share for one in asked) / len(asked)) if asked else 0,
    }


def context(chosen: Subject, current: Subject | None, *, cards: bool, speak: Voice) -> dict[str, Any]:
    """All that the page shows; `cards`: the reader may open cards of customers."""
    year, beside = chosen.year, current.year if current else None
    found: dict[str, Any] = {
        "year": year,
        **progress(chosen, current),
        "choices": _choices(chosen, current),
        "failed": year is not None and year.state is YearState.FAILED,
    }
    if year is None or year.result is None:
        return found
    result, other = year.result, beside.result if beside else None
    return found | {
        "result": result,
        "lead": lead(result, other, speak),
        "basis": basis(result, speak),
        "tiles": tiles(result, other, speak),
        "picture": picture(result, other, speak),
        "months": months(result, other, speak),
        "parts": [part(one, result, speak) for one in result.parts],
        "tiers": [
            _row(tier.name or _("No tier yet"), "", tier.brought, tier.revenue_minor, result, speak)
            for tier in result.tiers
        ],
        "most": most(result, cards=cards, speak=speak),
        "notes": [str(NOTES[note]) for note in result.notes],
        "spent": spent(result, speak),
        "other": other,
    }


def lead(result: YearResult, other: YearResult | None, speak: Voice) -> str:
    """The answer in a sentence or two."""
    total = result.total
    said = _("They would have cost about %(cost)s, %(share)s of what these customers paid.") % {
        "cost": speak.money(total.expected_minor, result.currency),
        "share": _share(total.expected_minor, result.revenue_minor, speak),
    }
    if not result.orders:
        return _("Nothing was ordered in these twelve months, so there is nothing to reckon with.")
    if other is None or other.currency != result.currency:
        return said
    more = total.expected_minor - other.total.expected_minor
    if more == 0:
        return said + " " + _("That is what today’s rules cost.")
    by = speak.money(abs(more), result.currency)
    than = (
        _("That is %(by)s more than today’s rules.")
        if more > 0
        else _("That is %(by)s less than today’s rules.")
    )
    return f"{said} {than % {'by': by}}"


def basis(result: YearResult, speak: Voice) -> str:
    """What was reckoned with."""
    formats = speak.formats
    return " · ".join(
        (
            formats.period(result.first, result.last),
            formats.customers(result.people),
            formats.orders(result.orders),
            speak.money(result.revenue_minor, result.currency),
        )
    )


def tiles(result: YearResult, other: YearResult | None, speak: Voice) -> list[Tile]:
    """Cost, its share, points, and whom it reaches, each against today's rules."""
    formats, total = speak.formats, result.total
    before = other.total if other else None
    cost = _share(total.expected_minor, result.revenue_minor, speak)
    return [
        Tile(
            "cost",
            _("It would have cost"),
            speak.money(total.expected_minor, result.currency),
            change=_change(total.expected_minor, before.expected_minor if before else None, speak),
            period=_("in twelve months"),
            help=_("Points at what they are worth, as far as they are expected to be spent, with discounts, "
                   "coupons and gifts."),
        ),
        Tile(
            "share",
            _("Of what was paid"),
            cost,
            period=_("of the revenue from known customers"),
        ),
        Tile(
            "points",
            _("Points given"),
            words.figure(total.points_minor, formats),
            change=_change(total.points_minor, before.points_minor if before else None, speak),
            period=_("points in twelve months"),
        ),
        Tile(
            "people",
            _("Would have got something"),
            formats.number(total.people),
            change=_change(total.people, before.people if before else None, speak),
            period=_("customers; %(n)s bought something") % {"n": formats.number(result.people)},
        ),
    ]  # fmt: skip


def picture(result: YearResult, other: YearResult | None, speak: Voice) -> dict[str, Any] | None:
    """The cost month by month, beside that of today's rules; None while there is nothing to draw."""
    pairs = [(this.brought.expected_minor, that) for this, that in _month_pairs(result, other)]
    said = [f"{month.name}: {month.cost}" for month in months(result, other, speak)]
    drawn: Bars | None = bars([(one, that or 0) for one, that in pairs], said)
    if drawn is None:
        return None
    return {"bars": drawn, "high": speak.money(drawn.high, result.currency)}


@dataclass(frozen=True)
class Month:
    name: str
    short: str
    cost: str
    other: str
    points: str
    people: str


def months(result: YearResult, other: YearResult | None, speak: Voice) -> list[Month]:
    """The same as a table; of the first and the last month a part counts."""
    formats = speak.formats
    return [
        Month(
            name=formats.month(f"{one.month:%Y-%m}"),
            short=formats.month_short(f"{one.month:%Y-%m}").split("\xa0")[0].rstrip("."),
            cost=speak.money(one.brought.expected_minor, result.currency),
            other="" if that is None else speak.money(that, result.currency),
            points=words.whole(one.brought.points_minor, formats),
            people=formats.number(one.brought.people),
        )
        for one, that in _month_pairs(result, other)
    ]


def _month_pairs(result: YearResult, other: YearResult | None) -> list[tuple[Any, int | None]]:
    beside = {month.month: month.brought.expected_minor for month in other.months} if other else {}
    return [(month, beside.get(month.month, 0) if other else None) for month in result.months]


def part(one: OfPart, result: YearResult, speak: Voice) -> Row:
    """What a part of the programme would have cost."""
    skipped = Note.NOT_EVENTS in one.notes or Note.NOT_REFERRALS in one.notes
    row = _row(name_of(one), kind_of(one), one.brought, result.total.expected_minor, result, speak)
    return Row(
        **{name: getattr(row, name) for name in ("name", "kind", "people", "orders", "points", "worth")},
        cost=row.cost,
        share=row.share,
        notes=tuple(str(NOTES[note]) for note in one.notes),
        is_not_reckoned=skipped,
    )


def name_of(one: OfPart) -> str:
    """What a part is called."""
    if one.mechanic == "cashback":
        return _("Basic cashback")
    if one.mechanic == "referral":
        return _("Bring a friend")
    return one.name


_KINDS: Mapping[str, Promise] = {
    "cashback": gettext_lazy("earning"),
    "rule": gettext_lazy("rule of earning"),
    "tier": gettext_lazy("tier"),
    "challenge": gettext_lazy("challenge"),
    "day": gettext_lazy("personal day"),
    "referral": gettext_lazy("friends"),
}


def kind_of(one: OfPart) -> str:
    """What kind of thing it is."""
    return str(_KINDS[one.mechanic])


def most(result: YearResult, *, cards: bool, speak: Voice) -> list[Row]:
    """Those who would have got most."""
    names = customers.person_names([one.person_id for one in result.most])
    tiers = {tier.key: tier.name for tier in result.tiers}
    formats = speak.formats
    return [
        Row(
            name=names.get(one.person_id) or _("Customer %(n)s") % {"n": one.person_id},
            kind=tiers.get(one.tier, "") if one.tier else "",
            people="",
            orders=formats.number(one.orders),
            points=words.figure(one.points_minor, formats),
            worth=speak.money(one.money_minor, result.currency),
            cost=speak.money(one.revenue_minor, result.currency),
            share=_share(one.money_minor, one.revenue_minor, speak),
            url=reverse("customers-card", args=[one.person_id]) if cards else "",
        )
        for one in result.most
    ]


def spent(result: YearResult, speak: Voice) -> str:
    """What is expected to be spent, and why."""
    if result.spent_share is None:
        return _(
            "All points are counted as spent: there is too little history yet to say how many will expire."
        )
    return _("Of the points, %(share)s are counted as spent, as so far in this shop.") % {
        "share": speak.formats.share(result.spent_share)
    }


def _row(name: str, kind: str, brought: Brought, of_minor: int, result: YearResult, speak: Voice) -> Row:
    formats = speak.formats
    return Row(
        name=name,
        kind=kind,
        people=formats.number(brought.people),
        orders=formats.number(brought.orders) if brought.orders else "—",
        points=words.figure(brought.points_minor, formats) if brought.points_minor else "—",
        worth=speak.money(brought.money_minor, result.currency),
        cost=speak.money(brought.expected_minor, result.currency),
        share=_share(brought.expected_minor, of_minor, speak),
    )


def _choices(chosen: Subject, current: Subject | None) -> list[tuple[str, str, bool]]:
    """What one may look at instead."""
    if current is None and chosen.key != CURRENT:
        return []
    names = {DRAFT: _("The draft"), CURRENT: _("Today’s rules")}
    has_draft = chosen.key == DRAFT or queries.draft() is not None
    keys = [DRAFT, CURRENT] if has_draft else []
    return [(key, names[key], key == chosen.key) for key in keys]


def _share(part_minor: int, whole_minor: int, speak: Voice) -> str:
    return speak.formats.share(part_minor / whole_minor) if whole_minor > 0 else "—"


def _change(now: int, before: int | None, speak: Voice) -> str:
    if not before:
        return ""
    percent = speak.formats.signed((now / before - 1) * 100) + ("\xa0%" if speak.language == "ru" else "%")
    return _("%(change)s against today’s rules") % {"change": percent}


def _in_money(programme: Programme, speak: Voice) -> Programme:
    """A draft that says no currency is in the shop's, as when it is published."""
    if programme.currency:
        return programme
    return programme.model_copy(update={"currency": speak.shop.currency})
