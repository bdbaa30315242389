"""What points take from elsewhere: ways of sending somebody a code, registered when the apps get ready.

Letters are sent by loyalty itself; whoever can send to a telephone registers that, and comes first by its
`order`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from regulars.customers.types import Contacts


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeMessage:
    """A code to be sent. `to`: the address, as `Sender.address` gave it; `language`: ru or en."""

    to: str
    code: str
    minutes: int
    shop: str
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

    def send(self, message: CodeMessage) -> None:
        """Send it, outside any transaction. Raises CannotSend, to be tried again."""


class CannotSend(Exception):
    """It did not go out this time. Says why without naming anybody."""


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
