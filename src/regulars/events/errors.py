"""What the log refuses."""

from __future__ import annotations

from regulars.kit.errors import RegularsError


class UnknownEvent(RegularsError):
    """The name was not registered by the domain that records it."""

    code = "unknown_event"


class EventLoop(RegularsError):
    """An event caused by an event caused by an event, deeper than `types.DEPTH_MAX`."""

    code = "event_loop"
