"""Items made out: what is known of each before anything is stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from regulars.api.ingest.trade import Deal
from regulars.api.ingest.traits import Told as Traits
from regulars.api.ingest.types import BROWSER_SOURCE, SERVER_SOURCE, Code, Kind
from regulars.commerce.types import NewProduct
from regulars.customers.types import IdentityType
from regulars.events.types import EventType
from regulars.team.types import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """What the key of a call allows."""

    browser: bool
    """A public key: trusted with nothing about known people."""
    scopes: frozenset[Scope] = frozenset()

    def may(self, scope: Scope) -> bool:
        """Whether the key was made for this too."""
        return scope in self.scopes

    @property
    def source(self) -> str:
        return BROWSER_SOURCE if self.browser else SERVER_SOURCE


@dataclass(slots=True, kw_only=True)
class Entry:
    """An item made out: who, what and when, cleaned of what may not be stored."""

    kind: Kind
    caller: Caller
    key: str
    """The occasion: its message id."""
    occurred_at: datetime
    user_id: str | None = None
    anonymous_id: str | None = None
    previous_id: str | None = None
    event: str = ""
    """In snake case; empty for what is no event."""
    type: EventType | None = None
    """Of what goes into the log as it is; None for what becomes something else first."""
    properties: dict[str, Any] = field(default_factory=dict)
    traits: Traits | None = None
    """What identify told."""
    deal: Deal | None = None
    """What an event of an order or a cart told."""
    products: tuple[NewProduct, ...] = ()
    """What the catalogue can learn of it."""
    proven: tuple[tuple[IdentityType, str], ...] = ()
    """Contacts that an identity token vouches for."""
    note: tuple[str, str] | None = None
    """Code and words for what of it was not taken, although the rest was."""

    def say(self, code: Code, detail: str) -> None:
        """Note what of it is not taken; the first word counts."""
        if self.note is None:
            self.note = (code.value, detail)
