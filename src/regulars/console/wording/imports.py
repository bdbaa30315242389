"""Imports in words: states, kinds, what was done, why rows were set aside."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.analytics.wording.numbers import Formats
from regulars.console.voice import Voice
from regulars.imports import registry
from regulars.imports.types import Counts, ImportRow, Origin, Report, State, Thing

MEGABYTE = 1024**2


@dataclass(frozen=True)
class Standing:
    """A state with the colour of its meaning."""

    name: str
    tone: str = ""


@dataclass(frozen=True)
class Aside:
    """Rows set aside for one reason: what it is, what to do about it."""

    reason: str
    count: str
    rows: str
    title: str
    advice: str


def kind_name(kind: str) -> str:
    """What a file tells of; empty as long as nobody knows."""
    known = registry.kinds().get(kind)
    return str(known.title) if known else ""


def standing(row: ImportRow) -> Standing:
    names = {
        State.EXAMINING: Standing(_("being looked at")),
        State.EXAMINED: Standing(_("waits for you"), "slipping"),
        State.CHECKING: Standing(_("being checked")),
        State.CHECKED: Standing(_("checked, waits for you"), "slipping"),
        State.RUNNING: Standing(_("being brought in")),
        State.STOPPED: Standing(_("stopped"), "slipping"),
        State.DONE: Standing(_("brought in"), "kept"),
        State.FAILED: Standing(_("did not work"), "lost"),
        State.UNDOING: Standing(_("being undone")),
        State.UNDONE: Standing(_("undone")),
    }
    return names[row.state]


def origin(row: ImportRow) -> str:
    names = {
        Origin.UPLOAD: "",
        Origin.COMMAND: _("by the command line"),
        Origin.WATCH: _("from a watched place"),
    }
    return names[row.origin]


def result(row: ImportRow, voice: Voice) -> str:
    """What became of an import, in the few words of a list."""
    formats = voice.formats
    if row.state in {State.EXAMINING, State.EXAMINED} or not row.report.rows:
        return ""
    if row.state in {State.RUNNING, State.STOPPED, State.CHECKING}:
        return _("%(done)s of %(total)s") % {
            "done": formats.number(row.done),
            "total": formats.rows(row.total),
        }
    aside = sum(row.report.set_aside.values())
    parts = [formats.rows(row.report.used)]
    if aside:
        parts.append(_("%(n)s set aside") % {"n": formats.number(aside)})
    return ", ".join(parts)


def megabytes(size: int, formats: Formats) -> str:
    if size < MEGABYTE:
        return _("%(n)s KB") % {"n": formats.number(max(1, round(size / 1024)))}
    return _("%(n)s MB") % {"n": formats.number(round(size / MEGABYTE, 1), 0 if size >= 10 * MEGABYTE else 1)}


# --- what an import makes ------------------------------------------------------------------------------
def thing(name: str, count: int, formats: Formats) -> str:
    """ "4,383 customers": things of one sort with their number; those of domains above by their own name."""
    forms: dict[str, Callable[[], str]] = {
        Thing.PROFILE.value: lambda: ngettext("%(n)s customer", "%(n)s customers", count),
        Thing.PRODUCT.value: lambda: ngettext("%(n)s product", "%(n)s products", count),
        Thing.BRANCH.value: lambda: ngettext("%(n)s branch", "%(n)s branches", count),
        Thing.ORDER.value: lambda: ngettext("%(n)s order", "%(n)s orders", count),
        Thing.CREDIT.value: lambda: ngettext("%(n)s return", "%(n)s returns", count),
        Thing.COST.value: lambda: ngettext("%(n)s day of costs", "%(n)s days of costs", count),
        Thing.POINTS.value: lambda: ngettext("%(n)s balance of points", "%(n)s balances of points", count),
    }
    words = forms[name]() if name in forms else f"%(n)s {name}"
    return words % {"n": formats.number(count)}


def thing_name(name: str) -> str:
    names = {
        Thing.PROFILE: _("Customers"),
        Thing.PRODUCT: _("Products"),
        Thing.BRANCH: _("Branches"),
        Thing.ORDER: _("Orders"),
        Thing.CREDIT: _("Returns"),
        Thing.COST: _("Costs by day and channel"),
        Thing.POINTS: _("Balances of points"),
    }
    known = {key.value: words for key, words in names.items()}
    return known.get(name, name)


@dataclass(frozen=True)
class Line:
    """One sort of thing with what became of it."""

    name: str
    created: str
    changed: str
    same: str


_SEQUENCE = [
    t.value
    for t in (
        Thing.PROFILE,
        Thing.ORDER,
        Thing.CREDIT,
        Thing.POINTS,
        Thing.PRODUCT,
        Thing.BRANCH,
        Thing.COST,
    )
]


def lines(report: Report, formats: Formats) -> list[Line]:
    """What was made, changed and found to be the same, what people ask for first on top."""
    return [
        Line(thing_name(name), *(_number(n, formats) for n in (c.created, c.changed, c.same)))
        for name, c in sorted(report.things.items(), key=_place)
        if c.created or c.changed or c.same
    ]


def _place(item: tuple[str, Counts]) -> int:
    return _SEQUENCE.index(item[0]) if item[0] in _SEQUENCE else len(_SEQUENCE)


def _number(count: int, formats: Formats) -> str:
    return formats.number(count) if count else "—"


def listed(counts: Mapping[str, int], formats: Formats) -> list[str]:
    """ "4,383 customers", "22,190 orders", without what there is none of."""
    order = sorted(counts, key=lambda name: _SEQUENCE.index(name) if name in _SEQUENCE else 99)
    return [thing(name, counts[name], formats) for name in order if counts[name]]


def caused(counts: Mapping[str, int], formats: Formats) -> list[str]:
    """What came of the customers an import brought; `counts` by the effect's name."""
    return [_effect(name, count) % {"n": formats.number(count)} for name, count in counts.items() if count]


