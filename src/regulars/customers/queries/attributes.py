"""Reading what holds of persons, and what the shop wants to know."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from django.conf.locale import LANG_INFO
from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.customers.models import AttributeDefinition, AttributesPass
from regulars.customers.queries.zones import zones
from regulars.customers.rules.attributes import (
    GENDERS,
    STANDARD_TRAITS,
    Derived,
    Wanted,
    Word,
    derive,
    reader,
    standard,
    trait_key,
)
from regulars.customers.types import AttributesProgress, Definition, PersonAttribute
from regulars.kit.attributes import Kind

_START = datetime(1970, 1, 1, tzinfo=UTC)
_WORDS = """
SELECT p.person_id, t.profile_id, t.verified, t.values, t.as_of FROM customers_traits AS t
JOIN customers_profile AS p ON p.id = t.profile_id WHERE p.person_id = ANY(%s) AND t.as_of <> '{}'
"""
LABELS: Mapping[str, Promise] = {
    "birthday": gettext_lazy("Birthday"),
    "gender": gettext_lazy("Gender"),
    "city": gettext_lazy("City"),
    "language": gettext_lazy("Language"),
    "timezone": gettext_lazy("Time zone"),
    "preferred_channel": gettext_lazy("Preferred channel"),
    "preferred_hour": gettext_lazy("Preferred hour"),
    "interests": gettext_lazy("Interests"),
}
CHANNELS: Mapping[str, Promise] = {
    "email": gettext_lazy("E-mail"),
    "sms": gettext_lazy("SMS"),
    "call": gettext_lazy("By phone"),
    "push": gettext_lazy("Push notifications"),
    "messenger": gettext_lazy("Messengers"),
    "post": gettext_lazy("Letters by post"),
}
_GENDERS: Mapping[str, Promise] = {
    "male": gettext_lazy("Male"),
    "female": gettext_lazy("Female"),
    "other": gettext_lazy("Another gender"),
}


def definitions(*, archived: bool = False) -> list[Definition]:
    """What the shop wants to know beside the standard, in the order it was made up."""
    rows = AttributeDefinition.objects.order_by("id")
    if not archived:
        rows = rows.filter(archived_at=None)
    return [_definition(row) for row in rows]


def definition(number: int) -> Definition | None:
    """One of them; None if there is no such."""
    row = AttributeDefinition.objects.filter(pk=number).first()
    return _definition(row) if row else None


def wanted(made_up: Sequence[Definition]) -> tuple[Wanted, ...]:
    """All that is to be derived: the standard ones and the shop's own."""
    own = (
        Wanted(
            key=one.key,
            kind=one.kind,
            traits=(trait_key(one.trait),),
            read=reader(one.kind, one.choices),
        )
        for one in made_up
    )
    return (*standard(zones()), *own)


def words_of(person_ids: Collection[int]) -> dict[int, list[Word]]:
    """All that the sources of these persons say, removals too."""
    found: dict[int, list[Word]] = {person_id: [] for person_id in person_ids}
    with connection.cursor() as cursor:
        cursor.execute(_WORDS, [list(found)])
        rows = cursor.fetchall()
    for person_id, profile_id, verified, values, as_of in rows:
        known: dict[str, Any] = json.loads(values)
        found[person_id] += (
            Word(profile_id, verified, name, known.get(name), moment)
            for name, moment in json.loads(as_of).items()
        )
    return found


def attributes_of_person(person_id: int) -> list[PersonAttribute]:
    """All that could be known of a person, the standard first, with what is."""
    own = definitions()
    derived = derive(words_of([person_id])[person_id], wanted(own))
    standing = [
        _attribute(key, LABELS[key], kind, choices_of(key), derived)
        for key, (kind, _traits) in STANDARD_TRAITS.items()
    ]
    return standing + [
        _attribute(one.key, one.label, one.kind, tuple((choice, choice) for choice in one.choices), derived)
        for one in own
    ]


def usual_attributes() -> list[tuple[str, Promise]]:
    """What everybody's customers have: keys and names."""
    return [(key, LABELS[key]) for key in STANDARD_TRAITS]


def misfits() -> dict[str, int]:
    """Of how many persons the newest word of some source does not fit, by attribute."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key, count(*) FROM customers_personattributes, jsonb_array_elements_text(misfits) AS key "
            "WHERE misfits <> '[]' GROUP BY key"
        )
        return dict(cursor.fetchall())


def attributes_progress() -> AttributesProgress | None:
    """How far everybody's attributes are derived anew; None when nothing is to be done."""
    row = AttributesPass.objects.filter(done_to__isnull=False).first()
    return AttributesProgress(row.done_to or 0, row.up_to, row.asked_at) if row else None


def choices_of(key: str) -> tuple[tuple[str, str], ...]:
    """What there is to choose from for a standard attribute; nothing for one without choices."""
    if key == "gender":
        return tuple((gender, str(_GENDERS[gender])) for gender in GENDERS)
    if key == "preferred_channel":
        return tuple((channel, str(words)) for channel, words in CHANNELS.items())
    if key == "language":
        called = ((code, _(name)) for code, name in _languages())
        return tuple(sorted(called, key=lambda pair: pair[1]))
    return ()


@cache
def _languages() -> tuple[tuple[str, str], ...]:
    """Languages by their short codes, with their English names, which Django translates."""
    return tuple(
        (code, told["name"]) for code, told in LANG_INFO.items() if "-" not in code and "name" in told
    )


def _definition(row: AttributeDefinition) -> Definition:
    return Definition(
        id=row.pk,
        key=row.key,
        trait=row.trait,
        label=row.label,
        kind=Kind(row.type),
        choices=tuple(row.choices),
        created_at=row.created_at,
        archived_at=row.archived_at,
    )


def _attribute(
    key: str, label: str | Promise, kind: Kind, choices: tuple[tuple[str, str], ...], derived: Derived
) -> PersonAttribute:
    word = derived.said.get(key)
    return PersonAttribute(
        key=key,
        label=label,
        kind=kind,
        choices=choices,
        value=derived.values.get(key),
        verified=word.verified if word else True,
        as_of=_START + timedelta(microseconds=word.as_of) if word else None,
        misfit=key in derived.misfits,
    )
