"""Who is in each group of the growth points, what to do about them, and how the figure was found.

Facts are those that `compute.growth` describes. Each group answers for itself in one function per question.
"""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.analytics.types import Audit, GrowthKey, GrowthPoint
from regulars.analytics.wording.numbers import Formats, plain

NAME_LENGTH_MAX = 60  # of a product; longer ones make a sentence unreadable


def who(point: GrowthPoint, formats: Formats) -> str:
    return _WHO[point.key](point, formats)


def action(point: GrowthPoint, audit: Audit, formats: Formats) -> str:
    """What to do, as an instruction."""
    if point.key == "second_order" and audit.median_days_to_second_order is not None:
        return _(
            "Invite them to a second order: advice on what they bought, what others took next, a reason "
            "with an end date. Half of those who come back do so within %(days)s, so write before that."
        ) % {"days": formats.days(audit.median_days_to_second_order)}
    return _actions()[point.key] % {"b": _name(point, "b")}


def how(point: GrowthPoint, formats: Formats) -> str:
    """The computation in one sentence, and a second where only a part of the customers was learnt from."""
    facts = point.facts
    told = _outcomes()[point.key] % {
        "share": formats.rough_share(float(facts["share_percent"]) / 100),
        "money": formats.about(formats.amount(facts["money_each"])),
        "b": _name(point, "b"),
    }
    sentence = ngettext(
        "%(n)s such customer of this shop, seen at %(moments)s moments of the past and followed "
        "for up to %(days)s, shows what to expect: %(told)s.",
        "%(n)s such customers of this shop, seen at %(moments)s moments of the past and followed "
        "for up to %(days)s, show what to expect: %(told)s.",
        int(facts["precedents"]),
    ) % {
        "n": formats.number(int(facts["precedents"])),
        "moments": formats.number(int(facts["moments"])),
        "days": formats.days(float(facts["horizon_days"])),
        "told": told,
    }
    sampled = int(facts.get("sampled_customers", 0))
    if not sampled:
        return sentence
    drawn = ngettext(
        "Learnt from %(n)s customer drawn at random.", "Learnt from %(n)s customers drawn at random.", sampled
    )
    return f"{sentence} {drawn % {'n': formats.number(sampled)}}"


def _second_order(point: GrowthPoint, formats: Formats) -> str:
    return ngettext(
        "%(n)s customer with one order, made at most %(days)s ago.",
        "%(n)s customers with one order, made at most %(days)s ago.",
        point.customers,
    ) % (_counted(point, formats) | {"days": _days(point, "longest_absence_days", formats)})


def _win_back(point: GrowthPoint, formats: Formats) -> str:
    return ngettext(
        "%(n)s customer of the top fifth by revenue, with two or more orders, away for more than "
        "%(days)s but not more than %(longest)s. Revenue so far: %(revenue)s.",
        "%(n)s customers of the top fifth by revenue, with two or more orders, away for more than "
        "%(days)s but not more than %(longest)s. Their revenue so far: %(revenue)s.",
        point.customers,
    ) % (
        _counted(point, formats)
        | {
            "days": _days(point, "lapsed_after_days", formats),
            "longest": _days(point, "longest_absence_days", formats),
            "revenue": formats.money(formats.amount(point.facts["revenue_so_far"])),
        }
    )


def _overdue(point: GrowthPoint, formats: Formats) -> str:
    return ngettext(
        "%(n)s customer who bought on three or more days and is late: away for more than %(factor)s "
        "times the own usual gap (%(gap)s), but not yet for more than %(days)s.",
        "%(n)s customers who bought on three or more days and are late: away for more than %(factor)s "
        "times their own usual gap (half of them buy at least every %(gap)s), but not yet for more "
        "than %(days)s.",
        point.customers,
    ) % (
        _counted(point, formats)
        | {
            "factor": formats.number(float(point.facts["late_factor"]), 1),
            "gap": _days(point, "usual_gap_days", formats),
            "days": _days(point, "lapsed_after_days", formats),
        }
    )


