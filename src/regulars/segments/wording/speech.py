"""What sentences about conditions need to know: the language, the money, and what things are called."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import get_language

from regulars.analytics.wording.numbers import Formats
from regulars.kit import attributes as registry
from regulars.kit.attributes import Attribute, Field, Relation
from regulars.kit.money import exponent, to_decimal
from regulars.segments.models import Segment
from regulars.segments.types import AllOf, AnyOf, Condition, InSegment, Not
from regulars.team import queries as team

OUR_CHOICES = "analytics."


@dataclass(frozen=True)
class Speech:
    """Made once for all sentences of a page by `speech`; it remembers what there is to choose from."""

    language: str
    currency: str
    attributes: Mapping[str, Attribute]
    relations: Mapping[str, Relation]
    segments: Mapping[int, str]
    _choices: dict[int, Mapping[str, str]] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def formats(self) -> Formats:
        return Formats(self.language, self.currency)

    def number(self, value: Decimal | int) -> str:
        """With as many digits after the point as it has."""
        number = Decimal(value)
        places = max(0, -int(number.normalize().as_tuple().exponent)) if number.is_finite() else 0
        return self.formats.number(number, min(places, 6))

    def money(self, minor: Decimal) -> str:
        """Minor units of the shop's currency, with cents where there are any."""
        major = to_decimal(1, self.currency) * minor
        whole = major == major.to_integral_value()
        return self.formats.money(major, 0 if whole else exponent(self.currency))

    def choice(self, of: Attribute | Field, value: str) -> str:
        """A value out of a list in words; itself where the list does not have it."""
        if of.choices is None:
            return value
        if id(of) not in self._choices:
            # Names of stages and the like stand within a sentence; those of people keep their capitals.
            is_ours = isinstance(of, Attribute) and of.key.startswith(OUR_CHOICES)
            said = inline if is_ours else str
            self._choices[id(of)] = {known: said(words) for known, words in of.choices()}
        return self._choices[id(of)].get(value, value)

    def field(self, name: str) -> Field | None:
        """A field of the orders or their lines."""
        found = (relation.fields.get(name) for relation in self.relations.values())
        return next((field for field in found if field is not None), None)


def speech(conditions: Iterable[Condition] = (), *, language: str | None = None) -> Speech:
    """How to speak of these conditions; the language is that of the request where none is said."""
    named = {id_ for condition in conditions for id_ in _segments(condition)}
    rows = Segment.objects.filter(id__in=named).values_list("id", "name") if named else ()
    return Speech(
        language=language or get_language() or settings.LANGUAGE_CODE,
        currency=team.shop().currency,
        attributes=registry.registered(),
        relations=registry.relations(),
        segments=dict(rows),
    )


def inline(label: Promise | str) -> str:
    """A name as it stands within a sentence: "Last order" -> "last order", but "RFM" and "E-mail" stay."""
    text = str(label)
    return text[0].lower() + text[1:] if len(text) > 1 and text[1].islower() else text


def _segments(condition: Condition) -> Iterator[int]:
    match condition:
        case AllOf(of) | AnyOf(of):
            for child in of:
                yield from _segments(child)
        case Not(child):
            yield from _segments(child)
        case InSegment(segment):
            yield segment
