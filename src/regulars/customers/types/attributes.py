"""What holds of a person, and what the shop wants to know of its customers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from regulars.kit.attributes import Kind

AttributeValue = str | int | float | bool
"""As stored: days as "2026-02-28"."""
DEFINITION_KINDS = (Kind.TEXT, Kind.CHOICE, Kind.NUMBER, Kind.YES_NO, Kind.DAY)
"""What an attribute the shop makes up can be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """Something this shop wants to know of its customers; `key` is what conditions call it, for ever.

    `trait`: the name under which sources tell of it. `choices`: for choices alone.
    """

    id: int
    key: str
    trait: str
    label: str
    kind: Kind
    choices: tuple[str, ...]
    created_at: datetime
    archived_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonAttribute:
    """An attribute of a person; `value` is None where it is not known.

    `choices`: (value, words), for choices alone. `verified`: the shop's own servers or a colleague said so,
    not a browser. `as_of`: when it was so.
    """

    key: str
    label: str | Promise
    kind: Kind
    choices: tuple[tuple[str, str], ...] = ()
    value: AttributeValue | None = None
    verified: bool = True
    as_of: datetime | None = None
    misfit: bool = False
    """The newest word of some source does not fit the kind, and was left out."""


@dataclass(frozen=True, slots=True)
class AttributesProgress:
    """How far everybody's attributes are derived anew; `done` of `total` profiles."""

    done: int
    total: int
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class UnreadTrait:
    """A trait no attribute is read from: how often the newest data have it, and what kind it looks like."""

    name: str
    times: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class KnownOfNewest:
    """Of how many of the newest `of` customers something is known, by attribute."""

    of: int
    counts: Mapping[str, int]
