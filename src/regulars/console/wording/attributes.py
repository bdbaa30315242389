"""What a customer is like, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from regulars.analytics.wording.numbers import plain
from regulars.console.voice import Voice
from regulars.customers.types import AttributeValue, PersonAttribute
from regulars.kit.attributes import Kind


@dataclass(frozen=True)
class Known:
    """An attribute of a customer as it is shown and as a form holds it.

    `field`: the kind of its field on a page: "text", "choice", "number" or "day"; yes and no are a choice.
    `remark`: what is to be said of it besides.
    """

    key: str
    label: str
    shown: str
    value: str
    field: str
    choices: tuple[tuple[str, str], ...]
    remark: str


def known(attribute: PersonAttribute, voice: Voice) -> Known:
    return Known(
        key=attribute.key,
        label=plain(str(attribute.label)),
        shown=shown(attribute, voice),
        value=_in_form(attribute.value),
        field=_FIELDS.get(attribute.kind, "text"),
        choices=_yes_no() if attribute.kind is Kind.YES_NO else attribute.choices,
        remark=_remark(attribute),
    )


def shown(attribute: PersonAttribute, voice: Voice) -> str:
    """What is known, as people say it; empty where nothing is."""
    value = attribute.value
    if value is None:
        return ""
    if attribute.kind is Kind.YES_NO:
        return dict(_yes_no())["yes" if value else "no"]
    if attribute.kind is Kind.DAY:
        return voice.formats.day(date.fromisoformat(str(value)))
    if attribute.kind is Kind.NUMBER and isinstance(value, int | float):
        number = Decimal(str(value)).normalize()
        places = max(0, -int(number.as_tuple().exponent)) if number.is_finite() else 0
        return voice.formats.number(number, min(places, 6))
    return plain(dict(attribute.choices).get(str(value), str(value)))


_FIELDS = {Kind.CHOICE: "choice", Kind.YES_NO: "choice", Kind.NUMBER: "number", Kind.DAY: "day"}


def _yes_no() -> tuple[tuple[str, str], ...]:
    return ("yes", _("yes")), ("no", _("no"))


def _in_form(value: AttributeValue | None) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _remark(attribute: PersonAttribute) -> str:
    if attribute.misfit and attribute.value is None:
        return _("What was said does not fit")
    if attribute.value is not None and not attribute.verified:
        return _("said on the site, not checked")
    return ""
