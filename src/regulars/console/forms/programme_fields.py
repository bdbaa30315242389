"""What the forms of a programme's parts are made of: fields, and the blocks in which a page shows them.

A block may have a choice (`Block.choice`); a row that belongs to some of its values only (`Row.of`) is put
aside by the page while another is chosen, and what stands in it then is not looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from regulars.commerce.queries import choices
from regulars.console.forms.programme import AmountField
from regulars.console.voice import Voice
from regulars.kit.documents import Condition
from regulars.kit.money import exponent, to_decimal, to_minor
from regulars.loyalty.types import MINOR, Programme
from regulars.segments import queries as segments

NAME_MAX = 80
NAMES_MAX = 200
BLANK_NAMES = 2
"""Empty lines offered below the names there are."""
KEPT = "kept"
"""Of `who`: the condition as it is, which is none a list can offer."""


@dataclass
class Around:
    """What a form needs to know beside its part; asked once a request, and only of what it shows."""

    programme: Programme
    speak: Voice
    part: Any = None
    """As it is kept; None for a new one."""

    @property
    def who(self) -> Condition | None:
        """The condition of the part, wherever it keeps it."""
        who: Condition | None = getattr(getattr(self.part, "when", self.part), "who", None)
        return who

    @property
    def currency(self) -> str:
        return self.programme.currency or self.speak.shop.currency

    @property
    def sign(self) -> str:
        """Of the currency, as it stands behind an amount: "₽"."""
        said = self.speak.money(0, self.currency)
        return "".join(one for one in said if not one.isdigit() and one not in ".,").strip()

    @cached_property
    def segments(self) -> list[tuple[str, str]]:
        return [(str(row.id), row.name) for row in segments.segments()]

    @cached_property
    def branches(self) -> list[tuple[str, str]]:
        return [(name, name) for name in choices.branches()]

    @property
    def tiers(self) -> list[tuple[str, str]]:
        levels = self.programme.tiers.levels if self.programme.tiers else ()
        return [(level.key, level.name) for level in levels]

    def money(self, value: Decimal) -> int:
        return to_minor(value, self.currency)

    def in_money(self, minor: int | None) -> Decimal | str:
        return "" if not minor else to_decimal(minor, self.currency)


@dataclass(frozen=True)
class Row:
    """A field in its block. `needed`: it may not stay empty where it counts."""

    name: str
    of: tuple[str, ...] = ()
    unit: str = ""
    help: str = ""
    needed: bool = False
    head: str = ""
    """A heading before it."""


@dataclass(frozen=True)
class Block:
    """Fields that belong together; `choice` is the name of the one that others depend on."""

    title: str
    rows: tuple[Row, ...]
    choice: str = ""


@dataclass(frozen=True)
class Shown:
    """A row with its field, for the page."""

    row: Row
    bound: forms.BoundField
    kind: str
    values: list[str] = field(default_factory=list)


class Names(forms.SelectMultiple):
    """Several lines for names; `offers` is the kind of goods that are offered for them."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        if hasattr(data, "getlist"):
            return list(data.getlist(name))
        found = data.get(name, [])
        return [found] if isinstance(found, str) else list(found)


class NamesField(forms.Field):
    """Names of goods or channels, each once."""

    widget = Names

    def __init__(self, *, offers: str = "", **kwargs: Any) -> None:
        self.offers = offers
        super().__init__(required=False, **kwargs)

    def clean(self, value: Any) -> tuple[str, ...]:
        names = dict.fromkeys(" ".join(str(one).replace("\x00", "").split()) for one in value or ())
        names.pop("", None)
        if any(len(name) > NAME_MAX for name in names) or len(names) > NAMES_MAX:
            raise ValidationError(gettext("Names of at most 80 characters, and at most 200 of them."))
        return tuple(names)


