"""What the log refuses."""

from __future__ import annotations

from regulars.kit.errors import RegularsError


class UnknownEvent(LookupError):
    """A mistake in the code: the domain that records this name did not register it."""


class EventLoop(RegularsError):
    """An event caused by an event caused by an event, deeper than `types.DEPTH_MAX`."""

    code = "event_loop"


class NotBackfill(RegularsError):
    """Events that set something off cannot be taken out of the log again."""

    code = "not_backfill"
