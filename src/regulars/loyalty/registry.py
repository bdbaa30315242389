"""What points take from elsewhere, registered when the apps get ready.

Ways of sending somebody a code: letters are sent by loyalty itself; whoever can send to a telephone
registers that, and comes first by its `order`. And who does what tills tell of orders after they were cut
off: it has the form of the API, which stands above.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

from regulars.customers.types import Contacts
from regulars.loyalty.types import Doing, Done, EntryKind


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeMessage:
    """A code to be sent. `to`: the address, as `Sender.address` gave it; `language`: ru or en.

    `id` is the same however often it is tried, and of no other message. `points_minor`: what the code lets
    be spent; None: any number. `branch`: the name of where it does; empty where no branch asked for it.
    """

    id: str
    to: str
    code: str
    points_minor: int | None
    minutes: int
    shop: str
    branch: str
    language: str


class Sender(Protocol):
    """A way to reach a customer."""

    channel: str
    """A word for programs: `email`, `sms`."""
    order: int
    """Lower ones are tried first."""

    def missing(self) -> str:
        """What has to be set before anything can be sent, in English for programmers; empty: nothing."""

    def address(self, contacts: Contacts) -> str:
        """Where this way reaches somebody; empty: it does not."""

    def mask(self, address: str) -> str:
        """The address for those who may not see it."""

    def send(self, message: CodeMessage, claim: Callable[[], None]) -> Future[None]:
        """Send it, outside any transaction. Raises CannotSend, to be tried again, and Unsendable.

        Calls `claim` right before it cannot be taken back any more, and leaves off if that raises. What comes
        of it after that may take minutes: None, or one of these two, or Unanswered.
        """


class CannotSend(Exception):
    """It did not go out this time. Says why without naming anybody."""


class Unsendable(Exception):
    """It will not go out, however often it is tried. Says why without naming anybody."""


class Unanswered(Exception):
    """It was handed over, and nobody said whether it was taken: another try may send it twice."""


_senders: dict[str, Sender] = {}


def register_sender(sender: Sender) -> None:
    """Have codes sent this way too. Raises ValueError for a channel that is taken."""
    if _senders.setdefault(sender.channel, sender) is not sender:
        raise ValueError(f"the channel {sender.channel} is registered twice")


def senders() -> list[Sender]:
    """All ways, the preferred ones first."""
    return sorted(_senders.values(), key=lambda sender: sender.order)


def sender(channel: str) -> Sender:
    """The one of that channel. Raises KeyError."""
    return _senders[channel]


Doer = Callable[[Doing], Done]
"""Does an entry of a till's journal within the open transaction. Raises EntryRefused."""

_doers: dict[EntryKind, Doer] = {}


def register_doer(kind: EntryKind, doer: Doer) -> None:
    """Have entries of a kind done by this. Raises ValueError for one that has somebody already."""
    if _doers.setdefault(kind, doer) is not doer:
        raise ValueError(f"entries of the kind {kind.value} are done by somebody already")


def doer_of(kind: EntryKind) -> Doer:
    """Who does entries of this kind."""
    return _doers[kind]
