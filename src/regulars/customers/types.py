"""Words of the customers' domain, and what its services take and give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from regulars.events.types import EventType

PROFILE_CREATED = EventType("profile_created")

SHOP = "shop"
"""The source of what comes under the shop's own ids, by whichever way: file, API or event."""

ProfileKey = tuple[str, str]
"""(source, external id): how an outside system names a customer."""


class IdentityType(StrEnum):
    """By what a customer can be known besides the shop's own id."""

    EMAIL = "email"
    PHONE = "phone"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProfile:
    """A customer as a source tells of them. An empty name or no identities leave what is stored."""

    source: str
    external_id: str
    name: str = ""
    created_at: datetime | None = None
    """Since when the source knows them; None: from now on."""
    identities: tuple[tuple[IdentityType, str], ...] = ()

    @property
    def key(self) -> ProfileKey:
        return self.source, self.external_id


@dataclass(frozen=True, slots=True)
class UpsertedProfiles:
    """Every profile of the batch with its id, and what was done."""

    ids: Mapping[ProfileKey, int]
    created: int
    renamed: int
