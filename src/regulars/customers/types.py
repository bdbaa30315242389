"""Words of the customers' domain, and what its services take and give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from regulars.events.types import EventType

PROFILE_CREATED = EventType("profile_created")
NOTE_ADDED = EventType("note_added")
TRAITS_CHANGED = EventType("traits_changed")
IDENTITY_ADDED = EventType("identity_added")
IDENTITY_REMOVED = EventType("identity_removed")
CONSENT_GIVEN = EventType("consent_given")
CONSENT_WITHDRAWN = EventType("consent_withdrawn")
ANONYMOUS_LINKED = EventType("anonymous_linked")
ANONYMOUS_CLAIM_REFUSED = EventType("anonymous_claim_refused")
"""A device that is known to be somebody's was used by somebody else."""
CUSTOMERS_MERGED = EventType("customers_merged")
CUSTOMERS_UNMERGED = EventType("customers_unmerged")
MANAGER_CHANGED = EventType("manager_changed")

EVENT_TYPES = (
    PROFILE_CREATED,
    NOTE_ADDED,
    TRAITS_CHANGED,
    IDENTITY_ADDED,
    IDENTITY_REMOVED,
    CONSENT_GIVEN,
    CONSENT_WITHDRAWN,
    ANONYMOUS_LINKED,
    ANONYMOUS_CLAIM_REFUSED,
    CUSTOMERS_MERGED,
    CUSTOMERS_UNMERGED,
    MANAGER_CHANGED,
)

SHOP = "shop"
"""The source of what comes under the shop's own ids, by whichever way: file, API or event."""
ANONYMOUS = "anonymous"
"""The source of profiles that are known by a device's anonymous id only."""

ProfileKey = tuple[str, str]
"""(source, external id): how an outside system names a customer."""


class IdentityType(StrEnum):
    """By what a customer can be known besides the shop's own id."""

    EMAIL = "email"
    PHONE = "phone"
    TELEGRAM = "telegram"
    WHATSAPP = "whatsapp"
    VK = "vk"
    CARD = "card"
    """Of the loyalty programme."""
    CRM = "crm"
    """A customer's id in another system, as "amocrm:123"."""


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


@dataclass(frozen=True, slots=True)
class ProfileIdentity:
    """An e-mail address or a phone number of a profile."""

    profile_id: int
    type: IdentityType
    value: str


@dataclass(frozen=True, slots=True)
class ChangedIdentities:
    """What became of identities to be added or removed.

    `changed`: those that were, in the form in which they are stored; all others were so already.
    `refused`: why, by place in the batch: "bad_value", "too_many" or "unknown_profile".
    """

    changed: tuple[ProfileIdentity, ...] = ()
    refused: Mapping[int, str] = field(default_factory=dict)


CONSENT_CHANNELS = ("email", "sms", "call", "push", "messenger", "post", "data")
"""What somebody may consent to: being reached in one of these ways; "data": that what is known of them is
kept and worked with at all."""
MARKETING = "marketing"
"""The topic of a consent to advertising, of whatever kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewConsent:
    """That somebody agreed to something, or no longer does.

    `channel` is one of CONSENT_CHANNELS, `topic` a word in snake case. `at`: when they said so. `source`:
    where (a form, a till, a letter). `proof`: what shows it, as the text they saw and the page it was on.
    """

    profile_id: int
    channel: str
    granted: bool
    at: datetime
    source: str
    topic: str = MARKETING
    proof: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RecordedConsents:
    """What became of a batch of consents: all that are neither new nor refused were recorded before.

    `refused`: why, by place in the batch: "bad_channel", "bad_topic", "bad_source", "bad_proof",
    "in_future" or "unknown_profile".
    """

    recorded: int = 0
    refused: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """What somebody said, at a moment, about being reached in a channel on a topic."""

    id: int
    profile_id: int
    channel: str
    topic: str
    granted: bool
    at: datetime
    source: str
    proof: Mapping[str, str]
    recorded_at: datetime


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
