"""Growth points in words: who, what to do, how the figure was found, and what the test on the past said."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.analytics.types import Audit, GrowthKey, GrowthPoint, LeftOut
from regulars.analytics.wording import growth_groups
from regulars.analytics.wording.numbers import Formats, plain

SHOWN_MAX = 5  # customers to begin with; the JSON file has more


@dataclass(frozen=True)
class GrowthWords:
    """`outlook` stands under the value; `verdict` says in a word how the test on the past ended.

    `short` is all of it in one sentence.
    """

    title: str
    value: str
    outlook: str
    short: str
    who: str
    action: str
    how: str
    verdict: str
    backtest: str
    extra: str
    top: list[str]


def growth_titles() -> dict[GrowthKey, str]:
    return {
        "second_order": _("Bring first-time buyers to a second order"),
        "win_back": _("Win back valuable customers who have left"),
        "overdue": _("Remind those who are late by their own rhythm"),
        "almost_regulars": _("Make regulars of those who are nearly there"),
        "cross_sell": _("Offer what others buy next"),
        "keep_best": _("Keep the best"),
    }


def growth_words(point: GrowthPoint, audit: Audit, formats: Formats) -> GrowthWords:
    verdict, backtest = _backtest(point, formats)
    return GrowthWords(
        title=growth_titles()[point.key],
        value=_("about %(value)s") % {"value": formats.about(point.expected_revenue.value)},
        outlook=_outlook(point, formats),
        short=_short(point, formats),
        who=growth_groups.who(point, formats),
        action=growth_groups.action(point, audit, formats),
        how=growth_groups.how(point, formats),
        verdict=verdict,
        backtest=backtest,
        extra=_extra(point, formats),
        top=[plain(customer) for customer in point.top[:SHOWN_MAX]],
    )


def _range(point: GrowthPoint, formats: Formats) -> dict[str, str]:
    expected = point.expected_revenue
    return {
        "value": formats.about(expected.value),
        "low": formats.about(expected.low),
        "high": formats.about(expected.high),
    }


def _outlook(point: GrowthPoint, formats: Formats) -> str:
    if point.key == "keep_best":
        told = _("at stake in the next 12 months, most likely %(low)s to %(high)s")
    elif point.key == "cross_sell":
        told = _("for it in the next 12 months, most likely %(low)s to %(high)s")
    else:
        told = _("from them in the next 12 months, most likely %(low)s to %(high)s")
    return told % _range(point, formats)


def _short(point: GrowthPoint, formats: Formats) -> str:
    if point.key == "keep_best":
        told = _("%(title)s: %(who)s, %(value)s at stake within 12 months (from %(low)s to %(high)s).")
    else:
        told = _("%(title)s: %(who)s, about %(value)s expected within 12 months (from %(low)s to %(high)s).")
    return told % (
        _range(point, formats)
        | {"title": growth_titles()[point.key], "who": formats.customers(point.customers)}
    )


def _extra(point: GrowthPoint, formats: Formats) -> str:
    facts = {"money": formats.about(point.extra_percent)}
    if point.key == "keep_best":
        return (
            _("Every one in a hundred of the group who stays instead of leaving keeps about %(money)s.")
            % facts
        )
    if point.key == "almost_regulars":
        return (
            _("Every further one in a hundred of the group who becomes a regular brings about %(money)s.")
            % facts
        )
    if point.key == "cross_sell":
        return _("Every further one in a hundred of the group who buys it brings about %(money)s.") % facts
    return _("Every further one in a hundred of the group who comes back brings about %(money)s.") % facts


def _backtest(point: GrowthPoint, formats: Formats) -> tuple[str, str]:
    """(the verdict, what was forecast and what came)."""
    test = point.backtest
    if test is None:
        return "", _(
            "Not possible: there is too little history, or too few such customers, before an earlier day."
        )
    told = _(
        "The same forecast, made on %(day)s for the %(days)s after it, said %(low)s to %(high)s; it "
        "became %(actual)s."
    ) % {
        "day": formats.day(test.as_of),
        "days": formats.days(test.days),
        "low": formats.about(test.expected.low),
        "high": formats.about(test.expected.high),
        "actual": formats.about(test.actual),
    }
    if (pair := _other_pair(point)) is not None:
        told += " " + _("The pair chosen then was “%(a)s” and “%(b)s”.") % pair
    if test.inside:
        return _("Inside the range."), told
    if test.actual > test.expected.high:
        return _("Outside the range, it became more."), told
    return _("Outside the range, it became less."), told


def _other_pair(point: GrowthPoint) -> dict[str, str] | None:
    """The goods of the test on the past, where they are not those of today."""
    facts = point.facts
    if "backtest_a" not in facts or (facts["backtest_a"], facts["backtest_b"]) == (facts["a"], facts["b"]):
        return None
    return {"a": plain(str(facts["backtest_a"])), "b": plain(str(facts["backtest_b"]))}


def left_out_words(left: LeftOut, audit: Audit, formats: Formats) -> tuple[str, str]:
    """(title, why it is not proposed)."""
    return growth_titles()[left.key], _why(left, formats)


def left_out_lines(audit: Audit, formats: Formats) -> list[tuple[str, str]]:
    """(titles, why), those with the same reason on one line."""
    by_reason: dict[str, list[str]] = {}
    for left in audit.growth_left_out:
        title, why = left_out_words(left, audit, formats)
        by_reason.setdefault(why, []).append(title)
    return [("; ".join(titles), why) for why, titles in by_reason.items()]


REASONS = (
    "weaker",
    "history_too_short",
    "no_products",
    "no_pair",
    "nobody_in_group",
    "too_few_customers",
    "too_few_precedents",
    "too_few_responders",
    "nothing_expected",
)


def _why(left: LeftOut, formats: Formats) -> str:
    facts = left.facts
    if left.reason == "weaker":
        return _("expected to bring less, about %(value)s (from %(low)s to %(high)s).") % {
            name: formats.about(formats.amount(facts[name])) for name in ("value", "low", "high")
        }
    if left.reason == "history_too_short":
        return _("takes %(needed)s of history; there are %(days)s so far.") % {
            "needed": formats.days(float(facts["needed_days"])),
            "days": formats.days(float(facts["days"])),
        }
    counted = {
        "too_few_customers": "customers",
        "too_few_precedents": "precedents",
        "too_few_responders": "responders",
    }
    if left.reason in counted:
        count = int(facts[counted[left.reason]])
        return _too_few(left.reason, count) % {
            "n": formats.number(count),
            "needed": formats.number(int(facts["needed"])),
        }
    return {
        "no_products": _("the orders do not say what was bought."),
        "no_pair": _("no two goods are bought one after the other often enough."),
        "nobody_in_group": _("nobody is in this group today."),
        "nothing_expected": _("nothing is to be expected of them, going by what such customers did before."),
    }.get(left.reason, _("the history does not bear a forecast."))


def _too_few(reason: str, count: int) -> str:
    if reason == "too_few_customers":
        return ngettext(
            "only %(n)s customer is in this group today; a forecast takes at least %(needed)s.",
            "only %(n)s customers are in this group today; a forecast takes at least %(needed)s.",
            count,
        )
    if reason == "too_few_precedents":
        return ngettext(
            "only %(n)s such customer is known from the past; a forecast takes at least %(needed)s.",
            "only %(n)s such customers are known from the past; a forecast takes at least %(needed)s.",
            count,
        )
    return ngettext(
        "only %(n)s such customer did so in the past; a forecast takes at least %(needed)s.",
        "only %(n)s such customers did so in the past; a forecast takes at least %(needed)s.",
        count,
    )