def _effect(name: str, n: int) -> str:
    if name == "notes":
        return ngettext("%(n)s note of a colleague", "%(n)s notes of colleagues", n)
    if name == "tasks":
        return ngettext("%(n)s task", "%(n)s tasks", n)
    if name == "orders":
        return ngettext("%(n)s order", "%(n)s orders", n)
    if name == "points":
        return ngettext("%(n)s account in the books of points", "%(n)s accounts in the books of points", n)
    return f"%(n)s {name}"


# --- why rows were set aside ---------------------------------------------------------------------------
def asides(reasons: Mapping[str, int], formats: Formats) -> list[Aside]:
    """The reasons, the commonest first."""
    found = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    return [
        Aside(name, formats.number(count), _rows(count, formats), *reason(name))
        for name, count in found
        if count
    ]


def reason(code: str) -> tuple[str, str]:
    """What is wrong with a row, and what to do about it."""
    words = _REASONS.get(code)
    return words() if words else (code, "")


def reason_name(code: str) -> str:
    return reason(code)[0]


def _rows(count: int, formats: Formats) -> str:
    return ngettext("%(n)s row", "%(n)s rows", count) % {"n": formats.number(count)}


_REASONS: dict[str, Callable[[], tuple[str, str]]] = {
    "no_customer": lambda: (
        _("No customer"),
        _("The row names no customer. Fill in an id, an e-mail or a phone."),
    ),
    "bad_date": lambda: (
        _("Date that cannot be read"),
        _("It is blank, written in another way than the rest, or before 1980."),
    ),
    "in_the_future": lambda: (
        _("Date that lies ahead"),
        _("It is more than two days from now. Correct it, or bring the row in when its day has come."),
    ),
    "bad_amount": lambda: (_("Amount that cannot be read"), _("It is blank or not a number.")),
    "bad_quantity": lambda: (_("Quantity that cannot be read"), _("It is too large or not a number.")),
    "bad_points": lambda: (
        _("Points that cannot be read"),
        _("The number is blank, below zero, far too large or not a number."),
    ),
    "points_over": lambda: (
        _("Points that have expired already"),
        _("Their last day is over. Correct the day, or leave them out."),
    ),
    "unknown_customer": lambda: (
        _("Customer nobody knows"),
        _("No customer has this card, phone or e-mail. Bring in the customers first, then this file again."),
    ),
    "several_customers": lambda: (
        _("Several customers have it"),
        _("Two customers have this card, phone or e-mail. Merge them, or write the customer’s number."),
    ),
    "customer_told_before": lambda: (
        _("Customer who stands in the file already"),
        _("Another row tells of the same customer by another number or contact; the first one counts."),
    ),
    "no_order_id": lambda: (
        _("No order number"),
        _("Other rows have one, so it cannot be told which order the row belongs to."),
    ),
    "bad_order_id": lambda: (
        _("Order number that cannot be kept"),
        _("It is too long. Check that the right column was chosen."),
    ),
    "no_product": lambda: (_("No product"), _("There is neither a code nor a name.")),
    "no_channel": lambda: (_("No channel"), _("The row does not say what was paid for.")),
    "other_currency": lambda: (
        _("Another currency"),
        _("Lines of one order must be in one currency, and it must be the shop's."),
    ),
    "bad_currency": lambda: (
        _("Unknown currency"),
        _("Write it as a code of three letters, such as EUR."),
    ),
    "order_of_another_customer": lambda: (
        _("Order of another customer"),
        _("Two customers are named in one order; the first line counts."),
    ),
    "duplicate_order": lambda: (
        _("Order that is in another sheet too"),
        _("The first one counts, so that nothing is counted twice."),
    ),
    "too_many_lines": lambda: (
        _("Order with too many lines"),
        _("Check that the order number was chosen rightly: usually it is another column."),
    ),
    "nothing_given_back": lambda: (_("Nothing was given back"), _("The amount of the return is zero.")),
    "no_lines": lambda: (_("Nothing was bought"), _("The order has no line with an amount.")),
    "bad_return": lambda: (
        _("Return that does not fit its order"),
        _("It is made before the order, or it gives back more than was paid."),
    ),
    "no_return_id": lambda: (_("No number of the return"), ""),
    "bad_return_id": lambda: (_("Number of the return that cannot be kept"), _("It is too long.")),
    "bad_channel": lambda: (_("Channel that cannot be kept"), _("Its name is too long.")),
    "bad_name": lambda: (_("Name that cannot be kept"), _("It is too long.")),
    "bad_id": lambda: (_("Number that cannot be kept"), _("It is too long.")),
    "duplicate": lambda: (_("The same once more"), _("The first one counts.")),
}


