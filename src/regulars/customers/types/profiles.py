"""Customers as their sources know them, and the persons behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from regulars.customers.types.identities import IdentityType, ProfileKey
from regulars.customers.types.traits import Traits


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
class ProfileBefore:
    """What undoing a change of a stored customer needs: the name before, and the identities it added."""

    name: str
    added: tuple[tuple[IdentityType, str], ...] = ()


@dataclass(frozen=True, slots=True)
class UpsertedProfiles:
    """Every profile of the batch with its id, and what was done.

    `revisions` names those that were created or changed, with their revision after it; of these `before`
    has the state before of those that were changed. Whoever may have to undo it keeps both.
    """

    ids: Mapping[ProfileKey, int]
    created: int
    renamed: int
    revisions: Mapping[ProfileKey, int] = field(default_factory=dict)
    before: Mapping[ProfileKey, ProfileBefore] = field(default_factory=dict)

    @property
    def changed(self) -> int:
        """How many that were known got another name or a new identity."""
        return len(self.before)


@dataclass(frozen=True, slots=True)
class ProfileChange:
    """A change to be undone: the revision it made, and the state before (None: it created the profile)."""

    key: ProfileKey
    revision: int
    before: ProfileBefore | None = None


@dataclass(frozen=True, slots=True)
class UndoneProfiles:
    """What became of changes to be undone.

    Reasons why one was kept: "gone", "changed_since", or what belongs to the profile: "has_notes",
    "has_traits", "has_consents", "has_events" and "has_<name>" of `registry`.
    """

    undone: int
    kept: Mapping[ProfileKey, str]


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """A customer as one source knows them."""

    id: int
    source: str
    external_id: str
    name: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person with all their profiles, the oldest first, and devices after all others.

    `name`: what to call them (`queries.person_names`). `created_at`: since when the shop knows them.
    """

    id: int
    name: str
    created_at: datetime
    profiles: tuple[ProfileRow, ...]
    identities: tuple[tuple[IdentityType, str], ...]

    @property
    def profile_ids(self) -> list[int]:
        return [profile.id for profile in self.profiles]


@dataclass(frozen=True, slots=True)
class Contacts:
    """How a person can be reached; the ones known longest first."""

    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoteRow:
    """What a colleague wrote about a customer; `author_id` is a user's id (None: nobody in person)."""

    id: int
    profile_id: int
    author_id: int | None
    text: str
    written_at: datetime


@dataclass(frozen=True, slots=True)
class ProfileDetails:
    """All that a program asks of a customer as one source knows them."""

    id: int
    person_id: int
    source: str
    external_id: str
    name: str
    created_at: datetime
    identities: tuple[tuple[IdentityType, str], ...]
    traits: Traits
