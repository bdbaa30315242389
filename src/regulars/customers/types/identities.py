"""By what customers are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

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