def kept_reason(code: str) -> str:
    """Why an undo left something as it is."""
    names = {
        "changed_since": _("changed since by somebody else"),
        "in_use": _("still needed: something else belongs to it"),
        "gone": _("no longer there"),
        "has_notes": _("somebody wrote notes about them"),
        "has_consents": _("they agreed to something, or refused"),
        "has_events": _("something happened to them since"),
        "has_traits": _("more is known of them by now"),
        "has_tasks": _("tasks were set about them"),
        "has_orders": _("orders came from elsewhere too"),
        "has_credits": _("returns came from elsewhere too"),
        "has_carts": _("they have a cart"),
        "has_points": _("they stand in the books of points"),
        "has_rewards": _("they were given rewards"),
        "has_referrals": _("they have a code for friends, or came with one"),
        "has_personal_days": _("the programme gave them something on their day"),
        "has_challenges": _("they take part in challenges"),
        "has_offers": _("they used offers"),
        "points_used": _("some of the points were spent, or have expired"),
    }
    return names.get(code, code)


def joined(parts: Iterable[str]) -> str:
    """ "a, b and c"."""
    found = list(parts)
    if len(found) < 2:
        return "".join(found)
    return _("%(first)s and %(last)s") % {"first": ", ".join(found[:-1]), "last": found[-1]}
