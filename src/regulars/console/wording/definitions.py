"""What the shop wants to know of its customers, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from regulars.analytics.wording.numbers import plain
from regulars.console.voice import Voice
from regulars.customers.types import Definition, KnownOfNewest
from regulars.kit.attributes import Kind

KINDS: Mapping[Kind, Promise] = {
    Kind.TEXT: gettext_lazy("A text"),
    Kind.CHOICE: gettext_lazy("A choice out of a list"),
    Kind.NUMBER: gettext_lazy("A number"),
    Kind.YES_NO: gettext_lazy("Yes or no"),
    Kind.DAY: gettext_lazy("A day"),
}
CHOICES_SHOWN = 6


@dataclass(frozen=True)
class Line:
    """An attribute in the list: `known` says of how many customers, `misfits` what is wrong; empty: nothing.

    `id` is 0 for those everybody's customers have.
    """

    id: int
    label: str
    kind: str
    source: str
    known: str
    misfits: str


def line(one: Definition, known: KnownOfNewest, misfits: Mapping[str, int], voice: Voice) -> Line:
    return Line(
        id=one.id,
        label=plain(one.label),
        kind=_kind(one),
        source=plain(one.trait),
        known=share(one.key, known, voice),
        misfits=unfit(misfits.get(one.key, 0), voice),
    )


def share(key: str, known: KnownOfNewest, voice: Voice) -> str:
    """ "34% of the newest customers"; empty as long as there is nobody."""
    if not known.of:
        return ""
    return voice.formats.share(known.counts.get(key, 0) / known.of, 0)


def unfit(count: int, voice: Voice) -> str:
    """ "does not fit with 3 customers"; empty where everything fits."""
    if not count:
        return ""
    return ngettext(
        "does not fit with %(number)s customer", "does not fit with %(number)s customers", count
    ) % {"number": voice.formats.number(count)}


def _kind(one: Definition) -> str:
    kind = str(KINDS[one.kind])
    if one.kind is not Kind.CHOICE:
        return kind
    shown = ", ".join(map(plain, one.choices[:CHOICES_SHOWN]))
    more = len(one.choices) - CHOICES_SHOWN
    if more <= 0:
        return shown
    return _("%(choices)s and %(number)s more") % {"choices": shown, "number": more}
