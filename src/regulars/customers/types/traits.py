"""What customers are like, as their sources say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

TraitScalar = str | int | float | bool
TraitValue = TraitScalar | list[TraitScalar]
"""What a trait may be: JSON's scalars and lists of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTraits:
    """What a source says a customer is like, as of a moment. None removes a trait.

    `verified`: told by the shop's own server; what a browser says of its user is not.
    """

    profile_id: int
    values: Mapping[str, TraitValue | None]
    verified: bool
    as_of: datetime


@dataclass(frozen=True, slots=True)
class RefusedTrait:
    """A trait that was left as it is, and why.

    `place`: of the NewTraits in the batch. `reason`: "bad_name", "bad_value", "too_long", "too_many" or
    "too_big".
    """

    place: int
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class SetTraits:
    """What became of a batch of traits.

    `changed`: names of the traits that have another value now, by profile. What is in neither was known
    already, or something newer was.
    """

    changed: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    refused: tuple[RefusedTrait, ...] = ()


@dataclass(frozen=True, slots=True)
class Traits:
    """What a customer is like. `unverified` is what browsers say, which anybody can say."""

    verified: Mapping[str, TraitValue] = field(default_factory=dict)
    unverified: Mapping[str, TraitValue] = field(default_factory=dict)
