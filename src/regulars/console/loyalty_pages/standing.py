"""The page that says how the programme stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.console.figures import Tile
from regulars.console.loyalty_pages import words
from regulars.console.loyalty_pages.bars import bars
from regulars.console.loyalty_pages.spans import begin_of, month_begin, months_from
from regulars.console.voice import Voice
from regulars.loyalty import queries
from regulars.loyalty.queries.liability import Open
from regulars.loyalty.types import Version
from regulars.loyalty.types.books import Activity, Flow

SPAN = timedelta(days=30)
MONTHS = 12


@dataclass(frozen=True)
class Month:
    """A month in the table behind the picture."""

    name: str
    short: str
    given: str
    spent: str
    expired: str
    partial: bool


@dataclass(frozen=True)
class Hint:
    """Something to do."""

    title: str
    text: str
    url: str
    action: str


def context(version: Version | None, speak: Voice) -> dict[str, Any]:
    """The figures of the last 30 days, the year by months, what is open now."""
    now = speak.now
    before, last = queries.activity((now - 2 * SPAN, now - SPAN, now))
    month_end = begin_of(months_from(speak.today, 1), speak.zone)  # as the page of what is owed has it
    open_ = queries.open_points(at=now, earned=(), expires=(month_end,))
    bounds = [begin_of(month_begin(speak.today, n), speak.zone) for n in range(1 - MONTHS, 2)]
    flows = queries.flows(bounds)
    rows = months(flows, bounds, speak)
    return {
        "tiles": tiles(queries.count_members(), before, last, open_, version, speak),
        "months": rows,
        "picture": picture(flows, rows, speak),
        "picture_lead": lead(flows, speak),
        "expiring": expiring(open_, version, speak),
    }


def tiles(
    members: int, before: Activity, last: Activity, open_: list[Open], version: Version | None, speak: Voice
) -> list[Tile]:
    """The six figures, each with its unit, its period and its change."""
    formats = speak.formats
    minor = sum(part.points_minor for part in open_)
    in_span = _("points in 30 days")
    flow, earlier = last.flow, before.flow
    return [
        Tile(
            "members",
            _("Take part"),
            formats.number(members),
            period=_("customers with an account of points"),
        ),
        Tile(
            "active",
            _("Earned or spent"),
            formats.number(last.customers),
            change=_change(last.customers, before.customers, speak),
            tone=_tone(last.customers, before.customers),
            period=_("customers in 30 days"),
            help=_("Customers who got points for an order or spent some. The change is against the 30 days "
                   "before."),
        ),
        Tile(
            "given",
            _("Given"),
            words.figure(flow.given_minor, formats),
            change=_change(flow.given_minor, earlier.given_minor, speak),
            period=in_span,
            help=_("For orders, goals and days, by hand and to make something good, less what returned "
                   "orders took back. Opening balances are not counted."),
        ),
        Tile(
            "spent",
            _("Spent"),
            words.figure(flow.spent_minor, formats),
            change=_change(flow.spent_minor, earlier.spent_minor, speak),
            tone=_tone(flow.spent_minor, earlier.spent_minor),
            period=in_span,
            help=_("On orders, less what came back with returns."),
        ),
        Tile(
            "expired",
            _("Expired unspent"),
            words.figure(flow.expired_minor, formats),
            change=_change(flow.expired_minor, earlier.expired_minor, speak),
            period=in_span,
        ),
        Tile(
            "open",
            _("Owed to customers now"),
            words.figure(minor, formats),
            period=_worth_line(minor, version, speak),
            help=_("All points that may still be spent, at what they are worth on an order."),
        ),
    ]  # fmt: skip


def months(flows: list[Flow], bounds: list[datetime], speak: Voice) -> list[Month]:
    """The months as they stand in the table."""
    formats = speak.formats
    rows = []
    for flow, begin in zip(flows, bounds, strict=False):
        month = begin.astimezone(speak.zone).date()
        rows.append(
            Month(
                name=formats.month(f"{month:%Y-%m}"),
                short=formats.month_short(f"{month:%Y-%m}").split("\xa0")[0].rstrip("."),
                given=words.whole(flow.given_minor, formats),
                spent=words.whole(flow.spent_minor, formats),
                expired=words.whole(flow.expired_minor, formats),
                partial=month == month_begin(speak.today),
            )
        )
    return rows


def picture(flows: list[Flow], rows: list[Month], speak: Voice) -> dict[str, Any] | None:
    """Given and spent side by side; None while there is nothing to draw."""
    said = [
        f"{row.name}: " + _("given %(given)s, spent %(spent)s") % {"given": row.given, "spent": row.spent}
        for row in rows
    ]
    drawn = bars([(flow.given_minor, flow.spent_minor) for flow in flows], said)
    if drawn is None:
        return None
    return {"bars": drawn, "high": words.whole(drawn.high, speak.formats)}


def lead(flows: list[Flow], speak: Voice) -> str:
    """What the picture says."""
    given = sum(flow.given_minor for flow in flows)
    spent = sum(flow.spent_minor for flow in flows)
    if given <= 0:
        return _("Nothing was given in the last 12 months.")
    share = speak.formats.out_of(min(max(spent / given, 0), 1))
    return _("In 12 months %(given)s were given and %(spent)s spent: %(share)s.") % {
        "given": words.whole(given, speak.formats),
        "spent": words.whole(spent, speak.formats),
        "share": share,
    }


def expiring(open_: list[Open], version: Version | None, speak: Voice) -> Hint | None:
    """What expires within a month, if anything does."""
    minor = sum(part.points_minor for part in open_ if part.expires == 0)
    if minor <= 0:
        return None
    money = words.worth(minor, version, speak)
    text = (
        _("They are worth %(money)s on an order. A reminder in time brings customers back.")
        % {"money": money}
        if money
        else _("A reminder in time brings customers back.")
    )
    return Hint(
        title=_("%(points)s expire within a month") % {"points": words.whole(minor, speak.formats)},
        text=text,
        url=reverse("loyalty-liability"),
        action=_("When what expires"),
    )


def waiting(decide: int, wrong: int, findings: int) -> list[Hint]:
    """What waits for somebody: books that do not agree, tills that were refused, points to decide about."""
    hints = []
    if findings:
        hints.append(
            Hint(
                title=_("The books do not agree"),
                text=_("Do not rely on balances until it is known why."),
                url=reverse("loyalty-books"),
                action=_("Show what was found"),
            )
        )
    if decide:
        hints.append(
            Hint(
                title=ngettext(
                    "%(n)s change by hand waits for a second colleague",
                    "%(n)s changes by hand wait for a second colleague",
                    decide,
                )
                % {"n": decide},
                text=_("Until somebody agrees, the customer sees nothing of it."),
                url=reverse("loyalty-by-hand"),
                action=_("Look and decide"),
            )
        )
    if wrong:
        hints.append(
            Hint(
                title=ngettext(
                    "Tills did %(n)s thing that could not be granted in full",
                    "Tills did %(n)s things that could not be granted in full",
                    wrong,
                )
                % {"n": wrong},
                text=_("It happened while the till was cut off. Look whether it is the same one each time."),
                url=reverse("loyalty-tills"),
                action=_("Show them"),
            )
        )
    return hints


def _worth_line(minor: int, version: Version | None, speak: Voice) -> str:
    money = words.worth(minor, version, speak)
    return _("points, worth %(money)s") % {"money": money} if money else _("points")


def _change(now: int, before: int, speak: Voice) -> str:
    """ "+12%" against the span before; nothing where there was too little."""
    if before <= 0 or now < 0:
        return ""
    return speak.formats.signed((now / before - 1) * 100) + ("\xa0%" if speak.language == "ru" else "%")


def _tone(now: int, before: int) -> str:
    if before <= 0 or abs(now - before) * 20 < before:
        return ""  # under a twentieth: neither better nor worse
    return "kept" if now > before else "slipping"
