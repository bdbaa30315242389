"""The shape of what Segment's libraries send, and of what they are told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import msgspec

from regulars.events.types import EventClass, EventType

CALL_BYTES_MAX = 32 * 1024
"""Of one item, as with Segment: what is larger is a file, not an event."""
BATCH_BYTES_MAX = 500 * 1024
BATCH_ITEMS_MAX = 2_500

SERVER_SOURCE = "segment"
BROWSER_SOURCE = "site"
"""Occasions of browser keys are apart: a public key cannot take the message ids of a server."""

PAGE_VIEWED = EventType("page_viewed", EventClass.BROWSING)
SCREEN_VIEWED = EventType("screen_viewed", EventClass.BROWSING)
GROUP_JOINED = EventType("group_joined")
EVENT_TYPES = (PAGE_VIEWED, SCREEN_VIEWED, GROUP_JOINED)
"""What the log hears from here itself; all else is of the shop's trade, or has a name the shop made up."""

Id = str | int | float | None
"""Libraries send ids as texts, shops sometimes as numbers."""


class Kind(StrEnum):
    """What an item is, in Segment's words."""

    IDENTIFY = "identify"
    TRACK = "track"
    PAGE = "page"
    SCREEN = "screen"
    GROUP = "group"
    ALIAS = "alias"


class Status(StrEnum):
    """What became of an item."""

    TAKEN = "taken"
    REPEATED = "repeated"
    REFUSED = "refused"


class Code(StrEnum):
    """Why an item was refused, or what of it was not taken. Stable: programs read them."""

    BAD_ITEM = "bad_item"
    TOO_LARGE = "too_large"
    UNKNOWN_TYPE = "unknown_type"
    BAD_MESSAGE_ID = "bad_message_id"
    BAD_ID = "bad_id"
    BLOCKED_ID = "blocked_id"
    NO_IDENTITY = "no_identity"
    BAD_TIMESTAMP = "bad_timestamp"
    TOO_OLD = "too_old"
    IN_THE_FUTURE = "in_the_future"
    BAD_EVENT_NAME = "bad_event_name"
    RESERVED_EVENT_NAME = "reserved_event_name"
    TOO_MANY_EVENT_NAMES = "too_many_event_names"
    BAD_PROPERTIES = "bad_properties"
    BAD_MONEY = "bad_money"
    UNKNOWN_PRODUCT = "unknown_product"
    SCOPE_MISSING = "scope_missing"
    NOT_FROM_BROWSER = "not_from_browser"
    IDENTITY_NOT_PROVEN = "identity_not_proven"
    PROPERTIES_DROPPED = "properties_dropped"
    TRAITS_DROPPED = "traits_dropped"
    STALE = "stale"


class Envelope(msgspec.Struct, rename="camel"):
    """The body of a batch."""

    batch: list[msgspec.Raw]
    sent_at: str | int | float | None = None
    write_key: str | None = None
    context: msgspec.Raw = msgspec.Raw()


class Item(msgspec.Struct, rename="camel"):
    """One call of Segment, alone or in a batch; fields that are not named here are not read."""

    type: str | None = None
    message_id: str | None = None
    user_id: Id = None
    anonymous_id: Id = None
    previous_id: Id = None
    group_id: Id = None
    event: str | None = None
    name: str | None = None
    category: str | None = None
    timestamp: str | int | float | None = None
    original_timestamp: str | int | float | None = None
    sent_at: str | int | float | None = None
    write_key: str | None = None
    properties: msgspec.Raw = msgspec.Raw()
    traits: msgspec.Raw = msgspec.Raw()
    context: msgspec.Raw = msgspec.Raw()


class Campaign(msgspec.Struct):
    """The marks of an advertisement in an address (utm_…)."""

    source: str | None = None
    medium: str | None = None
    name: str | None = None
    term: str | None = None
    content: str | None = None


class Page(msgspec.Struct):
    """Where in the site an item came from."""

    path: str | None = None
    url: str | None = None
    referrer: str | None = None
    title: str | None = None


class Context(msgspec.Struct, rename="camel"):
    """The little we read of what libraries tell of the device."""

    ip: str | None = None
    identity_token: str | None = None
    page: Page | None = None
    campaign: Campaign | None = None
    traits: msgspec.Raw = msgspec.Raw()


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one item."""

    status: Status
    message_id: str | None = None
    code: str | None = None
    detail: str | None = None

    @property
    def plain(self) -> bool:
        """Taken, with nothing to say of it."""
        return self.status is Status.TAKEN and self.code is None