def _almost_regulars(point: GrowthPoint, formats: Formats) -> str:
    return ngettext(
        "%(n)s customer with two or three orders, the last at most %(days)s ago: nearly a regular.",
        "%(n)s customers with two or three orders, the last at most %(days)s ago: nearly regulars.",
        point.customers,
    ) % (_counted(point, formats) | {"days": _days(point, "rhythm_days", formats)})


def _keep_best(point: GrowthPoint, formats: Formats) -> str:
    return ngettext(
        "%(n)s customer of those who order most often, seen at most %(days)s ago. Revenue of the last "
        "%(recent)s: %(revenue)s.",
        "%(n)s customers of those who order most often, seen at most %(days)s ago. Their revenue of the last "
        "%(recent)s: %(revenue)s.",
        point.customers,
    ) % (
        _counted(point, formats)
        | {
            "days": _days(point, "lapsed_after_days", formats),
            "recent": _days(point, "recent_days", formats),
            "revenue": formats.money(formats.amount(point.facts["recent_revenue"])),
        }
    )


def _cross_sell(point: GrowthPoint, formats: Formats) -> str:
    told = ngettext(
        "%(n)s customer who bought “%(a)s” but never “%(b)s”, with the last order at most %(days)s ago.",
        "%(n)s customers who bought “%(a)s” but never “%(b)s”, with the last order at most %(days)s ago.",
        point.customers,
    ) % (
        _counted(point, formats)
        | {
            "a": _name(point, "a"),
            "b": _name(point, "b"),
            "days": _days(point, "longest_absence_days", formats),
        }
    )
    also = int(point.facts.get("also_in_others", 0))
    if not also:
        return told
    overlap = ngettext(
        "%(n)s of them is in another group too, so the sums overlap.",
        "%(n)s of them are in another group too, so the sums overlap.",
        also,
    )
    return f"{told} {overlap % {'n': formats.number(also)}}"


_WHO: dict[GrowthKey, Callable[[GrowthPoint, Formats], str]] = {
    "second_order": _second_order,
    "win_back": _win_back,
    "overdue": _overdue,
    "almost_regulars": _almost_regulars,
    "keep_best": _keep_best,
    "cross_sell": _cross_sell,
}


def _actions() -> dict[GrowthKey, str]:
    return {
        "second_order": _(
            "Invite them to a second order: advice on what they bought, what others took next, a reason "
            "with an end date."
        ),
        "win_back": _(
            "Write or call in person, ask what went wrong, and offer something on what they used to buy. "
            "Begin with those who brought most."
        ),
        "overdue": _(
            "Remind each of them when their own day comes, with what they usually take, ready to order. "
            "A discount is not needed at first."
        ),
        "almost_regulars": _(
            "Tell them what the next order gives them: a benefit from the fourth order on, and how "
            "little is missing."
        ),
        "keep_best": _(
            "Look after them before they leave: a thank-you, new things first, one person who answers. "
            "Ask at the first order that does not come."
        ),
        "cross_sell": _("Offer them “%(b)s”: with the confirmation of an order, in a letter, at the till."),
    }


def _outcomes() -> dict[GrowthKey, str]:
    """What became of such customers, carried over to the group of today."""
    again = _("%(share)s should order again within 12 months, each for about %(money)s")
    return {
        "second_order": again,
        "win_back": _("%(share)s should come back within 12 months, each for about %(money)s"),
        "overdue": again,
        "almost_regulars": _(
            "%(share)s should become regulars within 12 months, each bringing about %(money)s"
        ),
        "keep_best": _("%(share)s will not order again within 12 months, each of them %(money)s lost"),
        "cross_sell": _("%(share)s should buy “%(b)s” within 12 months, each for about %(money)s"),
    }


def _counted(point: GrowthPoint, formats: Formats) -> dict[str, str]:
    return {"n": formats.number(point.customers)}


def _days(point: GrowthPoint, fact: str, formats: Formats) -> str:
    return formats.days(round(float(point.facts[fact])))


def _name(point: GrowthPoint, fact: str) -> str:
    name = plain(str(point.facts.get(fact, "")))
    return name if len(name) <= NAME_LENGTH_MAX else name[: NAME_LENGTH_MAX - 1].rstrip() + "…"
