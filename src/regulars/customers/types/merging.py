"""Two customers who are one: by which rules they become it, what was done, and who may be one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from regulars.customers.types.identities import IdentityType


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What sharing an identity of a type means.

    `merges`: who shares one is one person. `persons_max`: what more different people have is nobody's own,
    and joins nobody. `one_each`: a person has only one of it, so two who have different ones are never
    joined by something weaker. `priority`: 1 is the strongest.
    """

    type: IdentityType
    merges: bool
    persons_max: int
    one_each: bool
    priority: int


@dataclass(frozen=True, slots=True)
class BlockedValue:
    """An address or a number that is nobody's own; with a star, all that begin or end so."""

    id: int
    type: IdentityType
    value: str
    created_at: datetime
    created_by: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeRow:
    """That two persons became one.

    `because`: what they had in common, as (type, value); the value is empty where nobody has it any more.
    None at all: a colleague did it (`by_id`). `undone_at`: since when they are two again.
    """

    id: int
    kept_id: int
    gone_id: int
    profile_ids: tuple[int, ...]
    merged_at: datetime
    by_id: int | None
    because: tuple[tuple[IdentityType, str], ...]
    undone_at: datetime | None
    undone_by: int | None
    now_id: int | None
    """Who the kept person is now: themselves, or whom they became one with since; None: nobody is left."""


class Obstacle(StrEnum):
    """Why a merge cannot be undone."""

    UNKNOWN = "unknown"
    UNDONE = "undone"
    """It was undone already."""
    NOTHING_LEFT = "nothing_left"
    """None of the profiles that moved is there any more."""
    NOBODY_LEFT = "nobody_left"
    """The other one would have no profile: theirs are gone."""


class Likeness(StrEnum):
    """Why two persons may be one."""

    NAME_AND_BIRTHDAY = "name_and_birthday"
    NAME_AND_CITY = "name_and_city"
    NAME_AND_NUMBER = "name_and_number"
    """The same name, and phones that end alike."""
    NAME_AND_EMAIL = "name_and_email"
    """The same name, and e-mail addresses that are alike before the @."""
    EMAIL_ALMOST = "email_almost"
    """E-mail addresses that differ by dots, by what stands after a plus, or by a slip in the domain."""
    SHARED = "shared"
    """They have an address or a number in common that does not join them by rule."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Two persons who may be one; `first_id` is the smaller number. The surest come first."""

    id: int
    first_id: int
    second_id: int
    likenesses: tuple[Likeness, ...]
    found_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two persons side by side, by what decides whether they are one.

    `shared`: identities both have. `differing`: types of which a person has only one, and they have
    different ones. `told_apart`: a colleague said that they are not the same. `keep`: which of the two the
    rules would keep.
    """

    first_id: int
    second_id: int
    shared: tuple[tuple[IdentityType, str], ...]
    differing: tuple[IdentityType, ...]
    told_apart: bool
    keep: int


Because = Mapping[str, str]
"""What two had in common: by type the mark of the value (`rules.mark`), never the value."""
