"""Single conditions in words, and their opposites where a plainer condition says the same."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial

from django.utils.translation import gettext as _

from regulars.analytics.wording.numbers import plain
from regulars.kit.attributes import Kind
from regulars.segments.types import (
    EVER,
    AllOf,
    AnyOf,
    Bought,
    Bucket,
    Condition,
    Did,
    Has,
    InSegment,
    Known,
    NoneOf,
    Not,
    OneOf,
    Range,
    Sequence,
    Step,
    Test,
    Where,
    Within,
    Yes,
)
from regulars.segments.wording.fields import field_name
from regulars.segments.wording.happened import did, did_not, lasting, often, when
from regulars.segments.wording.passing import from_to, passing
from regulars.segments.wording.speech import Speech, inline

BIRTHDAY = "customers.birthday"
PLAIN = ("customers.has_", "customers.consent_")
"""Attributes whose names say that it is so ("has a phone number"), and that are always known."""


def negated(condition: Condition) -> Condition:
    """The same condition with fewer `Not`s: those that a plainer condition says."""
    match condition:
        case Not(Not(child)):
            return negated(child)
        case Not(AllOf(of)) if len(of) == 1:
            return negated(Not(of[0]))
        case Not(AnyOf(of)) if len(of) == 1:
            return negated(Not(of[0]))
        case Not(AllOf(())):
            return AnyOf()
        case Not(AnyOf(())):
            return AllOf()
        case Not(Has(attribute, Yes(yes))) if attribute.startswith(PLAIN):
            return Has(attribute, Yes(not yes))
        case Not(Has(attribute, test)):
            opposite = _opposite(test)
            return condition if opposite is None else Has(attribute, opposite)
        case Not(Did(event, at_least, None, within, where)) if at_least > 0:
            return Did(event, 0, at_least - 1, within, where)
        case Not(Did(event, 0, int(at_most), within, where)):
            return Did(event, at_most + 1, None, within, where)
        case Not(Bought(at_least, None, None, within, where)) if at_least > 0:
            return Bought(0, at_least - 1, None, within, where)
        case Not(Bought(0, int(at_most), None, within, where)):
            return Bought(at_most + 1, None, None, within, where)
        case Not(InSegment(segment, member)):
            return InSegment(segment, not member)
    return condition


def _opposite(test: Test) -> Test | None:
    match test:
        case Known(known):
            return Known(not known)
        case OneOf(values):
            return NoneOf(values)
        case NoneOf(values):
            return OneOf(values)
    return None


def leaf(condition: Condition, by: Speech) -> str:
    """A condition that is no group, in words."""
    match condition:
        case Has(attribute, test):
            return has(attribute, test, by)
        case Did():
            return _did(condition, by)
        case Bought():
            return bought(condition, by)
        case Sequence():
            return sequence(condition, by)
        case InSegment(segment, member):
            name = plain(by.segments.get(segment, "")) or _("number %(id)s") % {"id": segment}
            words = _("in the segment “%(name)s”") if member else _("not in the segment “%(name)s”")
            return words % {"name": name}
        case Bucket(salt, low, high):
            return _bucket(salt, low, high, by)
        case Not(child):
            words = (
                _("not among those with %(what)s")
                if isinstance(child, Has)
                else (
                    _("not among those in %(what)s")
                    if isinstance(child, Bucket)
                    else _("not among those who %(what)s")
                )
            )
            return words % {"what": leaf(child, by)}
    raise TypeError(f"{type(condition).__name__} is no single condition")


def has(attribute: str, test: Test, by: Speech) -> str:
    """ "city: Moscow"."""
    known = by.attributes.get(attribute)
    if known is None:
        name = _("unknown attribute “%(key)s”") % {"key": plain(attribute)}
        return passing(name, test, by)
    if test == Yes() and attribute.startswith(PLAIN):
        return inline(known.label)
    return passing(
        inline(known.label),
        test,
        by,
        value=partial(by.choice, known),
        number=by.money if known.kind is Kind.MONEY else None,
        is_birthday=attribute == BIRTHDAY,
    )


def _did(condition: Did, by: Speech) -> str:
    never = condition.at_most == 0 and condition.at_least == 0
    words = [
        did_not(condition.event) if never else did(condition.event),
        "" if never else often(condition.at_least, condition.at_most, by),
        when(condition.within, by),
        _where(condition.where, by, orders=False),
    ]
    return " ".join(word for word in words if word)


def bought(condition: Bought, by: Speech) -> str:
    """ "bought 3 times or more for 5,000 ₽ or more in the last 90 days (category: shoes)"."""
    never = condition.at_most == 0 and condition.at_least == 0
    amount = ""
    if condition.amount is not None and condition.amount != Range():
        sums = from_to(condition.amount.low, condition.amount.high, by.money)
        amount = _("for %(amount)s") % {"amount": sums}
    within = when(condition.within, by)
    if never and condition.within == EVER and not condition.where:
        first = _("never bought")
    else:
        first = _("did not buy") if never else _("bought")
    words = [
        first,
        "" if never else often(condition.at_least, condition.at_most, by),
        amount,
        within,
        _where(condition.where, by, orders=True),
    ]
    return " ".join(word for word in words if word)


def sequence(condition: Sequence, by: Speech) -> str:
    """ "looked at a product and did not place an order within 3 days of it (in the last 90 days)"."""
    then = (did if condition.happened else did_not)(condition.then.event)
    said = {
        "first": _step(did(condition.first.event), condition.first, by),
        "then": _step(then, condition.then, by),
        "within": lasting(condition.minutes, by),
    }
    sentence = _("%(first)s and %(within)s after it %(then)s") % said
    return f"{sentence} ({when(Within(days=condition.days), by)})"


def _step(words: str, step: Step, by: Speech) -> str:
    where = _where(step.where, by, orders=False)
    return f"{words} {where}" if where else words


def _where(where: tuple[Where, ...], by: Speech, *, orders: bool) -> str:
    if not where:
        return ""
    return "(" + details(where, by, orders=orders) + ")"


def details(where: tuple[Where, ...], by: Speech, *, orders: bool = False) -> str:
    """ "rating: 4 or more; city: Moscow"."""
    return "; ".join(_field(each, by, orders=orders) for each in where)


def _field(where: Where, by: Speech, *, orders: bool) -> str:
    known = by.field(where.field) if orders else None
    value: Callable[[str], str] = str
    number: Callable[[Decimal], str] | None = None
    if known is not None:
        name = inline(known.label)
        value = partial(by.choice, known)
        number = by.money if known.kind is Kind.MONEY else None
    else:
        name = field_name(where.field)
        number = by.money if where.field.endswith("_minor") else None
    return passing(name, where.test, by, value=value, number=number)


def _bucket(salt: str, low: int, high: int, by: Speech) -> str:
    share = by.number(Decimal(max(0, high - low)) / 100)
    words = _("a random %(share)s%% of customers (draw “%(salt)s”)")
    if low:
        words = _("a random %(share)s%% of customers (draw “%(salt)s”, from %(low)s%% to %(high)s%%)")
    return words % {
        "share": share,
        "salt": plain(salt),
        "low": by.number(Decimal(low) / 100),
        "high": by.number(Decimal(high) / 100),
    }