class PartForm(forms.Form):
    """The form of one part; `blocks` says how it is shown, and with that what counts."""

    def __init__(self, *args: Any, around: Around, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.around = around
        self.build()
        self.blocks = self.layout()
        for bound in self.fields.values():
            if isinstance(bound, MoneyField):
                bound.places = exponent(around.currency)

    def build(self) -> None:
        """Add what depends on the programme."""

    def layout(self) -> tuple[Block, ...]:
        """The blocks, as the page shows them."""
        raise NotImplementedError

    def part(self, key: str, before: Any, /) -> Any:
        """What the form says; only after it was found valid. `before`: the part as it is kept, or None."""
        raise NotImplementedError

    @staticmethod
    def filled(part: Any, around: Around, /) -> dict[str, Any]:
        """What the fields hold for a part, or (None) for a new one."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        for block in self.blocks:
            chosen = said.get(block.choice, "")
            for row in block.rows:
                if row.of and chosen not in row.of:
                    self.errors.pop(row.name, None)  # of a choice that was not made
                elif row.needed and row.name not in self.errors and said.get(row.name) in (None, "", ()):
                    self.add_error(row.name, gettext("This is missing."))
        if not self.errors:
            self.check(said)
        return said

    def check(self, said: Mapping[str, Any]) -> None:
        """What no field can see alone."""

    def shown(self) -> list[tuple[Block, list[Shown]]]:
        """The blocks with their fields."""
        return [(block, [self._shown(row) for row in block.rows]) for block in self.blocks]

    def _shown(self, row: Row) -> Shown:
        bound = self[row.name]
        kept = bound.field
        if own := getattr(kept, "shown_as", ""):
            return Shown(row, bound, own)
        if isinstance(kept, NamesField):
            values = [str(one) for one in bound.value() or ()]
            return Shown(row, bound, "names", [v for v in values if v] + [""] * BLANK_NAMES)
        if isinstance(kept, forms.MultipleChoiceField):
            return Shown(row, bound, "flags", [str(one) for one in bound.value() or ()])
        if isinstance(kept, forms.ChoiceField):
            return Shown(row, bound, "choice", [str(bound.value() if bound.value() is not None else "")])
        if isinstance(kept, forms.BooleanField):
            return Shown(row, bound, "flag")
        if isinstance(kept, forms.DateField):
            return Shown(row, bound, "date")
        return Shown(row, bound, "amount" if isinstance(kept, AmountField) else "text")


class MoneyField(AmountField):
    """An amount of the programme's money."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)


class PointsField(AmountField):
    """Points, in hundredths at most."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)


class CountField(AmountField):
    """A whole number, of days and the like."""

    def __init__(self, *, least: int = 1, most: int = 3_650, **kwargs: Any) -> None:
        super().__init__(required=False, least=least, most=most, places=0, **kwargs)


def name_field(label: Any, *, required: bool = True) -> forms.CharField:
    """What the shop calls something."""
    return forms.CharField(
        label=label,
        max_length=NAME_MAX,
        required=required,
        error_messages={"required": pgettext_lazy("part of a programme", "Give it a name.")},
    )


def day_field(label: Any) -> forms.DateField:
    """A day of the calendar, as browsers send it."""
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": _("Choose the day.")},
    )


def who_field(around: Around) -> forms.ChoiceField:
    """For whom: everybody, a segment, or the condition there is."""
    offered: list[tuple[str, Any]] = [("", _("Everybody"))]
    if around.who is not None and who_chosen(around.who, around) == KEPT:
        offered.append((KEPT, segments.condition_sentence(around.who)))
    for number, name in around.segments:
        offered.append((number, gettext("Segment “%(name)s”") % {"name": name}))
    return forms.ChoiceField(label=_("For whom"), required=False, choices=offered)


def who_chosen(who: Condition | None, around: Around) -> str:
    """What the list of `who_field` holds for a condition."""
    if who is None:
        return ""
    mine = _segment_of(who)
    return mine if mine is not None and mine in {number for number, _name in around.segments} else KEPT


def who_said(chosen: str, around: Around) -> Condition | None:
    """The condition of a choice."""
    if not chosen:
        return None
    if chosen == who_chosen(around.who, around):
        return around.who
    return {"node": "segment", "segment": int(chosen)}


def in_points(minor: int | None) -> Decimal | str:
    """Points as they stand in a field."""
    return "" if minor is None else Decimal(minor) / MINOR


def points_minor(value: Decimal) -> int:
    """Minor units of what was written."""
    return int(value * MINOR)


def count(value: Decimal | None) -> int | None:
    """A whole number that was written, or none."""
    return None if value is None else int(value)


def _segment_of(who: Condition | None) -> str | None:
    """The number of the segment, where a condition asks for nothing but that one is in it."""
    if who and who.get("node") == "segment" and who.get("member", True):
        return str(who["segment"])
    return None
